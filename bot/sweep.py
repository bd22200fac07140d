"""One sweep in the calling process, without the daemon: for cron, and for the day on which the service is down."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic

import structlog

from adapters.base import AdapterError
from bot import alarms, audit, duties
from bot.alert_kinds import AlertKind
from bot.alerts import Sender
from bot.context import Bot, owner_name
from bot.daemon import ORDER, SWEEP, AlreadyRunningError, only_daemon
from bot.intake import due_successors
from bot.logs import place
from bot.reconcile import run_post
from bot.standing import Copy, overdue, unverified
from policies.terms import Channel
from store import desk, posts

log = structlog.get_logger()
PATIENCE = timedelta(seconds=60)
# What is due again so soon is worth staying for: a lost answer, a removal to be read back, X behind its page.
_SOON = timedelta(seconds=5)
_TURN = 0.1


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What one sweep did and what it left. `failed` counts steps and comparisons that broke off."""

    posts: int
    strays: int
    failed: int
    unproven: tuple[Copy, ...]
    overdue: tuple[Copy, ...]


Finding = tuple[AlertKind, str | None, Channel]


def sweep(bot: Bot, sender: Sender, *, patience: timedelta = PATIENCE) -> Swept:
    """Do everything that is due, removals first, and what falls due soon after; compare accounts; tell people.

    The ledger's leases keep it and a daemon apart, so that both may run at once.
    """
    _end_leases_of_the_dead(bot)
    until = monotonic() + patience.total_seconds()
    handled: set[int] = set()
    failed = 0
    with ThreadPoolExecutor(max(4, 4 * len(bot.adapters)), thread_name_prefix="sweep") as pool:
        failed += _run_what_is_due(bot, pool, handled)
        strays, broken = compare_all(bot, audit.compare_due(bot, bot.now))
        pause = threading.Event()
        while monotonic() < until and _due(bot, within=_SOON):
            pause.wait(_TURN)
            failed += _run_what_is_due(bot, pool, handled)
    duties.keep_due(bot)
    with bot.ledger.write() as tx:
        now = bot.now
        alarms.raise_alarms(bot, tx, now)
        desk.beat(tx, SWEEP, now)
    alarms.send_due(bot, sender, bot.now)
    with bot.ledger.read() as tx:
        now = bot.now
        left, late = unverified(bot, tx, now), overdue(bot, tx, now)
    return Swept(posts=len(handled), strays=strays, failed=failed + broken, unproven=left, overdue=late)


def compare_all(bot: Bot, channels: list[Channel], *, everything: bool = False) -> tuple[int, int]:
    """Compare accounts with the ledger; returns how many copies came to light and how many accounts did not answer."""
    strays = broken = 0
    for channel in channels:
        found: list[Finding] = []
        try:
            strays += audit.compare(bot, channel, everything=everything, tell=_collect(found))
        except AdapterError as error:
            broken += 1
            log.warning("account not compared", channel=channel.value, code=error.code)
        with bot.ledger.write() as tx:
            for kind, ref, where in found:
                alarms.raise_once(bot, tx, kind, ref, where, bot.now)
    return strays, broken


def _collect(found: list[Finding]) -> audit.Tell:
    return lambda kind, ref, channel: found.append((kind, ref, channel))


def _end_leases_of_the_dead(bot: Bot) -> None:
    """While no daemon runs, what an earlier one held is free at once (design: section 10)."""
    try:
        with only_daemon(bot.ledger.folder), bot.ledger.write() as tx:
            posts.end_leases(tx, bot.now)
    except AlreadyRunningError:
        return


def _due(bot: Bot, *, within: timedelta = timedelta(0)) -> list[list[int]]:
    """The ids of what is due, in the order of urgency. Re-checks of what is gone are worth no waiting."""
    until = bot.now + within
    groups = ORDER if not within else tuple(states for states in ORDER if states != posts.RECHECKS)
    with bot.ledger.read() as tx:
        found = [
            [
                post.id
                for channel in bot.adapters
                for post in posts.due(tx, until, channel=channel, states=states, most=1000)
            ]
            for states in groups
        ]
    return [ids for ids in found if ids]


def _run_what_is_due(bot: Bot, pool: ThreadPoolExecutor, handled: set[int]) -> int:
    """One round; returns how many steps broke off. One bad post stops no other."""
    with bot.ledger.write() as tx:
        due_successors(bot, tx, bot.now)
    owner = owner_name("sweep")
    failed = 0
    for ids in _due(bot):
        handled.update(ids)
        work: list[Callable[[], object]] = [partial(run_post, bot, post_id, owner=owner) for post_id in ids]
        running: list[Future[object]] = [pool.submit(each) for each in work]
        for future in running:
            error = future.exception()
            if error is not None:
                failed += 1
                log.error("step failed", error=type(error).__name__, at=place(error))
    return failed
