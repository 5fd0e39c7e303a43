"""Help inside the instance, for members and for volunteers, and what a site must say of itself."""
