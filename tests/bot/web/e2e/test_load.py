"""Retracting under load, over real sockets: slow clients, a flood of sign-ins, and limits that others have used up.

How long it takes is measured by `make bench`; here everybody is answered, and rightly.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot import serving, signing_in
from tests.bot.web.caller import Caller
from tests.bot.web.wire import Wire, session_of
from tests.stories.processes import until

SLOW_CLIENTS = 200


@pytest.fixture
def there(office) -> Iterator[Wire]:
    """The console as `serve` runs it: workers, limits and all."""
    console = office.bot.settings.console
    with serving._console(office.bot, None, list):
        yield Wire(console.host, console.port)


@contextmanager
def flood(there, count: int) -> Iterator[list[int]]:
    """Strangers who try one name after another as fast as they are answered; what they were told."""
    token, cookie = there.ask("GET", "/sign-in").form()
    stop, told = threading.Event(), []

    def guess(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            data = {"csrf_token": token, "name": f"stranger-{number}-{turn}", "password": "a wrong guess at it"}
            told.append(there.ask("POST", "/sign-in", cookies=cookie, data=data).status)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    try:
        yield told
    finally:
        stop.set()
        for each in threads:
            each.join(30)
            assert not each.is_alive()


def test_a_signed_in_officer_retracts_under_slow_clients_and_a_flood_of_sign_ins(office, there):
    refs = [office.approved(channels=["website"], case_ref=f"EH/2026/{number}") for number in range(1001, 1006)]
    cookie = session_of(office.bot, office.staff.second)
    with there.slow_clients(SLOW_CLIENTS), flood(there, 16) as told:
        until(lambda: len(told) > 20, "the flood is there")
        for ref in refs:
            page, done = there.retract(ref, cookie)
            assert (page.status, done.status) == (200, 303)
    # Some are looked at, the rest are turned away: as many as come, and no queue of them.
    assert set(told) == {403, 503}


def test_the_api_retracts_under_slow_clients_while_a_token_has_used_up_its_limit(office, app, there):
    token, ref = Caller(office, app).token(office.staff.second), office.approved(channels=["website"])
    bearer = {"Authorization": f"Bearer {token}"}
    with there.slow_clients(SLOW_CLIENTS):
        statuses = [there.ask("GET", "/api/v1/tasks", headers=bearer).status for _ in range(125)]
        assert statuses[-1] == 429
        assert there.retract_by_api(ref, token).status == 202


def test_an_officer_who_has_signed_in_on_this_browser_gets_in_during_the_flood(office, there, desk):
    desk.has_login(office.staff.second, "second")
    marks = signing_in.marks_with(office.bot, "second", "")
    with flood(there, 12) as told:
        until(lambda: 503 in told, "strangers are turned away")
        token, cookie = there.ask("GET", "/sign-in").form()
        data = {"csrf_token": token, "name": "second", "password": "lantern copper teapot meadow"}
        assert there.ask("POST", "/sign-in", cookies=f"{cookie}; dd_device={marks}", data=data).status == 303
