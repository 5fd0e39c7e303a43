"""Offers and needs: what members write, what peers say, what everybody reads."""
