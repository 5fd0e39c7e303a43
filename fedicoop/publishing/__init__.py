"""Writing a listing: the form, the draft, what it will look like, and what one does with one's own."""
