"""Surplus food that supermarket sites post."""
