"""The decision checklist (Annex A) as data: each row, the kinds it applies to, and what its absence does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.terms import Answer, Kind

ALL = frozenset(Kind)
_CONVICTIONS = frozenset({Kind.CASE_OUTCOME, Kind.CBO, Kind.POST_CONVICTION_IMAGE})
_OUTCOMES = _CONVICTIONS | {Kind.INJUNCTION}
_IMAGES = frozenset({Kind.IMAGE_APPEAL, Kind.POST_CONVICTION_IMAGE})
_APPEAL = frozenset({Kind.IMAGE_APPEAL})


class Due(StrEnum):
    """When a row has to be answered."""

    AT_SUBMISSION = "at_submission"
    WHEN_TRIGGERED = "when_triggered"
    BY_APPROVAL = "by_approval"
    """The Director's approval is the answer."""


class Adverse(StrEnum):
    """What an adverse answer does; a missing one always refuses."""

    REFUSE = "refuse"
    HOLD = "hold"
    SIGN_OFF = "sign_off"


@dataclass(frozen=True, kw_only=True)
class Row:
    number: int
    question: str
    kinds: frozenset[Kind]
    adverse: Adverse
    clause: str
    due: Due = Due.AT_SUBMISSION


def _row(
    number: int,
    question: str,
    clause: str,
    kinds: frozenset[Kind] = ALL,
    *,
    adverse: Adverse = Adverse.REFUSE,
    due: Due = Due.AT_SUBMISSION,
) -> Row:
    return Row(number=number, question=question, kinds=kinds, adverse=adverse, clause=clause, due=due)


ROWS: tuple[Row, ...] = (
    _row(1, "What are the case reference, service, officer, court and source document?", "5.7.4(g)"),
    _row(2, "What is each subject: category, name, date of birth (private), company or not?", "2.2"),
    _row(
        3,
        "What was the offence or behaviour, and its date, and that of conviction, sentence or order?",
        "5.1",
        _OUTCOMES,
    ),
    _row(4, "What are all the parts of the sentence?", "5.7.4(a)", _CONVICTIONS),
    _row(5, "Which legitimate purposes does publicity serve, and why?", "1.5"),
    _row(6, "Why is it necessary, and which less intrusive means were considered?", "4.1"),
    _row(7, "Is the offence serious; if not, which of the seven factors is present?", "4.1"),
    _row(8, "How do the subject's and others' Article 8 rights weigh against it?", "4.1"),
    _row(9, "Which legal gateway is used?", "3"),
    _row(10, "Which Schedule 1 condition and Article 6 basis, DPIA, data protection policy and privacy notice?", "4.2"),
    _row(
        11,
        "Were reporting restrictions and the court's standing orders checked with the court, and which are there?",
        "5.3",
        _OUTCOMES | {Kind.SUCCESSFUL_APPEAL_NOTICE},
    ),
    _row(
        12,
        "How old was and is each subject, and was an order lifting restrictions made?",
        "5.3",
        adverse=Adverse.SIGN_OFF,
    ),
    _row(13, "Are proceedings active: sentence passed, co-defendants, other cases, an appeal?", "5.6"),
    _row(14, "Is any conviction mentioned spent, for each individual?", "5.7.4(a)", _CONVICTIONS),
    _row(15, "Which victims were identified and consulted, and what is their view?", "5.7.2"),
    _row(16, "Could a victim, a witness or the family be identified?", "5.7.2"),
    _row(
        17,
        "Is anybody else's data revealed, and what did the Data Protection Officer advise?",
        "5.5",
        adverse=Adverse.HOLD,
    ),
    _row(
        18,
        "Is there a vulnerability, or a treatment or mental health disposal?",
        "5.7.2",
        adverse=Adverse.SIGN_OFF,
    ),
    _row(19, "Could community tensions be incited?", "5.7.2", adverse=Adverse.SIGN_OFF),
    _row(20, "Could a partner's investigation be undermined; was it coordinated?", "5.7.2", adverse=Adverse.HOLD),
    _row(
        21, "Could somebody with the same name or part of the address be taken for the subject?", "5.7.4(g)", _OUTCOMES
    ),
    _row(22, "What justifies publicity online; is it a minor or a first offence?", "5.7.4(b)"),
    _row(23, "Was a lesser form of publicity considered?", "5.7.3"),
    _row(24, "Does it give basic details only, or what justifies more?", "5.2"),
    _row(25, "Image: overt or resident's, good enough, minimum, group, children, metadata?", "6.3", _IMAGES),
    _row(26, "Image: which other means of tracing were tried, and when?", "6.3", _APPEAL),
    _row(27, "Image: could it spoil identification in another enquiry (Code D)?", "6.5", _IMAGES, adverse=Adverse.HOLD),
    _row(
        28, "Image: which of the four grounds justifies a photograph?", "6.3", frozenset({Kind.POST_CONVICTION_IMAGE})
    ),
    _row(29, "Is every picture described in words, and was equality considered?", "10.3"),
    _row(30, "Does every channel carry the informative word for word and say how to apply for removal?", "5.7.4(e)"),
    _row(31, "Are the 28 days acknowledged, and any earlier end stated?", "5.7.4(d)"),
    _row(32, "Who checks for appeals while it is up?", "5.6", _CONVICTIONS),
    _row(
        33,
        "Did those who had to be consulted sign off?",
        "5.5",
        adverse=Adverse.HOLD,
        due=Due.WHEN_TRIGGERED,
    ),
    _row(
        34,
        "Has the relevant Director given final approval, last in time, of exactly this?",
        "12.1",
        due=Due.BY_APPROVAL,
    ),
)


def missing(kind: Kind, answers: Mapping[str, Answer]) -> tuple[Row, ...]:
    """The rows that a notice of this kind must answer when it is submitted and does not. Blank is no answer."""
    answered = {number for number, answer in answers.items() if answer.answer.strip()}
    return tuple(
        row for row in ROWS if kind in row.kinds and row.due is Due.AT_SUBMISSION and str(row.number) not in answered
    )
