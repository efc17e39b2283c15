"""What stands in a program description: one module per part, all pure."""
