"""Everything that only SQLite needs: pragmas, BEGIN IMMEDIATE, and the triggers that keep promises in the database."""

import sqlite3
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

BUSY = 30.0


def open_engine(url: str, busy: float = BUSY) -> Engine:
    """An engine whose write transactions begin IMMEDIATE: a deferred one fails at once on read-then-write.

    For `busy` seconds a transaction waits for another process before it fails.
    """
    # As many connections as threads ask for: whoever takes down shall not wait for a reader to give one back.
    engine = create_engine(
        url,
        connect_args={"timeout": busy, "check_same_thread": False},
        hide_parameters=True,
        max_overflow=-1,
    )
    event.listen(engine, "connect", partial(_prepare, busy=busy))
    event.listen(engine, "begin", _begin)
    return engine


def is_busy(error: DBAPIError) -> bool:
    """Whether another process held the ledger for longer than this one waits."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_damaged(error: DBAPIError) -> bool:
    """Whether the file itself cannot be read as a ledger."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry, busy: float) -> None:
    # The driver would otherwise begin transactions of its own.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={int(busy * 1000)}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing: Any = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def append_only(*tables: str) -> tuple[str, ...]:
    """DDL of the triggers that keep these tables as they were written."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in tables
        for verb in ("update", "delete")
    )


def triggers() -> tuple[str, ...]:
    """DDL of the first ledger's triggers: append-only tables, monotone clocks, and no live post without an id."""
    return (
        *append_only("journal", "approvals", "sendings_back", "confirmations", "events", "retractions"),
        # R45: nothing restarts the clock; it may be cleared, never moved later.
        "CREATE TRIGGER clocks_never_later BEFORE UPDATE OF first_up_at ON clocks "
        "WHEN NEW.first_up_at > OLD.first_up_at "
        "BEGIN SELECT RAISE(ABORT, 'a clock never moves later'); END",
        "CREATE TRIGGER clocks_stay BEFORE DELETE ON clocks BEGIN SELECT RAISE(ABORT, 'clocks are kept'); END",
        "CREATE TRIGGER posts_live_needs_id BEFORE UPDATE OF state ON posts "
        "WHEN NEW.state = 'live' AND NOT EXISTS "
        "(SELECT 1 FROM artefacts WHERE post_id = NEW.id AND platform_id IS NOT NULL) "
        "BEGIN SELECT RAISE(ABORT, 'no post is live without an artefact that has a platform id'); END",
        "CREATE TRIGGER posts_not_born_live BEFORE INSERT ON posts WHEN NEW.state NOT IN ('queued', 'removing') "
        "BEGIN SELECT RAISE(ABORT, 'a post begins queued or removing'); END",
        "CREATE TRIGGER posts_removed_needs_proof BEFORE UPDATE OF state ON posts "
        "WHEN NEW.state = 'removed' AND OLD.state <> 'removed' AND EXISTS "
        "(SELECT 1 FROM artefacts WHERE post_id = NEW.id AND gone_at IS NULL AND left_at IS NULL) "
        "BEGIN SELECT RAISE(ABORT, 'a post is removed only when every artefact is gone'); END",
        "CREATE TRIGGER posts_stay BEFORE DELETE ON posts BEGIN SELECT RAISE(ABORT, 'posts are kept'); END",
        "CREATE TRIGGER artefacts_stay BEFORE DELETE ON artefacts BEGIN SELECT RAISE(ABORT, 'artefacts are kept'); END",
        "CREATE TRIGGER artefacts_keep_ids BEFORE UPDATE OF platform_id ON artefacts "
        "WHEN OLD.platform_id IS NOT NULL AND NEW.platform_id IS NOT OLD.platform_id "
        "BEGIN SELECT RAISE(ABORT, 'an id once seen is never dropped'); END",
    )


def checkpoint(engine: Engine) -> bool:
    """Empty the write-ahead log, so that erased bytes leave it too; False where somebody still reads it."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        answer = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    return answer is not None and answer[0] == 0
