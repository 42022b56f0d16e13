"""`barchasb corrections`: what people said of tagged sentences, reviewed and made labels."""

import argparse
import getpass
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.corrections.correction import StoredCorrection
    from service.corrections.store import Corrections, CorrectionStore

HELP = "list, review and write the corrections that people made"
_SHOWN = 8
"""Digits of an id in a table; two corrections that share them are rare, and told apart when named."""

_TURNS = frozenset(
    "\N{LEFT-TO-RIGHT EMBEDDING}\N{RIGHT-TO-LEFT EMBEDDING}\N{LEFT-TO-RIGHT OVERRIDE}"
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{POP DIRECTIONAL FORMATTING}\N{LEFT-TO-RIGHT ISOLATE}\N{RIGHT-TO-LEFT ISOLATE}"
    "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    by_id = "an id, or as much of its beginning as no other has"
    listing = actions.add_parser("list", help="show corrections, a line each")
    listing.add_argument("--state", choices=("open", "replaced", "accepted", "rejected"), help="(default: all)")
    listing.add_argument("--no-sentences", action="store_true", help="only what is said to be no sentence")
    listing.add_argument("--json", action="store_true", help="print JSON lines instead of a table")
    listing.set_defaults(act=_list)
    show = actions.add_parser("show", help="show all that is known of a correction, as JSON")
    show.add_argument("ids", nargs=1, metavar="ID", help=by_id)
    show.set_defaults(act=_show)
    accept = actions.add_parser("accept", help="take corrections for labels")
    accept.add_argument("ids", nargs="*", metavar="ID", help=by_id)
    accept.add_argument("--all", action="store_true", help="every open one that nobody disagrees with")
    accept.set_defaults(act=_accept)
    reject = actions.add_parser("reject", help="take corrections for wrong, accepted ones too")
    reject.add_argument("ids", nargs="+", metavar="ID", help=by_id)
    reject.set_defaults(act=_reject)
    edit = actions.add_parser("edit", help="accept a correction with other labels")
    edit.add_argument("ids", nargs=1, metavar="ID", help=by_id)
    edit.add_argument("--themes", default="", metavar="THEME,…", help="(default: none)")
    what = edit.add_mutually_exclusive_group(required=True)
    what.add_argument("--type", metavar="TYPE", help="statistic or rhetoric")
    what.add_argument("--no-sentence", action="store_true", help="it is no sentence, so it has no labels")
    edit.set_defaults(act=_edit)
    disagreeing = actions.add_parser("conflicts", help="show the sentences on which people disagree")
    disagreeing.set_defaults(act=_conflicts)
    write = actions.add_parser("write", help="write accepted corrections to a folder of labels")
    write.add_argument("folder", type=Path, metavar="FOLDER", help="training reads it where BARCHASB_LABELS names it")
    write.set_defaults(act=_write)


def run(arguments: argparse.Namespace) -> int:
    """Do it; return 0, or 1 where there are conflicts or `write` left a sentence out."""
    from seeds.errors import BarchasbError
    from service.corrections.store import CorrectionStore

    store = CorrectionStore()
    if not store.path.exists():
        raise BarchasbError(f"{store.path}: there are no corrections yet; BARCHASB_DATA names the folder that has them")
    act: Callable[[CorrectionStore, argparse.Namespace], int] = arguments.act
    try:
        return act(store, arguments)
    finally:
        store.close()


def _list(store: "CorrectionStore", arguments: argparse.Namespace) -> int:
    from service.corrections.correction import State
    from service.tagger import to_json

    with store.reading() as corrections:
        found = corrections.everyones(State(arguments.state) if arguments.state else None)
    if arguments.no_sentences:
        found = [stored for stored in found if stored.labels is None]
    for stored in found:
        print(to_json(stored.to_dict()).decode() if arguments.json else _line(stored))
    return 0


def _show(store: "CorrectionStore", arguments: argparse.Namespace) -> int:
    from service.tagger import to_json

    with store.reading() as corrections:
        for stored in _named(corrections, arguments.ids):
            print(to_json(stored.to_dict()).decode())
    return 0


def _accept(store: "CorrectionStore", arguments: argparse.Namespace) -> int:
    from seeds.errors import BarchasbError
    from service.corrections import review

    if arguments.all == bool(arguments.ids):
        raise BarchasbError("corrections accept: name the corrections, or say --all")
    with store.writing() as corrections:
        if arguments.all:
            accepted, left = review.accept_all(corrections, _reviewer())
        else:
            named = _named(corrections, arguments.ids)
            review.accept(corrections, [(stored, stored.labels) for stored in named], _reviewer())
            accepted, left = len(named), 0
    print(f"{accepted} accepted" + (f", {left} left open: people disagree on them" if left else ""))
    return 1 if left else 0


def _reject(store: "CorrectionStore", arguments: argparse.Namespace) -> int:
    from service.corrections import review

    with store.writing() as corrections:
        named = _named(corrections, arguments.ids)
        review.reject(corrections, named, _reviewer())
    print(f"{len(named)} rejected")
    return 0


def _edit(store: "CorrectionStore", arguments: argparse.Namespace) -> int:
    from seeds.errors import BarchasbError
    from service.corrections import review
    from service.corrections.body import labelling

    themes = [theme.strip() for theme in arguments.themes.split(",") if theme.strip()]
    if arguments.no_sentence and themes:
        raise BarchasbError("corrections edit: what is no sentence has no themes; leave --themes out")
    labels = None if arguments.no_sentence else labelling(themes, arguments.type)
    with store.writing() as corrections:
        stored = _named(corrections, arguments.ids)[0]
        review.accept(corrections, [(stored, labels)], _reviewer())
    print(f"accepted as {review.described(labels)}")
    return 0


def _conflicts(store: "CorrectionStore", _: argparse.Namespace) -> int:
    from service.corrections import review

    with store.reading() as corrections:
        found = review.conflicts(corrections.corrected_twice())
    for standing in found:
        print(_plain(standing[0].correction.text))
        for stored in standing:
            print(f"  {_line(stored, text=False)}")
    return 1 if found else 0


def _write(store: "CorrectionStore", arguments: argparse.Namespace) -> int:
    from service.corrections.writing import write

    with store.reading() as corrections:
        found = corrections.everyones()
    written = write(found, arguments.folder)
    for line in written.left_out:
        print(f"barchasb: {line}", file=sys.stderr)
    known = f", {written.known} have these labels already" if written.known else ""
    print(f"{written.path}: {written.sentences} sentences{known}, {written.no_sentences} are no sentences")
    return 1 if written.left_out else 0


def _named(corrections: "Corrections", prefixes: Iterable[str]) -> "list[StoredCorrection]":
    """Return the corrections of ids or of their beginnings, each once."""
    from seeds.errors import BarchasbError

    found = {}
    for prefix in prefixes:
        several = corrections.starting(prefix.lower())
        if len(several) != 1:
            what = f"{len(several)} corrections begin" if several else "no correction begins"
            raise BarchasbError(f"{prefix}: {what} with this; see: barchasb corrections list --json")
        found[several[0].number] = several[0]
    return list(found.values())


def _line(stored: "StoredCorrection", *, text: bool = True) -> str:
    from service.corrections.review import described

    correction = stored.correction
    what = f"{correction.tags} -> {described(stored.labels)}"
    note = f"({correction.note})" if correction.note else ""
    cells = [correction.id[:_SHOWN], f"{stored.state:8}", stored.time[:16], stored.who, what, note]
    return "  ".join(_plain(cell) for cell in [*cells, correction.text if text else ""] if cell)


def _plain(text: str) -> str:
    """Return a text on one line, without characters that steer the terminal or turn the direction of what follows."""
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text if char not in _TURNS)


def _reviewer() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return f"user {os.getuid()}"
