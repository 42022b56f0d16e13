"""How far a run is, for somebody who watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, begun: int, *, shown: bool) -> Iterator[Callable[[int, int, float], None]]:
    """Yield what tells how many bytes are read, and how many sentences tagged in how many seconds."""
    if not shown:
        yield lambda *_: None
        return
    from tqdm import tqdm  # noqa: PLC0415 - only where there is somebody to see it

    with tqdm(total=total or None, initial=begun, unit="B", unit_scale=True, file=sys.stderr) as bar:

        def show(consumed: int, sentences: int, seconds: float) -> None:
            bar.set_postfix_str(f"{sentences / max(seconds, 0.001):,.0f} sentences/s", refresh=False)
            bar.update(consumed - bar.n)

        yield show
