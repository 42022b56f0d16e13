"""Whole folders and files tagged: read, cut, tagged, and written so that a run never loses its place."""
