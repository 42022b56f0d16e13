"""Every setting of the service, in one place: the fields below are the flags, the environment and README's table."""

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from seeds.errors import BarchasbError

_LOOPBACK = ("localhost", "::1", "127.")


class SettingsError(BarchasbError):
    """A setting that cannot be; the message names it and says what it may be."""


def _setting(default: Any, means: str, least: float | None = None) -> Any:
    return field(default=default, metadata={"means": means, "least": least})


@dataclass(frozen=True)
class Settings:
    """What a service is started with; a flag goes before the environment, the environment before the default."""

    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on", 1)
    workers: int = _setting(0, "processes that answer; 0 is one a core", 0)
    models: str = _setting("models", "folder of the models")
    data: str = _setting("data", "folder of the corrections")
    watch: float = _setting(1.0, "seconds between two looks at the version in use; 0 never switches", 0)
    api_keys: str = _setting("", "who may ask, as `name:key,name:key`; needed when others can reach the address")
    no_keys: bool = _setting(means="answer without a key even when others can reach the address", default=False)
    wrong_keys: str = _setting(
        "20/minute", "wrong keys of one address, which then gets no answer for a while; empty is any number"
    )
    trusted_hosts: str = _setting(
        "",
        "hosts that a request may name, separated by commas, `.example.org` with all below it; by default, where no "
        "key is needed and only this machine reaches the address, the names of this machine, else any",
    )
    rate_limit: str = _setting("", "requests of one key, as `600/minute`; without keys, of all together")
    cors: str = _setting("", "origins whose pages may ask, separated by commas; `*` is all")
    max_body: int = _setting(2 * 1024 * 1024, "bytes of a request's body", 1)
    max_sentences: int = _setting(10_000, "sentences of a request, given or found in its document", 1)
    max_length: int = _setting(10_000, "characters of a sentence that is given as one", 1)
    max_waiting: int = _setting(64, "requests that wait for an answer; more get 503", 1)
    max_connections: int = _setting(200, "open connections of a worker; one more closes the slowest", 1)
    client_seconds: float = _setting(10.0, "seconds to send a request, and again to take its answer", 0.1)
    keep_seconds: float = _setting(5.0, "seconds that an idle connection stays open; 0 closes after each answer", 0)
    answer_seconds: int = _setting(60, "seconds to work on an answer before the worker is replaced", 1)
    drain_seconds: float = _setting(1.0, "seconds to answer on, not ready, before stopping", 0)
    stop_seconds: int = _setting(30, "seconds that requests in flight have to finish when stopping", 1)
    quiet: bool = _setting(means="write no line for each request", default=False)

    def __post_init__(self) -> None:
        for each in fields(self):
            value, least = getattr(self, each.name), each.metadata["least"]
            if least is not None and value < least:
                raise SettingsError(f"{_variable(each.name)}: expected {least} or more, got {value}")
        if self.host_is_open and not self.api_keys and not self.no_keys:
            raise SettingsError(
                f"BARCHASB_HOST: others can reach {self.host}, so set BARCHASB_API_KEYS=name:key, "
                "or say that everybody may ask with --no-keys"
            )

    @property
    def host_is_open(self) -> bool:
        """Whether others than this machine can reach the address."""
        return not self.host.startswith(_LOOPBACK)

    @property
    def processes(self) -> int:
        """How many workers there are."""
        return self.workers or os.process_cpu_count() or 1


def _variable(name: str) -> str:
    return f"BARCHASB_{name.upper()}"


def _value(name: str, text: str, kind: type) -> Any:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
                text.strip().lower()
            ]
        return kind(text)
    except (KeyError, ValueError) as error:
        wanted = {bool: "1 or 0", int: "a whole number", float: "a number"}[kind]
        raise SettingsError(f"{name}: expected {wanted}, got {text[:40]!r}") from error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a command a flag for every setting."""
    for each in fields(Settings):
        flag = f"--{each.name.replace('_', '-')}"
        means = each.metadata["means"].replace("`", "").replace("%", "%%")
        if isinstance(each.default, bool):
            parser.add_argument(flag, action="store_true", default=None, help=means)
        else:
            parser.add_argument(flag, metavar=each.name.rpartition("_")[2].upper(), help=means)


def read(arguments: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of flags and environment; a flag that is None was not given.

    Raises SettingsError for a value that is not of its kind or out of bounds.
    """
    environment = os.environ if environment is None else environment
    found: dict[str, Any] = {}
    for each in fields(Settings):
        kind = type(each.default)
        if (given := (arguments or {}).get(each.name)) is not None:
            found[each.name] = given if isinstance(given, kind) else _value(f"--{each.name}", given, kind)
        elif (text := environment.get(_variable(each.name))) is not None:
            found[each.name] = _value(_variable(each.name), text, kind)
    return Settings(**found)


def table() -> Iterator[str]:
    """Yield the lines of README's table of settings."""
    yield "| flag of `barchasb serve` | environment | default | means |"
    yield "|---|---|---|---|"
    for each in fields(Settings):
        default = "" if each.default in ("", False) else f"`{each.default}`"
        flag = f"`--{each.name.replace('_', '-')}`"
        yield f"| {flag} | `{_variable(each.name)}` | {default} | {each.metadata['means']} |"
