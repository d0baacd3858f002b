"""Results that serve in more than the tree that they were made in."""
