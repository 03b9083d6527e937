"""Plans: requested, solved in a child process, checked, stored, published."""
