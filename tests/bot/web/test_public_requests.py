"""What the public asks, at the desk: logged with its hour, acknowledged, decided with reasons by those who may."""

from datetime import timedelta

import pytest

from policies.requests import GRAVE, Allegation, RequestKind
from policies.terms import Reason
from store import publications, requests
from tests.bot.web.browser import words
from tests.bot.web.test_text_and_secrets import HOSTILE, raw

CASE = "EH/2026/0417"


@pytest.fixture
def ref(office):
    return office.up(channels=["website"])


@pytest.fixture
def officer(desk, office, ref):
    return desk.as_(office.staff.second)


def now_typed():
    return {"received-day": "2", "received-month": "3", "received-year": "2026", "received-time": "11:30"}


def log(desk, about, **changes):
    given = {"kind": "removal", "allegation": "other", "about": about, "note": "CANARY: a caller"} | now_typed()
    return desk.post("/requests/new", given | changes)


def asked(office):
    with office.bot.ledger.read() as tx:
        return requests.everything(tx)


def retraction(office, ref):
    with office.bot.ledger.read() as tx:
        return publications.retraction_of(tx, publications.find(tx, ref).id)


def test_an_ordinary_request_is_logged_with_its_hour_and_nothing_comes_down(office, officer, ref):
    answer = log(officer, ref)
    assert answer.headers["Location"] == "/requests/1"
    (made,) = asked(office)
    assert (made.kind, made.allegation) == (RequestKind.REMOVAL, Allegation.OTHER)
    assert f"{made.received_at:%H:%M}" == "11:30"
    assert retraction(office, ref) is None
    assert "CANARY" not in office.everything()[0]
    page = words(officer.get("/requests"))
    assert "To be decided by 3 March 2026, 11:30am" in page
    assert "CANARY" not in page
    assert "CANARY: a caller" in words(officer.get("/requests/1"))


@pytest.mark.parametrize("allegation", sorted(GRAVE))
def test_5_5_a_grave_allegation_takes_the_notice_down_before_it_is_decided_and_shows_its_progress(
    office, officer, ref, allegation
):
    answer = log(officer, ref, allegation=allegation)
    assert answer.headers["Location"] == f"/notices/{ref}/progress"
    assert retraction(office, ref).reason is Reason.REMOVAL_REQUESTED


def test_a_request_about_a_case_names_it_in_the_body_only(office, officer, ref):
    answer = log(officer, CASE, allegation="spent")
    assert answer.headers["Location"].startswith("/cases/")
    assert CASE not in answer.headers["Location"]
    assert retraction(office, ref) is not None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "Choose what is asked"),
        ({"allegation": ""}, "Choose why it should come down"),
        ({"about": ""}, "Give the notice’s reference, or its case"),
        ({"about": "DBC-NONE99"}, "No notice and no case has this reference"),
        ({"received-day": "31", "received-month": "2"}, "It is not a day"),
        ({"received-year": "26"}, "It is not a day"),
        ({"received-day": "", "received-month": "", "received-year": ""}, "Give a day"),
        ({"received-time": "noon"}, "It is not a time"),
        ({"received-day": "3"}, "It has not come yet"),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(office, officer, ref, changes, said):
    answer = log(officer, changes.pop("about", ref), **changes)
    assert answer.status_code == 400
    assert words(answer).count(said) == 2
    assert "CANARY: a caller" in answer.text
    assert asked(office) == []
    assert retraction(office, ref) is None


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_comes_back_as_text(officer, ref, kind):
    answer = log(officer, HOSTILE[kind], note=HOSTILE[kind], **{"received-time": HOSTILE[kind]})
    assert answer.status_code == 400
    assert not raw(answer.text.replace(HOSTILE[kind], ""))
    log(officer, ref, note=HOSTILE[kind])
    page = officer.get("/requests/1")
    assert page.status_code == 200
    assert not raw(page.text)


def test_it_is_acknowledged_once(office, officer, ref):
    log(officer, ref)
    for _ in range(2):
        assert officer.post("/requests/1", {"act": "acknowledge"}).status_code == 303
    assert "Acknowledged" in words(officer.get("/requests/1"))
    assert [entry.event for entry in office.journal("request-1")] == ["request_logged", "request_acknowledged"]


def test_5_5_a_removal_is_decided_with_the_dpo_with_reasons_and_upheld_it_takes_down(office, officer, ref):
    log(officer, ref)
    dpo = office.staff.dpo.id
    form = officer.get("/requests/1").text
    assert f'<option value="{dpo}">' in form
    assert f'<option value="{office.staff.comms.id}">' not in form
    missing = officer.post("/requests/1", {})
    assert missing.status_code == 400
    for said in ("Choose whether it is granted", "Give the reasons", "Choose whom you decided it with"):
        assert words(missing).count(said) == 2
    alone = officer.post("/requests/1", {"decision": "upheld", "note": "why", "with_person": office.staff.second.id})
    assert alone.status_code == 400
    done = officer.post("/requests/1", {"decision": "upheld", "note": "CANARY why", "with_person": dpo})
    assert done.headers["Location"] == f"/notices/{ref}/progress"
    assert retraction(office, ref).reason is Reason.REQUEST_UPHELD
    again = officer.post("/requests/1", {"decision": "rejected", "note": "why", "with_person": dpo})
    assert again.status_code == 400
    assert "It is decided already." in words(again)


def test_5_7_4_e_re_use_is_agreed_by_the_director_of_the_service_alone(office, officer, open_browser, ref):
    log(officer, ref, kind="reuse", allegation="")
    given = {"decision": "upheld", "note": "For the trial"}
    refused = officer.post("/requests/1", given)
    assert refused.status_code == 403
    assert "Only a Director of environment agrees" in words(refused)
    assert "For the trial" in refused.text
    assert open_browser().as_(office.staff.other_director).post("/requests/1", given).status_code == 403
    assert open_browser().as_(office.staff.director).post("/requests/1", given).headers["Location"] == "/requests/1"
    assert retraction(office, ref) is None


def test_a_complaint_may_be_about_no_notice(office, officer):
    assert log(officer, "", kind="complaint", allegation="").headers["Location"] == "/requests/1"
    assert "No notice" in words(officer.get("/requests"))


def test_what_is_overdue_says_so(office, officer, ref):
    log(officer, ref)
    office.clock.advance(timedelta(days=2))
    assert "Overdue" in words(officer.get("/requests"))
    assert "Overdue since" in words(officer.get("/requests/1"))


def test_an_auditor_reads_requests_and_logs_none(office, desk, open_browser, ref):
    log(desk.as_(office.staff.second), ref)
    auditor = open_browser().as_(office.staff.auditor)
    page = auditor.get("/requests/1")
    assert page.status_code == 200
    assert 'name="decision"' not in page.text
    assert log(auditor, ref).status_code == 403
    assert len(asked(office)) == 1


@pytest.mark.parametrize("number", ["2", "x", "0", "١", "1.0"])
def test_a_request_that_is_not_there_is_not_found(officer, ref, number):
    log(officer, ref)
    assert officer.get(f"/requests/{number}").status_code == 404
