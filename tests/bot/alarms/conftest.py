"""A bot on a real ledger, whose alarms are looked at."""

import pytest

from tests.bot.alarms_samples import open_bot


@pytest.fixture
def bot(tmp_path):
    with open_bot(tmp_path) as made:
        yield made
