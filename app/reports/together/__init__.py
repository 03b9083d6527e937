"""What coordination was worth: each day together beside the same day alone, as planned and as recorded."""
