"""Networks, organisations, partnerships, sites, people and their keys."""
