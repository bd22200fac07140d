"""People who can sign in by hand."""

import pytest

from tests.bot.web.sign_in.codes import SECRET


@pytest.fixture
def second(desk, office):
    """An officer who can sign in as `second`."""
    desk.has_login(office.staff.second, "second")
    return office.staff.second


@pytest.fixture
def director(desk, office):
    desk.has_login(office.staff.director, "director", secret=SECRET)
    return office.staff.director
