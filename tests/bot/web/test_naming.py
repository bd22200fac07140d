"""One name for each thing on every page: no page shows a code of the ledger to its readers."""

import re
from datetime import timedelta

import pytest

from bot import duties, intake
from bot.web import naming
from policies.effects import Tick
from policies.terms import Channel, EventType, Kind, Reason, Role
from store import publications
from tests.bot.office import SERVICE
from tests.bot.web.browser import words


@pytest.mark.parametrize(
    ("spoken", "codes"),
    [
        (naming.kind_name, Kind),
        (naming.because, Reason),
        (naming.event_name, EventType),
        (naming.tick_words, Tick),
    ],
)
def test_every_code_has_words_of_its_own(spoken, codes):
    said = {spoken(each) for each in codes}
    assert len(said) == len(codes)
    assert not [each for each in said if "_" in each or each in set(codes)]


def test_a_role_is_named_with_its_service_and_a_person_by_number_alone(app, office):
    held = [(Role.DIRECTOR, SERVICE), (Role.DPO, None)]
    with app.app_context():
        assert naming.roles_held(held) == "Director of Environmental enforcement, Data Protection Officer"
        assert naming.service_name("none-such") == "none-such"


def test_a_channel_in_an_alarm_is_named_as_on_every_page():
    assert naming.with_channels("Urgent: x: retracted. website: not proven gone") == (
        "Urgent: X: retracted. Website: not proven gone"
    )


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
