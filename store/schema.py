"""The ledger's tables. What the design promises stands here as constraints; the code merely agrees with them.

Personal data is in `LargeBinary` columns, sealed by `store.types.Cipher`. Triggers are in `store.sqlite`.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from policies.lifecycle import State
from store.schema_base import metadata
from store.types import Instant

_STATES = ", ".join(f"'{state.value}'" for state in State)
OPEN_STATES = (State.QUEUED, State.POSTING, State.LIVE)
_OPEN = ", ".join(f"'{state.value}'" for state in OPEN_STATES)

facts = Table(
    "facts_of_this_ledger",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("system", Boolean, nullable=False),
    Column("answers_for_it", ForeignKey("people.id")),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("service", String),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

publications = Table(
    "publications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", String, nullable=False, unique=True),
    Column("case_key", String, nullable=False, index=True),
    Column("service", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("page_id", String, nullable=False, unique=True),
    Column("follows", String),
    Column("copied_from", String),
    Column("created_at", Instant, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("author", ForeignKey("people.id"), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", String),
    Column("policy_version", String, nullable=False),
)

renditions = Table(
    "renditions",
    metadata,
    Column("publication_id", Integer, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("marker", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("director", ForeignKey("people.id"), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("digest", String, nullable=False),
    Column("ticks", JSON, nullable=False),
    Column("note", String),
)

advices = Table(
    "advices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("role", String, nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("cleared", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String),
)

sendings_back = Table(
    "sendings_back",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("director", ForeignKey("people.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String),
)

confirmations = Table(
    "confirmations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id"), nullable=False, index=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String),
)

clocks = Table(
    "clocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_key", String, nullable=False),
    Column("court_event", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("first_up_at", Instant),
    UniqueConstraint("case_key", "court_event", "subject"),
)

publication_clocks = Table(
    "publication_clocks",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("clock_id", ForeignKey("clocks.id"), primary_key=True, index=True),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_key", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("subject", String),
    Column("happened_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("officer", ForeignKey("people.id"), nullable=False),
    Column("note", String),
)

retractions = Table(
    "retractions",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("reason", String, nullable=False),
    Column("officer", ForeignKey("people.id"), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("note", String),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id")),
    Column("channel", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("shown_revision", Integer),
    Column("marker", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("planned_at", Instant),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    Column("claimed_until", Instant),
    Column("claimed_by", String),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("started_at", Instant),
    Column("sent_at", Instant),
    Column("absent_at", Instant),
    Column("seen_at", Instant),
    Column("live_at", Instant),
    Column("removing_at", Instant),
    Column("asked_at", Instant),
    Column("closed_at", Instant),
    Column("alerted_at", Instant),
    Column("held_for", String),
    CheckConstraint(f"state IN ({_STATES})", name="known_state"),
    Index("ix_posts_due", "channel", "state", "due_at"),
    # What we may create is at most one; removing rows are unlimited (design: section 2).
    Index(
        "one_copy_per_channel",
        "publication_id",
        "channel",
        unique=True,
        sqlite_where=text(f"state IN ({_OPEN})"),
        postgresql_where=text(f"state IN ({_OPEN})"),
    ),
    Index("ix_posts_publication_id", "publication_id"),
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post_id", ForeignKey("posts.id"), nullable=False, index=True),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("platform_id", String),
    Column("url", String),
    Column("intended_at", Instant, nullable=False),
    Column("created_at", Instant),
    Column("acknowledged_at", Instant),
    Column("gone_at", Instant),
    Column("left_at", Instant),
    Column("evidence", String),
    Index("ix_artefacts_channel_platform_id", "channel", "platform_id"),
)

notes = Table(
    "notes",
    metadata,
    Column("digest", String, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("written_at", Instant, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("event", String, nullable=False),
    Column("subject", String, nullable=False, index=True),
    Column("was", String),
    Column("became", String),
    Column("codes", JSON, nullable=False),
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("stored_at", Instant, nullable=False),
    Column("erased_at", Instant),
)
