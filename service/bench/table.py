"""The table of `make bench-service`, in Markdown."""

from collections.abc import Sequence
from statistics import median

from service.bench.measure import Run


def _number(value: float) -> str:
    """Three digits, as many as a busy machine allows."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004


def _spread(values: Sequence[float]) -> str:
    return f"{_number(median(values))} ({_number(min(values))}–{_number(max(values))})"


def table(runs: Sequence[Run]) -> str:
    """Return the median of every server's rounds, with the least and the most, as lines of Markdown.

    The last column is the rate of the server that was measured first over that of the row, round by round.
    """
    first = runs[0].name
    names = list(dict.fromkeys(run.name for run in runs))
    lines = [f"| sentences | server | requests/s | p50, ms | p99, ms | {first} is |", "|---|---|---|---|---|---|"]
    for size in dict.fromkeys(run.size for run in runs):
        ours = {run.round: run.speed.rate for run in runs if (run.name, run.size) == (first, size)}
        for name in names:
            found = [run for run in runs if (run.name, run.size) == (name, size)]
            times = _spread([ours[run.round] / run.speed.rate for run in found])
            lines.append(
                f"| {size:,} | {name} | {_spread([run.speed.rate for run in found])} "
                f"| {_number(median(run.speed.p50 for run in found))} "
                f"| {_number(median(run.speed.p99 for run in found))} | {'' if name == first else f'× {times}'} |"
            )
    return "\n".join(lines)
