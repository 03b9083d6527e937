"""Residents who help: they apply, are accepted, take tasks and shifts, give them back, and hear thanks."""
