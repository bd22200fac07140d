"""Questions about the whole ledger that are asked at every sweep: answered by index, without opening sealed rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from policies.lifecycle import Edge, State
from policies.terms import Channel
from store import posts as rows
from store.ledger import Tx
from store.people import author_behind
from store.schema import approvals, clocks, journal, posts, publication_clocks, publications, retractions, revisions
from store.schema_desk import erasures


def counts_by_channel(tx: Tx) -> dict[tuple[Channel, State], int]:
    """How many posts of each channel are in each state; a pair without any is left out."""
    grouped = select(posts.c.channel, posts.c.state, func.count()).group_by(posts.c.channel, posts.c.state)
    return {(Channel(channel), State(state)): number for channel, state, number in tx.c.execute(grouped)}


def at_stake(tx: Tx, *, before: datetime, started_before: datetime) -> list[rows.Post]:
    """What may be visible and perhaps should not be, oldest first.

    All in doubt or coming down since `before`, and of those live: what was due before then, what was retracted, and
    what is on a clock that started before `started_before`, so that a wrong wake-up time hides nothing.
    """
    retracted = select(retractions.c.publication_id)
    aged = (
        select(publication_clocks.c.publication_id)
        .join(clocks, clocks.c.id == publication_clocks.c.clock_id)
        .where(clocks.c.first_up_at <= started_before)
    )
    # Every channel is named so that the index on channel, state and due date serves the live posts too.
    on_any = posts.c.channel.in_([channel.value for channel in Channel])
    doubtful = and_(
        on_any,
        posts.c.state == State.POSTING,
        func.coalesce(posts.c.started_at, posts.c.created_at) <= before,
    )
    leaving = and_(
        on_any,
        posts.c.state == State.REMOVING,
        func.coalesce(posts.c.removing_at, posts.c.created_at) <= before,
    )
    late = and_(on_any, posts.c.state == State.LIVE, posts.c.due_at <= before)
    unwanted = and_(
        posts.c.state == State.LIVE, or_(posts.c.publication_id.in_(retracted), posts.c.publication_id.in_(aged))
    )
    found: set[int] = set()
    for each in (doubtful, leaving, late, unwanted):
        found.update(tx.c.scalars(select(posts.c.id).where(each)).all())
    return [rows.get(tx, each) for each in sorted(found)]


def reopened(tx: Tx, marker: str) -> frozenset[int]:
    """The ids of posts of this marker that were closed once and then seen."""
    told = select(journal.c.codes).where(journal.c.subject == marker, journal.c.event == Edge.SEEN)
    return frozenset(codes["post"] for codes in tx.c.scalars(told))


@dataclass(frozen=True, kw_only=True)
class Unapproved:
    """The newest revision of a publication, submitted whole and not approved."""

    publication_id: int
    ref: str
    revision: int
    author: str
    submitted_at: datetime


def refused(tx: Tx, ref: str, revision: int) -> bool:
    """Whether the policy refused the revision when it came in, so that only its author can go on with it."""
    told = tx.c.scalars(select(journal.c.codes).where(journal.c.subject == ref, journal.c.event == "refused"))
    return any(codes.get("revision") == revision for codes in told)


def unapproved(tx: Tx) -> list[Unapproved]:
    """Newest revisions that a Director could approve and has not; nothing retracted, erased or refused, no drafts."""
    newest = (
        select(revisions.c.publication_id, func.max(revisions.c.revision).label("revision"))
        .group_by(revisions.c.publication_id)
        .subquery()
    )
    approved = select(approvals.c.id).where(
        approvals.c.publication_id == revisions.c.publication_id, approvals.c.revision == revisions.c.revision
    )
    query = (
        select(
            revisions.c.publication_id,
            publications.c.ref,
            revisions.c.revision,
            revisions.c.author,
            revisions.c.submitted_at,
        )
        .join(
            newest,
            and_(
                newest.c.publication_id == revisions.c.publication_id,
                newest.c.revision == revisions.c.revision,
            ),
        )
        .join(publications, publications.c.id == revisions.c.publication_id)
        .where(
            revisions.c.digest.is_not(None),
            revisions.c.publication_id.not_in(select(retractions.c.publication_id)),
            revisions.c.publication_id.not_in(select(erasures.c.publication_id)),
            ~approved.exists(),
        )
        .order_by(revisions.c.publication_id)
    )
    found = [Unapproved(**row._mapping) for row in tx.c.execute(query)]  # noqa: SLF001
    return [each for each in found if not refused(tx, each.ref, each.revision)]


def author_of(tx: Tx, publication_id: int, revision: int) -> str | None:
    """Who answers for one revision; None where this ledger does not hold it."""
    author = tx.c.scalar(
        select(revisions.c.author).where(revisions.c.publication_id == publication_id, revisions.c.revision == revision)
    )
    return author_behind(tx, author) if author else None


def submitted_at(tx: Tx, publication_id: int, revision: int) -> datetime:
    """When one revision came in."""
    query = select(revisions.c.submitted_at).where(
        revisions.c.publication_id == publication_id, revisions.c.revision == revision
    )
    at: datetime = tx.c.execute(query).scalar_one()
    return at
