"""A bot in memory, with every channel or with one."""

import pytest

from policies.terms import Channel
from tests.bot.works import Works


@pytest.fixture
def works(tmp_path):
    made = Works(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture
def facebook(tmp_path):
    made = Works(tmp_path, channels=(Channel.FACEBOOK,))
    yield made
    made.ledger.close()
