"""From an operation to one SQL statement that returns the answer as JSON text."""
