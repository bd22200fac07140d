"""Whose turn it is to write, among the threads of one process: SQLite's own waiting sleeps, and is unfair."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One writer at a time. Whoever is urgent goes before all that wait, the others in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._urgent: deque[threading.Event] = deque()
        self._others: deque[threading.Event] = deque()

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Waits for its turn, which is at most one other writer's away for what is urgent."""
        with self._lock:
            mine = None
            if self._taken:
                mine = threading.Event()
                (self._urgent if urgent else self._others).append(mine)
            self._taken = True
        if mine is not None:
            mine.wait()
        try:
            yield
        finally:
            self._pass_on()

    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return len(self._urgent) + len(self._others)

    def _pass_on(self) -> None:
        with self._lock:
            queue = self._urgent or self._others
            if queue:
                queue.popleft().set()
            else:
                self._taken = False
