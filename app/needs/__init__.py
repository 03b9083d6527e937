"""What food bank sites want, per category and day."""
