"""Whether a session was begun with a second factor; one of before this is taken as begun without"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("web_sessions", sa.Column("twice", sa.Boolean(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("the ledger is never taken back: restore a backup")
