"""Which hosts a request may name.

A page of another site can have its own name point at this machine and then read what is answered here: browsers call
that one origin. The request still names that host, so what asks for no key answers only to names that are its own.
"""

from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.sansio.utils import host_is_trusted

from service.serving.settings import Settings
from service.web.problems import ProblemError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from service.web.flask_app import Gate


def hosts_of(settings: Settings) -> list[str]:
    """Return the hosts that are answered, a name with a dot before it for all below it; none is any."""
    if settings.trusted_hosts:
        return [*filter(None, map(str.strip, settings.trusted_hosts.split(",")))]
    if settings.host_is_open or settings.api_keys:
        return []
    own = f"[{settings.host}]" if ":" in settings.host else settings.host
    return ["localhost", "127.0.0.1", "[::1]", own]


def host_gate(hosts: list[str]) -> "Gate":
    """Return what refuses requests to other hosts; one that names none comes from no browser."""

    @lru_cache(maxsize=256)
    def ours(host: str) -> bool:
        # werkzeug cuts the address in brackets at its first colon.
        return host_is_trusted(host, hosts) or (host_is_trusted(host) and f"{host.partition(']')[0]}]" in hosts)

    def check(environ: "WSGIEnvironment", _: str | None) -> None:
        host = environ.get("HTTP_HOST", "")
        if host and not ours(host):
            raise ProblemError(
                HTTPStatus.BAD_REQUEST, "This host is not answered here; BARCHASB_TRUSTED_HOSTS says which are."
            )

    return check
