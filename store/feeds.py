"""Calendar feeds: one address for each person who wants one, of which only a hash is kept."""

import secrets
from datetime import datetime

from sqlalchemy import delete, insert, select

from store.ledger import Tx
from store.schema_console import calendar_feeds
from store.signins import hashed


def make(tx: Tx, person_id: str, now: datetime) -> str:
    """A new secret for the person's feed; the earlier one ends. It is shown once and never kept."""
    secret = secrets.token_urlsafe(32)
    end(tx, person_id)
    tx.c.execute(insert(calendar_feeds).values(person_id=person_id, hash=hashed(secret), made_at=now))
    return secret


def end(tx: Tx, person_id: str) -> bool:
    """False where the person has no feed."""
    return tx.c.execute(delete(calendar_feeds).where(calendar_feeds.c.person_id == person_id)).rowcount > 0


def whose(tx: Tx, secret: str) -> str | None:
    """The person behind a feed's secret."""
    person_id: str | None = tx.c.scalar(
        select(calendar_feeds.c.person_id).where(calendar_feeds.c.hash == hashed(secret))
    )
    return person_id


def made_at(tx: Tx, person_id: str) -> datetime | None:
    """Since when the person has a feed; None without one."""
    at: datetime | None = tx.c.scalar(select(calendar_feeds.c.made_at).where(calendar_feeds.c.person_id == person_id))
    return at
