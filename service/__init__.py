"""Answers: HTTP and the command line."""
