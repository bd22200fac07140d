"""Tables of the console: how people sign in, their sessions, what they have begun to write."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from store.schema_base import metadata
from store.types import Instant

logins = Table(
    "logins",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("name_key", String, nullable=False, unique=True),
    Column("password", LargeBinary, nullable=False),
    Column("set_at", Instant, nullable=False),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("last_step", Integer),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("linked_at", Instant, nullable=False),
    UniqueConstraint("tenant", "subject"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("hash", String, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("device", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("strong_at", Instant),
    Column("only", JSON),
    Column("ended_at", Instant),
    Column("twice", Boolean),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name_key", String, nullable=False),
    Column("device", String, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_attempts_name_key_device_at", "name_key", "device", "at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("ref", String, nullable=False),
    Column("page_id", String, nullable=False),
    Column("amends", String),
    Column("of_revision", Integer),
    Column("began_at", Instant, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("submitted_as", String),
    Column("discarded_at", Instant),
)

token_scopes = Table(
    "token_scopes",
    metadata,
    Column("hash", ForeignKey("tokens.hash"), primary_key=True),
    Column("scopes", JSON, nullable=False),
)

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("hash", String, nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
)
