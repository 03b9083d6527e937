"""What it came to: together and alone, shares, impact, money, duplicate effort, areas, and papers with a check code."""
