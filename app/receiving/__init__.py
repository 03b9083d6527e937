"""Receiving: what arrives at food banks, and what they say they received."""
