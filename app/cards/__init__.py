"""Cards of partners and ambassadors: a page with its own counter of whom it brought in, and no tracking."""
