"""`downdate serve`: the loop, the public site, the console and the watch page in one process, or each by itself."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import structlog
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from adapters.http import EdgeSession
from bot import standing, watch
from bot.alerts import Sender
from bot.context import Bot
from bot.daemon import SWEEP, Loop, only_daemon
from bot.lanes import Lanes
from bot.settings import notify_socket
from bot.site import public_site
from bot.web import api_problems
from bot.web.app import assets_missing, console_app
from bot.web.security import LARGEST_FORM
from store import desk
from store.ledger import LedgerBusyError

log = structlog.get_logger()

_SMALL = 64 * 1024
_TOO_LARGE = (
    "That is too large, and nothing of it was taken in. What you saved before is as it was.\n"
    "Go back, and send less at once: a picture may have at most 20 MB.\n"
)
# Whoever opens connections and sends nothing shall not keep others out; each costs a descriptor and a few kB.
# At the limit waitress takes no more of them, so that room is made before.
_CONNECTIONS = 500
_CROWDED = 400
_SILENT_FOR = 60
# Of the console; those who take down have workers of their own beside them.
WORKERS = 12
URGENT_WORKERS = 4
PARTS = ("daemon", "site", "console", "watch")
Samples = Callable[[], list[dict[str, str]]]


class MissingAssetsError(Exception):
    """The console's stylesheet has not been built: `make run` or `make test` does it, a wheel holds it."""


class LoopEndedError(Exception):
    """The loop ended though nobody asked it to."""


class _Refusing(ErrorTask):  # type: ignore[misc]  # waitress is untyped
    """What is refused by its announced length is told in words, as to a person so to a program."""

    def execute(self) -> None:
        if self.request.error.code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            super().execute()
            return
        told = api_problems.unread() if api_problems.is_api(self.request.path) else (_TOO_LARGE, "text/plain")
        body = told[0].encode()
        self.status = "413 Content Too Large"
        self.response_headers += [
            ("Content-Type", f"{told[1]}; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress is untyped
    """A connection. Where they are many, a new one takes the place of one that others need less than it.

    That is the one which has owed a whole request for longest, an upload under way among them: whoever sends a byte
    now and then must not be safer than others. Where none owes any, it is the one that has not read for longest.
    """

    error_task_class = _Refusing

    def __init__(self, server: Any, *given: Any, **more: Any) -> None:
        super().__init__(server, *given, **more)
        self.owes_since = monotonic()
        # Workers close connections as well.
        others = [each for each in list(server.active_channels.values()) if each is not self]
        if len(others) < server.crowded:
            return
        owing = [each for each in others if each.owes]
        unread = [each for each in others if each.total_outbufs_len]
        if owing:
            min(owing, key=lambda each: each.owes_since).handle_close()
        elif unread:
            min(unread, key=lambda each: each.last_activity).handle_close()

    @property
    def owes(self) -> bool:
        """Whether nothing of it is being done or sent: a whole request has not come yet, or not another one."""
        return not (self.requests or self.total_outbufs_len or self.will_close)

    def service(self) -> None:
        super().service()
        self.owes_since = monotonic()


class _Listener:
    """One waitress server on its own thread; `lanes` instead of `threads` where some requests go before others."""

    def __init__(
        self,
        application: object,
        *,
        host: str,
        port: int,
        threads: int = 4,
        lanes: Lanes | None = None,
        largest: int = _SMALL,
        crowded: int = _CROWDED,
    ) -> None:
        # A larger body is refused by its announced length, before it is read (ASVS 5.2.1).
        self._server = create_server(
            application,
            host=host,
            port=port,
            threads=threads,
            ident=None,
            max_request_body_size=largest,
            connection_limit=_CONNECTIONS,
            channel_timeout=_SILENT_FOR,
            asyncore_use_poll=True,
            _dispatcher=lanes,
        )
        self._server.channel_class = _Channel
        self._server.crowded = crowded
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._server.run()
        except (OSError, ValueError):
            # Its sockets were closed under it, which is how it is ended.
            if not self._closing:
                raise

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._server.close()
        self._thread.join(2)
        # Workers without work end; nobody waits for one that still has some.
        self._server.task_dispatcher.set_thread_count(0)


def serve(
    bot: Bot,
    *,
    parts: tuple[str, ...] = PARTS,
    stop: threading.Event | None = None,
    ready: Callable[[], None] | None = None,
    samples: Samples = list,
) -> bool:
    """Run until SIGTERM or SIGINT; ends within 10 s, leaving calls in flight to the states that exist for that.

    True where none was left. Where one was, Python would wait for its thread at the end: `leave` does not.
    Raises AlreadyRunningError where another daemon holds the ledger, LoopEndedError where the loop ended by itself.
    """
    ended = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
    alerts = bot.settings.alerts
    sender = Sender(alerts.urls, alerts.second_urls, link_base=alerts.link_base)
    loop = Loop(bot, sender)
    turning: threading.Thread | None = None
    with ExitStack() as stack:
        # Before any port is taken: a second daemon is told that it is one, not that a port is in use.
        if "daemon" in parts:
            stack.enter_context(only_daemon(bot.ledger.folder))
        for listener in _listeners(bot, parts, loop if "daemon" in parts else None, samples):
            stack.enter_context(listener)
        if "daemon" in parts:
            turning = threading.Thread(target=loop.run, daemon=True, name="loop")
            turning.start()
        if ready is not None:
            ready()
        alive = _attend(bot, loop, ended, turning)
        loop.stop()
        if turning is not None:
            turning.join(8)
    if not alive:
        raise LoopEndedError
    return loop.idle


def _listeners(bot: Bot, parts: tuple[str, ...], loop: Loop | None, samples: Samples) -> Iterator[_Listener]:
    if "site" in parts:
        site = bot.settings.site
        host = urlsplit(site.public_url).hostname or ""
        yield _Listener(public_site(site.root, hosts=frozenset({host})), host=site.host, port=site.port)
    if "console" in parts:
        yield _console(bot, loop, samples)
    if "watch" in parts:
        yield _watch_page(bot, loop)


def leave() -> NoReturn:
    """End the process at once and well, as far as it is concerned; what a call still does is for the next daemon."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _snapshot(bot: Bot, loop: Loop | None) -> watch.Snapshot:
    """How things stand; the loop's age comes from the monotonic clock where the loop runs in this process."""
    age = None if loop is None or loop.turned is None else timedelta(seconds=monotonic() - loop.turned)
    with bot.ledger.read() as tx:
        return standing.snapshot(bot, tx, bot.now, last_sweep_age=age, clock_skew=bot.clock_skew)


def _console(bot: Bot, loop: Loop | None, samples: Samples) -> _Listener:
    """The console; where the loop runs elsewhere, its age is read from the ledger."""
    if assets_missing():
        raise MissingAssetsError

    began = monotonic()

    def age() -> timedelta:
        if loop is not None:
            return timedelta(seconds=monotonic() - (began if loop.turned is None else loop.turned))
        with bot.ledger.read() as tx:
            last = desk.last_beat(tx, SWEEP)
        return timedelta.max if last is None else bot.now - last

    app = console_app(bot, loop_age=age, samples=samples)
    chosen = bot.settings.console
    lanes = Lanes(urgent=URGENT_WORKERS, others=WORKERS)
    return _Listener(app, host=chosen.host, port=chosen.port, lanes=lanes, largest=LARGEST_FORM)


def _watch_page(bot: Bot, loop: Loop | None) -> _Listener:
    late = bot.settings.loop.late_after
    page = watch.watch_app(lambda: _snapshot(bot, loop), lambda: bot.now, late_after=late)
    return _Listener(page, host=bot.settings.serve.host, port=bot.settings.serve.port)


def _attend(bot: Bot, loop: Loop, ended: threading.Event, turning: threading.Thread | None) -> bool:
    """Wait for the end; ping outside only after work that was proven, never by a bare timer (reliability: 8).

    False where the loop's thread is dead: a process that lives on without it would take nothing down.
    """
    address = notify_socket()
    told: float | None = None
    if address:
        watch.tell_systemd(address, "READY=1")
    while not ended.wait(1.0):
        if turning is None:
            told = _without_a_loop(bot, address, told)
            continue
        if not turning.is_alive():
            log.error("loop ended")
            return False
        turned = loop.turned
        if turned is None or turned == told:
            continue
        if monotonic() - turned > bot.settings.loop.late_after.total_seconds():
            continue
        if told is not None and turned - told < 60:
            continue
        told = turned
        try:
            _ping(bot, loop, address)
        except LedgerBusyError:
            # Not heard is the right answer to a ledger that cannot be read.
            log.warning("not pinged", code="ledger-busy")
    return True


def _without_a_loop(bot: Bot, address: str | None, told: float | None) -> float | None:
    """The console by itself, say: it lives while it can read the ledger. Outside only the loop is heard of."""
    if told is not None and monotonic() - told < 60:
        return told
    try:
        with bot.ledger.read() as tx:
            desk.last_beat(tx, SWEEP)
    except LedgerBusyError:
        log.warning("not pinged", code="ledger-busy")
        return told
    if address:
        watch.tell_systemd(address, "WATCHDOG=1")
    return monotonic()


def _ping(bot: Bot, loop: Loop, address: str | None) -> None:
    if address:
        # Whatever else is wrong, such as a platform that deletes nothing: a restart would not mend it.
        watch.tell_systemd(address, "WATCHDOG=1")
    ok, _ = watch.health(_snapshot(bot, loop), bot.now, late_after=bot.settings.loop.late_after)
    url = bot.settings.alerts.ping_url
    if url is not None:
        with EdgeSession(deadline=bot.settings.loop.call_deadline) as session:
            watch.ping(url, session, failing=not ok)
