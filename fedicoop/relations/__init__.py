"""How it goes between another house and ours, in words: what was said, what was answered, why, what to do."""
