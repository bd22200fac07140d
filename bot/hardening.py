"""What keeps a process's secrets its own: nothing of its memory on disk, nothing of its files for others to read."""

import ctypes
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import structlog

log = structlog.get_logger()

_PR_SET_DUMPABLE = 4
_OTHERS, _NOT_THE_OWNER = stat.S_IRWXO, stat.S_IRWXG | stat.S_IRWXO


def keep_memory_private() -> None:
    """No crash leaves a core with keys, tokens or names in it (ASVS 13.3.1), not even one that the system collects.

    Linux writes none for a process that is not dumpable, and lets no other process of the same user read its memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A limit of 0 does not bind a collector that core_pattern pipes to (core(5)).
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def keep_files_private(ledger: Path, key: Path) -> None:
    """Take ledger and key from everybody but their owner, where an earlier release or a copy left more; it is logged.

    A key of another owner than the ledger's was given to a group on purpose, as credentials are: that stays.
    """
    for path, excess in _too_wide(ledger, key):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~excess)
        except OSError:
            log.warning("file readable by others", file=path.name)
        else:
            log.warning("file taken from others", file=path.name)


def _too_wide(ledger: Path, key: Path) -> Iterator[tuple[Path, int]]:
    # SQLite gives its log the ledger's mode, but only when it makes it.
    beside = [ledger.with_name(ledger.name + end) for end in ("", "-wal", "-shm")]
    owner = ledger.stat().st_uid if ledger.exists() else None
    for path in (*beside, key):
        try:
            seen = path.stat()
        except OSError:
            continue
        own = path is not key or seen.st_uid == owner
        excess = seen.st_mode & (_NOT_THE_OWNER if own else _OTHERS)
        if excess:
            yield path, excess
