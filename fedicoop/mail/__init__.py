"""Letters by mail: promised in somebody's commit, carried by a worker, never lost and never twice."""
