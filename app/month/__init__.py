"""A generated month: days that are played as in the simulated week, and every report that the service makes of them."""
