"""Promises: work that must happen after a commit, written down in that commit, and kept later."""
