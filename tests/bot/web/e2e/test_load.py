"""Retracting under load, over real sockets: slow clients, a flood of sign-ins, and limits that others have used up."""

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import monotonic
from urllib.parse import urlencode

import pytest

from bot import serving, signing_in
from bot.web.access import COOKIE
from tests.bot.web.caller import Caller

SLOW_CLIENTS = 200
IN_A_SECOND = 1.0
HEAD = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"


@pytest.fixture
def there(office) -> Iterator[tuple[str, int]]:
    """The console as `serve` runs it: workers, limits and all."""
    console = office.bot.settings.console
    with serving._console(office.bot, None, list):
        yield console.host, console.port


def ask(there, method, path, *, cookies="", data=None, headers=None):
    """The status, headers and body, and how long they took from the first connection."""
    began = monotonic()
    connection = http.client.HTTPConnection(*there, timeout=20)
    origin = f"http://{there[0]}:{there[1]}"
    sent = {"Origin": origin, "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"} | (headers or {})
    connection.request(method, path, body=urlencode(data) if isinstance(data, dict) else data, headers=sent)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body, monotonic() - began


def token_in(answer, body) -> tuple[str, str]:
    """The token of the page's form, and the cookie that it belongs to."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', body)
    assert found is not None
    given_out = answer.headers.get_all("Set-Cookie") or []
    return found[1], next((each.partition(";")[0] for each in given_out if each.startswith("dd_form=")), "")


@contextmanager
def slow_clients(there) -> Iterator[None]:
    """Half of them never end their headers, half never send what they announced."""
    with ExitStack() as stack:
        for number in range(SLOW_CLIENTS):
            client = stack.enter_context(socket.create_connection(there, timeout=5))
            client.sendall(HEAD + (b"\r\na" if number % 2 else b""))
        yield


@contextmanager
def flood(there, count: int) -> Iterator[list[int]]:
    """Strangers who try one name after another as fast as they are answered; what they were told."""
    token, cookie = token_in(*ask(there, "GET", "/sign-in")[:2])
    stop, told = threading.Event(), []

    def guess(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            data = {"csrf_token": token, "name": f"stranger-{number}-{turn}", "password": "a wrong guess at it"}
            told.append(ask(there, "POST", "/sign-in", cookies=cookie, data=data)[0].status)

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


def test_a_signed_in_officer_retracts_within_a_second_under_slow_clients_and_a_flood_of_sign_ins(office, there):
    refs = [office.approved(channels=["website"], case_ref=f"EH/2026/{number}") for number in range(1001, 1006)]
    secret = signing_in.begin(office.bot, office.staff.second, device="x", strong=False, now=office.bot.now)
    times: dict[str, list[float]] = {"GET": [], "POST": []}
    with slow_clients(there), flood(there, 16) as told:
        beaten = threading.Event()
        while len(told) < 20:
            beaten.wait(0.05)
        for ref in refs:
            path = f"/notices/{ref}/retract"
            answer, body, took = ask(there, "GET", path, cookies=f"{COOKIE}={secret}")
            assert answer.status == 200
            times["GET"].append(took)
            token, form = token_in(answer, body)
            given = {"csrf_token": token, "reason": "inaccurate", "scope": "notice"}
            answer, _, took = ask(there, "POST", path, cookies=f"{COOKIE}={secret}; {form}", data=given)
            assert answer.status == 303
            times["POST"].append(took)
    assert set(told) <= {403, 503}
    # Some are looked at, the rest are turned away: as many as come, and no queue of them.
    assert {403, 503} <= set(told)
    # The middle one of each: the machine does other work as well, and one of ten may meet it.
    assert max(median(times["GET"]), median(times["POST"])) < IN_A_SECOND, times


def test_the_api_retracts_within_half_a_second_while_a_token_has_used_up_its_limit(office, app, there):
    token, ref = Caller(office, app).token(office.staff.second), office.approved(channels=["website"])
    bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with slow_clients(there):
        statuses = [ask(there, "GET", "/api/v1/tasks", headers=bearer)[0].status for _ in range(125)]
        assert statuses[-1] == 429
        path = f"/api/v1/notices/{ref}/retraction"
        asked = [ask(there, "POST", path, data='{"reason": "inaccurate"}', headers=bearer) for _ in range(3)]
    assert {answer.status for answer, _, _ in asked} == {202}
    assert min(took for _, _, took in asked) < IN_A_SECOND / 2


def test_an_officer_who_has_signed_in_on_this_browser_gets_in_during_the_flood(office, there, desk):
    desk.has_login(office.staff.second, "second")
    marks = signing_in.marks_with(office.bot, "second", "")
    with flood(there, 12):
        token, cookie = token_in(*ask(there, "GET", "/sign-in")[:2])
        data = {"csrf_token": token, "name": "second", "password": "lantern copper teapot meadow"}
        answer, _, took = ask(there, "POST", "/sign-in", cookies=f"{cookie}; dd_device={marks}", data=data)
    assert answer.status == 303
    assert took < 5
