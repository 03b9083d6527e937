"""Food safety of a network: the limits that hold there, and what is held back until a person decides."""
