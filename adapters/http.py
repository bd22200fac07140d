"""requests as every channel must use it: a total deadline per call, no redirects, bounded bodies, errors said once.

`requests` times out per read, so a dripping answer can hold a worker for ever (reliability.md section 2, hazard 8),
and it follows a redirected DELETE as a GET that answers 200 (hazard 7). `EdgeSession` closes both holes for the SDKs
too, which take it as their session.
"""

import socket
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv6Address, ip_address
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import NewConnectionError

from adapters.base import AdapterError, InDoubt, Rejected, Unreachable

MAX_BODY = 5 * 1024 * 1024
USER_AGENT = "Downdate"
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class DeadlineExceeded(requests.Timeout):
    """The whole call took longer than it may; what it did is unknown."""


class BodyTooLarge(requests.ConnectionError):
    """The answer was larger than any answer we expect; what the call did is unknown."""


class InsideError(Exception):
    """The address leads to a machine of the council's own network, where no platform is; nothing was sent."""


class _Watch(threading.local):
    """The connections the current thread uses, so that a deadline can cut them while it blocks in a read."""

    current: "list[Any] | None" = None
    expired: "threading.Event | None" = None
    outside: bool = False

    def over(self, connection: Any) -> None:
        """Have a connection cut at the deadline. Raises where that has passed, before anything is sent.

        Raises InsideError where it has to lead outside and does not: by whom it reached, whatever the name said.
        """
        if self.outside and connection.sock is not None and not _is_outside(connection.sock.getpeername()[0]):
            raise InsideError
        if self.current is not None:
            self.current.append(connection)
        if self.expired is not None and self.expired.is_set():
            raise TimeoutError


_watch = _Watch()


def _is_outside(host: str) -> bool:
    try:
        found = ip_address(host)
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (inner or found).is_global


class _WatchedHTTP(HTTPConnection):
    def connect(self) -> None:
        # Looking up and trying several addresses has no limit in all; the cut may have found no socket yet.
        super().connect()
        _watch.over(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch.over(self)
        super().request(*args, **kwargs)


class _WatchedHTTPS(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _watch.over(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch.over(self)
        super().request(*args, **kwargs)


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class _WatchedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
        return manager


def _cut(connections: list[Any], expired: threading.Event) -> None:
    expired.set()
    for connection in list(connections):
        sock = connection.sock
        if sock is None:
            continue
        try:
            # Not SSLSocket.shutdown, which would pull the TLS state from under the reading thread.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            continue


class PlatformTime:
    """What time it is by the platforms' own word: the last Date header heard, carried on by a clock nobody sets."""

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def hear(self, date: str | None) -> None:
        """Take the Date of an answer just received; one that is missing or no date changes nothing."""
        try:
            said = parsedate_to_datetime(date or "")
        except ValueError:
            return
        if said.tzinfo is not None:
            self._heard = (said, _since_boot())

    def now(self) -> datetime | None:
        """None while no platform has answered."""
        if self._heard is None:
            return None
        said, then = self._heard
        return said + timedelta(seconds=_since_boot() - then)


def _since_boot() -> float:
    # Unlike the monotonic clock it goes on while the machine is suspended.
    return time.clock_gettime(time.CLOCK_BOOTTIME)


PLATFORM_TIME = PlatformTime()


class EdgeSession(requests.Session):
    """A requests.Session with a total deadline per call, no redirects, a body limit and no environment credentials.

    Raises what requests raises, so that SDKs built on it keep working; `as_outcome` turns that into our errors.
    One session per thread: neither requests nor the SDKs promise more.
    """

    platform_time: PlatformTime | None = None
    """Where the Date header of every answer is kept, if the other side is a platform."""
    outside: bool = False
    """Whether it may connect to public addresses only (ASVS 1.3.6)."""

    def __init__(
        self,
        *,
        deadline: timedelta,
        connect: timedelta = timedelta(seconds=5),
        proxies: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.deadline = deadline
        self.connect = connect
        self.trust_env = False
        self.proxies.update(proxies or {})
        self.headers["User-Agent"] = USER_AGENT
        self.mount("http://", _WatchedAdapter(max_retries=0))
        self.mount("https://", _WatchedAdapter(max_retries=0))

    def request(self, method: str | bytes, url: str | bytes, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Like requests, but always: total deadline, no redirect followed, the body read and bounded."""
        total = self.deadline.total_seconds()
        kwargs["timeout"] = (min(self.connect.total_seconds(), total), total)
        kwargs["allow_redirects"] = False
        kwargs["stream"] = True
        used: list[Any] = []
        expired = threading.Event()
        timer = threading.Timer(total, _cut, (used, expired))
        timer.daemon = True
        until = monotonic() + total
        # A proxy stands inside, and decides itself where it goes.
        _watch.current, _watch.expired, _watch.outside = used, expired, self.outside and not self.proxies
        timer.start()
        try:
            response = super().request(method, url, **kwargs)
            if self.platform_time is not None:
                self.platform_time.hear(response.headers.get("Date"))
            self._read(response, until, expired)
        except requests.ConnectTimeout:
            raise
        except (requests.RequestException, Urllib3Error, OSError, ValueError) as error:
            # A read may time out before the cut was made, on a machine with much else to do.
            if expired.is_set() or monotonic() >= until:
                raise DeadlineExceeded from None
            raise _as_requests(error) from None
        finally:
            timer.cancel()
            _watch.current, _watch.expired, _watch.outside = None, None, False
        return response

    def _read(self, response: requests.Response, until: float, expired: threading.Event) -> None:
        body = bytearray()
        while chunk := response.raw.read1(65536, decode_content=True):
            body += chunk
            if len(body) > MAX_BODY:
                response.close()
                raise BodyTooLarge
            if expired.is_set() or monotonic() > until:
                response.close()
                raise DeadlineExceeded
        if expired.is_set():
            raise DeadlineExceeded
        # The body was read by hand to bound it; requests has no public way to hand it back.
        response._content = bytes(body)  # noqa: SLF001
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001


def _as_requests(error: Exception) -> Exception:
    if isinstance(error, requests.RequestException):
        return error
    return requests.ConnectionError(type(error).__name__)


def never_sent(error: BaseException) -> bool:
    """Whether the connection itself failed, so that no request can have left."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    seen: BaseException | None = error
    for _ in range(6):
        if isinstance(seen, NewConnectionError):
            return True
        reason = getattr(seen, "reason", None) or (seen.args[0] if seen is not None and seen.args else None)
        if not isinstance(reason, BaseException):
            return False
        seen = reason
    return False


def as_outcome(error: Exception) -> AdapterError:
    """A network failure as our error: Unreachable if nothing was sent, else InDoubt. Never carries its text."""
    if never_sent(error):
        return Unreachable("unreachable", "Check the network, the proxy and the channel's base URL.")
    if isinstance(error, requests.Timeout):
        return InDoubt("timeout")
    return InDoubt("lost-answer")


def picture_at(address: str, *, like: str, deadline: timedelta, proxies: Mapping[str, str]) -> bytes:
    """A picture from a platform's public files, fetched as nobody in particular: no credentials are sent.

    `like` is the platform's own base URL, whose scheme the address must have; it leads outside, unless that one is an
    address of this machine as in a rehearsal. Raises Rejected where there is no picture to be had, and what
    `as_outcome` says, or InDoubt, where it may be had later.
    """
    if urlsplit(address).scheme != urlsplit(like).scheme:
        raise Rejected("picture-address")
    try:
        with EdgeSession(deadline=deadline, proxies=dict(proxies)) as session:
            session.outside = (urlsplit(like).hostname or "") not in _HERE
            answered = session.get(address)
    except InsideError:
        raise Rejected("picture-address") from None
    except BodyTooLarge:
        raise Rejected("picture-too-large") from None
    except (requests.RequestException, ValueError) as error:
        raise as_outcome(error) from None
    if answered.status_code in (401, 408, 425, 429) or answered.status_code >= 500:
        raise InDoubt(f"http-{answered.status_code}")
    if answered.status_code != 200:
        raise Rejected("picture-not-there")
    return answered.content
