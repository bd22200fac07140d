"""A dossier in order, and each way to spoil it: what the rules must then say."""

from dataclasses import replace
from datetime import date, timedelta

from bot.settings_safe import shipped_law
from policies.answers import Advice, Checklist, Consultation
from policies.content_rules import material
from policies.lifecycle import State
from policies.pictures import ApparentAge, Picture, PictureFacts, Source
from policies.publishing import (
    Availability,
    Dossier,
    KnownClock,
    Layout,
    Stage,
)
from policies.retention import RetentionPlan
from policies.sentences import Stated
from policies.terms import (
    Approval,
    Channel,
    CourtEvent,
    EventType,
    Facts,
    Kind,
    Person,
    Role,
    Window,
)
from tests.policies.samples import CONTACTS, CONTENT, INFORMATIVE, NOW, PERSON, UNNAMED, event, notice

LAW = shipped_law().law()
DIGEST = "d" * 64
SERVICE = "environmental-health"
DIRECTOR = Person(id="director-1", name="Dana Director", roles=frozenset({(Role.DIRECTOR, SERVICE)}))
APPROVAL = Approval(director="director-1", given_at=NOW - timedelta(hours=1), digest=DIGEST)
EARLIER = NOW - timedelta(hours=2)
LAYOUTS = {
    Channel.WEBSITE: Layout(text=f"<!doctype html><p>A notice.</p><p>{INFORMATIVE}</p>", length=600, limit=100_000),
    Channel.FACEBOOK: Layout(text=f"A notice.\n\n{INFORMATIVE}", length=500, limit=63_206),
    Channel.X: Layout(
        text="Court outcome: https://notices.example/n/k3v9w2m7q4x8b5n1r6t0/ DBC-7K3Q9M-1", length=60, limit=280
    ),
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
        law=LAW,
        contacts=CONTACTS,
    )
    return replace(known, **changes)


def layouts(channel: Channel, **changes) -> dict[Channel, Layout]:
    return LAYOUTS | {channel: replace(LAYOUTS[channel], **changes)}


def content(**changes):
    return replace(notice().content, **changes)


NOBODY = PictureFacts(source=Source.COUNCIL, children=Stated.NO, apparent_age=ApparentAge.NOBODY)
PICTURE = Picture(sha256="a" * 64, alt_text="A heap of waste beside a white van", facts=NOBODY)
APPEAL = CONTENT[Kind.IMAGE_APPEAL]

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
    "image kind without picture": (
        dossier(of=notice(kind=Kind.POST_CONVICTION_IMAGE, content=content())),
        ("6.3", "content.pictures"),
    ),
    "appeal notice with picture": (
        dossier(
            of=notice(
                kind=Kind.SUCCESSFUL_APPEAL_NOTICE,
                content=replace(CONTENT[Kind.SUCCESSFUL_APPEAL_NOTICE], pictures=(PICTURE,)),
            )
        ),
        ("R52", "content.pictures"),
    ),
    "suspect named as subject": (
        dossier(of=notice(kind=Kind.IMAGE_APPEAL, subjects=(replace(UNNAMED, name="Alex Example"),))),
        ("R36", "subjects.0.name"),
    ),
    "suspect named in the facts": (
        dossier(
            of=notice(
                kind=Kind.IMAGE_APPEAL, content=replace(APPEAL, facts=(Facts(subject="S1", name="Alex Example"),))
            )
        ),
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
            of=notice(
                checklist=Checklist(answers={n: each for n, each in notice().checklist.answers.items() if n != "14"})
            )
        ),
        ("5.7.4(a)", "checklist.answers.14.earlier"),
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
    "advice not followed without a reason": (
        dossier(
            of=notice(
                checklist=replace(
                    notice().checklist,
                    consultations=(Consultation(who="DPO", at=EARLIER, advice="no", followed=False),),
                )
            )
        ),
        ("R14", "checklist.consultations.0.why_not"),
    ),
    "answered after approval": (
        dossier(
            of=notice(
                checklist=Checklist(
                    answers=notice().checklist.answers
                    | {"5": replace(notice().checklist.answers["5"], answered_at=NOW)}
                )
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

HOLDS = {
    "Legal advised against it": (
        dossier(advice=(Advice(role="legal", person="p9", at=EARLIER, cleared=False),)),
        ("R14", "advice.legal"),
    ),
    "cleared after the approval": (
        dossier(advice=(Advice(role="dpo", person="p9", at=NOW, cleared=True),)),
        ("R21", "advice.dpo"),
    ),
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
    "a grave removal request is undecided": (dossier(request_undecided=True), ("5.5", "case_ref")),
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
