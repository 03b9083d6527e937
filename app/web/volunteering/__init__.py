"""Pages of people who help, and of whoever asks them."""
