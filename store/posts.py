"""Posts: one copy each, claimed by lease and epoch, moved along the edges of `policies.lifecycle` and no others.

Fencing refuses state changes, never knowledge (design: section 10).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, func, insert, or_, select, update

from policies.lifecycle import Edge, State, after
from policies.terms import CLAUSE, Channel, Reason
from store import journal
from store.ledger import Tx
from store.schema import posts


@dataclass(frozen=True, kw_only=True)
class Post:
    """A row of the ledger. `publication_id` is None for a stray whose reference this ledger does not know."""

    id: int
    publication_id: int | None
    channel: Channel
    revision: int
    shown_revision: int | None
    marker: str
    state: State
    reason: Reason | None
    created_at: datetime
    due_at: datetime | None
    planned_at: datetime | None
    """When its removal begins, where a quota asks for an earlier start than the rules alone."""
    urgent: bool
    epoch: int
    claimed_until: datetime | None
    claimed_by: str | None
    tries: int
    started_at: datetime | None
    sent_at: datetime | None
    absent_at: datetime | None
    seen_at: datetime | None
    live_at: datetime | None
    removing_at: datetime | None
    asked_at: datetime | None
    closed_at: datetime | None
    alerted_at: datetime | None
    held_for: str | None


def _post(row: Row[Any]) -> Post:
    known = dict(row._mapping)  # noqa: SLF001
    known["channel"] = Channel(row.channel)
    known["state"] = State(row.state)
    known["reason"] = Reason(row.reason) if row.reason else None
    return Post(**known)


def get(tx: Tx, post_id: int) -> Post:
    return _post(tx.c.execute(select(posts).where(posts.c.id == post_id)).one())


def of_publication(tx: Tx, publication_id: int) -> list[Post]:
    """Every copy there ever was, oldest first."""
    query = select(posts).where(posts.c.publication_id == publication_id).order_by(posts.c.id)
    return [_post(row) for row in tx.c.execute(query)]


def by_marker(tx: Tx, channel: Channel, marker: str) -> list[Post]:
    query = select(posts).where(posts.c.channel == channel, posts.c.marker == marker).order_by(posts.c.id)
    return [_post(row) for row in tx.c.execute(query)]


def in_states(tx: Tx, *states: State, channel: Channel | None = None) -> list[Post]:
    query = select(posts).where(posts.c.state.in_(states)).order_by(posts.c.id)
    if channel is not None:
        query = query.where(posts.c.channel == channel)
    return [_post(row) for row in tx.c.execute(query)]


def counts(tx: Tx) -> dict[State, int]:
    rows = tx.c.execute(select(posts.c.state, func.count()).group_by(posts.c.state))
    found = {State(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in State}


def queue(
    tx: Tx, publication_id: int | None, channel: Channel, *, revision: int, marker: str, due_at: datetime, now: datetime
) -> int:
    """A post to be made; the database refuses a second one that is queued, posting or live.

    Only a canary has no publication.
    """
    return _add(
        tx,
        Edge.CREATED,
        publication_id=publication_id,
        channel=channel,
        revision=revision,
        marker=marker,
        due_at=due_at,
        now=now,
    )


def add_extra(
    tx: Tx,
    publication_id: int | None,
    channel: Channel,
    *,
    revision: int,
    marker: str,
    now: datetime,
    actor: str = "daemon",
) -> int:
    """A copy that exists without our having asked for it: recorded only to be removed."""
    return _add(
        tx,
        Edge.EXTRA_COPY,
        actor=actor,
        publication_id=publication_id,
        channel=channel,
        revision=revision,
        marker=marker,
        due_at=now,
        now=now,
        reason=Reason.EXTRA_COPY,
        removing_at=now,
        urgent=True,
    )


def _add(tx: Tx, edge: Edge, *, now: datetime, actor: str = "daemon", **values: Any) -> int:
    state = after(None, edge)
    added = insert(posts).values(state=state, created_at=now, **values).returning(posts.c.id)
    post_id: int = tx.c.execute(added).scalar_one()
    journal.append(
        tx,
        now=now,
        actor=actor,
        event=edge,
        subject=values["marker"],
        became=state,
        channel=values["channel"],
        post=post_id,
    )
    return post_id


def removals_since(tx: Tx, channel: Channel, since: datetime) -> int:
    """How many removals of the channel were asked for since then, by what the ledger knows."""
    query = select(func.count()).where(
        posts.c.channel == channel,
        posts.c.removing_at.is_not(None),
        or_(posts.c.asked_at >= since, posts.c.closed_at >= since),
    )
    return tx.c.scalar(query) or 0


REMOVALS = (State.REMOVING,)
LOOKS = (State.LIVE, State.POSTING)
CREATIONS = (State.QUEUED,)
RECHECKS = (State.REMOVED, State.NOT_POSTED)


def due(
    tx: Tx, now: datetime, *, channel: Channel, states: tuple[State, ...], most: int, urgent: bool | None = None
) -> list[Post]:
    """What is due on one channel, urgent first, then the longest due; nothing that somebody holds.

    `urgent` asks for what is urgent, or is not, alone.
    """
    query = (
        select(posts)
        .where(
            posts.c.channel == channel,
            posts.c.state.in_(states),
            posts.c.due_at <= now,
            or_(posts.c.claimed_until.is_(None), posts.c.claimed_until <= now),
        )
        .order_by(posts.c.urgent.desc(), posts.c.due_at)
        .limit(most)
    )
    if urgent is not None:
        query = query.where(posts.c.urgent.is_(urgent))
    return [_post(row) for row in tx.c.execute(query)]


def claim(tx: Tx, post_id: int, *, owner: str, lease: timedelta, now: datetime) -> Post | None:
    """Take the lease of a post that is due, and a new epoch; None where it is not due or somebody holds it."""
    row = tx.c.execute(
        update(posts)
        .where(
            posts.c.id == post_id,
            posts.c.due_at <= now,
            or_(posts.c.claimed_until.is_(None), posts.c.claimed_until <= now),
        )
        .values(epoch=posts.c.epoch + 1, claimed_by=owner, claimed_until=now + lease)
        .returning(*posts.c)
    ).one_or_none()
    return None if row is None else _post(row)


def holds(tx: Tx, post_id: int, epoch: int) -> bool:
    """Whether the epoch is still the newest: otherwise whoever asks has been fenced off."""
    return tx.c.scalar(select(posts.c.epoch).where(posts.c.id == post_id)) == epoch


def renew(tx: Tx, post_id: int, epoch: int, until: datetime) -> None:
    tx.c.execute(update(posts).where(posts.c.id == post_id, posts.c.epoch == epoch).values(claimed_until=until))


def change(tx: Tx, post_id: int, epoch: int, **values: Any) -> bool:
    """Set columns other than the state, where the epoch is still ours."""
    done = tx.c.execute(update(posts).where(posts.c.id == post_id, posts.c.epoch == epoch).values(**values))
    return done.rowcount == 1


def move(
    tx: Tx,
    post: Post,
    edge: Edge,
    *,
    now: datetime,
    actor: str,
    code: str | None = None,
    **values: Any,
) -> bool:
    """Take an edge where the epoch is still ours; the journal tells it in the same transaction."""
    state = after(post.state, edge)
    if state in (State.REMOVED, State.NOT_POSTED):
        values.setdefault("closed_at", now)
        values.setdefault("urgent", False)
    if state is State.REMOVING and post.state is not State.REMOVING:
        values.setdefault("removing_at", now)
        values.setdefault("closed_at", None)
        values.setdefault("alerted_at", None)
        values.setdefault("tries", 0)
    mine: ColumnElement[bool] = and_(posts.c.id == post.id, posts.c.epoch == post.epoch, posts.c.state == post.state)
    done = tx.c.execute(update(posts).where(mine).values(state=state, **values))
    if done.rowcount != 1:
        return False
    reason = values.get("reason") or post.reason
    journal.append(
        tx,
        now=now,
        actor=actor,
        event=edge,
        subject=post.marker,
        was=post.state,
        became=state,
        channel=post.channel,
        post=post.id,
        reason=reason,
        clause=CLAUSE.get(reason) if reason else None,
        code=code,
    )
    return True


def call_down(tx: Tx, post: Post, *, reason: Reason, actor: str, now: datetime, urgent: bool) -> None:
    """Make a post come down: ends its lease and raises its epoch, so that this process can claim it at once.

    A post in doubt keeps its state: it is no longer wanted, and looking decides.
    """
    tx.c.execute(
        update(posts).where(posts.c.id == post.id).values(epoch=posts.c.epoch + 1, claimed_until=None, claimed_by=None)
    )
    fenced = get(tx, post.id)
    match fenced.state:
        case State.QUEUED:
            move(tx, fenced, Edge.CALLED_OFF, now=now, actor=actor, reason=reason, due_at=None)
        case State.LIVE:
            move(tx, fenced, Edge.DUE_DOWN, now=now, actor=actor, reason=reason, due_at=now, urgent=urgent)
        case State.POSTING:
            change(tx, post.id, fenced.epoch, reason=reason, due_at=now, urgent=urgent, tries=0)
        case State.REMOVING:
            change(tx, post.id, fenced.epoch, due_at=now, urgent=urgent or fenced.urgent)
        case State.REMOVED | State.NOT_POSTED:
            return


def fence(tx: Tx, post: Post) -> Post:
    """Raise the epoch so that whoever works on it changes nothing more; the lease is left to run out."""
    tx.c.execute(update(posts).where(posts.c.id == post.id).values(epoch=posts.c.epoch + 1))
    return get(tx, post.id)


def reopen(tx: Tx, post: Post, *, actor: str, now: datetime) -> None:
    """A closed post that was seen: the one state change that needs no epoch (design: section 10)."""
    if post.state in RECHECKS:
        move(tx, post, Edge.SEEN, now=now, actor=actor, due_at=now, urgent=True, asked_at=None)


def look_again(tx: Tx, post: Post, now: datetime) -> None:
    """Have a closed post proven gone once more, however long ago it was closed."""
    change(tx, post.id, post.epoch, due_at=now, urgent=True)


def end_leases(tx: Tx, now: datetime) -> int:
    """End every lease a dead daemon left: only whoever has just won the file lock may call this."""
    done = tx.c.execute(
        update(posts)
        .where(posts.c.claimed_until > now, posts.c.claimed_by.like("daemon%"))
        .values(claimed_until=None, claimed_by=None, epoch=posts.c.epoch + 1)
    )
    return done.rowcount


def hurry(tx: Tx, now: datetime, *, lease: timedelta) -> None:
    """After the clock went back: what was to be looked at or removed again is due now, and no lease is longer than it
    would be if taken now.
    """
    doubtful = posts.c.state.in_((State.POSTING, State.REMOVING))
    tx.c.execute(update(posts).where(doubtful, posts.c.due_at > now).values(due_at=now))
    tx.c.execute(update(posts).where(posts.c.claimed_until > now + lease).values(claimed_until=now + lease))


def sibling_in_the_way(tx: Tx, publication_ids: list[int], post: Post, kinds_alike: list[int]) -> bool:
    """Whether a copy of this clock, kind and channel, other than this post, may be visible (design: section 6)."""
    alike = [each for each in publication_ids if each in kinds_alike]
    query = select(posts.c.id).where(
        posts.c.publication_id.in_(alike) if alike else false(),
        posts.c.channel == post.channel,
        posts.c.id != post.id,
        posts.c.state.in_((State.POSTING, State.LIVE, State.REMOVING)),
    )
    return tx.c.scalar(query.limit(1)) is not None
