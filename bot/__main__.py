"""`downdate`, also as `python -m bot`."""

import sys

from bot.cli import run
from bot.hardening import keep_memory_private


def main() -> None:
    """Run one command and end with its exit code."""
    keep_memory_private()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
