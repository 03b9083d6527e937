"""A draft is edited by hand: commands, what they cost and break, and the way back."""
