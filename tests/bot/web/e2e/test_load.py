"""Retracting under load, over real sockets: slow clients, a flood of sign-ins, and limits that others have used up.

How long it takes is measured by `make bench`; here everybody is answered, and rightly.
"""

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest

from bot import serving, signing_in
from bot.rehearsal import free_port
from tests.bot.web.caller import Caller
from tests.bot.web.wire import Wire, session_of
from tests.stories.processes import until

SLOW_CLIENTS = 200
# With those that the console holds, within the thousand descriptors that a process has as a rule.
TOO_MANY = serving._CONNECTIONS + 20


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


def test_more_silent_clients_than_there_are_connections_shut_nobody_out(office, there):
    refs = [office.approved(channels=["website"], case_ref=f"EH/2026/{number}") for number in range(1001, 1004)]
    cookie = session_of(office.bot, office.staff.second)
    with there.slow_clients(TOO_MANY):
        for ref in refs:
            page, done = there.retract(ref, cookie)
            assert (page.status, done.status) == (200, 303)


def test_whoever_is_being_answered_does_not_make_room_for_others():
    begun, go = threading.Event(), threading.Event()

    def app(environ, start):
        if environ["PATH_INFO"] == "/long":
            begun.set()
            go.wait(20)
        start("200 OK", [("Content-Length", "4")])
        return [b"done"]

    there = Wire("127.0.0.1", free_port())
    with serving._Listener(app, host=there.host, port=there.port), ThreadPoolExecutor() as pool:
        answer = pool.submit(there.ask, "GET", "/long")
        assert begun.wait(10)
        with there.slow_clients(TOO_MANY):
            # Answered after all of these have been let in.
            assert there.ask("GET", "/").text == "done"
            go.set()
            assert answer.result(20).text == "done"


def whole(answer: http.client.HTTPResponse) -> bytes:
    """What comes of it, to the end or to where it is cut."""
    try:
        return answer.read()
    except http.client.IncompleteRead as cut:
        return cut.partial
    except ConnectionError:
        return b""


def test_those_who_do_not_read_their_answers_make_room():
    """More than the buffers of two sockets hold, so that waitress is left with the rest of it."""
    long = b"x" * 8_000_000

    def app(environ, start):
        body = long if environ["PATH_INFO"] == "/long" else b"done"
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    there = Wire("127.0.0.1", free_port())
    with ExitStack() as stack:
        stack.enter_context(serving._Listener(app, host=there.host, port=there.port, crowded=10))
        reading = []
        for _ in range(11):
            each = stack.enter_context(closing(http.client.HTTPConnection(there.host, there.port, timeout=20)))
            each.request("GET", "/long")
            reading.append(each.getresponse())
        assert there.ask("GET", "/").text == "done"
        read = [whole(each) for each in reading]
    # One for the eleventh of them, and one for whoever asked after them.
    assert read.count(long) == 9
    assert all(long.startswith(each) for each in read)


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
