"""The page on a driver's phone, and the one that tells a door when the van comes."""
