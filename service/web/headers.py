"""Headers that every answer has: what a browser may not do with it."""

from collections.abc import Collection

_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
_DEFAULTS = (
    # An answer that is no page has nothing to load; a page says itself what it needs.
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    # Tags of somebody's text belong in no cache; an answer that may be kept says so itself.
    ("Cache-Control", "no-store"),
)


def security_headers(names: Collection[str]) -> list[tuple[str, str]]:
    """Return what an answer with headers of these names gets besides: it keeps a policy or a cache rule that it has."""
    return _ALWAYS + [default for default in _DEFAULTS if default[0] not in names]
