"""Likes, shares and quotes of listings: from anywhere, and ours."""
