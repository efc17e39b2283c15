"""What can be followed, and the ways in which clients do."""
