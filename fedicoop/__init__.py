"""fedicoop: cooperatives publish offers and needs, and exchange across their borders."""

__version__ = "0.1.0"
