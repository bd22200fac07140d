"""The office, opened anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.context import Bot
from tests.bot.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_office(tmp_path)
    yield opened
    opened.bot.ledger.close()


@pytest.fixture
def bot(office: Office) -> Bot:
    return office.bot
