"""What we say: kept byte for byte, addressed in the same commit, carried by a worker."""
