"""Pages of a store: what it posts, changes and takes back, and what became of it."""
