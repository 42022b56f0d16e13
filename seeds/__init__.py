"""A page becomes sentences."""
