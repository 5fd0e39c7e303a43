"""A cooperative to try things on, filled with made-up people, things and drawn photos."""
