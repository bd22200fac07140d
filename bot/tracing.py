"""What a look for a post in doubt means: found is believed at once, absent only after settle and a second look."""

from datetime import datetime

from adapters.base import Absent, AdapterError, Found, Trace
from bot import claims, outcomes
from bot.context import Bot
from policies.lifecycle import Edge, State
from policies.terms import Reason
from store import artefacts, journal, posts
from store.ledger import Tx

PROVEN_ABSENT = "proven-absent"


def record_trace(
    bot: Bot,
    tx: Tx,
    post: posts.Post,
    trace: Trace | None,
    error: AdapterError | None,
    *,
    looked_at: datetime,
) -> bool:
    """Write what the look means; True where another step may be due at once."""
    now = bot.now
    fresh = posts.get(tx, post.id)
    if isinstance(trace, Found):
        return _found(bot, tx, fresh, trace, now)
    if fresh.epoch != post.epoch or fresh.state is not State.POSTING:
        return False
    if isinstance(trace, Absent):
        return _absent(bot, tx, fresh, looked_at, now)
    code = error.code if error else "unsure"
    journal.append(tx, now=now, actor="daemon", event="looked", subject=fresh.marker, channel=fresh.channel, code=code)
    wait = outcomes.delay(bot.settings.loop.trace_delays, fresh.tries)
    due = outcomes.retry_at(error, now, wait)
    _wait(tx, fresh, due, absent_at=None)
    return False


def _wait(tx: Tx, post: posts.Post, due_at: datetime, **values: datetime | None) -> None:
    posts.change(
        tx, post.id, post.epoch, due_at=due_at, tries=post.tries + 1, claimed_until=None, claimed_by=None, **values
    )


def _found(bot: Bot, tx: Tx, post: posts.Post, trace: Found, now: datetime) -> bool:
    """Fencing refuses state changes, never knowledge: ids are kept even where the epoch is no longer ours."""
    known = {row.platform_id for row in artefacts.of_post(tx, post.id) if row.platform_id is not None}
    # What an answer has named already stays the post; whatever else is there is the extra copy.
    first, *others = sorted(trace.sightings, key=lambda each: each.platform_id not in known)
    outcomes.adopt(tx, post, first, now)
    for other in others:
        outcomes.add_copy(tx, post, other, now)
    fresh = posts.get(tx, post.id)
    if fresh.state is not State.POSTING:
        return False
    posts.move(
        tx,
        fresh,
        Edge.ACCEPTED,
        now=now,
        actor="daemon",
        code="found",
        shown_revision=fresh.revision,
        live_at=now,
        due_at=now,
        tries=0,
        seen_at=None,
    )
    live = posts.get(tx, post.id)
    if fresh.reason is not None:
        posts.move(
            tx, live, Edge.DUE_DOWN, now=now, actor="daemon", reason=fresh.reason, due_at=now, urgent=fresh.urgent
        )
    posts.change(tx, post.id, live.epoch, claimed_until=None, claimed_by=None)
    if post.publication_id is not None:
        outcomes.refresh_due(bot, tx, [post.publication_id], now)
    return True


def _absent(bot: Bot, tx: Tx, post: posts.Post, looked_at: datetime, now: datetime) -> bool:
    loop = bot.settings.loop
    capabilities = bot.adapters[post.channel].capabilities
    sent = post.sent_at or post.created_at
    # Settle runs from the moment of sending plus the call's deadline (design: section 5).
    believable = sent + loop.call_deadline + capabilities.settle
    if capabilities.settle and looked_at < believable:
        next_look = now + outcomes.delay(loop.trace_delays, post.tries)
        # The second look, a minute after the first, is planned from the first that may be believed.
        _wait(tx, post, min(max(now, believable), next_look), absent_at=None)
        return False
    if capabilities.look_twice and capabilities.settle:
        if post.absent_at is None:
            _wait(tx, post, now + loop.second_look, absent_at=looked_at)
            return False
        if looked_at < post.absent_at + loop.second_look:
            _wait(tx, post, post.absent_at + loop.second_look)
            return False
    outcomes.settle_absence(tx, post, now)
    if claims.still_wanted(bot, tx, post, now):
        posts.move(tx, post, Edge.ABSENT_STILL_WANTED, now=now, actor="daemon", code=PROVEN_ABSENT, due_at=now, tries=0)
    else:
        reason = post.reason or claims.reason_now(bot, tx, post, now) or Reason.CALLED_OFF
        claims.close_unposted(bot, tx, post, reason=reason, code=PROVEN_ABSENT, now=now)
    posts.change(tx, post.id, post.epoch, claimed_until=None, claimed_by=None)
    return True
