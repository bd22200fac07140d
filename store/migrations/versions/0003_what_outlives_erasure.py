"""What outlives erasure: digests of barred material, and equality figures without a case"""

import sqlalchemy as sa
from alembic import op

import store.sqlite

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_material",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name=op.f("fk_kept_material_publication_id")),
        sa.PrimaryKeyConstraint("publication_id", "revision", "digest", name=op.f("pk_kept_material")),
    )
    op.create_table(
        "equality_figures",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("characteristic", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "characteristic", name=op.f("pk_equality_figures")),
    )
    for statement in store.sqlite.append_only("kept_material"):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the ledger is never taken back: restore a backup")
