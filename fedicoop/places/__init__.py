"""Towns and distances: where a listing is, said no more exactly than it must be."""
