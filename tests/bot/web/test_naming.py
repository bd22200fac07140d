"""One name for each thing on every page: no page shows a code of the ledger to its readers."""

import re
from dataclasses import fields
from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Rule
from bot import duties, intake
from bot.annual import Annual, Requests
from bot.settings_values import in_words
from bot.web import naming
from bot.web.figures import FIGURES, figure_of
from bot.web.remedies import here
from policies.terms import Channel, EventType, Kind, Reason, Role
from store import publications
from tests.bot.office import SERVICE
from tests.bot.web.browser import words
from tests.bot.web.e2e.busy import busy


@pytest.mark.parametrize(
    ("spoken", "codes"),
    [
        (naming.kind_name, Kind),
        (naming.because, Reason),
        (naming.event_name, EventType),
    ],
)
def test_every_code_has_words_of_its_own(spoken, codes):
    said = {spoken(each) for each in codes}
    assert len(said) == len(codes)
    assert not [each for each in said if "_" in each or each in set(codes)]


def test_a_role_is_named_with_its_service(app, office):
    held = [(Role.DIRECTOR, SERVICE), (Role.DPO, None)]
    with app.app_context():
        assert naming.roles_held(held) == "Director of Environmental enforcement, Data Protection Officer"
        assert naming.service_name("none-such") == "none-such"


def test_a_channel_in_an_alarm_is_named_as_on_every_page():
    assert here("Urgent: x: retracted. website: not proven gone") == "Urgent: X: retracted. Website: not proven gone"


# A channel as the ledger calls it, where it is no part of an address.
CODES = re.compile(r"(?<![\w/.@#’-])(?:facebook|instagram|x)(?![\w/.-]\w)")


def test_a_channel_has_one_name_on_every_page_of_a_busy_office(office, desk):
    there = busy(office)
    paths = [
        *(f"/notices/{ref}{part}" for ref in there.refs.values() for part in ("?all=1", "/progress")),
        *(f"/tasks/{number}" for number in there.tasks.values()),
        *(f"/drafts/{there.written}/{part}" for part in ("preview", "check", "channels")),
        *(f"/list/{name}" for name in ("stuck", "coming-down", "waiting", "down")),
        *(f"/cases/{there.case}{part}" for part in ("", "/progress", "/sheet")),
        *("/", "/tasks?all=1", "/alarms", "/calendar", "/channels", "/record", "/requests", "/record/report/2026"),
    ]
    desk.as_(office.staff.second)
    said = {path: words(desk.get(path)) for path in paths}
    # What nobody says cannot be said wrongly.
    assert all(any(name in text for text in said.values()) for name in ("Facebook", "Instagram", "on X"))
    wrong = {path: text[max(0, found.start() - 60) : found.end() + 20]
             for path, text in said.items() if (found := CODES.search(text))}  # fmt: skip
    assert wrong == {}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("x is paused. `downdate resume --channel x`", "X is paused. Resume it under Channels."),
        ("Check, then `downdate confirm DBC-7K3Q9M`.", "Check, then “Confirm the facts” on the notice’s page."),
        ("Resolve it first; see `downdate status`.", "Resolve it first; see Live now."),
        ("See `downdate person list`.", "See People."),
        ("say in checklist.consultations why", "say in the consultations of the checklist why"),
    ],
)
def test_what_the_command_line_says_to_do_is_said_as_it_is_done_here(said, shown):
    assert here(said) == shown


def test_everything_that_the_annual_figures_count_has_words():
    counted = {each.name for made in (Annual, Requests) for each in fields(made)}
    assert counted - {"year", "council", "requests"} == set(FIGURES)


def test_each_kind_of_notice_is_counted_by_itself_in_the_years_figures(app):
    with app.app_context():
        assert len({figure_of("notices_by_kind", kind) for kind in Kind}) == len(Kind)
        assert figure_of("notices_by_service", SERVICE) == "Environmental enforcement"


def test_an_entry_of_the_journal_is_told_without_codes_of_the_machinery(office, desk):
    ref = office.up(channels=["website"])
    page = words(desk.as_(office.staff.auditor).get(f"/record?ref={ref}"))
    assert "Up: the platform has it" not in page
    page = words(desk.get("/record"))
    assert "Up: the platform has it: Website" in page
    assert not re.search(r"artefact|platform_id|True|False|\bdaemon\b", page)


def test_a_notice_that_only_waits_is_given_no_date_at_which_it_comes_down(office, desk):
    ref = office.submit(channels=["website"]).ref
    page = words(desk.as_(office.staff.second).get(f"/notices/{ref}"))
    assert "Comes down by" not in page
    assert "If it goes up as planned, it must be down by" in page
    assert "Waits for a Director" in words(desk.get("/list/waiting"))


def test_what_is_overdue_should_have_been_down(office, desk):
    office.channels[Channel.FACEBOOK].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="remove", status=400, times=0))
    ref = office.up(channels=["facebook"])
    office.clock.advance(timedelta(days=29))
    office.run(ref)
    page = words(desk.as_(office.staff.second).get("/"))
    assert "Should have been down by 30 March 2026, midday (1 day ago)" in page


def test_durations_are_said_as_people_say_them():
    assert in_words(timedelta(hours=2)) == "2 hours"
    assert in_words(timedelta(days=1, hours=2, minutes=56, seconds=3)) == "1 day 2 hours 56 minutes"
    assert in_words(timedelta(seconds=41)) == "41 seconds"
    assert in_words(timedelta()) == "0 seconds"


def test_what_a_copy_waits_for_is_told_without_a_command():
    assert "`" not in naming.waiting_for("R23")
    assert naming.waiting_for("sibling") == "waits until another copy of the case has gone"


def test_a_notice_that_came_down_says_why_in_words_on_each_of_its_pages(desk, office):
    ref = office.up(channels=["website"])
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.APPEAL_LODGED)
    office.run(ref)
    with office.bot.ledger.read() as tx:
        key = publications.find(tx, ref).case_key
    desk.as_(office.staff.second)
    for path in (f"/notices/{ref}", f"/cases/{key}", f"/notices/{ref}/progress"):
        page = words(desk.get(path))
        assert "because an appeal was lodged" in page
        assert "appeal_lodged" not in page
    assert "Outcome of a court case, Environmental enforcement, case" in words(desk.get(f"/notices/{ref}"))
    assert "because an appeal was lodged" in words(desk.get("/list/down"))


def test_a_task_is_for_a_role_or_for_you(desk, office):
    ref = office.up(channels=["website"])
    with office.bot.ledger.write() as tx:
        duties.keep(tx, office.clock())
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE)
    office.clock.advance(timedelta(minutes=1))
    desk.as_(office.staff.comms)
    page = words(desk.get("/tasks?all=1"))
    assert re.search(r"for (you|Communications|Data Protection Officer|person p\d+)", page)
    assert not re.search(r"for (comms|dpo|director)\b", page)


def test_what_a_copy_is_beside_its_tag_is_not_said_twice(desk, office):
    ref = office.up(channels=["website", "facebook"])
    office.channels[Channel.FACEBOOK].revoked = True
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.INACCURATE)
    office.run(ref)
    page = words(desk.as_(office.staff.second).get(f"/notices/{ref}"))
    assert re.search(r"Coming down\s+not proven gone yet", page)
    assert re.search(r"Gone\s+2 March 2026", page)


def test_what_has_not_gone_up_yet_is_not_told_to_be_up(desk, office):
    ref = office.approved(channels=["website"])
    page = words(desk.as_(office.staff.second).get(f"/notices/{ref}/progress"))
    assert re.search(r"Website, post\s+Waiting", page)
