"""Pages of a food bank: what it needs, what it is asked, what arrives and what it received."""
