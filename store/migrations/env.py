"""Alembic's entry: runs on the connection that `store.migrations` opened."""

from alembic import context

from store import schema, schema_console, schema_desk
from store.schema_base import metadata

# Each module enters its tables into the one registry that drift is measured against.
assert {schema.journal, schema_desk.tasks, schema_console.drafts} <= set(metadata.sorted_tables)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
