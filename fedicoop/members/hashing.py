"""What is kept of a secret that opens a door: enough to know it again, not enough to open it."""

import hashlib


def hashed(secret: str) -> str:
    """For long random secrets alone; passwords need more (passwords.py)."""
    return hashlib.sha256(secret.encode()).hexdigest()
