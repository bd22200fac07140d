"""What readers are told by name: people, the policy's clauses, and where a notice stands."""

import re
from datetime import timedelta

import pytest

from bot import intake
from bot.intake_requests import acknowledge_request, decide_request, log_request
from bot.web.app import console_app
from policies.requests import Allegation, Decision, RequestKind
from policies.terms import Channel, Reason
from store import publications
from tests.bot.web.browser import Browser, words


def told(answer) -> str:
    return " ".join(words(answer).split())


@pytest.fixture
def officer(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.second)


@pytest.fixture
def stuck(office) -> str:
    """Retracted, and the account refuses to take it down."""
    return office.refused(Reason.INACCURATE)


@pytest.fixture
def logged(office):
    """A request for removal, about a notice that is up."""
    return log_request(
        office.bot,
        office.staff.comms,
        RequestKind.REMOVAL,
        ref=office.up(channels=["website"]),
        allegation=Allegation.OTHER,
        received_at=office.bot.now,
    )


def test_what_is_stuck_on_its_way_down_stands_under_coming_down_as_well(officer, office, stuck):
    other = office.up(case_ref="EH/2026/0002", channels=["website"])
    for name in ("stuck", "coming-down"):
        page = told(officer.get(f"/list/{name}"))
        assert stuck in page
        assert other not in page
    assert "Coming down (1)" in told(officer.get("/"))


def test_what_is_retracted_for_good_is_not_offered_to_be_amended(officer, office, stuck):
    other = office.up(case_ref="EH/2026/0002", channels=["website"])
    acts = {ref: officer.get(f"/notices/{ref}").text for ref in (stuck, other)}
    assert f"/notices/{other}/amend" in acts[other]
    assert f"/notices/{stuck}/amend" not in acts[stuck]
    assert f"/notices/{stuck}/copy" in acts[stuck]


def test_people_of_the_council_are_named_where_they_acted(officer, office, logged):
    acknowledge_request(office.bot, office.staff.second, logged.id, note="By letter")
    page = told(officer.get(f"/requests/{logged.id}"))
    assert f"logged by {office.staff.comms.name}" in page
    assert f"by {office.staff.second.name}: By letter" in page
    assert f"{office.staff.dpo.name}, Data Protection Officer" in page


def test_whom_an_event_is_about_is_named_on_the_pages_of_the_case(officer, office, stuck):
    with office.bot.ledger.read() as tx:
        key = publications.find(tx, stuck).case_key
    for path in (f"/notices/{stuck}", f"/cases/{key}"):
        assert "about Alex Example (S1)" in told(officer.get(path))
    assert "Alex Example (S1)" in told(officer.get(f"/cases/{key}/event"))


def test_an_objection_is_told_with_a_clause_of_the_policy_and_not_with_a_number_of_ours(officer, office):
    ref = office.approved(channels=["website", "x"])
    intake.pause(office.bot, office.staff.second, Channel.X)
    page = told(officer.get(f"/notices/{ref}"))
    assert "X is paused. Resume it under Channels. (5.7.4(d))" in page
    assert "R57" not in page


def test_a_director_reads_first_that_a_notice_cannot_be_approved_as_it_stands(desk, office):
    refused = office.submit(subjects__0__date_of_birth="2010-01-01", channels=["website"]).ref
    good = office.submit(case_ref="EH/2026/0002", channels=["website"]).ref
    desk.as_(office.staff.director, strong=True)
    said = "It cannot be approved as it stands. Why, and what to do"
    page = told(desk.get(f"/notices/{refused}/approve"))
    assert 0 < page.find(said) < page.find("Exactly what goes up")
    assert said not in told(desk.get(f"/notices/{good}/approve"))


def test_a_task_that_is_over_is_no_success(officer, office):
    officer.get("/tasks/77")
    page = officer.get("/tasks").text
    assert "That task is not open any more" in page
    assert "govuk-notification-banner--success" not in page


def test_the_record_tells_a_request_in_words(desk, office, logged):
    decide_request(
        office.bot,
        office.staff.second,
        logged.id,
        Decision.REJECTED,
        with_person=office.staff.dpo.id,
        note="As it was.",
    )
    page = told(desk.as_(office.staff.auditor).get("/record"))
    assert "to take a notice down, because: something else" in page
    assert f"Not granted, with {office.staff.dpo.name}" in page


def test_every_page_says_in_its_header_who_is_signed_in(desk, office):
    for who in (office.staff.second, office.staff.director):
        page = desk.as_(who, strong=True).get("/tasks").text
        assert f"You are </span>{who.name}</a>" in page.partition("<main")[0]


def test_a_card_of_live_now_has_its_reference_above_the_red_button(officer, office):
    ref = office.up(channels=["website"])
    page = officer.get("/").text
    assert 0 < page.find(f'app-ref">{ref}<') < page.find("Retract now")


def test_a_copy_that_is_not_up_yet_says_what_it_waits_for(officer, office):
    waiting = office.submit(channels=["website"]).ref
    refused = office.submit(case_ref="EH/2026/0002", subjects__0__date_of_birth="2010-01-01", channels=["website"]).ref
    for ref, word in ((waiting, "To be approved"), (refused, "Refused")):
        assert f'govuk-tag--grey">{word}<' in officer.get(f"/notices/{ref}").text
        assert "Not queued" not in told(officer.get("/list/waiting"))


def test_the_page_of_a_notice_follows_it_while_it_goes_up_and_no_longer(officer, office):
    ref = office.approved(channels=["website"])
    path = f"/notices/{ref}/copies"
    page = officer.get(f"/notices/{ref}")
    assert f'data-part="{path}"' in page.text
    assert "It is on its way up. Look again" in told(page)
    assert "Waiting" in told(officer.get(path))
    office.run(ref)
    assert "Live" in told(officer.get(path))
    assert path not in officer.get(f"/notices/{ref}").text


def test_what_waits_for_somebody_or_for_its_day_is_not_followed(officer, office):
    later = (office.bot.now + timedelta(days=2)).isoformat()
    refs = [
        office.approved(channels=["website"], window={"opens": later, "closes": None}),
        office.submit(case_ref="EH/2026/0002", channels=["website"]).ref,
    ]
    for ref in refs:
        assert "on its way up" not in told(officer.get(f"/notices/{ref}"))


def test_sample_people_are_changed_on_the_page_where_one_signs_in_and_others_go_on(office, desk):
    """Where none are offered, whoever is signed in goes on at once."""
    offered = [{"who": "Sample second (officer)", "name": "second", "password": "x", "code": ""}]
    with_samples = Browser(office, console_app(office.bot, samples=lambda: offered)).as_(office.staff.second)
    page = with_samples.get("/sign-in")
    assert "Enter as second" in told(page)
    assert f"Go on as {office.staff.second.name}" in told(page)
    assert desk.as_(office.staff.second).get("/sign-in").status_code == 302


def test_a_receipt_says_who_took_it_down_and_the_day_of_what_was_gone_on_another(officer, office, stuck):
    office.clock.advance(timedelta(days=1))
    office.channels[Channel.FACEBOOK].revoked = False
    office.run(stuck)
    page = told(officer.get(f"/notices/{stuck}/progress"))
    assert f"Retracted by {office.staff.second.name} because" in page
    assert re.search(r"Website, \w+ Gone \d\d:\d\d:\d\d [A-Z]", page)
    assert re.search(r"Facebook, \w+ Gone \d\d:\d\d:\d\d, 3 March 2026", page)


def test_what_is_coming_down_is_told_in_words_beside_its_tag_on_live_now(officer, stuck):
    assert "Facebook Coming down not proven gone yet" in told(officer.get("/"))


def test_a_headline_that_asks_ends_where_its_question_does(officer, office):
    ref = office.submit(channels=["website"], content__headline="Who was fined in Sample Lane?").ref
    draft = officer.post(f"/notices/{ref}/copy").headers["Location"]
    page = told(officer.get(f"{draft}/check"))
    assert "Sample Lane? It will be" in page


def test_what_was_called_off_before_it_went_up_is_not_said_to_have_been_taken_down(officer, office):
    ref = office.approved(channels=["website", "x"])
    assert officer.post(f"/notices/{ref}/retract", {"reason": "not_wanted", "scope": "notice"}).status_code == 303
    page = told(officer.get(f"/notices/{ref}/progress"))
    assert f"Nothing of it was ever up {ref}: it will not go up any more." in page
    assert f"Retracted by {office.staff.second.name}" in page
    assert "proven gone" not in page
    assert "is not there" not in page


def test_a_retraction_says_where_and_what_of_the_case_comes_down_before_it_does(officer, office):
    ref = office.up(channels=["website", "x"])
    other = office.submit(channels=["website"]).ref
    page = told(officer.get(f"/notices/{ref}/retract"))
    assert "This notice, on every channel Website, X Every notice of the case" in page
    assert f"Every notice of the case {ref}, {other} Note for the record" in page
