"""The commands of `barchasb`, a file each: `add_arguments` says what it takes, `run` does it.

Their heavy imports stand inside `run`, so that each command starts at once.
"""
