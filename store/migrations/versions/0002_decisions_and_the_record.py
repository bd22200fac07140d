"""Advice, requests of the public, legal holds, erasures, and reasons for approvals and confirmations"""

import sqlalchemy as sa
from alembic import op

import store.sqlite
import store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Adding a column leaves the table and its triggers in place; a batch would copy it and drop them.
    op.add_column("approvals", sa.Column("note", sa.String(), nullable=True))
    op.add_column("confirmations", sa.Column("note", sa.String(), nullable=True))
    op.add_column("tasks", sa.Column("answer", sa.String(), nullable=True))
    op.add_column("tasks", sa.Column("escalated_at", store.types.Instant(timezone=True), nullable=True))
    op.create_table(
        "advices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name=op.f("fk_advices_publication_id")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_advices_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advices")),
    )
    op.create_index(op.f("ix_advices_publication_id"), "advices", ["publication_id"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.Column("allegation", sa.String(), nullable=False),
        sa.Column("received_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name=op.f("fk_requests_publication_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_requests_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_case_key"), "requests", ["case_key"], unique=False)
    op.create_index(op.f("ix_requests_publication_id"), "requests", ["publication_id"], unique=False)
    op.create_table(
        "request_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("with_person", sa.String(), nullable=True),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_acts_request_id")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_request_acts_person")),
        sa.ForeignKeyConstraint(["with_person"], ["people.id"], name=op.f("fk_request_acts_with_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_acts")),
    )
    op.create_index(op.f("ix_request_acts_request_id"), "request_acts", ["request_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_holds_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_case_key"), "holds", ["case_key"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name=op.f("fk_erasures_publication_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_publication_id"), "erasures", ["publication_id"], unique=False)
    for statement in store.sqlite.append_only("advices", "requests", "request_acts", "holds", "erasures"):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the ledger is never taken back: restore a backup")
