"""A request on a listing, and its life: asked, agreed, handed over, returned, thanked for."""
