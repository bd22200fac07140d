"""May it go up? Each fault alone yields exactly its objection, and all together yield all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policies.content_rules import material
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
from policies.retention import RetentionPlan
from policies.terms import (
    Answer,
    Approval,
    Category,
    Channel,
    Checklist,
    Consultation,
    CourtEvent,
    EventType,
    Facts,
    Kind,
    Person,
    Picture,
    Reason,
    Role,
    Subject,
    Window,
)
from tests.policies.samples import INFORMATIVE, NOW, PERSON, event, notice

DIGEST = "d" * 64
SERVICE = "environmental-health"
DIRECTOR = Person(id="director-1", name="Dana Director", roles=frozenset({(Role.DIRECTOR, SERVICE)}))
APPROVAL = Approval(director="director-1", given_at=NOW - timedelta(hours=1), digest=DIGEST)
LAYOUTS = {
    Channel.WEBSITE: Layout(text=f"<!doctype html><p>A notice.</p><p>{INFORMATIVE}</p>", length=600, limit=100_000),
    Channel.FACEBOOK: Layout(text=f"A notice.\n\n{INFORMATIVE}", length=500, limit=63_206),
    Channel.X: Layout(text="Court outcome: https://notices.example/n/k3v9w2m7q4x8b5n1r6t0/ DBC-7K3Q9M-1", length=60, limit=280),
}
OWN_CLOCK = "outcome/2026-11-16"


def dossier(*, of=None, **changes) -> Dossier:
    known = Dossier(
        publication=of or notice(),
        stage=Stage.CLAIM,
        plan=RetentionPlan(),
        informative=INFORMATIVE,
        services=frozenset({SERVICE, "housing"}),
        digest=DIGEST,
        layouts=LAYOUTS,
        availability=dict.fromkeys(Channel, Availability()),
        approval=APPROVAL,
        approver=DIRECTOR,
    )
    return replace(known, **changes)


def found(known: Dossier, now=NOW) -> list[tuple[str, str, Effect]]:
    return [(each.clause, each.path, each.effect) for each in objections(known, now)]


def layouts(channel: Channel, **changes) -> dict[Channel, Layout]:
    return LAYOUTS | {channel: replace(LAYOUTS[channel], **changes)}


def content(**changes):
    return replace(notice().content, **changes)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_notice_in_order_meets_no_objection(stage):
    assert found(dossier(stage=stage)) == []


def test_a_notice_is_submitted_before_anybody_approved_it():
    assert found(dossier(stage=Stage.SUBMIT, approval=None, approver=None)) == []


PICTURE = Picture(sha256="a" * 64, alt_text="A person beside a white van")
UNNAMED = Subject(number="S1", category=Category.SUSPECT)

CONTENT_FAULTS = {
    "no such service": (
        dossier(of=notice(service="parks"), approver=replace(DIRECTOR, roles=frozenset({(Role.DIRECTOR, "parks")}))),
        ("12.1", "service"),
    ),
    "no subject": (dossier(of=notice(subjects=(), content=content(facts=()))), ("R45", "subjects")),
    "number given twice": (dossier(of=notice(subjects=(PERSON, PERSON))), ("R45", "subjects")),
    "facts of nobody": (
        dossier(of=notice(content=content(facts=(Facts(subject="S9"),)))),
        ("5.7.4(g)", "content.facts.0.subject"),
    ),
    "empty headline": (dossier(of=notice(content=content(headline=" "))), ("5.2", "content.headline")),
    "empty body": (dossier(of=notice(content=content(body=""))), ("5.2", "content.body")),
    "placeholder in body": (dossier(of=notice(content=content(body="Until {down_by}"))), ("R22", "content.body")),
    "picture without words": (
        dossier(of=notice(content=content(pictures=(replace(PICTURE, alt_text=" "),)))),
        ("R64", "content.pictures.0.alt_text"),
    ),
    "image kind without picture": (dossier(of=notice(kind=Kind.POST_CONVICTION_IMAGE)), ("6.3", "content.pictures")),
    "appeal notice with picture": (
        dossier(of=notice(kind=Kind.SUCCESSFUL_APPEAL_NOTICE, content=content(pictures=(PICTURE,)))),
        ("R52", "content.pictures"),
    ),
    "suspect named as subject": (
        dossier(of=notice(kind=Kind.IMAGE_APPEAL, content=content(facts=(), pictures=(PICTURE,)))),
        ("R36", "subjects.0.name"),
    ),
    "suspect named in the facts": (
        dossier(of=notice(kind=Kind.IMAGE_APPEAL, subjects=(UNNAMED,), content=content(pictures=(PICTURE,)))),
        ("R36", "content.facts.0.name"),
    ),
    "old text again": (
        dossier(barred=material(content(body="WASTE was left in  Sample Lane on 3 May 2026."))),
        ("R51", "content"),
    ),
    "old picture again": (
        dossier(of=notice(content=content(body="New.", pictures=(PICTURE,))), barred=frozenset({PICTURE.sha256})),
        ("R51", "content"),
    ),
    "row 14 missing": (
        dossier(
            of=notice(checklist=Checklist(answers={str(n): Answer(answer="yes") for n in range(1, 35) if n != 14}))
        ),
        ("5.7.4(a)", "checklist.answers.14"),
    ),
    "no channel": (dossier(of=notice(channels=())), ("6.6", "channels")),
    "channel twice": (
        dossier(of=notice(channels=(Channel.WEBSITE, Channel.WEBSITE)), claiming=Channel.WEBSITE),
        ("6.6", "channels"),
    ),
    "linked X without the page": (dossier(of=notice(channels=(Channel.X,))), ("R62", "channels.x")),
    "one word changed": (
        dossier(layouts=layouts(Channel.FACEBOOK, text=INFORMATIVE.replace("solely", "only"))),
        ("R61", "channels.facebook"),
    ),
    "informative in a comment only": (
        dossier(layouts=layouts(Channel.WEBSITE, text=f"<!doctype html><!-- {INFORMATIVE} --><p>Hello")),
        ("R61", "channels.website"),
    ),
    "informative without contact": (
        dossier(layouts=layouts(Channel.WEBSITE, text=f"<!doctype html>{INFORMATIVE.partition(' [')[0]}")),
        ("R61", "channels.website"),
    ),
    "no text for a channel": (
        dossier(layouts={c: v for c, v in LAYOUTS.items() if c != Channel.WEBSITE}),
        ("R61", "channels.website"),
    ),
    "name on X": (dossier(layouts=layouts(Channel.X, text="ALEX  Example fined")), ("R62", "channels.x")),
    "date on X": (dossier(layouts=layouts(Channel.X, text="Fined on 16 November")), ("R62", "channels.x")),
    "date of birth on X": (dossier(layouts=layouts(Channel.X, text="born 1984-02-03")), ("R62", "channels.x")),
    "X too long": (dossier(layouts=layouts(Channel.X, length=281)), ("R62", "channels.x")),
    "Facebook too long": (dossier(layouts=layouts(Channel.FACEBOOK, length=63_207)), ("R61", "channels.facebook")),
}

TIME_FAULTS = {
    "approver wrote it": (
        dossier(of=notice(authors=frozenset({"comms-1", "director-1"}))),
        ("R21", "approval.director"),
    ),
    "another version approved": (dossier(digest="e" * 64), ("R22", "approval.digest")),
    "advice after approval": (
        dossier(
            of=notice(
                checklist=replace(notice().checklist, consultations=(Consultation(who="DPO", at=NOW, advice="go"),))
            )
        ),
        ("R21", "checklist.consultations.0"),
    ),
    "answered after approval": (
        dossier(
            of=notice(
                checklist=Checklist(answers=notice().checklist.answers | {"5": Answer(answer="yes", answered_at=NOW)})
            )
        ),
        ("R21", "checklist.answers.5"),
    ),
    "appeal lodged": (dossier(events=(event(EventType.APPEAL_LODGED),)), ("5.6", "case_ref")),
    "person eliminated": (dossier(events=(event(EventType.ELIMINATED, subject="S1"),)), ("6.4", "case_ref")),
    "unknown event": (dossier(events=(event("abducted"),)), ("5.6", "case_ref")),
    "retracted before, not followed": (dossier(retracted=frozenset({"DBC-OLD001"})), ("R45", "follows")),
    "follows nothing": (dossier(of=notice(follows="DBC-OLD001")), ("R45", "follows")),
    "no document": (
        dossier(of=notice(court_event=CourtEvent(on=date(2026, 11, 16), document=" "))),
        ("R20", "court_event.document"),
    ),
    "window closes before it opens": (
        dossier(of=notice(window=Window(opens=NOW, closes=NOW))),
        ("R23", "window.closes"),
    ),
    "window over": (
        dossier(of=notice(window=Window(opens=NOW - timedelta(days=2), closes=NOW))),
        ("R23", "window.closes"),
    ),
    "clock nearly run out": (
        dossier(clocks=(KnownClock(event=OWN_CLOCK, subject="S1", first_up_at=NOW - timedelta(days=27)),)),
        ("R46", "window.opens"),
    ),
    "spent tomorrow": (
        dossier(of=notice(subjects=(replace(PERSON, spent_from=date(2026, 12, 1)),))),
        ("R46", "window.opens"),
    ),
    "channel not configured": (
        dossier(availability={c: Availability() for c in Channel if c != Channel.X}),
        ("R57", "channels.x"),
    ),
}

ONE_FAULT = CONTENT_FAULTS | TIME_FAULTS


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_each_fault_alone_refuses_with_its_clause_and_place(fault):
    known, (clause, path) = ONE_FAULT[fault]
    assert found(known) == [(clause, path, Effect.REFUSE)]


HOLDS = {
    "nobody approved": (dossier(approval=None, confirmed_at=NOW), ("12.1", "approval")),
    "approver is a Director elsewhere": (
        dossier(approver=replace(DIRECTOR, roles=frozenset({(Role.DIRECTOR, "housing")}))),
        ("12.1", "approval.director"),
    ),
    "approver unknown": (dossier(approver=None), ("12.1", "approval.director")),
    "approver is somebody else": (dossier(approver=replace(DIRECTOR, id="director-2")), ("12.1", "approval.director")),
    "approved by a system": (dossier(approver=replace(DIRECTOR, system=True)), ("12.1", "approval.director")),
    "approval lapsed": (
        dossier(approval=replace(APPROVAL, given_at=NOW - timedelta(days=7, seconds=1)), confirmed_at=NOW),
        ("R23", "approval.given_at"),
    ),
    "facts stale": (
        dossier(
            approval=replace(APPROVAL, given_at=NOW - timedelta(days=2)),
            confirmed_at=NOW - timedelta(hours=24, seconds=1),
        ),
        ("R23", "confirmation"),
    ),
    "window not open": (dossier(of=notice(window=Window(opens=NOW + timedelta(seconds=1)))), ("R23", "window.opens")),
    "old copy still up": (
        dossier(of=notice(follows="DBC-OLD001"), followed=(State.REMOVED, State.REMOVING)),
        ("R45", "follows"),
    ),
    "cannot be taken down": (
        dossier(availability=dict.fromkeys(Channel, Availability()) | {Channel.X: Availability(can_remove=False)}),
        ("R57", "channels.x"),
    ),
    "paused": (
        dossier(availability=dict.fromkeys(Channel, Availability()) | {Channel.X: Availability(paused=True)}),
        ("R57", "channels.x"),
    ),
    "a removal there hangs": (
        dossier(
            availability=dict.fromkeys(Channel, Availability()) | {Channel.X: Availability(unresolved_removal=True)}
        ),
        ("R57", "channels.x"),
    ),
}


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
        ("6.3", "checklist.answers.26"),
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
