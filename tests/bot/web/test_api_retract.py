"""Retracting over the API: answered before any platform has, and followed until each object is proven gone."""

import threading
from time import monotonic

import pytest

from policies.lifecycle import CLOSED
from policies.terms import Channel

SOON = 20


@pytest.fixture
def officer(caller, office) -> str:
    return caller.token(office.staff.second, "retract", "read", "event")


def closed(office, ref) -> bool:
    return all(post.state in CLOSED for post in office.posts(ref))


def wait_for(condition) -> None:
    """Until it holds, at most for SOON seconds."""
    turn, until = threading.Event(), monotonic() + SOON
    while not condition():
        assert monotonic() < until
        turn.wait(0.02)


@pytest.fixture
def stalled(office):
    """Every channel takes its time over a deletion, until it is told to go on."""
    asked, go_on = threading.Event(), threading.Event()

    def on_call(operation: str, phase: str) -> None:
        if (operation, phase) == ("remove", "before"):
            asked.set()
            assert go_on.wait(SOON)

    for each in Channel:
        office.channels[each].on_call = on_call
    yield asked, go_on
    go_on.set()


def test_the_answer_does_not_wait_for_any_platform_and_each_object_is_followed_until_gone(
    caller, office, officer, stalled
):
    asked, go_on = stalled
    ref = office.up()
    answer = caller.post(f"/notices/{ref}/retraction", officer, {"reason": "inaccurate", "note": "Wrong person"})
    # Answered although no platform has answered anything: none can, before `go_on`.
    assert not go_on.is_set()
    assert answer.status_code == 202
    where = answer.json["status"]
    assert answer.headers["Location"] == where == f"/api/v1/notices/{ref}/retraction"
    assert answer.json["posts"] == 4
    assert asked.wait(SOON)
    path = where.removeprefix("/api/v1")
    seen = caller.get(path, officer).json
    assert seen["all_gone"] is False
    assert {each["word"] for each in seen["copies"]} <= {"Asking", "Asked"}
    assert {each["channel"] for each in seen["left"]} == {each.value for each in Channel}
    assert all(each["steps"] for each in seen["left"])
    go_on.set()
    wait_for(lambda: closed(office, ref))
    gone = caller.get(path, officer).json
    assert gone["all_gone"] is True
    assert gone["reason"] == "inaccurate"
    assert all(each["word"] == "Gone" and each["at"] for each in gone["copies"])
    assert gone["left"] == []


def test_a_whole_case_comes_down_by_its_reference_however_it_is_written(caller, office, officer):
    one, two = office.up(), office.up(case_ref="EH/2026/0500")
    answer = caller.post("/cases/EH-2026-0417/retraction", officer, {"reason": "eliminated"})
    assert answer.status_code == 202, answer.text
    assert answer.json["status"] == "/api/v1/cases/eh20260417/retraction"
    wait_for(lambda: closed(office, one))
    assert caller.get("/cases/EH20260417/retraction", officer).json["refs"] == [one]
    assert not closed(office, two)


def test_an_event_takes_down_what_it_covers_and_says_where_to_follow_it(caller, office, officer):
    ref = office.up()
    answer = caller.post("/events", officer, {"case": "EH/2026/0417", "what": "appeal_lodged", "source": "The court"})
    assert answer.status_code == 202
    wait_for(lambda: closed(office, ref))
    assert caller.get(answer.json["status"].removeprefix("/api/v1"), officer).json["all_gone"] is True


def test_an_event_that_covers_nothing_has_nothing_to_follow(caller, office, officer):
    office.submit()
    answer = caller.post("/events", officer, {"case": "EH/2026/0417", "what": "appeal_lodged"})
    assert answer.status_code == 202
    assert answer.json == {"status": None, "posts": 0}
    assert "Location" not in answer.headers


def test_nothing_is_told_to_come_down_that_was_not_retracted(caller, office, officer):
    ref = office.up()
    assert caller.get(f"/notices/{ref}/retraction", officer).status_code == 404
    assert caller.get("/cases/EH20260417/retraction", officer).status_code == 404


def test_retracting_twice_is_safe_and_the_first_reason_stands(caller, office, officer):
    ref = office.up()
    for reason in ("inaccurate", "spent"):
        assert caller.post(f"/notices/{ref}/retraction", officer, {"reason": reason}).status_code == 202
    wait_for(lambda: closed(office, ref))
    assert caller.get(f"/notices/{ref}/retraction", officer).json["reason"] == "inaccurate"


def test_a_draft_is_retracted_with_nothing_to_take_down(caller, office, officer):
    ref = office.submit().ref
    answer = caller.post(f"/notices/{ref}/retraction", officer, {"reason": "inaccurate"})
    assert answer.json["posts"] == 0
    assert caller.get(f"/notices/{ref}/retraction", officer).json["all_gone"] is True


def test_only_a_director_withdraws_an_approval(caller, office, officer):
    ref = office.up()
    before = office.everything()
    refused = caller.post(f"/notices/{ref}/retraction", officer, {"reason": "approval_withdrawn"})
    assert refused.status_code == 403
    assert office.everything() == before


def test_looking_never_takes_down(caller, office, officer):
    ref = office.up()
    before = office.everything()
    for path in (f"/notices/{ref}", f"/notices/{ref}/retraction", "/notices", "/cases/EH20260417/retraction"):
        caller.get(path, officer)
        caller.ask("HEAD", path, officer)
    assert office.everything() == before
