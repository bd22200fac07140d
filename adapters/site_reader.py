"""The public site as an anonymous reader gets it: the only witness of what is up and what is gone."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

import requests

from adapters.base import Artefact, ArtefactKind, InDoubt, Presence, Unauthorised
from adapters.files import PathRefused
from adapters.http import EdgeSession, as_outcome
from adapters.noticeboard import LISTS, STYLESHEET, Board

_PROBE_LOOKS = 20
_PROBE_PAUSE = timedelta(milliseconds=250)


def look(session: EdgeSession, url: str) -> Presence:
    """What an anonymous reader gets. Only 404 and 410 say gone: a redirect, a time-out or a 503 says nothing."""
    try:
        response = session.get(url)
    except requests.RequestException:
        return Presence.UNSURE
    if response.status_code == 200:
        return Presence.VISIBLE
    return Presence.GONE if response.status_code in (404, 410) else Presence.UNSURE


def _together(seen: set[Presence]) -> Presence:
    """Visible if any is, gone only if all are."""
    if Presence.VISIBLE in seen:
        return Presence.VISIBLE
    return Presence.GONE if seen == {Presence.GONE} else Presence.UNSURE


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(kw_only=True)
class Reader:
    """Reads a site under its public name. One per thread and look: `with Reader(...) as reader`."""

    board: Board
    deadline: timedelta
    proxies: dict[str, str] | None = None
    session: EdgeSession = field(init=False)

    def __post_init__(self) -> None:
        self.session = EdgeSession(deadline=self.deadline, proxies=self.proxies)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def meets_our_site(self) -> bool:
        """Whether the site answers as ours. One that answers all alike, or not at all, proves nothing of a page."""
        try:
            response = self.session.get(f"{self.board.public_url}/site.css")
        except requests.RequestException:
            return False
        return response.status_code == 200 and response.content == STYLESHEET.encode()

    def presence(self, artefact: Artefact) -> Presence:
        """GONE only if the reader gets 404 or 410 and the disk holds nothing."""
        path = artefact.platform_id
        if path is None:
            return Presence.UNSURE
        try:
            if artefact.kind is ArtefactKind.FEED_ENTRY:
                seen, on_disk = self._lists(path), self.board.mentions(path)
            else:
                seen, on_disk = self._path(path), self.board.folder.exists(path)
        except (OSError, PathRefused):
            return Presence.UNSURE
        return Presence.UNSURE if on_disk and seen is Presence.GONE else seen

    def _path(self, path: str) -> Presence:
        twins = {path}
        if path.endswith("/index.html"):
            # A cache keeps each spelling of an address by itself.
            folder = path.removesuffix("index.html")
            twins |= {folder, folder.removesuffix("/")}
        return _together({look(self.session, f"{self.board.public_url}/{each}") for each in twins})

    def _lists(self, page_id: str) -> Presence:
        seen = set()
        for each in LISTS:
            try:
                response = self.session.get(f"{self.board.public_url}/{each}")
            except requests.RequestException:
                return Presence.UNSURE
            if response.status_code != 200 or not self.board.recognises(each, response.content):
                return Presence.UNSURE
            named = f"/{page_id}/".encode() in response.content
            seen.add(Presence.VISIBLE if named else Presence.GONE)
        return _together(seen)

    def require_https(self) -> str:
        """The site's host. Raises Unauthorised for plain http to any machine but this one."""
        parts = urlsplit(self.board.public_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise Unauthorised("plain-http", "site.public_url must begin with https:// unless it is this machine.")
        return parts.netloc

    def require(self, path: str, content: bytes) -> None:
        """Raises unless the public gets exactly this under the path."""
        try:
            response = self.session.get(f"{self.board.public_url}/{path}")
        except requests.RequestException as error:
            raise as_outcome(error) from None
        if response.status_code >= 500:
            raise InDoubt("site-unavailable", "The web server of site.public_url answers with an error.")
        if response.status_code != 200 or response.content != content:
            raise Unauthorised("site-elsewhere", "site.public_url does not show what is written to site.root.")

    def require_gone(self, path: str, wait: Callable[[float], object]) -> None:
        """Raises unless the public gets 404 or 410 within some seconds: what cannot be seen to go may not go up."""
        for _ in range(_PROBE_LOOKS):
            if look(self.session, f"{self.board.public_url}/{path}") is Presence.GONE:
                return
            wait(_PROBE_PAUSE.total_seconds())
        raise Unauthorised("takedown-unseen", "A file deleted from site.root is still served: look for a cache.")
