"""Files as a public folder needs them: whole or not at all, emptied before they go, never outside the root.

A `Folder` is a directory of which every byte is ours. Paths inside it are relative, with "/" and without surprises:
no dot segments, no symbolic links, no absolute paths.
"""

import errno
import fcntl
import os
import re
import secrets
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.base import AdapterError, InDoubt, Throttled, Unauthorised, Unreachable

SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
# Folders of our own that begin with a dot, so that no web server shows them.
PRIVATE = frozenset({".state", ".gone"})
TEMPORARY = ".tmp-"
LOCK_POLL = timedelta(milliseconds=50)
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class PathRefused(ValueError):
    """The path could leave the folder. Its text holds no path."""


class Busy(OSError):
    """Another process held the lock for the whole time we may wait."""


def disk_outcome(error: OSError | PathRefused) -> AdapterError:
    """A failure of the disk as our error. Never carries a path."""
    if isinstance(error, Busy):
        return Unreachable("site-busy", "Another process works on this notice; it is tried again.")
    if isinstance(error, PathRefused):
        return Unauthorised("site-path", "Something under site.root is a link or has a strange name: look there.")
    if error.errno in _DENIED:
        return Unauthorised("site-not-writable", "Give Downdate's user the right to write and delete in site.root.")
    if error.errno in _FULL:
        return Throttled("site-disk-full", "Make room on the disk of site.root.")
    return InDoubt("site-disk")


def withdrawn(relative: str) -> str:
    """The marker for which the site answers 410 once nothing stands at the path (platforms: website, section 3)."""
    return f".gone/{relative}"


def _nofollow(path: Path, flags: int, mode: int = 0o644) -> int:
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise PathRefused("a link") from None
        raise


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _erase(path: Path) -> None:
    try:
        # A web server that keeps the file open would serve it on (platforms: website, section 3).
        handle = _nofollow(path, os.O_WRONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        os.ftruncate(handle, 0)
        os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _clear(path: Path, last: str) -> None:
    failures: list[OSError | PathRefused] = []
    for each in sorted(path.iterdir(), key=lambda entry: (entry.name == last, entry.name)):
        try:
            if each.is_symlink():
                each.unlink()
            elif each.is_dir():
                _clear(each, last)
            else:
                _erase(each)
        except (OSError, PathRefused) as error:
            failures.append(error)
    if failures:
        raise failures[0]
    path.rmdir()
    _sync_folder(path.parent)


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of ours. `patience` bounds the wait for a lock; `wait` is told to wait that many seconds."""

    root: Path
    patience: timedelta = timedelta(seconds=20)
    wait: Callable[[float], object] = field(default_factory=lambda: threading.Event().wait)

    def locate(self, relative: str) -> Path:
        """The place of a relative path. Raises PathRefused where it could lead out of the root."""
        segments = relative.split("/")
        if not all(SEGMENT.fullmatch(each) or (at == 0 and each in PRIVATE) for at, each in enumerate(segments)):
            raise PathRefused("a segment")
        path = self.root.resolve()
        for each in segments:
            path = path / each
            if path.is_symlink():
                raise PathRefused("a link")
        return path

    def read(self, relative: str) -> bytes | None:
        """The bytes of a file, None where there is no file."""
        try:
            handle = _nofollow(self.locate(relative), os.O_RDONLY | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            # A folder has no bytes, and a fifo or a device might never end.
            os.close(handle)
            return None
        with os.fdopen(handle, "rb") as file:
            return file.read()

    def exists(self, relative: str) -> bool:
        """Whether anything at all stands there."""
        return os.path.lexists(self.locate(relative))

    def names(self, relative: str) -> tuple[str, ...]:
        """What stands in a folder, sorted, our own unfinished files left out; nothing where there is no folder."""
        try:
            found = sorted(each.name for each in self.locate(relative).iterdir())
        except FileNotFoundError:
            return ()
        return tuple(each for each in found if not each.startswith(TEMPORARY))

    def write(self, relative: str, content: bytes) -> None:
        """Put a file there, whole or not at all, durably. A reader sees the old bytes or the new, never a mixture."""
        path = self.locate(relative)
        self._make_folder(path.parent)
        temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
        handle = _nofollow(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with os.fdopen(handle, "wb") as file:
                # Whatever the umask: another user's web server reads it, and none of it is secret.
                os.fchmod(handle, 0o644)
                file.write(content)
                file.flush()
                os.fsync(handle)
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def erase(self, relative: str) -> None:
        """Empty a file in place, then unlink it, durably. Already gone is success."""
        _erase(self.locate(relative))

    def clear(self, relative: str, *, last: str = "") -> None:
        """Erase all that a folder holds, unfinished and foreign files too and `last` after the others, then itself.

        One file that cannot be erased does not keep the others; the first failure is raised at the end.
        """
        path = self.locate(relative)
        if path.exists():
            _clear(path, last)

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the lock of that name against other threads and processes. Raises Busy after `patience`."""
        path = self.locate(f".state/locks/{name}")
        self._make_folder(path.parent)
        handle = _nofollow(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            for _ in range(max(1, self.patience // LOCK_POLL)):
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self.wait(LOCK_POLL.total_seconds())
            else:
                raise Busy("lock")
            yield
        finally:
            os.close(handle)

    def _make_folder(self, path: Path) -> None:
        missing = []
        while not path.is_dir():
            missing.append(path)
            path = path.parent
        for each in reversed(missing):
            each.mkdir(exist_ok=True)
            each.chmod(0o700 if each.name == ".state" else 0o755)
            _sync_folder(each.parent)
