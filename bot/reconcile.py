"""One post, one step: claim, call, record, until nothing is due. The only caller of publish, edit and remove.

Level, not edge: each step compares what should be up with what is held to be up. No transaction is open during a
call; a state is changed only where the epoch is still ours. Recovering from a crash and from a lost answer is the
same code: POSTING and REMOVING are resolved by looking.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.base import (
    Adapter,
    AdapterError,
    Artefacts,
    ByHand,
    CalledOff,
    InDoubt,
    Presence,
    Rejected,
    Throttled,
    Unauthorised,
    Unreachable,
)
from bot import claims, outcomes
from bot.attempt import LedgerAttempt, seen_by_adapter
from bot.context import Bot
from bot.rendered import rendered_of
from bot.tracing import record_trace
from policies.lifecycle import CLOSED, Edge, State, Step
from policies.terms import Reason
from store import artefacts, desk, journal, posts
from store.ledger import Tx

MOST_STEPS = 12


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A post under our lease, the step to take, and when it was claimed."""

    post: posts.Post
    step: Step
    at: datetime
    left: tuple[artefacts.Artefact, ...] = ()
    """For a removal: what has to be asked for."""


def run_post(bot: Bot, post_id: int, *, owner: str) -> None:
    """Take every step of the post that is due. Returns at once if another holds the lease."""
    for _ in range(MOST_STEPS):
        claimed = _claim(bot, post_id, owner)
        if claimed is None or not _step(bot, claimed):
            break


def _claim(bot: Bot, post_id: int, owner: str) -> Claimed | None:
    now = bot.now
    with bot.ledger.write() as tx:
        taken = posts.claim(tx, post_id, owner=owner, lease=bot.settings.loop.lease, now=now)
        if taken is None:
            return None
        if taken.channel not in bot.adapters:
            posts.change(tx, post_id, taken.epoch, claimed_until=None, due_at=now + bot.settings.loop.compare_every)
            return None
        left = outcomes.left_over(tx, taken) if taken.state is State.REMOVING else []
        if left:
            _intend_removal(tx, taken, now, len(left))
            return Claimed(post=taken, step=Step.REMOVE, at=now, left=tuple(left))
        step = claims.next_for(bot, tx, taken, now)
        return Claimed(post=posts.get(tx, post_id), step=step, at=now)


def _intend_removal(tx: Tx, post: posts.Post, now: datetime, count: int) -> None:
    journal.append(
        tx,
        now=now,
        actor="daemon",
        event="remove",
        subject=post.marker,
        channel=post.channel,
        post=post.id,
        artefacts=count,
    )


def _step(bot: Bot, claimed: Claimed) -> bool:
    """Take the step; True where another may be due at once."""
    if claimed.step not in _CALLS:
        return claimed.step is not Step.WAIT
    return _CALLS[claimed.step](bot, bot.adapters[claimed.post.channel], claimed)


def _publish(bot: Bot, adapter: Adapter, claimed: Claimed) -> bool:
    post = claimed.post
    attempt = LedgerAttempt(bot, post, started_at=claimed.at)
    error: AdapterError | None = None
    rendered = rendered_of(bot, post, claimed.at)
    try:
        with bot.slot(post.channel, urgent=post.urgent):
            adapter.publish(rendered, attempt)
    except AdapterError as failed:
        error = failed
    now = bot.now
    with bot.ledger.write() as tx:
        fresh = posts.get(tx, post.id)
        outcomes.note_trouble(tx, post, error)
        if fresh.epoch != post.epoch:
            # Fenced off: whoever raised the epoch resolves the post by looking.
            _told(tx, post, "overtaken", error.code if error else "accepted", now)
            return False
        if error is None and claims.has_main(tx, fresh):
            posts.move(
                tx,
                fresh,
                Edge.ACCEPTED,
                now=now,
                actor="daemon",
                shown_revision=fresh.revision,
                live_at=now,
                due_at=now,
                tries=0,
                seen_at=None,
            )
            return _release(tx, fresh)
        if error is None or isinstance(error, InDoubt):
            _in_doubt(bot, tx, fresh, error.code if error else "no-id", now)
            return False
        return _certainly_not(bot, tx, fresh, error, now)


def _told(tx: Tx, post: posts.Post, event: str, code: str, now: datetime) -> None:
    """The outcome of a call, where no edge tells it (I6)."""
    journal.append(
        tx, now=now, actor="daemon", event=event, subject=post.marker, channel=post.channel, post=post.id, code=code
    )


def _in_doubt(bot: Bot, tx: Tx, post: posts.Post, code: str, now: datetime) -> None:
    wait = outcomes.delay(bot.settings.loop.trace_delays, 0)
    _told(tx, post, "in_doubt", code, now)
    posts.change(tx, post.id, post.epoch, due_at=now + wait, tries=1, claimed_until=None, claimed_by=None)


def _certainly_not(bot: Bot, tx: Tx, post: posts.Post, error: AdapterError, now: datetime) -> bool:
    final = isinstance(error, Rejected) or not claims.still_wanted(bot, tx, post, now)
    if not final:
        fallback = outcomes.delay(bot.settings.loop.trace_delays, post.tries)
        due = outcomes.retry_at(error, now, fallback)
        posts.move(
            tx,
            post,
            Edge.ABSENT_STILL_WANTED,
            now=now,
            actor="daemon",
            code=error.code,
            due_at=due,
            sent_at=None,
            tries=post.tries + 1,
            held_for=error.code,
        )
    else:
        reason = post.reason or (Reason.REFUSED_PART_WAY if isinstance(error, Rejected) else Reason.CALLED_OFF)
        posts.change(tx, post.id, post.epoch, sent_at=None)
        claims.close_unposted(bot, tx, posts.get(tx, post.id), reason=reason, code=error.code, now=now)
    claims.clear_if_never_up(tx, post)
    return _release(tx, post)


def _release(tx: Tx, post: posts.Post) -> bool:
    posts.change(tx, post.id, post.epoch, claimed_until=None, claimed_by=None)
    return True


def _trace(bot: Bot, adapter: Adapter, claimed: Claimed) -> bool:
    post = claimed.post
    started = post.started_at or post.created_at
    attempt = LedgerAttempt(bot, post, started_at=started)
    looked_at = bot.now
    rendered = rendered_of(bot, post, claimed.at)
    try:
        with bot.slot(post.channel, urgent=post.urgent):
            _withdraw_what_is_known(bot, adapter, post)
            trace = adapter.trace(rendered, attempt)
        error = None
    except AdapterError as failed:
        trace, error = None, failed
    with bot.ledger.write() as tx:
        outcomes.note_trouble(tx, post, error)
        return record_trace(bot, tx, post, trace, error, looked_at=looked_at)


def _withdraw_what_is_known(bot: Bot, adapter: Adapter, post: posts.Post) -> None:
    """In doubt and no longer wanted: what has an id comes down now, without waiting for the rest to be found."""
    with bot.ledger.write() as tx:
        if claims.still_wanted(bot, tx, post, bot.now):
            return
        known = tuple(seen_by_adapter(row) for row in outcomes.left_over(tx, post))
        if not known:
            return
        _intend_removal(tx, post, bot.now, len(known))
    code = "acknowledged"
    try:
        adapter.remove(known)
    except AdapterError as failed:
        # The trace that follows decides; a removal that failed is asked again in REMOVING.
        code = failed.code
    with bot.ledger.write() as tx:
        _told(tx, post, "removal_answered", code, bot.now)


def _edit(bot: Bot, adapter: Adapter, claimed: Claimed) -> bool:
    post = claimed.post
    with bot.ledger.read() as tx:
        known = tuple(seen_by_adapter(row) for row in artefacts.of_post(tx, post.id) if row.open)
    attempt = LedgerAttempt(bot, post, started_at=claimed.at)
    error: AdapterError | None = None
    rendered = rendered_of(bot, post, claimed.at)
    try:
        with bot.slot(post.channel, urgent=post.urgent):
            adapter.edit(known, rendered, attempt)
    except AdapterError as failed:
        error = failed
    now = bot.now
    with bot.ledger.write() as tx:
        fresh = posts.get(tx, post.id)
        outcomes.note_trouble(tx, post, error)
        if fresh.epoch != post.epoch:
            if fresh.state in CLOSED:
                # The edit may have landed after the removal was read back: look again now.
                posts.change(tx, post.id, fresh.epoch, due_at=now)
            _told(tx, post, "overtaken", error.code if error else "edited", now)
            return False
        if error is None:
            posts.move(
                tx, fresh, Edge.EDITED, now=now, actor="daemon", shown_revision=fresh.revision, due_at=now, tries=0
            )
        elif isinstance(error, Rejected):
            # It cannot be corrected in place: down with it, the successor follows once it is gone.
            posts.move(
                tx,
                fresh,
                Edge.DUE_DOWN,
                now=now,
                actor="daemon",
                code=error.code,
                reason=Reason.SUPERSEDED,
                due_at=now,
            )
        else:
            fallback = outcomes.delay(bot.settings.loop.trace_delays, fresh.tries)
            due = outcomes.retry_at(error, now, fallback)
            _told(tx, post, "in_doubt" if isinstance(error, InDoubt) else "edit_answered", error.code, now)
            posts.change(tx, post.id, post.epoch, due_at=due, tries=fresh.tries + 1)
        return _release(tx, fresh) and not isinstance(error, CalledOff)


def _remove(bot: Bot, adapter: Adapter, claimed: Claimed) -> bool:
    post = claimed.post
    known = tuple(seen_by_adapter(row) for row in claimed.left)
    error: AdapterError | None = None
    with bot.slot(post.channel, urgent=post.urgent):
        try:
            adapter.remove(known)
            known = tuple(replace(each, acknowledged=True) for each in known)
        except AdapterError as failed:
            error = failed
        # Whatever was answered, only an independent look tells (I9); without an account there is nothing to see.
        seen = {} if isinstance(error, (Unauthorised, Throttled, Unreachable)) else _seen(adapter, known)
    now = bot.now
    with bot.ledger.write() as tx:
        _answered(bot, tx, post, left=claimed.left, error=error, now=now)
        believed = outcomes.record_presence(bot, tx, post, seen, now, acknowledged=error is None)
        if posts.holds(tx, post.id, post.epoch) and claims.land_removal(bot, tx, post, believed, now=now):
            return False
        fallback = outcomes.delay(bot.settings.loop.removal_retry_delays, post.tries)
        due = outcomes.retry_at(error, now, fallback)
        posts.change(
            tx, post.id, post.epoch, asked_at=now, due_at=due, tries=post.tries + 1, claimed_until=None, claimed_by=None
        )
    return False


def _answered(
    bot: Bot,
    tx: Tx,
    post: posts.Post,
    *,
    left: tuple[artefacts.Artefact, ...],
    error: AdapterError | None,
    now: datetime,
) -> None:
    outcomes.note_trouble(tx, post, error)
    _told(tx, post, "removal_answered", error.code if error else "acknowledged", now)
    if error is None:
        artefacts.acknowledge(tx, [row.id for row in left if row.acknowledged_at is None], now)
    elif isinstance(error, ByHand):
        _ask_a_person(bot, tx, post, error, now)


def _seen(adapter: Adapter, known: Artefacts) -> Mapping[int, Presence]:
    try:
        return adapter.presence(known)
    except AdapterError:
        # A look that failed says nothing: not visible, not gone.
        return {}


def _ask_a_person(bot: Bot, tx: Tx, post: posts.Post, error: ByHand, now: datetime) -> None:
    desk.open_task(
        tx,
        key=f"by-hand:{post.id}",
        what=f"by_hand:{post.channel.value}:{error.code}",
        owner="officer",
        now=now,
        due_at=now + bot.settings.loop.alert_removal,
        publication_id=post.publication_id,
        link=error.link,
    )


def _look(bot: Bot, adapter: Adapter, claimed: Claimed) -> bool:
    post = claimed.post
    with bot.ledger.read() as tx:
        rows = [row for row in artefacts.of_post(tx, post.id) if row.platform_id is not None and row.left_at is None]
    with bot.slot(post.channel, urgent=post.urgent):
        seen = _seen(adapter, tuple(seen_by_adapter(row) for row in rows))
    now = bot.now
    with bot.ledger.write() as tx:
        fresh = posts.get(tx, post.id)
        if fresh.epoch != post.epoch:
            return False
        believed = outcomes.record_presence(bot, tx, fresh, seen, now)
        claims.land_look(bot, tx, fresh, believed, now=now)
        after = posts.get(tx, post.id)
        _release(tx, after)
        moved = after.state is not fresh.state
    return moved and after.due_at is not None and after.due_at <= bot.now


_CALLS: dict[Step, Callable[[Bot, Adapter, Claimed], bool]] = {
    Step.PUBLISH: _publish,
    Step.TRACE: _trace,
    Step.EDIT: _edit,
    Step.REMOVE: _remove,
    Step.LOOK: _look,
    Step.RECHECK: _look,
}
