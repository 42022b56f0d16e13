"""The command with small blocks, each sealed: `python -m tests.kill tag …` can be killed at many places in seconds."""

import sys

from service import batch
from service.archives import blocks, readers
from service.cli import main

blocks.SIZE = readers.SIZE = 2_000
batch._SEAL_SECONDS = 0.0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
