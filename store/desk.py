"""What surrounds the posts: tasks for people, alerts, pauses, what is known of each account, heartbeats, replays."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from policies.terms import Channel
from store.ledger import Tx
from store.schema_desk import accounts, alerts, heartbeats, idempotency, pauses, tasks


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something a person must do. `owner` is a role or a person's id."""

    id: int
    key: str
    publication_id: int | None
    what: str
    owner: str
    link: str | None
    opened_at: datetime
    due_at: datetime
    done_at: datetime | None
    done_by: str | None
    answer: str | None
    escalated_at: datetime | None


def open_task(
    tx: Tx,
    *,
    key: str,
    what: str,
    owner: str,
    now: datetime,
    due_at: datetime,
    publication_id: int | None = None,
    link: str | None = None,
) -> bool:
    """Open a task once; False where one with the same key is known."""
    if tx.c.scalar(select(tasks.c.id).where(tasks.c.key == key)) is not None:
        return False
    tx.c.execute(
        insert(tasks).values(
            key=key, what=what, owner=owner, opened_at=now, due_at=due_at, publication_id=publication_id, link=link
        )
    )
    return True


def finish_task(tx: Tx, key: str, *, by: str, now: datetime, answer: str | None = None) -> None:
    tx.c.execute(
        update(tasks)
        .where(tasks.c.key == key, tasks.c.done_at.is_(None))
        .values(done_at=now, done_by=by, answer=answer)
    )


def escalate_task(tx: Tx, task_id: int, now: datetime) -> None:
    tx.c.execute(update(tasks).where(tasks.c.id == task_id).values(escalated_at=now))


def task_keys(tx: Tx, prefix: str) -> frozenset[str]:
    """The keys with this beginning of all tasks there ever were."""
    return frozenset(tx.c.scalars(select(tasks.c.key).where(tasks.c.key.startswith(prefix, autoescape=True))).all())


def tasks_of(tx: Tx, publication_id: int) -> list[Task]:
    """Every task there ever was about a publication."""
    query = select(tasks).where(tasks.c.publication_id == publication_id)
    return [Task(**row._mapping) for row in tx.c.execute(query)]  # noqa: SLF001


def task(tx: Tx, key: str) -> Task | None:
    """The task of that key, done or not."""
    row = tx.c.execute(select(tasks).where(tasks.c.key == key)).one_or_none()
    return None if row is None else Task(**row._mapping)  # noqa: SLF001


def open_tasks(tx: Tx) -> list[Task]:
    query = select(tasks).where(tasks.c.done_at.is_(None)).order_by(tasks.c.due_at)
    return [Task(**row._mapping) for row in tx.c.execute(query)]  # noqa: SLF001


@dataclass(frozen=True, kw_only=True)
class AlertRow:
    """Something people must be told of: once, then again until acknowledged or over."""

    key: str
    kind: str
    ref: str | None
    channel: str | None
    raised_at: datetime
    sent_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None


def raise_alert(
    tx: Tx, *, key: str, kind: str, now: datetime, ref: str | None = None, channel: str | None = None
) -> bool:
    """Raise an alert unless it is raised already; one that was over is raised anew."""
    row = tx.c.execute(select(alerts).where(alerts.c.key == key)).one_or_none()
    fresh = {"raised_at": now, "sent_at": None, "acknowledged_at": None, "acknowledged_by": None, "closed_at": None}
    if row is None:
        tx.c.execute(insert(alerts).values(key=key, kind=kind, ref=ref, channel=channel, **fresh))
        return True
    if row.closed_at is not None:
        tx.c.execute(update(alerts).where(alerts.c.key == key).values(**fresh))
        return True
    return False


def close_alert(tx: Tx, key: str, now: datetime) -> None:
    tx.c.execute(update(alerts).where(alerts.c.key == key, alerts.c.closed_at.is_(None)).values(closed_at=now))


def acknowledge_alert(tx: Tx, key: str, *, by: str, now: datetime) -> bool:
    done = tx.c.execute(
        update(alerts)
        .where(alerts.c.key == key, alerts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=by)
    )
    return done.rowcount == 1


def alert_sent(tx: Tx, key: str, now: datetime) -> None:
    tx.c.execute(update(alerts).where(alerts.c.key == key).values(sent_at=now))


def open_alerts(tx: Tx) -> list[AlertRow]:
    query = select(alerts).where(alerts.c.closed_at.is_(None)).order_by(alerts.c.raised_at)
    return [AlertRow(**row._mapping) for row in tx.c.execute(query)]  # noqa: SLF001


def pause(tx: Tx, channel: Channel, *, by: str, now: datetime) -> None:
    """Stop claims for posting on a channel; removal, tracing and comparing go on."""
    resume(tx, channel)
    tx.c.execute(insert(pauses).values(channel=channel, person=by, at=now))


def resume(tx: Tx, channel: Channel) -> None:
    tx.c.execute(delete(pauses).where(pauses.c.channel == channel))


def paused(tx: Tx) -> frozenset[Channel]:
    return frozenset(Channel(each) for each in tx.c.scalars(select(pauses.c.channel)).all())


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the last looks at a channel's account and credentials showed."""

    channel: Channel
    compared_since: datetime | None = None
    compare_due_at: datetime | None = None
    checked_at: datetime | None = None
    can_post: bool | None = None
    can_remove: bool | None = None
    expires_at: datetime | None = None
    problem: str | None = None
    throttled_until: datetime | None = None
    canary_at: datetime | None = None


def account(tx: Tx, channel: Channel) -> Account:
    row = tx.c.execute(select(accounts).where(accounts.c.channel == channel)).one_or_none()
    return Account(channel=channel) if row is None else Account(**{**row._mapping, "channel": channel})  # noqa: SLF001


def set_account(tx: Tx, channel: Channel, **values: Any) -> None:
    if tx.c.execute(update(accounts).where(accounts.c.channel == channel).values(**values)).rowcount == 0:
        tx.c.execute(insert(accounts).values(channel=channel, **values))


def beat(tx: Tx, name: str, now: datetime) -> None:
    """Leave a sign of life that another process can read."""
    if tx.c.execute(update(heartbeats).where(heartbeats.c.name == name).values(at=now)).rowcount == 0:
        tx.c.execute(insert(heartbeats).values(name=name, at=now))


def last_beat(tx: Tx, name: str) -> datetime | None:
    at: datetime | None = tx.c.scalar(select(heartbeats.c.at).where(heartbeats.c.name == name))
    return at


class KeyReusedError(Exception):
    """The idempotency key was used for something else."""


def replayed(tx: Tx, *, person: str, key: str, body: bytes) -> str | None:
    """The earlier answer for this key; None for a new key. Raises KeyReusedError when the body differs."""
    row = tx.c.execute(
        select(idempotency).where(idempotency.c.person == person, idempotency.c.key == key)
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint != hashlib.sha256(body).hexdigest():
        raise KeyReusedError(key)
    answer: str = row.answer
    return answer


def remember(tx: Tx, *, person: str, key: str, body: bytes, answer: str, now: datetime) -> None:
    """Keep the answer, which must hold no personal data, for a replay of the same request."""
    tx.c.execute(
        insert(idempotency).values(
            person=person, key=key, fingerprint=hashlib.sha256(body).hexdigest(), answer=answer, at=now
        )
    )
