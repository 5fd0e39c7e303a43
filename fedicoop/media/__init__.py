"""Photos: re-encoded so that nothing but the picture remains, kept as files, served inert."""
