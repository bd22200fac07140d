"""Pictures that another platform must fetch from us for a moment, hosted under random paths of the public site."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.base import Presence, Rejected
from adapters.files import Folder, PathRefused, disk_outcome, withdrawn
from adapters.http import EdgeSession
from adapters.site_reader import look

_SHA256 = re.compile(r"[0-9a-f]{64}")
_HOSTED = re.compile(r"h/[0-9a-f]{32}\.jpg")


@dataclass(frozen=True, kw_only=True)
class SitePictureHost:
    """Hosts one picture at a time under a path that cannot be guessed. `deadline` is for one HTTP call in all."""

    root: Path
    public_url: str
    deadline: timedelta
    proxies: dict[str, str] | None = None

    def path_for(self, sha256: str) -> str:
        """A fresh path of 128 random bits for this picture; asked twice it gives two, so keep the first."""
        if not _SHA256.fullmatch(sha256):
            raise Rejected("picture-hash", "The picture's SHA-256 must be 64 hexadecimal digits.")
        return f"h/{secrets.token_hex(16)}.jpg"

    def put(self, path: str, data: bytes) -> str:
        """Make it public under the path, whole or not at all; returns its address."""
        self._ours(path)
        try:
            Folder(root=self.root).write(path, data)
        except (OSError, PathRefused) as error:
            raise disk_outcome(error) from None
        return self._url(path)

    def take_down(self, path: str) -> None:
        """Empty it, unlink it, leave the marker of a withdrawn path. Already gone is success."""
        self._ours(path)
        folder = Folder(root=self.root)
        try:
            folder.erase(path)
            folder.write(withdrawn(path), b"")
        except (OSError, PathRefused) as error:
            raise disk_outcome(error) from None

    def presence(self, path: str) -> Presence:
        """What an anonymous reader gets now; GONE only if the file has left the disk as well."""
        self._ours(path)
        with EdgeSession(deadline=self.deadline, proxies=self.proxies) as session:
            seen = look(session, self._url(path))
        try:
            on_disk = Folder(root=self.root).exists(path)
        except (OSError, PathRefused):
            return Presence.UNSURE
        return Presence.UNSURE if on_disk and seen is Presence.GONE else seen

    def _url(self, path: str) -> str:
        return f"{self.public_url.rstrip('/')}/{path}"

    def _ours(self, path: str) -> None:
        if not _HOSTED.fullmatch(path):
            raise Rejected("picture-path", "Only paths made by this host can be used.")
