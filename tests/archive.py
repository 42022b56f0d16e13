"""A large archive made of halves of labelled sentences, tagged with the model in use: `python -m tests.archive [N]`.

Prints the rate, and the most memory that any process took at a tenth of the archive and at all of it.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from labels import dataset

SENTENCES = 5_000_000


def write(path, count):
    """Write so many sentences, one a line: the first half of one with the second of another."""
    chosen = random.Random(0)
    words = [sentence.text.split() for sentence in dataset.read().sentences]
    with path.open("w", encoding="utf-8") as file:
        for _ in range(count):
            first, second = chosen.choice(words), chosen.choice(words)
            file.write(" ".join(first[: len(first) // 2] + second[len(second) // 2 :]) + "\n")


def main(count):
    with tempfile.TemporaryDirectory(prefix="barchasb.") as name:
        for size in (count // 10, count):
            archive, out = Path(name) / "archive.txt", Path(name) / "tags.jsonl"
            write(archive, size)
            started = time.monotonic()
            command = [Path(sys.executable).with_name("barchasb"), "tag", "--lines", archive, "-o", out]
            subprocess.run(command, check=True, env=os.environ)
            seconds = time.monotonic() - started
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"{size:,} sentences: {size / seconds:,.0f} sentences/s, at most {peak:,.0f} MiB a process")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SENTENCES)
