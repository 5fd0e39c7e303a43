"""Applications that members use: OAuth 2, and the part of Mastodon's client API that fits what we have."""
