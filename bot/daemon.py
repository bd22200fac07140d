"""The loop: removals first, every few seconds on the monotonic clock, a pool per channel and slots kept for urgency.

The ledger alone decides what is due; nothing here remembers a duty. APScheduler runs the calendar only: its jobs stall
when the wall clock goes back (reliability: hazards 4 to 6), so no removal depends on one.
"""

import fcntl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from adapters.base import AdapterError
from bot import alarms, audit
from bot.alert_kinds import AlertKind
from bot.alerts import Sender
from bot.context import Bot, owner_name
from bot.intake import due_successors
from bot.reconcile import run_post
from policies.lifecycle import State
from policies.terms import Channel
from store import desk, journal, posts

log = structlog.get_logger()

# Removals before anything that creates; looks decide what is in doubt (I11).
ORDER = (posts.REMOVALS, posts.LOOKS, posts.CREATIONS, posts.RECHECKS)
SWEEP = "sweep"


class AlreadyRunningError(Exception):
    """Another daemon holds the ledger."""


@contextmanager
def only_daemon(folder: Path) -> Iterator[None]:
    """Hold the file lock beside the ledger; two daemons on one ledger would be two hands on one post (I10)."""
    with (folder / "daemon.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(str(folder)) from None
        yield


class Loop:
    """Sweeps until told to stop. `turned` is the monotonic time of the last whole turn; None before the first."""

    def __init__(self, bot: Bot, sender: Sender) -> None:
        self._bot = bot
        self._sender = sender
        self._stop = threading.Event()
        self._wake = threading.Event()
        loop = bot.settings.loop
        self._pools = {
            channel: ThreadPoolExecutor(loop.workers, thread_name_prefix=channel.value) for channel in bot.adapters
        }
        self._urgent = ThreadPoolExecutor(loop.urgent_slots, thread_name_prefix="urgent")
        self._side = ThreadPoolExecutor(len(bot.adapters) + 2, thread_name_prefix="side")
        self._busy: set[object] = set()
        self._lock = threading.Lock()
        self._owner = owner_name("daemon")
        self._found: dict[AlertKind, bool] = {}
        self.turned: float | None = None

    def stop(self) -> None:
        """Ask the loop to end; calls in flight are left to the states that exist for that."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Start up, then turn until stopped. The caller holds `only_daemon`."""
        with self._bot.ledger.write() as tx:
            posts.end_leases(tx, self._bot.now)
        self._guarded("refresh", lambda: audit.refresh_all(self._bot))
        for channel in self._bot.adapters:
            self._aside(("start", channel), partial(self._greet, channel))
        self._aside("verify", self._verify)
        calendar = self._calendar()
        calendar.start()
        try:
            while not self._stop.is_set():
                self._guarded("turn", self.turn)
                self._wake.wait(self._bot.settings.loop.poll.total_seconds())
                self._wake.clear()
        finally:
            calendar.shutdown(wait=False)
            for pool in (*self._pools.values(), self._urgent, self._side):
                pool.shutdown(wait=False, cancel_futures=True)

    def turn(self) -> None:
        """One sweep: hand out what is due, removals first, then compare accounts and tell people."""
        now = self._bot.now
        with self._bot.ledger.write() as tx:
            due_successors(self._bot, tx, now)
        for states in ORDER:
            for channel in self._bot.adapters:
                self._hand_out(channel, states, now)
        for channel in audit.compare_due(self._bot, now):
            self._aside(("compare", channel), partial(self._compare, channel))
        with self._bot.ledger.write() as tx:
            alarms.raise_alarms(self._bot, tx, now, found=self._found)
            desk.beat(tx, SWEEP, now)
        self._aside("alerts", lambda: alarms.send_due(self._bot, self._sender, self._bot.now))
        self.turned = monotonic()

    def _hand_out(self, channel: Channel, states: tuple[State, ...], now: datetime) -> None:
        # A channel's slots are the cap: what does not fit stays due in the ledger.
        most = self._bot.settings.loop.workers * 2
        with self._bot.ledger.read() as tx:
            due = posts.due(tx, now, channel=channel, states=states, most=most)
        for post in due:
            pool = self._urgent if post.urgent else self._pools[channel]
            self._submit(pool, post.id, partial(run_post, self._bot, post.id, owner=self._owner))

    def _submit(self, pool: ThreadPoolExecutor, key: object, work: Callable[[], object]) -> None:
        with self._lock:
            if key in self._busy or self._stop.is_set():
                return
            self._busy.add(key)
        future = pool.submit(self._guarded, str(key), work)
        future.add_done_callback(lambda done: self._finished(key, done))

    def _finished(self, key: object, _: "Future[None]") -> None:
        with self._lock:
            self._busy.discard(key)
        self._wake.set()

    def _aside(self, key: object, work: Callable[[], object]) -> None:
        self._submit(self._side, key, work)

    def _guarded(self, what: str, work: Callable[[], object]) -> None:
        """The edge that catches all: one bad post or channel never stops the others."""
        try:
            work()
        except AdapterError as error:
            log.warning("call failed", what=what, code=error.code)
        except Exception:
            log.exception("step failed", what=what)

    def _tell(self, kind: AlertKind, ref: str | None, channel: Channel) -> None:
        # Called inside a comparison's transaction: raised right after it.
        self._aside(("tell", kind, ref, channel), lambda: self._raise(kind, ref, channel))

    def _raise(self, kind: AlertKind, ref: str | None, channel: Channel) -> None:
        with self._bot.ledger.write() as tx:
            alarms.raise_once(self._bot, tx, kind, ref, channel, self._bot.now)

    def _compare(self, channel: Channel, *, everything: bool = False) -> None:
        audit.compare(self._bot, channel, everything=everything, tell=self._tell)

    def _greet(self, channel: Channel) -> None:
        audit.check_account(self._bot, channel)
        self._compare(channel, everything=True)

    def _verify(self) -> None:
        """The whole chain, once at start and daily: reading it takes longer than a turn may."""
        with self._bot.ledger.read() as tx:
            verdict = journal.verify_ledger(tx)
        self._found = {AlertKind.JOURNAL_BROKEN: not verdict.whole}

    def _calendar(self) -> BackgroundScheduler:
        calendar = BackgroundScheduler(timezone="Europe/London")
        daily = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        for channel in self._bot.adapters:
            calendar.add_job(
                partial(self._aside, ("greet", channel), partial(self._greet, channel)),
                "cron",
                hour=6,
                minute=30,
                **daily,
            )
        calendar.add_job(
            lambda: self._aside("refresh", lambda: audit.refresh_all(self._bot)), "cron", hour=5, minute=15, **daily
        )
        calendar.add_job(partial(self._aside, "verify", self._verify), "cron", hour=4, minute=45, **daily)
        return calendar
