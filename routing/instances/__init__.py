"""Instances to measure the solver with: the public pickup and delivery sets, and food-rescue days of our own."""
