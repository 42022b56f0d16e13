"""What is answered without Flask, and which requests ask for it so plainly that they can be."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON, LINES = "application/json", "application/x-ndjson"
_DIGITS = 15
"""Of a length that can be one."""


class Offer(NamedTuple):
    """A view that only makes JSON of a body: its endpoint, and the function that makes it of at most `most` bytes.

    The function gets the notes of the request too and raises ProblemError.
    """

    endpoint: str
    answer: Callable[[bytes, dict[str, Any]], bytes]
    most: int


def names_lines(environ: "WSGIEnvironment") -> bool:
    """Whether a request names JSON lines among what it accepts, liked or not."""
    return LINES in environ.get("HTTP_ACCEPT", "")


def plain_length(environ: "WSGIEnvironment") -> int | None:
    """Return the bytes of a body where one of JSON is POSTed and JSON is asked for; None where that is not plain."""
    length: str = environ.get("CONTENT_LENGTH", "")
    if (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") == JSON
        and length.isdecimal()
        and len(length) <= _DIGITS
        and not names_lines(environ)
    ):
        return int(length)
    return None
