"""What others say to us: checked, kept, looked up, dispatched."""
