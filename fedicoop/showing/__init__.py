"""Showing a listing and whose it is: its page, the coop's, what others show of it, paper and codes."""
