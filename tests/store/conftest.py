"""A real ledger in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.ledger import Ledger, create
from store.types import make_key


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = create(f"sqlite:///{tmp_path}/ledger.db", make_key(tmp_path / "key"), tmp_path, rehearsal=True)
    yield made
    made.close()
