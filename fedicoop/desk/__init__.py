"""Where stewards look after the coop: its set-up, its look, its health."""
