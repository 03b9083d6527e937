"""Food that a food bank says beforehand it does not want: said, taken back, and learnt from."""
