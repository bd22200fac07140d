"""Tables around the posts: tasks, alarms, accounts, requests of the public, legal holds, what was erased."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table

from store.schema_base import metadata
from store.types import Instant

idempotency = Table(
    "idempotency",
    metadata,
    Column("person", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("at", Instant, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("publication_id", ForeignKey("publications.id"), index=True),
    Column("what", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("link", String),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("done_by", String),
    Column("answer", String),
    Column("escalated_at", Instant),
)

alerts = Table(
    "alerts",
    metadata,
    Column("key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("ref", String),
    Column("channel", String),
    Column("raised_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String),
    Column("closed_at", Instant),
)

pauses = Table(
    "pauses",
    metadata,
    Column("channel", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("at", Instant, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("channel", String, primary_key=True),
    Column("compared_since", Instant),
    Column("compare_due_at", Instant),
    Column("checked_at", Instant),
    Column("can_post", Boolean),
    Column("can_remove", Boolean),
    Column("expires_at", Instant),
    Column("problem", String),
    Column("throttled_until", Instant),
    Column("canary_at", Instant),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Instant, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("case_key", String, nullable=False, index=True),
    Column("publication_id", ForeignKey("publications.id"), index=True),
    Column("allegation", String, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", ForeignKey("people.id"), nullable=False),
    Column("note", String),
)

request_acts = Table(
    "request_acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("decision", String),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("with_person", ForeignKey("people.id")),
    Column("at", Instant, nullable=False),
    Column("note", String),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_key", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", String),
)

erasures = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("publication_id", ForeignKey("publications.id"), nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("rule", String, nullable=False),
)

# What an event may bar for good (R51) is still known by its digest when the words themselves are erased.
kept_material = Table(
    "kept_material",
    metadata,
    Column("publication_id", ForeignKey("publications.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", String, primary_key=True),
)

# Counts that outlive the answers they come from, without a word about which notice they were of (10.3).
equality_figures = Table(
    "equality_figures",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("characteristic", String, primary_key=True),
    Column("number", Integer, nullable=False),
)
