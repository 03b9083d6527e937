"""Decide a day of food collection: a Problem in, a checked Plan out. No database, no web, no environment."""
