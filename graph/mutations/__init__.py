"""What can be asked for: simulations, and loading data."""
