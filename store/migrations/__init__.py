"""Alembic, driven from the program: no ini file, one lock, so that two processes never migrate at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config

from store import sqlite

HERE = Path(__file__).parent


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["url"] = url
    return config


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _with_engine(url: str, act: str, busy: float = sqlite.BUSY) -> None:
    engine = sqlite.open_engine(url, busy)
    config = _config(url)
    try:
        with engine.execution_options(writing=True).begin() as connection:
            config.attributes["connection"] = connection
            if act == "check":
                command.check(config)
            else:
                command.upgrade(config, "head")
    finally:
        engine.dispose()


def upgrade(url: str, folder: Path, busy: float = sqlite.BUSY) -> None:
    """Bring the ledger to the newest schema, in one transaction, under a lock."""
    with _alone(folder):
        _with_engine(url, "upgrade", busy)


def check(url: str) -> None:
    """Raise where tables and schema differ (drift)."""
    _with_engine(url, "check")
