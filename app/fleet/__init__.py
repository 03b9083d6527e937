"""Vehicles and the shifts that they are driven on."""
