"""One cradle for all processes of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.processes import Cradle
from tests.stories.town import Town, town


@pytest.fixture(scope="session")
def cradle() -> Iterator[Cradle]:
    made = Cradle()
    yield made
    made.close()


@pytest.fixture
def here(tmp_path: Path, cradle: Cradle) -> Iterator[Town]:
    with town(tmp_path, cradle) as made:
        yield made
