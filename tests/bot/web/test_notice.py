"""One notice: how it stands, what each role may do, what happened and who and why, and the proof that it is gone."""

import logging
import re
from datetime import timedelta

import pytest

from bot import intake
from bot.erasure import erase_due, hold
from bot.intake_evidence import record_evidence
from bot.submission_checks import InputRefused
from policies.lifecycle import State
from policies.terms import Channel, EventType, Reason
from store import cases, journal, publications
from tests.bot.web.browser import Browser, words

NOTE = "Told by Sample Person at the desk"
HOSTILE = '</textarea><script>alert("x")</script>\u202e'


@pytest.fixture
def officer(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.second)


@pytest.fixture
def leaving(office) -> str:
    """A notice coming down on an account that is refused as a whole."""
    return office.refused(Reason.REQUEST_UPHELD, note=NOTE)


def case_of(office, ref):
    with office.bot.ledger.read() as tx:
        return publications.find(tx, ref).case_key


def test_the_page_says_how_it_stands_when_it_comes_down_and_where_it_is(officer, office):
    ref = office.up(channels=["website", "x"])
    page = officer.get(f"/notices/{ref}")
    text = words(page)
    assert "Comes down by 30 March 2026, midday (27 days left), because the retention period ends (5.7.4(d))" in text
    assert page.text.count("govuk-tag--green") == 2
    assert f"/notices/{ref}/retract" in page.text
    assert "View" in text


def test_what_one_may_do_is_offered_by_role(office, open_browser, staff):
    ref = office.up(channels=["website"])
    offered = {
        who: {
            name
            for name, mark in (("retract", "/retract"), ("confirm", "/confirm"), ("event", "/event"))
            if mark in open_browser().as_(staff[who]).get(f"/notices/{ref}").text
        }
        for who in ("officer", "director", "dpo", "auditor", "admin")
    }
    assert offered == {
        "officer": {"retract", "confirm", "event"},
        "director": {"retract", "confirm", "event"},
        "dpo": {"retract", "event"},
        "auditor": set(),
        "admin": {"retract", "event"},
    }


def test_the_timeline_tells_readers_who_did_what_and_why_and_never_in_an_address_or_a_log(
    officer, office, leaving, caplog
):
    with caplog.at_level(logging.DEBUG):
        page = officer.get(f"/notices/{leaving}")
    text = words(page)
    assert NOTE in text
    assert "Retracted" in text
    assert "Sample second" in text
    assert "Submitted" in text
    assert "Sample comms" in text
    assert "2 March 2026, midday (12:00:" in text
    assert "Sample" not in "".join(part.split('"')[0] for part in page.text.split('href="')[1:])
    assert NOTE not in caplog.text


def test_every_object_shows_when_it_was_asked_for_answered_and_read_absent(officer, office, leaving):
    text = words(officer.get(f"/notices/{leaving}"))
    proof = text.partition("Evidence of removal")[2]
    assert "Asked to remove" in proof
    assert "The platform answered: acknowledged" in proof
    assert "Read absent" in proof
    assert "The platform answered: revoked" in proof
    assert "Not proven gone yet" in proof


def test_the_timeline_tells_each_try_to_take_a_copy_down_once_with_what_the_platform_answered(officer, office, leaving):
    office.run(leaving, step=timedelta(minutes=5))
    text = words(officer.get(f"/notices/{leaving}")).partition("Everything that happened")[2]
    tries = text.count("The platform was asked to remove it: Facebook")
    assert tries > 1
    assert text.count("It answered: revoked") == tries
    assert "The platform answered: Facebook" not in text


def test_every_date_of_the_timeline_can_be_read_by_a_program(officer, leaving):
    page = officer.get(f"/notices/{leaving}").text.partition("Everything that happened")[2]
    assert re.search(r'<time datetime="2026-03-02T12:00:\d\d\+00:00">2 March 2026, midday</time>', page)
    assert page.count("<time ") == page.count('class="app-told"')


def test_progress_leads_from_the_steps_by_hand_to_where_the_evidence_is_recorded(
    officer, leaving, open_browser, office
):
    office.clock.advance(office.bot.settings.loop.alert_urgent)
    page = officer.get(f"/notices/{leaving}/progress")
    assert "Signed in as the Page: Move to trash, empty the trash" in words(page)
    assert f'href="/notices/{leaving}?all=1#evidence-facebook"' in page.text
    assert 'id="evidence-facebook"' in officer.get(f"/notices/{leaving}?all=1").text
    auditor = open_browser().as_(office.staff.auditor)
    assert "#evidence-" not in auditor.get(f"/notices/{leaving}/progress").text


def test_evidence_of_a_removal_by_hand_is_on_record_and_looked_at_now(officer, office, leaving):
    office.clock.advance(timedelta(seconds=1))
    data = {"channel": "facebook", "note": "Moved to trash, emptied it"}
    answer = officer.post(f"/notices/{leaving}/evidence", data)
    assert answer.headers["Location"] == f"/notices/{leaving}/progress"
    post = office.last(leaving)[Channel.FACEBOOK]
    assert (post.state, post.due_at) == (State.REMOVING, office.clock())
    assert "Moved to trash, emptied it" in words(officer.get(f"/notices/{leaving}"))
    with office.bot.ledger.read() as tx:
        (told,) = [each for each in journal.entries(tx, subject=post.marker) if each.event == "evidence"]
    assert (told.actor, told.codes["channel"]) == (office.staff.second.id, "facebook")
    assert "trash" not in str(told.codes)


@pytest.mark.parametrize(
    ("data", "answered"),
    [
        ({"channel": "facebook", "note": " "}, (400, "Write what you did and what you saw")),
        ({"channel": "none-such", "note": "x"}, (400, "Choose a channel")),
        ({"channel": "website", "note": "Deleted the folder"}, (409, "Nothing of it is coming down there.")),
    ],
)
def test_evidence_that_says_nothing_is_refused_with_a_reason(officer, office, leaving, data, answered):
    before = office.everything()
    answer = officer.post(f"/notices/{leaving}/evidence", data)
    code, told = answered
    assert answer.status_code == code
    assert told in answer.text
    assert office.everything() == before


def test_evidence_needs_an_officer_and_words(office, leaving):
    with pytest.raises(intake.NotAllowedHere):
        record_evidence(office.bot, office.staff.auditor, leaving, Channel.FACEBOOK, "x")
    with pytest.raises(InputRefused):
        record_evidence(office.bot, office.staff.second, leaving, Channel.FACEBOOK, "  ")


def test_two_persons_attest_what_can_no_longer_be_read(officer, office, leaving, open_browser):
    path, data = f"/notices/{leaving}/attest", {"channel": "facebook", "note": "Signed out, it is not there"}
    assert officer.post(path, {"channel": "facebook", "note": ""}).status_code == 400
    assert officer.post(path, data).status_code == 303
    assert "You have attested that it is gone" in words(officer.get(f"/notices/{leaving}"))
    again = officer.post(path, data)
    assert again.status_code == 409
    assert "You have attested it already." in again.text
    assert office.last(leaving)[Channel.FACEBOOK].state is State.REMOVING
    assert open_browser().as_(office.staff.dpo).post(path, data).status_code == 303
    assert office.last(leaving)[Channel.FACEBOOK].state is State.REMOVED
    assert "Attested, not proven" in words(officer.get(f"/notices/{leaving}"))
    page = officer.get(f"/notices/{leaving}/progress")
    assert "Attested, not all of it proven gone" in words(page)
    assert "All of it is proven gone" not in page.text
    # There is nothing more to wait for.
    assert 'http-equiv="refresh"' not in page.text
    assert 'data-done="yes"' in page.text


def test_facts_are_confirmed_one_by_one(officer, office):
    ref = office.up(channels=["website"])
    facts = intake.to_confirm(office.bot, office.staff.second, ref)
    page = words(officer.get(f"/notices/{ref}/confirm"))
    # The rules know people by their numbers; whoever states it reads the name.
    said = [fact.what.replace("S1", "Alex Example (S1)") for fact in facts]
    assert "Alex Example" in said[-1]
    assert all(each in page for each in said)
    keys = [f"{number}-{fact.name}" for number, fact in enumerate(facts)]
    answer = officer.post(f"/notices/{ref}/confirm", {"fact": keys[:-1], "note": "The court, by phone"})
    assert answer.status_code == 400
    assert said[-1] in answer.text
    assert "The court, by phone" in answer.text
    assert officer.post(f"/notices/{ref}/confirm", {"fact": keys, "note": "The court, by phone"}).status_code == 303
    (told,) = [each for each in office.journal(ref) if each.event == "confirmed"]
    assert told.actor == office.staff.second.id
    assert "The court, by phone" in words(officer.get(f"/notices/{ref}"))


def test_a_channel_is_queued_again_only_where_it_was_certainly_not_posted(officer, office):
    ref = office.up(channels=["website"])
    answer = officer.post(f"/notices/{ref}/requeue", {"channel": "website"})
    assert answer.status_code == 409
    assert "not refused." in answer.text
    assert officer.post(f"/notices/{ref}/requeue", {"channel": "x"}).status_code == 409
    assert officer.post(f"/notices/{ref}/requeue", {}).status_code == 400


def test_an_event_takes_down_what_it_concerns_and_shows_its_progress(officer, office):
    ref = office.up(channels=["website"])
    key = case_of(office, ref)
    answer = officer.post(
        f"/cases/{key}/event", {"what": "appeal_lodged", "subject": "", "source": "The court", "note": NOTE}
    )
    assert answer.headers["Location"] == f"/cases/{key}/progress"
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        assert publications.retraction_of(tx, known.id).reason is Reason.APPEAL_LODGED
    text = words(officer.get(f"/cases/{key}"))
    assert "An appeal was lodged" in text
    assert NOTE in text


def test_an_event_that_takes_nothing_down_is_on_record(officer, office):
    ref = office.submit(channels=["website"]).ref
    key = case_of(office, ref)
    data = {"what": "appeal_dismissed", "subject": "S1", "day": "1", "month": "3", "year": "2026", "time": "14:30"}
    answer = officer.post(f"/cases/{key}/event", data)
    assert answer.headers["Location"] == f"/cases/{key}"
    assert "It takes down nothing that is up" in words(officer.get(f"/cases/{key}"))
    with office.bot.ledger.read() as tx:
        (event,) = cases.events_of(tx, key)
    assert (event.what, event.subject, event.happened_at.hour) == (EventType.APPEAL_DISMISSED, "S1", 14)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"what": ""}, "Choose what happened"),
        ({"what": "none-such"}, "Choose what happened"),
        ({"what": "appeal_lodged", "subject": "S9"}, "Choose whom it is about"),
        ({"what": "appeal_lodged", "day": "31", "month": "2", "year": "2026"}, "Write a date that exists"),
        ({"what": "appeal_lodged", "day": "9"}, "Write a date that exists"),
        ({"what": "appeal_lodged", "time": "25:00"}, "Write a date that exists"),
        ({"what": "appeal_lodged", "day": "1", "month": "4", "year": "2026"}, "It lies in the future"),
        ({"what": "appeal_lodged", "day": "1", "month": "4", "year": "1066"}, "It is not a possible time."),
    ],
)
def test_an_event_that_cannot_be_meant_is_refused_and_nothing_typed_is_lost(officer, office, data, told):
    key = case_of(office, office.up(channels=["website"]))
    before = office.everything()
    answer = officer.post(f"/cases/{key}/event", {"note": NOTE} | data)
    assert answer.status_code == 400
    assert told in answer.text
    assert NOTE in answer.text
    assert office.everything() == before


def test_the_case_shows_all_its_notices_and_whether_it_is_kept(officer, office):
    first = office.up(channels=["website"])
    second = office.submit(channels=["website"]).ref
    key = case_of(office, first)
    page = officer.get(f"/cases/{key}")
    assert first in page.text
    assert second in page.text
    assert f"/cases/{key}/sheet" in page.text
    assert "Not on legal hold" in page.text
    hold(office.bot, office.staff.dpo, key, "A claim was announced")
    text = words(officer.get(f"/cases/{key}"))
    assert "On legal hold: nothing of this case is erased" in text
    assert "A claim was announced" in text


def test_what_is_left_of_an_erased_notice_is_shown(officer, office, open_browser, staff):
    ref = office.up(channels=["website"])
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD, note=NOTE)
    office.run(ref)
    office.clock.advance(timedelta(days=4000))
    erase_due(office.bot, actor="daemon")
    for path in (f"/notices/{ref}", f"/cases/{case_of(office, ref)}", f"/notices/{ref}/confirm", "/list/down"):
        assert office_page(open_browser, staff, "officer", path).status_code == 200
    assert office_page(open_browser, staff, "director", f"/notices/{ref}/approve").status_code == 200
    assert office_page(open_browser, staff, "dpo", f"/notices/{ref}/advice").status_code == 200
    text = words(office_page(open_browser, staff, "officer", f"/notices/{ref}"))
    assert "Erased on schedule" in text
    assert "Its note has been erased." in text
    assert NOTE not in text
    assert "Read absent" in text


def office_page(open_browser, staff, who, path):
    return open_browser().as_(staff[who]).get(path)


def test_hostile_words_show_as_text(officer, office, leaving):
    officer.post(f"/notices/{leaving}/evidence", {"channel": "facebook", "note": HOSTILE})
    key = case_of(office, leaving)
    answers = [
        officer.get(f"/notices/{leaving}"),
        officer.post(f"/notices/{leaving}/attest", {"channel": "website", "note": HOSTILE}),
        officer.post(f"/cases/{key}/event", {"what": HOSTILE, "note": HOSTILE, "source": HOSTILE, "day": HOSTILE}),
        officer.post(f"/notices/{leaving}/confirm", {"fact": HOSTILE, "note": HOSTILE}),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/notices/DBC-NONE22", "/cases/nonesuch", "/cases/nonesuch/event"])
def test_what_is_not_there_is_not_found(officer, path):
    assert officer.get(path).status_code == 404
