"""Money that sponsors give, what it paid for, and how long it lasts."""
