"""The driver's day: today's route and what really happened at each stop."""
