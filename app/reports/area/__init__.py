"""What the food of a public body's area came to, without any partner's own figure."""
