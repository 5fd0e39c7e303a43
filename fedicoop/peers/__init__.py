"""The other houses, by host: how we treat them, and what we learnt about talking with them."""
