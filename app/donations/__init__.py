"""Donations: what food banks received of a supermarket's food, line by line, as data for whatever a tax form asks."""
