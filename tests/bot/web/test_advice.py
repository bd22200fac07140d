"""Advice wanted: the queue of each consultee, what calls for a word, and that the word is bound to one revision."""

from datetime import timedelta

import pytest

from bot import intake
from bot.dossiers import dossier
from policies.answers import Consultee
from policies.dossier import Stage
from policies.publishing import clearance_reasons, clearances_missing, tick_reasons, ticks_needed
from policies.terms import Reason, Role
from store import advice, people, publications
from tests.bot.web.browser import Browser, words


@pytest.fixture
def dpo(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.dpo)


@pytest.fixture
def ref(office) -> str:
    """A notice that the Data Protection Officer has advised against: the clearance is missing until it is given."""
    ref = office.submit(channels=["website"]).ref
    intake.advise(office.bot, office.staff.dpo, ref, role=Consultee.DPO, cleared=False, note="Leave out the street")
    office.clock.advance(timedelta(minutes=1))
    return ref


def advise(desk: Browser, ref: str, **changes):
    given = {"role": "dpo", "says": "clear", "note": "Read and weighed", "revision": "1"} | changes
    return desk.post(f"/notices/{ref}/advice", given)


def given(office, ref, revision=1):
    with office.bot.ledger.read() as tx:
        return advice.of_revision(tx, publications.find(tx, ref).id, revision)


def test_the_queue_names_what_waits_for_ones_own_role_only(dpo, office, ref, staff, open_browser):
    page = words(dpo.get("/advice"))
    assert ref in page
    assert "the Data Protection Officer" in page
    assert ref not in open_browser().as_(staff["legal"]).get("/advice").text
    assert ref not in open_browser().as_(office.staff.second).get("/advice").text


def test_the_page_shows_the_same_text_and_what_calls_for_the_word(dpo, office, ref):
    page = words(dpo.get(f"/notices/{ref}/advice"))
    assert "What calls for advice" in page
    assert "Advised against by the Data Protection Officer." in page
    assert "Leave out the street" in page
    assert "Two fined for fly-tipping in Sample Lane" in page


def test_a_clearance_is_recorded_for_the_revision_that_was_read_and_leaves_the_queue(dpo, office, ref):
    answer = advise(dpo, ref)
    assert answer.headers["Location"] == "/advice"
    last = given(office, ref)[-1]
    assert (last.role, last.cleared, last.person) == ("dpo", True, office.staff.dpo.id)
    page = words(dpo.get("/advice"))
    assert "cleared by the Data Protection Officer" in page
    assert "No notice waits" in page


def test_a_word_about_a_revision_that_is_no_longer_the_newest_is_not_recorded(dpo, office, ref):
    office.amend(ref, channels=["website"], content__headline="Two fined in Other Lane")
    answer = advise(dpo, ref)
    assert answer.status_code == 409
    assert "Nothing was recorded" in answer.text
    assert "Read and weighed" in answer.text
    assert given(office, ref, 2) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"role": "legal"}, "Choose whose advice it is"),
        ({"role": "none-such"}, "Choose whose advice it is"),
        ({"says": ""}, "Choose whether it may go up as it stands"),
        ({"note": " \n"}, "Write what is advised"),
    ],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(dpo, office, ref, changes, told):
    before = len(given(office, ref))
    answer = advise(dpo, ref, **changes)
    assert answer.status_code == 400
    assert told in answer.text
    assert "There is a problem" in answer.text
    if "note" not in changes:
        assert "Read and weighed" in answer.text
    assert len(given(office, ref)) == before


def test_an_officer_records_a_partners_word_and_no_other(desk, office, ref):
    desk.as_(office.staff.second)
    assert "You record the word of the partner" in words(desk.get(f"/notices/{ref}/advice"))
    assert advise(desk, ref).status_code == 400
    assert advise(desk, ref, role="partner", note="Police reference 12/345").status_code == 303
    assert given(office, ref)[-1].role == "partner"


def test_who_wrote_it_does_not_advise_on_it(desk, office):
    with office.bot.ledger.write() as tx:
        both, _ = people.add(tx, name="Sample of both", held=[(Role.DPO, None), (Role.COMMS, None)], now=office.clock())
    ref = office.submit(by=both, channels=["website"]).ref
    answer = advise(desk.as_(both), ref)
    assert answer.status_code == 409
    assert "Somebody else of that role advises." in answer.text
    assert given(office, ref) == ()


def test_advice_comes_before_the_approval_or_asks_for_it_again(desk, office):
    ref = office.approved(channels=["website"])
    office.clock.advance(timedelta(minutes=1))
    desk.as_(office.staff.dpo)
    assert "a Director has to approve it again" in words(desk.get(f"/notices/{ref}/advice"))
    advise(desk, ref)
    page = words(desk.as_(office.staff.director).get(f"/notices/{ref}/approve"))
    assert "has to be approved again" in page
    assert "came after the approval" in page


def test_hostile_advice_comes_back_as_text(dpo, office, ref):
    note = '</textarea><script>alert("x")</script>\u202e'
    for answer in (advise(dpo, ref, note=note, says=""), advise(dpo, ref, note=note)):
        assert "<script>alert" not in answer.text
    page = dpo.get(f"/notices/{ref}/advice").text
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_there_is_nothing_to_advise_on_once_it_is_retracted(dpo, office, ref):
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD)
    assert "There is nothing left to advise on" in words(dpo.get(f"/notices/{ref}/advice"))
    assert ref not in dpo.get("/advice").text
    assert advise(dpo, ref).status_code == 409


def test_why_each_tick_and_clearance_is_needed_is_what_it_would_lift(office, ref):
    office.approved(channels=["website"], case_ref="EH/2026/0999")
    late = office.submit(channels=["website"], case_ref="EH/2026/0999", court_event__on="2026-02-23").ref
    with office.bot.ledger.read() as tx:
        for each in (ref, late):
            known = publications.find(tx, each)
            asked = dossier(office.bot, tx, known.id, 1, stage=Stage.SUBMIT, now=office.clock())
            ticks, clearances = tick_reasons(asked, office.clock()), clearance_reasons(asked, office.clock())
            assert tuple(ticks) == ticks_needed(asked, office.clock())
            assert tuple(clearances) == clearances_missing(asked, office.clock())
            assert all(ticks.values())
            assert all(clearances.values())
