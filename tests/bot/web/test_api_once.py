"""The same request again: one key, one act, one answer, also after a crash and twenty at once (reliability: 1, 33)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest

from bot.erasure import REPLAYS_FOR, erase_due
from store import desk, publications
from tests.bot.web.caller import notice


@pytest.fixture
def comms(caller, office) -> str:
    return caller.token(office.staff.comms)


def acts(office, caller):
    """Every operation that takes a key: what it needs, and another body."""
    ref, other = office.approved(), office.submit(case_ref="EH/2026/0555")
    director = caller.token(office.staff.director)
    return {
        "submit": ("/notices", notice(case_ref="EH/2026/0666"), notice(case_ref="EH/2026/0667")),
        "approve": (f"/notices/{other.ref}/approval", {"digest": other.digest}, {"digest": "0" * 64}),
        "confirm": (f"/notices/{ref}/confirmation", {"note": "one"}, {"note": "two"}),
        "retract": (f"/notices/{ref}/retraction", {"reason": "inaccurate"}, {"reason": "spent"}),
        "retract_case": ("/cases/EH20260417/retraction", {"reason": "inaccurate"}, {"reason": "spent"}),
        "event": ("/events", {"case": "EH/2026/0417", "what": "appeal_lodged"}, {"case": "EH/2026/0417", "what": "sentence_changed"}),
    }, {"approve": director}  # fmt: skip


@pytest.mark.parametrize("name", ["submit", "approve", "confirm", "retract", "retract_case", "event"])
def test_the_same_request_with_the_same_key_is_answered_the_same_and_done_once(name, caller, office, comms):
    made, tokens = acts(office, caller)
    path, body, other = made[name]
    token = tokens.get(name, comms)
    first = caller.post(path, token, body, key="key-1")
    assert first.status_code < 300, first.text
    kept = office.everything()
    again = caller.post(path, token, body, key="key-1")
    assert (again.status_code, again.json, again.headers.get("Location")) == (
        first.status_code,
        first.json,
        first.headers.get("Location"),
    )
    assert office.everything() == kept
    reused = caller.post(path, token, other, key="key-1")
    assert reused.status_code == 409
    assert reused.json["type"].endswith(":conflict")
    assert office.everything() == kept


def test_a_task_is_answered_once_and_the_same_request_is_answered_the_same(caller, office, comms):
    ref = office.up()
    caller.post("/events", comms, {"case": "EH/2026/0417", "what": "appeal_lodged"})
    number = caller.get("/tasks", comms).json["tasks"][0]["id"]
    first = caller.post(f"/tasks/{number}/answer", comms, {}, key="k")
    assert first.status_code == 200, first.text
    again = caller.post(f"/tasks/{number}/answer", comms, {}, key="k")
    assert (again.status_code, again.json) == (200, first.json)
    assert caller.post(f"/tasks/{number}/answer", comms, {"note": "other"}, key="k").status_code == 409
    assert caller.post(f"/tasks/{number}/answer", comms, {}).status_code == 404
    assert len([each for each in office.journal(f"task-{number}") if each.event == "task_done"]) == 1
    assert office.posts(ref)


def test_one_key_for_two_operations_is_refused(caller, office, comms):
    ref = office.approved()
    assert caller.post(f"/notices/{ref}/confirmation", comms, {}, key="k").status_code == 200
    assert caller.post("/notices", comms, notice(case_ref="EH/2026/0666"), key="k").status_code == 409
    other = office.approved(case_ref="EH/2026/0777")
    assert caller.post(f"/notices/{other}/confirmation", comms, {}, key="k").status_code == 409


def test_keys_of_two_people_have_nothing_to_do_with_each_other(caller, office, comms):
    second = caller.token(office.staff.second)
    one = caller.post("/notices", comms, notice(), key="k").json["ref"]
    assert caller.post("/notices", second, notice(case_ref="EH/2026/0888"), key="k").json["ref"] != one


def test_what_was_refused_leaves_its_key_free(caller, office, comms):
    made = caller.post("/events", comms, {"case": "NONE/1", "what": "appeal_lodged"}, key="k")
    assert made.status_code == 404
    office.approved()
    assert caller.post("/events", comms, {"case": "EH/2026/0417", "what": "appeal_lodged"}, key="k").status_code == 202


def test_twenty_at_once_with_one_key_are_one_publication(caller, office, comms):
    sent = notice()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: caller.post("/notices", comms, sent, key="one"), range(20)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.json["ref"] for each in answers}) == 1
    with office.bot.ledger.read() as tx:
        assert len(publications.everything(tx)) == 1


def test_twenty_retractions_at_once_with_one_key_are_one_retraction(caller, office, comms):
    ref = office.approved()
    with ThreadPoolExecutor(20) as pool:
        path, body = f"/notices/{ref}/retraction", {"reason": "inaccurate"}
        answers = list(pool.map(lambda _: caller.post(path, comms, body, key="one"), range(20)))
    assert {each.status_code for each in answers} == {202}
    assert len([each for each in office.journal(ref) if each.event.startswith("retracted")]) == 1


def test_two_approvals_at_once_with_one_key_and_one_code_are_one_and_are_answered_the_same(caller, office, desk):
    secret = pyotp.random_base32()
    desk.has_login(office.staff.director, "director", secret=secret)
    made, token, code = office.submit(), caller.token(office.staff.director), pyotp.TOTP(secret).at(office.clock())
    path, body = f"/notices/{made.ref}/approval", {"digest": made.digest}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: caller.post(path, token, body, key="one", code=code), range(6)))
    assert [each.status_code for each in answers] == [200] * 6
    assert len({each.text for each in answers}) == 1
    assert len([each for each in office.journal(made.ref) if each.event == "approved"]) == 1


class PowerCutError(Exception):
    """The process ends here."""


def test_an_act_whose_answer_was_not_kept_did_not_happen_and_is_done_by_the_next_request(caller, office, comms):
    """The act and its remembered answer are one transaction: a crash between them leaves neither."""
    ref = office.approved()
    before = office.everything()
    with pytest.raises(PowerCutError), office.bot.ledger.write() as tx:
        joined = office.bot.ledger.joined(tx)
        with joined.write() as inner:
            desk.remember(inner, person=office.staff.comms.id, key="k", body=b"", answer="{}", now=office.clock())
        raise PowerCutError
    assert office.everything() == before
    made = caller.post(f"/notices/{ref}/confirmation", comms, {}, key="k")
    assert made.status_code == 200
    assert caller.post(f"/notices/{ref}/confirmation", comms, {}, key="k").json == made.json


def test_answers_are_kept_for_at_least_ninety_days(caller, office, comms):
    assert timedelta(days=90) <= REPLAYS_FOR
    first = caller.post("/notices", comms, notice(), key="k")
    office.clock.advance(timedelta(days=90))
    erase_due(office.bot, actor="daemon")
    assert caller.post("/notices", comms, notice(), key="k").json == first.json
