"""Fictional people and a notice that is in order, to spoil one fact at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from policies.answers import Answer, Checklist, Value
from policies.checklist import of_kind
from policies.pictures import ApparentAge, Picture, PictureFacts, Source
from policies.questions import Asks, Question, Row
from policies.sentences import Component, Conviction, Order, Stated
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

# Answers that others have to agree with.
_SAID: dict[str, Value] = {"second_checker": "Another sample", "earlier": "no", "anonymity": "no"}


def _harmless(row: Row, question: Question) -> Value:
    adverse = {code for each in row.consequences if each.question == question.name for code in each.answers}
    codes = [each.code for each in question.options if each.code not in adverse]
    if question.asks is Asks.CHOICES:
        return (codes[0],)
    if question.name in _SAID:
        return _SAID[question.name]
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


PHOTO = Picture(
    sha256="5e" * 32,
    alt_text="A person in a dark coat beside a white van, from the side",
    facts=PictureFacts(
        source=Source.OVERT_CCTV,
        captured_on=date(2026, 5, 3),
        good_enough=Stated.YES,
        visible=1,
        needed=1,
        children=Stated.NO,
        apparent_age=ApparentAge.ADULT,
    ),
)
FINED = Facts(
    subject="S1",
    name="Alex Example",
    age=42,
    offence="Fly-tipping",
    summary_address="Sample Lane, Dartford",
    outcome="Fined £400 and ordered to pay £85 costs",
)
ORDERED = replace(FINED, offence="Harassment", outcome="Criminal behaviour order until 15 November 2028")
HAULIER = Facts(subject="S2", name="Example Haulage Ltd", offence="Fly-tipping", outcome="Fined £2,000")

CONTENT: dict[Kind, Content] = {
    Kind.CASE_OUTCOME: Content(
        headline="Two fined for fly-tipping in Sample Lane",
        body="Waste was left in Sample Lane on 3 May 2026.\n\nDartford Magistrates’ Court sentenced both\non 16 November 2026.",
        facts=(FINED, HAULIER),
    ),
    Kind.CBO: Content(
        headline="Order made against a man from Sample Lane",
        body="He may not enter Sample Park while the order is in force.",
        facts=(ORDERED,),
    ),
    Kind.INJUNCTION: Content(
        headline="Court forbids noise at night in Sample Street",
        body="The county court made a final order on 16 November 2026. It is not a conviction.",
        facts=(
            Facts(
                subject="S1",
                name="Alex Example",
                age=42,
                offence="Loud music at night",
                outcome="Injunction until 15 May 2027",
            ),
        ),
    ),
    Kind.IMAGE_APPEAL: Content(
        headline="Waste left in Sample Lane on 3 May 2026",
        body="We would like to speak to the person in this picture.\n\nIf you know who it is, please write to comms@dartford.gov.uk.",
        facts=(Facts(subject="S1", offence="Fly-tipping"),),
        pictures=(PHOTO,),
    ),
    Kind.POST_CONVICTION_IMAGE: Content(
        headline="Fined for fly-tipping in Sample Lane",
        body="Waste was left in Sample Lane on 3 May 2026.",
        facts=(FINED,),
        pictures=(PHOTO,),
    ),
    Kind.SUCCESSFUL_APPEAL_NOTICE: Content(
        headline="Conviction quashed",
        body="On 16 November 2026 the Crown Court quashed a conviction that we had published.",
        facts=(Facts(subject="S1", name="Alex Example", outcome="Conviction quashed"),),
    ),
    Kind.CORRECTION_NOTICE: Content(
        headline="A notice of 9 November 2026 was wrong",
        body="It gave a wrong address. The person who lives there has nothing to do with the case. We apologise.",
    ),
}

CONTACTS = ("comms@dartford.gov.uk", "01632 960001")
CONVICTION = Conviction(
    offence="Fly-tipping",
    offence_on=date(2026, 5, 3),
    convicted_on=date(2026, 11, 16),
    sentenced_on=date(2026, 11, 16),
    sentence=(Component(type="fine"), Component(type="costs")),
)
ORDER = Order(type="cbo", made_on=date(2026, 11, 16), ends=date(2028, 11, 15), final=Stated.YES, in_force=Stated.YES)
INJUNCTION = replace(ORDER, type="asb_injunction", ends=date(2027, 5, 15))
PERSON = Subject(
    number="S1",
    category=Category.CONVICTED,
    name="Alex Example",
    date_of_birth=date(1984, 2, 3),
    convictions=(CONVICTION,),
)
COMPANY = Subject(number="S2", category=Category.COMPANY, name="Example Haulage Ltd", convictions=(CONVICTION,))
UNNAMED = Subject(number="S1", category=Category.SUSPECT)
SUBJECTS: dict[Kind, tuple[Subject, ...]] = dict.fromkeys(Kind, (PERSON,)) | {
    Kind.CBO: (replace(PERSON, order=ORDER),),
    Kind.INJUNCTION: (replace(PERSON, category=Category.RESPONDENT, convictions=(), order=INJUNCTION),),
    Kind.IMAGE_APPEAL: (UNNAMED,),
}

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
    """The notice with these changes; another kind has its own checklist answered, people and words."""
    kind = changes.get("kind")
    usual: dict[str, object] = {}
    if isinstance(kind, Kind) and kind is not Kind.CASE_OUTCOME:
        usual = {"checklist": answered(kind), "subjects": SUBJECTS[kind], "content": CONTENT[kind]}
    return replace(_NOTICE, **(usual | changes))


def event(what: str, *, subject: str | None = None, at: datetime = NOW, case: str = "eh20260042") -> Event:
    return Event(what=what, case_key=case, subject=subject, happened_at=at, recorded_at=at, officer="officer-1")
