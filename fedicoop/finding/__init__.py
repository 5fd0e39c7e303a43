"""Finding a listing: questions answered, loosened and counted; lists, maps, feeds; what fits what."""
