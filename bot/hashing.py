"""Hashing passwords, few at a time: one takes 64 MiB and a tenth of a second on purpose (ASVS 2.4.1, 11.4.2).

Whoever floods the sign-in page is turned away at once, so that they take neither the memory nor the workers that a
retraction needs. Browsers that are known pass through a gate of their own, which no stranger can fill.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 200
_HASHER = PasswordHasher()


class TooBusyError(Exception):
    """As many as may wait do so already; nothing was looked at, and nothing counts as a try."""


class Gate:
    """Lets `at_once` through at the same time; `waiting` more wait for their turn, and nobody beyond."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place inside or in the queue. Raises TooBusyError where there is none."""
        if not self._places.acquire(blocking=False):
            raise TooBusyError
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For whoever has a place."""
        with self._turns:
            yield


# Together half of the console's workers at most, and 192 MiB.
STRANGERS = Gate(at_once=1, waiting=2)
KNOWN = Gate(at_once=2, waiting=1)


@cache
def nobodys() -> str:
    """What an unknown name is compared with, so that it takes as long as a known one."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def right(password_hash: str, password: str, gate: Gate) -> bool:
    """Whether it is the password. For whoever has a place at the gate."""
    with gate.turn():
        try:
            return _HASHER.verify(password_hash, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False


def hashed(password: str) -> str:
    """What is kept of a password. Raises TooBusyError."""
    with KNOWN.place(), KNOWN.turn():
        return _HASHER.hash(password)
