"""A simulated week of the demonstration's network: invented habits and troubles, through the API's front door."""
