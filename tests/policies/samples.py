"""Fictional people and a notice that is in order, to spoil one fact at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from policies.answers import Answer, Checklist, Value
from policies.checklist import of_kind
from policies.questions import Asks, Question, Row
from policies.terms import Category, Channel, Content, CourtEvent, Event, Facts, Kind, Publication, Subject, Window

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)

INFORMATIVE = (
    "This information is made available for a limited period in order to promote the openness, transparency and "
    "accountability of the Council’s enforcement activities, in the public interest. It is made available solely on the "
    "basis that it is for the individual use of the person who has accessed this page. The information on this web page "
    "must not be stored, recorded, republished, or otherwise processed, without the explicit agreement of Dartford "
    "Borough Council [contact comms@dartford.gov.uk]"
)

# Kinds of value that meet no consequence; the rest is text.
_PLAIN: dict[Asks, Value] = {
    Asks.DATE: "2026-11-17",
    Asks.NUMBER: 1,
    Asks.LINES: ("Sample",),
    Asks.DATED_LINES: ("2026-11-03 Asked at the neighbouring houses",),
}


def _harmless(row: Row, question: Question) -> Value:
    adverse = {code for each in row.consequences if each.question == question.name for code in each.answers}
    codes = [each.code for each in question.options if each.code not in adverse]
    if question.asks is Asks.CHOICES:
        return (codes[0],)
    return codes[0] if codes else _PLAIN.get(question.asks, "A sample answer")


def answered(kind: Kind, **changes: Value) -> Checklist:
    """Every row of the kind answered without harm; `r13_appeal="yes"` changes one answer."""
    answers: dict[str, Answer] = {}
    for row in of_kind(kind):
        values: dict[str, Value] = {}
        for question in row.questions:
            changed = changes.get(f"r{row.number}_{question.name}")
            if changed is not None:
                values[question.name] = changed
            elif question.needed and question.applies(kind, Answer(values=values)):
                values[question.name] = _harmless(row, question)
        answers[str(row.number)] = Answer(values=values)
    return Checklist(answers=answers)


PERSON = Subject(number="S1", category=Category.CONVICTED, name="Alex Example", date_of_birth=date(1984, 2, 3))

_NOTICE = Publication(
    ref="DBC-7K3Q9M",
    revision=1,
    case_ref="EH/2026/0042",
    service="environmental-health",
    kind=Kind.CASE_OUTCOME,
    court_event=CourtEvent(on=date(2026, 11, 16), document="MC-2026-118"),
    subjects=(PERSON,),
    content=Content(
        headline="Fined for fly-tipping",
        body="Waste was left in Sample Lane on 3 May 2026.",
        facts=(
            Facts(
                subject="S1",
                name="Alex Example",
                age=42,
                offence="Fly-tipping",
                summary_address="Sample Lane, Dartford",
                outcome="Fined £400",
            ),
        ),
    ),
    channels=(Channel.WEBSITE, Channel.FACEBOOK, Channel.X),
    window=Window(opens=NOW - timedelta(days=1)),
    page_id="k3v9w2m7q4x8b5n1r6t0",
    checklist=answered(Kind.CASE_OUTCOME),
    follows=None,
    authors=frozenset({"comms-1"}),
)


def notice(**changes: object) -> Publication:
    """The notice with these changes; another kind has its own checklist answered."""
    kind = changes.get("kind")
    answers = {"checklist": answered(kind)} if isinstance(kind, Kind) else {}
    return replace(_NOTICE, **(answers | changes))


def event(what: str, *, subject: str | None = None, at: datetime = NOW, case: str = "eh20260042") -> Event:
    return Event(what=what, case_key=case, subject=subject, happened_at=at, recorded_at=at, officer="officer-1")
