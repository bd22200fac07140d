"""Has the council's own virus scanner look at each picture sent, before a byte of it is decoded (ASVS 5.4.3)."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import structlog

from bot.pictures import PictureRefused
from bot.settings_model import Settings

log = structlog.get_logger()

Scan = Callable[[bytes], None]
# All that a scanner is told: nothing of ours is in it, least of all a token.
_AROUND = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
# Fewer than the console has workers: a slow scanner keeps nobody from retracting.
_AT_ONCE = threading.BoundedSemaphore(4)
_INFECTED = 1


def scan_of(settings: Settings) -> Scan | None:
    """What `pictures.clean` calls with the bytes as they came; None where no scanner is set."""
    command, most = settings.console.scan_command, settings.console.scan_for
    if not command:
        return None
    return lambda data: _scan(command, data, most)


def _scan(command: tuple[str, ...], data: bytes, most: timedelta) -> None:
    """Raises PictureRefused for what the scanner refuses, and for what it could not look at."""
    if not _AT_ONCE.acquire(timeout=most.total_seconds()):
        raise _not_checked("busy")
    try:
        code = _asked(command, data, most)
    finally:
        _AT_ONCE.release()
    if code == _INFECTED:
        log.warning("picture refused by scanner")
        raise PictureRefused("harmful-file", "The virus scanner found something in it. Do not open it again; tell IT.")
    if code != 0:
        raise _not_checked(f"exit-{code}")


def _asked(command: tuple[str, ...], data: bytes, most: timedelta) -> int:
    """Its exit code, without a shell in between. Raises PictureRefused where it does not start or end in time."""
    try:
        asked = subprocess.Popen(  # noqa: S603  # the administrator's own setting, as a list of words
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_AROUND,
            cwd="/",
            start_new_session=True,
        )
    except OSError:
        raise _not_checked("not-started") from None
    with asked:
        try:
            asked.communicate(data, timeout=most.total_seconds())
        except subprocess.TimeoutExpired:
            # With whatever it has started itself.
            with suppress(ProcessLookupError):
                os.killpg(asked.pid, signal.SIGKILL)
            raise _not_checked("too-slow") from None
    return asked.returncode


def _not_checked(code: str) -> PictureRefused:
    log.error("picture not scanned", code=code)
    return PictureRefused("could-not-be-checked", "The virus scanner gave no answer. Try again; if it stays, tell IT.")
