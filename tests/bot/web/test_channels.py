"""The channels page: health in words, pausing and going on, and looking again beside the answer."""

import threading
from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Rule
from bot import intake
from bot.cli_output import clock_time
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import desk as accounts
from store import posts
from tests.bot.web.browser import Browser, words
from tests.bot.web.compiled import console_of


@pytest.fixture
def comms(desk, office):
    return desk.as_(office.staff.comms)


def finished():
    """Wait for what was begun beside an answer."""
    for thread in threading.enumerate():
        if thread.name.startswith("console-"):
            thread.join(10)
            assert not thread.is_alive()


def paused(office):
    with office.bot.ledger.read() as tx:
        return set(accounts.paused(tx))


def test_each_channel_says_what_it_may_do_until_when_and_when_it_was_compared(office, comms):
    now = office.clock()
    with office.bot.ledger.write() as tx:
        accounts.set_account(tx, Channel.X, expires_at=now + timedelta(days=12, hours=1))
        accounts.set_account(
            tx, Channel.FACEBOOK, can_remove=False, problem="token-revoked", expires_at=now - timedelta(days=3)
        )
        accounts.set_account(tx, Channel.WEBSITE, compared_since=now)
    page = words(comms.get("/channels"))
    assert "Expires in 12 days" in page
    assert "Expired 3 days ago" in page
    assert "Not shown: nothing is posted there" in page
    assert "token-revoked" in page
    assert "Not usable" in page
    assert "2 March 2026, midday" in page
    assert "No platform has told the time yet." in page


def test_what_is_not_proven_gone_is_listed_by_reference(office, comms):
    ref = office.up(channels=["website"])
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.INACCURATE)
    assert ref in words(comms.get("/channels"))


def test_any_officer_pauses_and_only_some_let_it_go_on(office, desk, open_browser):
    desk.as_(office.staff.dpo)
    assert desk.post("/channels", {"channel": "x", "act": "pause"}).headers["Location"] == "/channels"
    assert paused(office) == {Channel.X}
    assert "Paused" in words(desk.get("/channels"))
    assert 'value="resume"' not in desk.get("/channels").text
    assert desk.post("/channels", {"channel": "x", "act": "resume"}).status_code == 403
    assert paused(office) == {Channel.X}
    comms = open_browser().as_(office.staff.comms)
    assert comms.post("/channels", {"channel": "x", "act": "resume"}).status_code == 303
    assert paused(office) == set()
    assert [entry.event for entry in office.journal("x")][-2:] == ["paused", "resumed"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"channel": "myspace", "act": "pause"}, 404),
        ({"act": "pause"}, 404),
        ({"channel": "x", "act": "delete"}, 400),
        ({"channel": "x"}, 400),
    ],
)
def test_a_channel_or_an_act_that_there_is_not_changes_nothing(office, comms, given, status):
    before = office.everything()
    assert comms.post("/channels", given).status_code == status
    assert office.everything() == before


def test_checking_now_asks_the_account_and_its_answer_is_shown(office, comms):
    office.clock.advance(timedelta(hours=3))
    comms.post("/channels", {"channel": "x", "act": "check"})
    finished()
    page = words(comms.get("/channels"))
    assert "Asked which account it is" in page
    assert "2 March 2026, 3pm" in page


def test_comparing_now_says_what_came_to_light(office, comms):
    comms.post("/channels", {"channel": "website", "act": "compare"})
    finished()
    assert "Compared: 0 unknown copies found." in words(comms.get("/channels"))
    assert [entry.event for entry in office.journal("website")][-1] == "compared"


def test_what_came_of_it_is_still_shown_after_a_restart_of_the_console(office, comms):
    began = office.clock()
    comms.post("/channels", {"channel": "x", "act": "check"})
    comms.post("/channels/canary", {"channel": "website"})
    finished()
    later = Browser(office, console_of(office.bot)).as_(office.staff.comms)
    office.clock.advance(timedelta(hours=2))
    page = words(later.get("/channels"))
    assert "Asked which account it is" in page
    assert "The test line went up and is proven gone." in page
    assert clock_time(began) in page


def test_what_a_restart_broke_off_is_told_and_can_be_asked_again(office, comms):
    asked, go_on = threading.Event(), threading.Event()

    def on_call(operation, phase):
        if operation == "check":
            asked.set()
            assert go_on.wait(10)

    office.channels[Channel.X].on_call = on_call
    comms.post("/channels", {"channel": "x", "act": "check"})
    assert asked.wait(10)
    assert "still going on" in words(comms.get("/channels"))
    later = Browser(office, console_of(office.bot)).as_(office.staff.comms)
    assert "restarted before it had ended" in words(later.get("/channels"))
    go_on.set()
    finished()
    assert "Asked which account it is" in words(later.get("/channels"))


def test_a_channel_that_does_not_answer_says_so_and_can_be_asked_again(office, comms):
    office.channels[Channel.X].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="check", status=0))
    comms.post("/channels", {"channel": "x", "act": "check"})
    finished()
    assert "The channel did not do it" in words(comms.get("/channels"))
    comms.post("/channels", {"channel": "x", "act": "check"})
    finished()
    assert "Asked which account it is" in words(comms.get("/channels"))


def test_a_test_line_goes_up_and_is_proven_gone_and_who_asked_is_on_record(office, comms):
    assert "posted there and deleted at once" in words(comms.get("/channels/canary?channel=website"))
    assert comms.post("/channels/canary", {"channel": "website"}).headers["Location"] == "/channels"
    finished()
    assert "The test line went up and is proven gone." in words(comms.get("/channels"))
    with office.bot.ledger.read() as tx:
        (post,) = posts.in_states(tx, State.REMOVED)
    assert post.publication_id is None
    asked = [entry for entry in office.journal("website") if entry.event == "canary_asked"]
    assert [entry.actor for entry in asked] == [office.staff.comms.id]


def test_a_test_line_takes_its_roles_and_a_fresh_proof(office, desk, open_browser):
    desk.as_(office.staff.second)
    assert "Test line" not in words(desk.get("/channels"))
    assert desk.post("/channels/canary", {"channel": "website"}).status_code == 403
    stale = open_browser().as_(office.staff.comms, strong=False)
    answer = stale.post("/channels/canary", {"channel": "website"})
    assert answer.headers["Location"].startswith("/prove?next=/channels/canary")
    finished()
    with office.bot.ledger.read() as tx:
        assert list(posts.in_states(tx, *State)) == []
