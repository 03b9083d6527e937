"""What a network shows to everybody: where people collect food now, and what its food came to."""
