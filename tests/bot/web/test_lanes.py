"""Whoever takes a notice down waits for nobody who does something else: no worker, no connection, no turn to write."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from adapters.standin.core import Fault, Rule
from bot import hashing, intake, serving
from bot.lanes import Lanes, is_urgent
from bot.rehearsal import free_port
from bot.serving import URGENT_WORKERS, WORKERS, _Listener
from bot.web import beside
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import journal, signins
from store.ledger import Ledger
from tests.bot.web.browser import address, routes
from tests.bot.web.caller import Caller
from tests.bot.web.compiled import console_of
from tests.bot.web.wire import Wire, session_of
from tests.stories.processes import until

STRANGERS = ("stranger-1", "stranger-2", "stranger-3")
# Everything on the way of taking down, once the notice or its case is known.
URGENT = {
    "retract.form",
    "retract.act",
    "retract.progress",
    "retract.part",
    "retract.case_progress",
    "retract.case_part",
    "retract.sheet",
    "case.event_form",
    "case.event",
    "api_urgent.retract",
    "api_urgent.retract_case",
    "api_urgent.event",
    "api_urgent.retraction",
    "api_urgent.case_retraction",
}


@pytest.fixture
def office(office):
    """The office with a console at a port of its own."""
    port = free_port()
    console = office.bot.settings.console.model_copy(update={"public_url": f"http://127.0.0.1:{port}", "port": port})
    office.bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"console": console}))
    return office


@pytest.fixture
def there(office):
    console = office.bot.settings.console
    return Wire(console.host, console.port)


class Hold:
    """The console with one page more: nobody leaves it before `leave`, and each inside holds a view of the ledger."""

    def __init__(self, app: Flask, ledger: Ledger) -> None:
        self.app, self.ledger = app, ledger
        self.inside: list[int] = []
        self.leave = threading.Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != "/held":
            return self.app(environ, start_response)
        with self.ledger.read() as tx:
            tx.c.exec_driver_sql("SELECT count(*) FROM journal")
            self.inside.append(1)
            assert self.leave.wait(60)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]


@contextmanager
def threads(target, count: int) -> Iterator[None]:
    made = [threading.Thread(target=target) for _ in range(count)]
    for each in made:
        each.start()
    try:
        yield
    finally:
        for each in made:
            each.join(60)
            assert not each.is_alive()


def test_the_urgent_lane_is_for_the_addresses_that_take_down_and_for_no_others(app, given):
    there = {
        rule.endpoint
        for method in ("GET", "POST")
        for rule, _ in routes(app, methods=(method,))
        if is_urgent(address(app, rule, given).partition("?")[0])
    }
    assert there == URGENT


@pytest.fixture
def asked(office):
    """What a signed-in officer and a system of the council retract with: a cookie, a token and notices that wait."""
    numbers = range(1001, 1004)
    refs = [office.approved(channels=["website"], case_ref=f"EH/2026/{number}") for number in numbers]
    cookie = session_of(office.bot, office.staff.second)
    return refs, cookie, Caller(office, console_of(office.bot)).token(office.staff.second)


def retracted(there, asked):
    """That a form and a program are answered, and that the officer sees how it goes."""
    refs, cookie, token = asked
    page, done = there.retract(refs[0], cookie)
    told = there.ask("GET", f"/notices/{refs[0]}/progress", cookies=cookie)
    by_api = there.retract_by_api(refs[1], token)
    assert (page.status, done.status, told.status, by_api.status) == (200, 303, 200, 202)


@pytest.mark.parametrize(
    "sent",
    [b"\x00\x01\r\n\r\n", b"GET / HTTP/1.1\r\nno header\r\n\r\n", b"get / HTTP/1.1\r\n\r\n", b"\xff \xff \xff\r\n\r\n"],
)
def test_what_cannot_be_read_is_refused_and_not_dropped(office, there, sent):
    """Alone, and behind a request that is answered."""
    good = b"GET /accessibility HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (there.host.encode(), there.port)
    with serving._console(office.bot, None, list):
        for before, answers in ((b"", [b"400"]), (good, [b"200", b"400"])):
            with closing(socket.create_connection((there.host, there.port), timeout=20)) as client:
                client.sendall(before + sent)
                told = b"".join(iter(lambda client=client: client.recv(65536), b""))
            assert re.findall(rb"HTTP/1\.\d (\d{3}) ", told) == answers


def test_workers_end_with_their_console(office, there):
    def working() -> int:
        return sum(1 for each in threading.enumerate() if each.name.startswith("waitress-"))

    before = working()
    for _ in range(3):
        with serving._console(office.bot, None, list):
            assert there.ask("GET", "/sign-in").status == 200
            assert working() >= WORKERS + URGENT_WORKERS
        until(lambda: working() <= before, "all of them have ended")


def test_a_retraction_is_answered_while_every_other_worker_and_view_of_the_ledger_is_held(office, there, asked):
    hold, answered = Hold(console_of(office.bot), office.bot.ledger), []
    lanes = Lanes(urgent=URGENT_WORKERS, others=WORKERS)
    with ExitStack() as stack:
        stack.enter_context(_Listener(hold, host=there.host, port=there.port, lanes=lanes))
        stack.enter_context(threads(lambda: answered.append(there.ask("GET", "/held").status), WORKERS + 3))
        stack.callback(hold.leave.set)
        until(lambda: len(hold.inside) == WORKERS, "every worker of the other lane is held")
        retracted(there, asked)
        assert (len(hold.inside), answered) == (WORKERS, [])
    assert answered == [200] * (WORKERS + 3)


def test_a_retraction_waits_for_none_of_those_who_are_signing_in(office, there, asked):
    """As `serve` runs it; each sign-in that is let in waits for a turn that does not come before the retraction."""
    answered, names = [], iter(STRANGERS)

    def sign_in() -> None:
        token, form = there.ask("GET", "/sign-in").form()
        data = {"csrf_token": token, "name": next(names), "password": "a wrong guess at it"}
        answered.append(there.ask("POST", "/sign-in", cookies=form, data=data).status)

    def let_in() -> int:
        since = office.bot.now - timedelta(hours=1)
        with office.bot.ledger.read() as tx:
            return sum(signins.failures(tx, signins.name_key(tx, each), "unknown", since)[0] for each in STRANGERS)

    with serving._console(office.bot, None, list), ExitStack() as holding:
        holding.enter_context(hashing.STRANGERS.turn())
        with threads(sign_in, len(STRANGERS)):
            until(lambda: let_in() == len(STRANGERS), "as many strangers as may wait do so")
            retracted(there, asked)
            assert answered == []
            holding.close()
    assert answered == [403] * len(STRANGERS)


def test_a_retraction_is_written_before_what_waits_to_be_written(office, there, asked):
    refs, _, token = asked
    ledger, answered = office.bot.ledger, []

    def other() -> None:
        with ledger.write() as tx:
            journal.append(tx, now=office.bot.now, actor="console", event="other", subject="other")

    def retraction() -> None:
        answered.append(there.retract_by_api(refs[2], token).status)

    with serving._console(office.bot, None, list), ExitStack() as holding:
        holding.enter_context(ledger.write())
        with threads(other, 4):
            until(lambda: ledger.turns.waiting() == 4, "four wait to write")
            with threads(retraction, 1):
                until(lambda: ledger.turns.waiting() == 5, "the retraction waits for the one that writes")
                holding.close()
    assert answered == [202]
    with ledger.read() as tx:
        said = [each.event for each in journal.entries(tx) if each.event in {"other", "retracted"}]
    assert said == ["retracted", *["other"] * 4]


def test_pressing_again_starts_nothing_beside_what_is_under_way(office, there):
    ref, cookie = office.up(channels=["facebook"]), session_of(office.bot, office.staff.second)
    calls, go_on = [], threading.Event()

    def hang(operation, phase):
        if phase == "before":
            calls.append(operation)
            assert go_on.wait(60)

    office.bot.adapters[Channel.FACEBOOK].on_call = hang

    def working():
        return [each for each in threading.enumerate() if each.name == beside.NAME]

    with serving._console(office.bot, None, list), ExitStack() as stack:
        stack.callback(go_on.set)
        for _ in range(5):
            there.retract(ref, cookie)
        until(lambda: calls, "the platform is asked")
        assert len(working()) == 1
        assert len(calls) == 1
        go_on.set()
        until(lambda: not working(), "nothing goes on when all is gone")
    assert beside._under_way == set()
    assert office.last(ref)[Channel.FACEBOOK].state is State.REMOVED


def test_without_a_thread_to_be_had_a_retraction_is_answered_and_the_next_press_begins_it(office, there, monkeypatch):
    ref, cookie = office.up(channels=["facebook"]), session_of(office.bot, office.staff.second)
    start, refused = threading.Thread.start, []

    def none_left(thread):
        if thread.name != beside.NAME:
            return start(thread)
        refused.append(thread)
        raise RuntimeError("can't start new thread")

    with serving._console(office.bot, None, list):
        monkeypatch.setattr(threading.Thread, "start", none_left)
        assert there.retract(ref, cookie)[1].status == 303
        assert len(refused) == 1
        assert office.last(ref)[Channel.FACEBOOK].state is State.REMOVING
        monkeypatch.undo()
        assert there.retract(ref, cookie)[1].status == 303
        until(lambda: office.last(ref)[Channel.FACEBOOK].state is State.REMOVED, "it is gone")


def test_a_press_while_the_work_is_about_to_give_up_is_worked_on_for_as_long_again(office):
    """A platform that refuses, and no loop: without it the press would be answered and nothing would follow."""
    ref = office.up(channels=["facebook"])
    facebook, tries = office.bot.adapters[Channel.FACEBOOK], []
    facebook.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="remove", status=400, times=0))
    at_once = office.bot.settings.loop.model_copy(update={"removal_retry_delays": (timedelta(0),)})
    bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"loop": at_once}))
    down = intake.retract(bot, office.staff.second, ref=ref, reason=Reason.INACCURATE)

    def press(operation, phase):
        if operation == "remove" and phase == "before":
            tries.append(operation)
            if len(tries) < 3:
                beside.take_down_beside(bot, down, patience=timedelta(0))

    facebook.on_call = press
    beside.take_down_beside(bot, down, patience=timedelta(0))
    until(lambda: not beside._under_way, "the work has given up")
    assert len(tries) == 3
    assert beside._pressed_again == set()
