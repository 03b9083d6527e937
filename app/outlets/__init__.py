"""Outlets: where food goes that no food bank takes, people first, then animals, then the soil."""
