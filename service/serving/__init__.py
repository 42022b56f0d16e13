"""The production server and its settings."""
