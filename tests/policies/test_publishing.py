"""May it go up? Each fault alone yields exactly its objection, and all together yield all."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from policies.answers import Checklist
from policies.lifecycle import State
from policies.publishing import (
    Availability,
    Dossier,
    Effect,
    KnownClock,
    Layout,
    Stage,
    objections,
)
from policies.terms import Channel, CourtEvent, EventType, Kind, Person, Reason, Role, Window
from tests.policies.faults import (
    APPROVAL,
    CONTENT_FAULTS,
    DIRECTOR,
    HOLDS,
    OWN_CLOCK,
    PICTURE,
    SERVICE,
    TIME_FAULTS,
    content,
    dossier,
    layouts,
)
from tests.policies.samples import INFORMATIVE, NOW, PERSON, answered, event, notice


def found(known: Dossier, now=NOW) -> list[tuple[str, str, Effect]]:
    return [(each.clause, each.path, each.effect) for each in objections(known, now)]


@pytest.mark.parametrize("stage", list(Stage))
def test_a_notice_in_order_meets_no_objection(stage):
    assert found(dossier(stage=stage)) == []


def test_a_notice_is_submitted_before_anybody_approved_it():
    assert found(dossier(stage=Stage.SUBMIT, approval=None, approver=None)) == []


ONE_FAULT = CONTENT_FAULTS | TIME_FAULTS


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_each_fault_alone_refuses_with_its_clause_and_place(fault):
    known, (clause, path) = ONE_FAULT[fault]
    assert found(known) == [(clause, path, Effect.REFUSE)]


@pytest.mark.parametrize("fault", HOLDS)
def test_what_can_be_cured_only_holds_the_post_back_at_its_claim(fault):
    known, (clause, path) = HOLDS[fault]
    assert found(known) == [(clause, path, Effect.HOLD)]


def test_12_1_approving_itself_is_refused_to_all_but_a_director_of_the_service():
    elsewhere = replace(DIRECTOR, roles=frozenset({(Role.DIRECTOR, "housing"), (Role.COMMS, None)}))
    assert found(dossier(stage=Stage.APPROVE, approver=elsewhere)) == [("12.1", "approval.director", Effect.REFUSE)]


def test_12_1_an_approval_by_a_deputy_with_the_role_in_force_counts():
    deputy = Person(id="deputy-1", name="Dee Deputy", roles=frozenset({(Role.DIRECTOR, SERVICE)}))
    assert found(dossier(approval=replace(APPROVAL, director="deputy-1"), approver=deputy)) == []


def test_r45_a_return_is_refused_at_submission_until_every_old_copy_is_gone():
    again = dossier(of=notice(follows="DBC-OLD001"), retracted=frozenset({"DBC-OLD001"}), stage=Stage.SUBMIT)
    assert found(replace(again, followed=(State.LIVE,))) == [("R45", "follows", Effect.REFUSE)]
    assert found(replace(again, followed=(State.REMOVED, State.NOT_POSTED))) == []


def test_r23_seven_days_of_approval_and_24_hours_of_confirmation_are_enough_to_the_second():
    approval = replace(APPROVAL, given_at=NOW - timedelta(days=7))
    assert found(dossier(approval=approval, confirmed_at=NOW - timedelta(hours=24))) == []


def test_r23_an_approval_counts_as_confirmation_at_its_own_time():
    assert found(dossier(approval=replace(APPROVAL, given_at=NOW - timedelta(hours=24)))) == []


def test_a_channel_that_is_paused_holds_back_no_other():
    paused = dict.fromkeys(Channel, Availability()) | {Channel.X: Availability(paused=True)}
    assert found(dossier(availability=paused, claiming=Channel.WEBSITE)) == []
    assert found(dossier(availability=paused, claiming=Channel.X)) == [("R57", "channels.x", Effect.HOLD)]
    assert found(dossier(availability=paused, stage=Stage.SUBMIT)) == []


def test_r45_a_new_number_in_a_case_with_a_clock_needs_the_directors_tick():
    clock = KnownClock(event=OWN_CLOCK, subject="S2", first_up_at=NOW)
    known = dossier(clocks=(clock,))
    assert found(known) == [("R45", "subjects.0.number", Effect.SIGN_OFF)]
    assert found(replace(known, approval=replace(APPROVAL, ticks=frozenset({"another_person"})))) == []


def test_r45_a_court_event_of_another_date_needs_the_directors_tick():
    clock = KnownClock(event="outcome/2026-10-05", subject="S1", first_up_at=NOW - timedelta(days=27))
    known = dossier(clocks=(clock,))
    assert found(known) == [("R45", "court_event.on", Effect.SIGN_OFF)]
    assert found(replace(known, approval=replace(APPROVAL, ticks=frozenset({"new_court_event"})))) == []


def test_r45_another_family_of_notice_on_the_same_person_has_its_own_clock_without_a_tick():
    clock = KnownClock(event="image_appeal/2026-09-01", subject="S1", first_up_at=NOW - timedelta(days=27))
    assert found(dossier(clocks=(clock,))) == []


@pytest.mark.parametrize(
    ("tried", "ran_from", "refused"),
    [
        ("2026-11-03", date(2026, 10, 5), False),
        ("2026-11-02", date(2026, 10, 5), True),
        ("2026-11-30", date(2026, 11, 29), True),
        ("2027-01-05", date(2026, 11, 29), True),
    ],
    ids=["after its 28 days", "on their last day", "while it runs", "in the future"],
)
def test_r32_an_appeal_for_information_runs_again_only_on_steps_tried_after_its_28_days(tried, ran_from, refused):
    clock = KnownClock(
        event=f"image_appeal/{ran_from}", subject="S1", first_up_at=datetime.combine(ran_from, time(10), UTC)
    )
    again = notice(
        kind=Kind.IMAGE_APPEAL, checklist=answered(Kind.IMAGE_APPEAL, r26_steps=(f"{tried} Asked at the houses",))
    )
    known = dossier(of=again, clocks=(clock,), approval=replace(APPROVAL, ticks=frozenset({"new_court_event"})))
    place = ("6.3", "checklist.answers.26.steps", Effect.REFUSE)
    assert (place in found(known)) is refused
    assert place not in found(replace(known, clocks=(replace(clock, first_up_at=None),)))
    assert place not in found(replace(known, clocks=(replace(clock, subject="S7"),)))


def test_r46_the_clock_of_a_shared_verdict_counts_whatever_the_kind_of_notice():
    clock = KnownClock(event=OWN_CLOCK, subject="S1", first_up_at=NOW - timedelta(days=27))
    assert found(dossier(of=notice(kind=Kind.CBO), clocks=(clock,))) == [("R46", "window.opens", Effect.REFUSE)]


def test_r46_the_minimum_display_is_counted_to_the_planned_start_of_removal():
    # Up on Wednesday 2 December 10:00: spent from Friday 4 December, so removal starts Thursday 14:00.
    subjects = (replace(PERSON, spent_from=date(2026, 12, 4)),)
    start = NOW + timedelta(days=2)
    fresh = {"approval": replace(APPROVAL, given_at=start), "of": notice(subjects=subjects)}
    assert found(dossier(**fresh), start + timedelta(hours=4)) == []
    assert found(dossier(**fresh), start + timedelta(hours=4, seconds=1)) == [("R46", "window.opens", Effect.REFUSE)]


def test_5_7_4_f_once_the_appeal_succeeded_only_the_notice_of_it_may_go_up():
    quashed = (event(EventType.APPEAL_SUCCEEDED),)
    assert found(dossier(events=quashed)) == [("5.7.4(f)", "case_ref", Effect.REFUSE)]
    assert found(dossier(of=notice(kind=Kind.SUCCESSFUL_APPEAL_NOTICE), events=quashed)) == []


def test_r61_whitespace_and_the_style_of_quotation_marks_do_not_matter():
    loose = INFORMATIVE.replace("’", "'").replace("interest. It", "interest.  It\n")
    assert found(dossier(layouts=layouts(Channel.FACEBOOK, text=loose))) == []
    marked_up = f"<!DOCTYPE html><p>{INFORMATIVE.replace('’', '&rsquo;').replace('solely', '<b>solely</b>')}</p>"
    assert found(dossier(layouts=layouts(Channel.WEBSITE, text=marked_up))) == []


def test_r62_a_link_may_hold_digits_and_a_councils_name_is_nobodys():
    text = "Dartford Borough Council: court outcome https://notices.example/n/2026-11-16-example/ DBC-7K3Q9M-1"
    assert found(dossier(layouts=layouts(Channel.X, text=text))) == []


def test_every_fault_together_is_told_at_once():
    subject = replace(PERSON, spent_from=date(2026, 12, 1))
    spoiled = dossier(
        of=notice(
            service="parks",
            kind=Kind.IMAGE_APPEAL,
            subjects=(subject, subject),
            content=content(headline="", pictures=(replace(PICTURE, alt_text=""),)),
            channels=(Channel.FACEBOOK, Channel.X),
            court_event=CourtEvent(on=date(2026, 11, 16), document=""),
            checklist=Checklist(),
            window=Window(opens=NOW, closes=NOW - timedelta(days=1)),
            follows="DBC-OLD001",
            authors=frozenset({"director-1"}),
        ),
        events=(event(EventType.APPEAL_LODGED), event(EventType.RESTRICTION_IMPOSED)),
        layouts={Channel.X: Layout(text="Alex Example, 16 November", length=281, limit=280)},
        availability={},
        digest="e" * 64,
        approver=None,
        barred=frozenset({PICTURE.sha256}),
        clocks=(KnownClock(event="image_appeal/2026-01-01", subject="S1", first_up_at=NOW),),
        approval=replace(APPROVAL, given_at=NOW - timedelta(days=8)),
    )
    told = {(clause, path) for clause, path, _ in found(spoiled)}
    assert told >= {
        ("12.1", "service"),
        ("R45", "subjects"),
        ("5.2", "content.headline"),
        ("R64", "content.pictures.0.alt_text"),
        ("R36", "subjects.0.name"),
        ("R51", "content"),
        ("6.3", "checklist.answers.26.steps"),
        ("R62", "channels.x"),
        ("R57", "channels.facebook"),
        ("R61", "channels.facebook"),
        ("5.6", "case_ref"),
        ("5.3", "case_ref"),
        ("R45", "follows"),
        ("R20", "court_event.document"),
        ("R45", "court_event.on"),
        ("R23", "window.closes"),
        ("R46", "window.opens"),
        ("R21", "approval.director"),
        ("12.1", "approval.director"),
        ("R22", "approval.digest"),
        ("R23", "approval.given_at"),
        ("R23", "confirmation"),
    }
    assert all(each.remedy for each in objections(spoiled, NOW))


def test_no_objection_speaks_of_the_person():
    told = [each for known, _ in [*ONE_FAULT.values(), *HOLDS.values()] for each in objections(known, NOW)]
    assert not [each for each in told if "Alex" in f"{each.what}{each.remedy}" or "1984" in f"{each.what}{each.remedy}"]


def test_the_reason_for_too_little_time_is_named():
    spent = dossier(of=notice(subjects=(replace(PERSON, spent_from=date(2026, 12, 1)),)))
    assert Reason.SPENT in objections(spent, NOW)[0].what
