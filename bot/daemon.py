"""The loop: removals first, every few seconds on the monotonic clock, a pool per channel and slots kept for urgency.

The ledger alone decides what is due; nothing here remembers a duty. APScheduler runs the calendar only: its jobs stall
when the wall clock goes back (reliability: hazards 4 to 6), so no removal depends on one.
"""

import fcntl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from adapters.base import AdapterError
from bot import alarms, audit, duties
from bot.alert_kinds import AlertKind
from bot.alerts import Sender
from bot.context import Bot, owner_name
from bot.erasure import erase_due
from bot.intake import due_successors
from bot.logs import place
from bot.reconcile import run_post
from policies.lifecycle import State
from policies.terms import Channel
from store import desk, journal, posts, signins
from store.ledger import Tx

log = structlog.get_logger()

# Removals before anything that creates; looks decide what is in doubt (I11).
ORDER = (posts.REMOVALS, posts.LOOKS, posts.CREATIONS, posts.RECHECKS)
SWEEP = "sweep"
GRACE = timedelta(seconds=5)
# A channel, and whether its urgent work: each has slots of its own, so that no other can hold it up (I11).
Lane = tuple[Channel, bool]
# Less than this may pass between reading the two clocks.
_STEPPED = timedelta(seconds=10)


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
        slots = {channel: threading.Semaphore(bot.settings.loop.workers) for channel in bot.adapters}
        self._bot = replace(bot, slots=slots)
        self._sender = sender
        self._stop = threading.Event()
        self._wake = threading.Event()
        loop = bot.settings.loop
        self._slots: dict[Lane, int] = {
            (channel, urgent): loop.urgent_slots if urgent else loop.workers
            for channel in bot.adapters
            for urgent in (False, True)
        }
        self._pools = {
            # More threads than slots: one writes to the ledger while another waits for its platform.
            lane: ThreadPoolExecutor(count + count // 2 + 1, thread_name_prefix=lane[0].value)
            for lane, count in self._slots.items()
        }
        # A greeting and a comparison of every channel may hang at once; alarms go out all the same (I12).
        self._side = ThreadPoolExecutor(2 * len(bot.adapters) + 3, thread_name_prefix="side")
        self._busy: set[object] = set()
        self._running: set[Future[bool]] = set()
        self._in_hand = dict.fromkeys(self._slots, 0)
        self._lock = threading.Lock()
        self._owner = owner_name("daemon")
        self._found: dict[AlertKind, bool] = {}
        self._told = (self._bot.now, monotonic())
        self.turned: float | None = None

    def stop(self) -> None:
        """Ask the loop to end; calls in flight are left to the states that exist for that."""
        self._stop.set()
        self._wake.set()

    @property
    def idle(self) -> bool:
        """Whether no work is in hand."""
        with self._lock:
            return all(future.done() for future in self._running)

    def run(self) -> None:
        """Start up, then turn until stopped. The caller holds `only_daemon`."""
        self._guarded("leases", self._end_leases)
        self._guarded("refresh", lambda: audit.refresh_all(self._bot))
        for channel in self._bot.adapters:
            self._aside(("start", channel), partial(self._greet, channel))
        self._aside("verify", self._verify)
        calendar = self._calendar()
        calendar.start()
        try:
            while not self._stop.is_set():
                self._guarded("turn", self.turn)
                self._between_turns(monotonic() + self._bot.settings.loop.poll.total_seconds())
        finally:
            calendar.shutdown(wait=False)
            for pool in (*self._pools.values(), self._side):
                pool.shutdown(wait=False, cancel_futures=True)
            self._settle()

    def _end_leases(self) -> None:
        with self._bot.ledger.write() as tx:
            posts.end_leases(tx, self._bot.now)

    def _settle(self) -> None:
        """Let calls in flight finish for a moment; what does not is in a state that exists for that."""
        until = monotonic() + GRACE.total_seconds()
        pause = threading.Event()
        while monotonic() < until:
            if self.idle:
                return
            pause.wait(0.05)

    def _between_turns(self, until: float) -> None:
        """Hand out more whenever slots fall free; the rest of a turn waits for its time."""
        while not self._stop.is_set() and (left := until - monotonic()) > 0:
            if self._wake.wait(left):
                self._wake.clear()
                self._hand_out_all(self._bot.now)

    def turn(self) -> None:
        """One sweep: hand out what is due, removals first, then compare accounts and tell people."""
        now = self._bot.now
        # Each part by itself: what breaks one keeps neither removals nor alarms from their turn.
        parts = (
            self._guarded("clock", lambda: self._heed_the_clock(now)),
            self._hand_out_all(now),
            self._guarded("successors", lambda: self._successors(now)),
            self._guarded("compare", lambda: self._compare_due(now)),
            self._guarded("alarms", lambda: self._alarms(now)),
        )
        self._aside("alerts", lambda: alarms.send_due(self._bot, self._sender, self._bot.now))
        if all(parts):
            self.turned = monotonic()

    def _heed_the_clock(self, now: datetime) -> None:
        """A wall clock that went back would put off whatever was to be tried again soon (reliability: fault 21)."""
        then, self._told = self._told, (now, monotonic())
        gone_back = timedelta(seconds=self._told[1] - then[1]) - (now - then[0])
        if gone_back > _STEPPED:
            with self._bot.ledger.write() as tx:
                posts.hurry(tx, now, lease=self._bot.settings.loop.lease)
                for channel in self._bot.adapters:
                    desk.set_account(tx, channel, compare_due_at=now)

    def _successors(self, now: datetime) -> None:
        with self._bot.ledger.write() as tx:
            due_successors(self._bot, tx, now)

    def _compare_due(self, now: datetime) -> None:
        for channel in audit.compare_due(self._bot, now):
            self._aside(("compare", channel), partial(self._compare, channel))
        self._aside("duties", lambda: duties.keep_due(self._bot))

    def _alarms(self, now: datetime) -> None:
        with self._bot.ledger.write() as tx:
            alarms.raise_alarms(self._bot, tx, now, found=self._found)
            signins.tell_refused(tx, now)
            desk.beat(tx, SWEEP, now)

    def _hand_out_all(self, now: datetime) -> bool:
        whole = True
        for states in ORDER:
            for channel in self._bot.adapters:
                whole &= self._guarded("hand out", partial(self._hand_out, channel, states, now))
        return whole

    def _hand_out(self, channel: Channel, states: tuple[State, ...], now: datetime) -> None:
        # A lane's slots are the cap: what does not fit stays due in the ledger.
        with self._lock:
            room = {lane: max(0, 2 * self._slots[lane] - self._in_hand[lane]) for lane in self._slots}
        with self._bot.ledger.read() as tx:
            due = [
                post
                for urgent in (True, False)
                if (most := room[channel, urgent])
                for post in posts.due(tx, now, channel=channel, states=states, most=most, urgent=urgent)
            ]
            if states is posts.REMOVALS:
                due = self._within_quota(tx, channel, due, now)
        for post in due:
            lane = (channel, post.urgent)
            work = partial(run_post, self._bot, post.id, owner=self._owner)
            self._submit(self._pools[lane], post.id, work, lane)

    def _within_quota(self, tx: Tx, channel: Channel, due: list[posts.Post], now: datetime) -> list[posts.Post]:
        """Keep a share of the platform's deletions for urgent retractions (reliability: fault 14)."""
        quota = self._bot.adapters[channel].capabilities.removals_per_window
        if quota is None:
            return due
        most, window = quota
        left = max(0, most - audit.RESERVE - posts.removals_since(tx, channel, now - window))
        planned = [post for post in due if not post.urgent]
        return [post for post in due if post.urgent or post in planned[:left]]

    def _submit(
        self, pool: ThreadPoolExecutor, key: object, work: Callable[[], object], lane: Lane | None = None
    ) -> None:
        with self._lock:
            if key in self._busy or self._stop.is_set():
                return
            self._busy.add(key)
            if lane is not None:
                self._in_hand[lane] += 1
        future = pool.submit(self._guarded, str(key), work)
        with self._lock:
            self._running = {each for each in self._running if not each.done()} | {future}
        future.add_done_callback(lambda _: self._finished(key, lane))

    def _finished(self, key: object, lane: Lane | None) -> None:
        with self._lock:
            self._busy.discard(key)
            if lane is None:
                return
            self._in_hand[lane] -= 1
            # Hand out more once the slots have no more in waiting, not after every single one.
            if self._in_hand[lane] <= self._slots[lane]:
                self._wake.set()

    def _aside(self, key: object, work: Callable[[], object]) -> None:
        self._submit(self._side, key, work)

    def _guarded(self, what: str, work: Callable[[], object]) -> bool:
        """The edge that catches all: one bad post or channel never stops the others. Says whether it went well."""
        try:
            work()
        except AdapterError as error:
            log.warning("call failed", what=what, code=error.code)
        except Exception as error:  # noqa: BLE001  # the edge: one bad post never stops the others
            # Type and place only: a message or the values around it could hold a name or a token (I13).
            log.error("step failed", what=what, error=type(error).__name__, at=place(error))  # noqa: TRY400
        else:
            return True
        return False

    def _tell(self, kind: AlertKind, ref: str | None, channel: Channel) -> None:
        # Called inside a comparison's transaction: raised right after it.
        self._aside(("tell", kind, ref, channel), lambda: self._raise(kind, ref, channel))

    def _raise(self, kind: AlertKind, ref: str | None, channel: Channel) -> None:
        with self._bot.ledger.write() as tx:
            alarms.raise_once(self._bot, tx, kind, ref, channel, self._bot.now)

    def _compare(self, channel: Channel, *, everything: bool = False) -> None:
        with self._bot.ledger.read() as tx:
            shown = desk.account(tx, channel).can_remove
        if not shown:
            # Mended credentials are noticed within one comparison, not on the next day (reliability: fault 15).
            audit.check_account(self._bot, channel)
        audit.compare(self._bot, channel, everything=everything, tell=self._tell)

    def _greet(self, channel: Channel) -> None:
        self._guarded("check", lambda: audit.check_account(self._bot, channel))
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
        erase = partial(self._aside, "erase", lambda: erase_due(self._bot))
        calendar.add_job(erase, "cron", hour=3, minute=30, **daily)
        return calendar
