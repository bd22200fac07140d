"""The requirements that the decision checklist enforces: what is not answered refuses, what is adverse has its effect."""

import pytest

from policies.answers import Advice, Answer, Checklist
from policies.checklist import ROWS
from policies.effects import Effect, Tick
from policies.publishing import Stage, objections
from policies.questions import Due
from policies.terms import Channel, Kind
from tests.policies.faults import APPROVAL, dossier
from tests.policies.samples import NOW, answered, notice

C, B, A, P = Kind.CASE_OUTCOME, Kind.CBO, Kind.IMAGE_APPEAL, Kind.POST_CONVICTION_IMAGE

BLANK = {
    "R5 no legal gateway": (C, 9, "gateways"),
    "R8 1.5 no purpose": (C, 5, "purposes"),
    "R8 1.5 a purpose without a reason": (C, 5, "reason"),
    "R9 4.1 no necessity": (C, 6, "necessity"),
    "R9 4.1 nothing less intrusive considered": (C, 6, "less_intrusive"),
    "R11 4.1 Article 8 not weighed": (C, 8, "balance"),
    "R12 4.2 no condition of Schedule 1": (C, 10, "condition"),
    "R12 4.2 no basis of Article 6": (C, 10, "article_6"),
    "R12 4.2 no assessment": (C, 10, "dpia"),
    "R12 4.2 no privacy notice": (C, 10, "privacy_link"),
    "R13 5.7.4(b) online publicity not justified": (C, 22, "justification"),
    "R15 5.7.2 victims not asked about": (C, 15, "victims"),
    "R18 5.7.2 tension not asked about": (C, 19, "tension"),
    "R18 5.7.2 investigations not asked about": (C, 20, "investigation"),
    "R19 5.7.3 no lesser form considered": (C, 23, "lesser"),
    "R25 5.3 nobody said who was asked at the court": (C, 11, "checked_with"),
    "R32 6.3 no other means tried": (A, 26, "steps"),
    "R33 6.3 nobody looked at the picture": (P, 25, "reviewer"),
    "R37 6.3 no ground for the photograph": (P, 28, "grounds"),
    "R50 5.6 nobody asks about appeals": (C, 32, "owner"),
}
ADVERSE = {
    "R13 5.7.4(b) a first offence": (C, 22, "first_time", "yes", Effect.SIGN_OFF),
    "R13 5.7.4(b) not known whether it is minor": (C, 22, "minor", "unknown", Effect.SIGN_OFF),
    "R15 5.7.2 a victim who was not consulted": (C, 15, "consulted", "no", Effect.REFUSE),
    "R18 5.7.2 a partner who investigates": (C, 20, "investigation", "yes", Effect.HOLD),
    "R18 5.7.2 tension": (C, 19, "tension", "yes", Effect.SIGN_OFF),
    "R25 5.3 not known whether there is a restriction": (C, 11, "restrictions", "unknown", Effect.REFUSE),
    "R25 5.3 the court was not asked": (C, 11, "checked", "no", Effect.REFUSE),
    "R29 5.3 not known whether somebody is anonymous for life": (C, 11, "anonymity", "unknown", Effect.REFUSE),
    "R30 5.6 not sentenced yet": (C, 13, "sentenced", "no", Effect.REFUSE),
    "R30 5.6 a deferred sentence": (C, 13, "sentenced", "deferred", Effect.HOLD),
    "R30 5.6 a co-defendant still to be tried": (C, 13, "co_defendants", "pending", Effect.HOLD),
    "R30 5.6 an order's hearing adjourned": (B, 13, "cbo_hearing", "adjourned", Effect.HOLD),
    "R30 5.6 an appeal": (C, 13, "appeal", "yes", Effect.REFUSE),
    "R33 6.2 a picture that may mislead": (P, 25, "good_enough", "no", Effect.REFUSE),
    "R34 6.5 another enquiry": (A, 27, "other_enquiry", "yes", Effect.HOLD),
    "R34 6.5 not known whether there is another enquiry": (P, 27, "other_enquiry", "unknown", Effect.HOLD),
}


def told(kind, checklist, row, question):
    known = dossier(of=notice(kind=kind, checklist=checklist), stage=Stage.APPROVE, approval=APPROVAL)
    return [each for each in objections(known, NOW) if each.path == f"checklist.answers.{row}.{question}"]


def brought_up(kind, row, question, value):
    """The checklist with this one answer, and whatever brings its question up."""
    asked = next(each for each in ROWS if each.number == row).asked(question)
    changes = {f"r{row}_{question}": value}
    if asked.only_if is not None:
        changes[f"r{row}_{asked.only_if[0]}"] = max(asked.only_if[1])
    return answered(kind, **changes)


@pytest.mark.parametrize("name", BLANK)
def test_what_is_not_answered_refuses(name):
    kind, row, question = BLANK[name]
    asked = next(each for each in ROWS if each.number == row).asked(question)
    # A choice that is none of the options never gets past the submission.
    for blank in ("", " \n") if asked.options else ("", " \n", "n/a"):
        found = told(kind, _with(answered(kind), row, question, blank), row, question)
        assert [each.effect for each in found] == [Effect.REFUSE]
        assert found[0].clause in name or row == 9


def _with(checklist, row, question, value):
    values = {**checklist.answers[str(row)].values, question: value}
    return Checklist(answers=checklist.answers | {str(row): Answer(values=values)})


@pytest.mark.parametrize("name", ADVERSE)
def test_what_is_adverse_has_its_effect(name):
    kind, row, question, value, effect = ADVERSE[name]
    found = told(kind, brought_up(kind, row, question, value), row, question)
    assert [each.effect for each in found] == [effect]
    assert told(kind, answered(kind), row, question) == []


ALWAYS = [row for row in ROWS if row.due is Due.AT_SUBMISSION]


@pytest.mark.parametrize("row", ALWAYS, ids=lambda row: f"{row.clause} row {row.number}")
def test_a_row_left_out_is_refused_under_its_clause(row):
    kind = min(row.kinds)
    without = {number: answer for number, answer in answered(kind).answers.items() if number != str(row.number)}
    known = dossier(of=notice(kind=kind, checklist=Checklist(answers=without)), approval=APPROVAL)
    found = [each for each in objections(known, NOW) if each.path.startswith(f"checklist.answers.{row.number}.")]
    assert {(each.clause, each.effect) for each in found} == {(row.clause, Effect.REFUSE)}


def test_r13_a_first_offence_goes_up_with_justification_and_the_directors_own_tick():
    checklist = answered(Kind.CASE_OUTCOME, r22_first_time="yes")
    assert told(C, checklist, 22, "first_time")
    ticked = APPROVAL.__class__(**{**vars(APPROVAL), "ticks": frozenset({Tick.ONLINE_PUBLICITY})})
    known = dossier(of=notice(kind=C, checklist=checklist), stage=Stage.APPROVE, approval=ticked)
    assert [each for each in objections(known, NOW) if each.path == "checklist.answers.22.first_time"] == []


def test_r34_a_clearance_on_paper_lets_it_go_on():
    checklist = answered(A, r27_other_enquiry="yes", r27_clearance="Reference 7", r27_cleared_on="2026-11-20")
    advice = (
        Advice(role="partner", person="p9", at=NOW, cleared=True),
        Advice(role="legal", person="p9", at=NOW, cleared=True),
    )
    known = dossier(of=notice(kind=A, checklist=checklist), stage=Stage.APPROVE, approval=APPROVAL, advice=advice)
    assert [each for each in objections(known, NOW) if each.path.startswith("checklist.answers.27.")] == []


def test_1_6_r1_the_kinds_are_a_closed_list_each_with_rows_of_its_own():
    asked = {kind: {row.number for row in ALWAYS if kind in row.kinds} for kind in Kind}
    assert len(Kind) == 7
    assert all(asked.values())
    assert {26} <= asked[A]
    assert not {3, 4, 11} & asked[A]
    assert {11} <= asked[Kind.INJUNCTION]
    assert not {4, 14} & asked[Kind.INJUNCTION]


def test_6_6_it_is_shown_on_the_councils_own_channels_and_nowhere_else():
    assert {each.value for each in Channel} == {"website", "facebook", "x", "instagram"}


UNKNOWN = [
    (kind, row, question)
    for kind in Kind
    for row in ROWS
    for question in row.questions
    if kind in row.kinds & question.kinds and "unknown" in {each.code for each in question.options}
]


@pytest.mark.parametrize(
    ("kind", "row", "question"), UNKNOWN, ids=[f"{kind}-{row.number}-{asked.name}" for kind, row, asked in UNKNOWN]
)
def test_unknown_is_never_taken_for_no(kind, row, question):
    adverse = {
        code
        for each in row.consequences
        if each.question == question.name and kind in each.kinds
        for code in each.answers
    }
    further = {
        code for each in row.questions if each.only_if and each.only_if[0] == question.name for code in each.only_if[1]
    }
    assert "unknown" in adverse | further
