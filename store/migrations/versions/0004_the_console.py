"""How people sign in to the console, their sessions and their drafts; scopes of tokens"""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = store.types.Instant(timezone=True)


def _person() -> sa.Column[str]:
    return sa.Column("person_id", sa.String(), nullable=False)


def _persons(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id"))


def upgrade() -> None:
    op.create_table(
        "logins",
        _person(),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        _persons("logins"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_logins")),
        sa.UniqueConstraint("name_key", name=op.f("uq_logins_name_key")),
    )
    op.create_table(
        "second_factors",
        _person(),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=True),
        _persons("second_factors"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "invitations",
        sa.Column("hash", sa.String(), nullable=False),
        _person(),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        _persons("invitations"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        _person(),
        sa.Column("linked_at", INSTANT, nullable=False),
        _persons("identities"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("tenant", "subject", name=op.f("uq_identities_tenant_subject")),
    )
    op.create_table(
        "web_sessions",
        sa.Column("hash", sa.String(), nullable=False),
        _person(),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("strong_at", INSTANT, nullable=True),
        sa.Column("only", sa.JSON(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        _persons("web_sessions"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_web_sessions")),
    )
    op.create_index(op.f("ix_web_sessions_person_id"), "web_sessions", ["person_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_name_key_device_at", "attempts", ["name_key", "device", "at"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(), nullable=False),
        _person(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("amends", sa.String(), nullable=True),
        sa.Column("of_revision", sa.Integer(), nullable=True),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("submitted_as", sa.String(), nullable=True),
        sa.Column("discarded_at", INSTANT, nullable=True),
        _persons("drafts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_person_id"), "drafts", ["person_id"], unique=False)
    op.create_table(
        "token_scopes",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["tokens.hash"], name=op.f("fk_token_scopes_hash")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_token_scopes")),
    )
    op.create_table(
        "calendar_feeds",
        _person(),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _persons("calendar_feeds"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_feeds_hash")),
    )


def downgrade() -> None:
    raise RuntimeError("the ledger is never taken back: restore a backup")
