"""Data frames: the tags of a column of sentences as new columns, for pandas, polars and their like."""

from typing import Any

import narwhals as nw
from narwhals.typing import IntoDataFrameT

from labels.scheme import SCORED
from seeds.errors import BarchasbError
from training.model import LABELS_OF, Model

COLUMNS = ("themes", "type", *map(str, SCORED))
"""The columns that a tag becomes, the same as in CSV."""


class FrameError(BarchasbError):
    """A data frame that cannot be tagged."""


def _checked(frame: Any, column: str, prefix: str) -> "nw.DataFrame[Any]":
    try:
        table: nw.DataFrame[Any] = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        kind = f"{type(frame).__module__}.{type(frame).__name__}"
        raise FrameError(
            f"expected a data frame that is in memory (pandas, polars, pyarrow …), got {kind}; collect a lazy one first"
        ) from error
    if column not in table.columns:
        raise FrameError(f'column "{column}" is missing; the columns are {", ".join(map(str, table.columns))}')
    if there := [name for name in COLUMNS if prefix + name in table.columns]:
        raise FrameError(f'column "{prefix}{there[0]}" is there already; give the new ones a prefix of their own')
    return table


def tag_frame(
    frame: IntoDataFrameT, column: str = "text", *, model: Model | None = None, prefix: str = ""
) -> IntoDataFrameT:
    """Return `frame` with the tag of each sentence of `column` in new columns behind its own.

    The columns are `COLUMNS`, each name behind `prefix`: the themes in the scheme's order with a space between, the
    type, and a probability for each scored label. A row whose sentence is null has a tag of nulls. The kind of frame,
    its index and its other columns stay. `model` is the model in use unless one is given.

    Raises FrameError for what is no data frame in memory, for a column that is missing or not of strings, and where a
    new column would take the place of an old one; ModelError where no model is given and there is no sound one.
    """
    table = _checked(frame, column, prefix)
    held: dict[int, str] = {}
    nulls = table[column].is_null().to_list()
    for place, (sentence, null) in enumerate(zip(table[column].to_list(), nulls, strict=True)):
        if isinstance(sentence, str):
            held[place] = sentence
        elif not null:
            raise FrameError(f'column "{column}", row {place}: expected a string, got {sentence!r:.40}')
    codes, scores = (model or Model.load()).codes(list(held.values()))
    labels = [LABELS_OF[code] for code in codes.tolist()]
    tags = [[" ".join(themes) for themes, _ in labels], [str(kind) for _, kind in labels], *scores.T.tolist()]
    # A row that holds nothing gets None.
    columns = [[*map(dict(zip(held, values, strict=True)).get, range(len(table)))] for values in tags]
    backend = table.implementation
    tagged: IntoDataFrameT = table.with_columns(
        nw.new_series(prefix + name, values, nw.String if name in COLUMNS[:2] else nw.Float64, backend=backend)
        for name, values in zip(COLUMNS, columns, strict=True)
    ).to_native()
    return tagged
