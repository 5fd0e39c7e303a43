"""What every page shares: drawing, languages, negotiation, headers, and the ways to say no."""
