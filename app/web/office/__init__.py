"""Pages of whoever looks after a network: its settings, places, streets, partners, people and agreements."""
