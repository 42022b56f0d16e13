"""The one base of every error that Barchasb raises on purpose."""


class BarchasbError(Exception):
    """Something the user can mend; its message says where, what, and what to do."""
