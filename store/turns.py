"""Whose turn it is to write, among the threads of one process: SQLite's own waiting sleeps, and is unfair."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

# So many urgent ones may pass those who wait, one after the other, before one of these has its turn.
IN_A_ROW = 8


class TurnNotComeError(Exception):
    """Those before one took too long, or one holds the turn oneself; nothing was begun."""


class Turns:
    """One writer at a time. Whoever is urgent goes before all that wait, the others in the order they came."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._taken = False
        self._urgent: deque[threading.Event] = deque()
        self._others: deque[threading.Event] = deque()
        self._passed = 0

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Waits for its turn, which is at most one other writer's away for what is urgent.

        Raises TurnNotComeError after `patience` seconds, and at once for whoever holds the turn already.
        """
        self._come(urgent=urgent)
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = None
            with self._lock:
                self._pass_on()

    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return len(self._urgent) + len(self._others)

    def _come(self, *, urgent: bool) -> None:
        if self._holder == threading.get_ident():
            raise TurnNotComeError
        queue = self._urgent if urgent else self._others
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            queue.append(mine)
        came = False
        try:
            came = mine.wait(self._patience)
        finally:
            # Also where the waiting was broken off: a turn that is given to nobody would never be passed on.
            if not came:
                self._leave(queue, mine)
        if not came:
            raise TurnNotComeError

    def _leave(self, queue: deque[threading.Event], mine: threading.Event) -> None:
        with self._lock:
            if mine.is_set():
                self._pass_on()
            else:
                queue.remove(mine)

    def _pass_on(self) -> None:
        first = self._urgent and not (self._others and self._passed >= IN_A_ROW)
        queue = self._urgent if first else self._others
        self._passed = self._passed + 1 if first and self._others else 0
        if queue:
            queue.popleft().set()
        else:
            self._taken = False
