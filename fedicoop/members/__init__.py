"""The people of a coop."""
