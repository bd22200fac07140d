"""The annual figures: equal to the journal, greatest lateness and not the mean, and nobody's name."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from bot import intake
from bot.annual import Annual, figures
from bot.audit import refresh_all
from bot.erasure import erase_due
from policies.clauses import clause_behind
from policies.lifecycle import State
from policies.terms import Channel, EventType, Reason
from store import journal
from tests.bot.office import Office, document

YEAR = 2026


def counted(office: Office, year: int = YEAR) -> Annual:
    with office.bot.ledger.read() as tx:
        return figures(office.bot, tx, year)


def told(office: Office) -> list[journal.Entry]:
    with office.bot.ledger.read() as tx:
        return list(journal.entries(tx))


def known(*characteristics: str) -> dict:
    answers = document()["checklist"]["answers"]
    answers["29"]["values"]["characteristics"] = list(characteristics)
    return answers


@pytest.fixture
def year(office: Office) -> Office:
    """A year with a refusal, a retraction, an event, and a notice that came down four days late on one channel."""
    office.usual = {"channels": ["website", "facebook"]}
    office.submit("image_appeal", checklist__answers={})
    gone = office.up("image_appeal")
    intake.retract(office.bot, office.staff.comms, ref=gone, reason=Reason.IDENTIFIED)
    office.clock.advance(timedelta(minutes=7))
    office.run(gone)
    late = office.up("case_outcome", checklist__answers=known("sex", "age"))
    office.clock.advance(timedelta(days=32))
    refresh_all(office.bot)
    office.run(late)
    assert {post.state for post in office.posts(late)} == {State.REMOVED}
    happened = office.clock()
    intake.record_event(office.bot, office.staff.comms, "EH/2026/0417", EventType.APPEAL_LODGED, happened_at=happened)
    return office


def test_r68_the_totals_equal_the_journal(year: Office):
    said, entries = counted(year), told(year)
    events = Counter(entry.event for entry in entries)
    assert said.submitted + said.amended == events["submitted"] + events["amended"] + events["refused"] == 3
    assert (said.refused, said.approved, said.sent_back) == (events["refused"], events["approved"], 0)
    assert said.copies_removed == events["proven_gone"] == sum(said.copies_removed_by_reason.values()) == 4
    assert said.retracted == events["retracted"] == sum(said.retracted_by_reason.values())
    assert sum(said.copies_up_by_channel.values()) == events["accepted"]
    assert sum(said.events_by_type.values()) == events["happened"] == 2
    assert said.strays_adopted == events["extra_copy"]
    assert said.notices_up == sum(said.notices_by_kind.values()) == sum(said.notices_by_service.values()) == 2
    refused = [entry for entry in entries if entry.event == "refused"]
    cited = {one for entry in refused for one in entry.codes["refused_by"].split(",")}
    assert set(said.refused_by_clause) == {clause_behind(one) for one in cited}
    assert "4.1" in said.refused_by_clause


def test_r68_refusals_are_counted_by_the_policys_clauses_whatever_requirement_they_cite(office: Office):
    office.submit(channels=["website"], content__facts__0__summary_address="14 Acacia Road")
    assert counted(office).refused_by_clause == {"5.2": 1}


def test_r68_lateness_is_the_greatest_and_not_the_mean(year: Office):
    said = counted(year)
    assert said.late == 2
    assert timedelta(days=3, hours=23) < said.greatest_lateness < timedelta(days=4, hours=2)
    assert said.longest_urgent_removal == timedelta(minutes=7)
    assert said.unverified_now == 0


def test_r68_a_notice_that_is_still_up_past_its_date_is_late_up_to_now(office: Office):
    office.up("case_outcome", channels=["website"])
    office.clock.advance(timedelta(days=30))
    said = counted(office)
    assert (said.late, said.unverified_now) == (1, 1)
    assert said.greatest_lateness > timedelta(days=1)


def test_r64_equality_figures_outlive_the_answers_they_come_from(year: Office):
    before = counted(year)
    assert before.equality == {"age": 1, "not_known": 1, "sex": 1}
    assert before.notices_without_known_characteristic == 0
    happened = year.clock()
    intake.record_event(year.bot, year.staff.comms, "EH/2026/0417", EventType.APPEAL_DISMISSED, happened_at=happened)
    year.clock.advance(timedelta(days=300))
    assert erase_due(year.bot)
    after = counted(year)
    assert after.equality == before.equality
    assert (after.greatest_lateness, after.copies_removed) == (before.greatest_lateness, before.copies_removed)


def test_r68_another_year_has_nothing_of_this_one(year: Office):
    said = counted(year, YEAR - 1)
    assert (said.submitted, said.notices_up, said.copies_removed, said.late) == (0, 0, 0, 0)
    assert said.greatest_lateness == timedelta()
    assert set(said.copies_up_by_channel) == set(Channel)


def test_r67_the_report_names_nobody_and_no_case(year: Office):
    said = json.dumps(counted(year).as_json())
    written = document()
    for each in (*(subject.get("name", "") for subject in written["subjects"]), "0417", "0533", "DBC-", "Sample Lane"):
        assert each
        assert each not in said


def test_r68_a_complaint_and_a_removal_request_are_counted_with_their_decisions(year: Office):
    said = counted(year)
    assert set(said.requests.by_kind) >= {"complaint", "removal", "reuse"}
    assert said.requests.undecided == 0
