"""Networks, organisations, partnerships, sites."""
