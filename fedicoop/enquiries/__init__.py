"""What is asked and answered about listings, from anywhere."""
