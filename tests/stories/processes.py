"""A process that a story starts, kills and waits for."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Self

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0


def until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until it holds; fails, and says what did not happen, after `patience`."""
    end = monotonic() + patience
    pause = threading.Event()
    while not holds():
        assert monotonic() < end, f"not in time: {what}"
        pause.wait(0.02)


class Cradle:
    """Starts processes of ours; see `cradle.py`."""

    def __init__(self) -> None:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.cradle"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, **told: Any) -> Any:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(told).encode() + b"\n")
        self._mother.stdin.flush()
        return json.loads(self._mother.stdout.readline())

    def close(self) -> None:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.close()
        self._mother.wait(PATIENCE)
        self._mother.stdout.close()


@dataclass
class Process:
    """One process of ours. Leaving the block kills it, whatever has become of it."""

    cradle: Cradle
    number: int
    out: Path
    err: Path
    ended: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def running(self) -> bool:
        if self.ended is None:
            self.ended = self.cradle.ask(ended=self.number)
        return self.ended is None

    def signal(self, number: signal.Signals) -> None:
        if self.running:
            os.kill(self.number, number)

    def end(self, patience: float = PATIENCE) -> int:
        """Wait for its end; returns its exit code, negative for a signal."""
        until(lambda: not self.running, "the process ends", patience)
        assert self.ended is not None
        return self.ended

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.end()

    def stop(self) -> None:
        """As systemd does it; ten seconds are what the service promises."""
        self.signal(signal.SIGTERM)
        assert self.end(10) == 0, self.err.read_text()

    def died(self) -> None:
        """Wait for the death it was armed with."""
        assert self.end() == -signal.SIGKILL, self.err.read_text()

    def did(self) -> bytes:
        """Wait until it has ended well; returns what it said."""
        assert self.end() == 0, self.err.read_text()
        return self.out.read_bytes()
