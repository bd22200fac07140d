"""Rows of Annex A about images (policy 6). What is stated about each picture stands beside the picture itself."""

from policies.annex_a_words import IMAGES, choice, choices, day, hold, line, refuse, tell
from policies.questions import YES_NO_UNKNOWN, Asks, Cure, Question, Row
from policies.terms import Kind

_GROUNDS = (
    ("known_by_sight", "The person is known by sight in the area, but not by name"),
    ("reassurance", "Residents need to see a photograph to be reassured"),
    ("prevalence", "The offences were so prevalent, or of such concern, that only a photograph reassures"),
    ("others_come_forward", "It may encourage victims of and witnesses to other offences to come forward"),
)
_MAYBE = frozenset({"yes", "unknown"})

IMAGE_ROWS: tuple[Row, ...] = (
    Row(
        number=25,
        title="The image itself",
        question="Who looked at every picture, and is each good enough not to mislead?",
        kinds=IMAGES,
        clause="6.3",
        rules=("R33", "R35", "R38", "R39"),
        questions=(
            line("reviewer", "Who looked at every picture in full size?"),
            choice("good_enough", "Is each good enough not to mislead about who it shows?", YES_NO_UNKNOWN),
        ),
        consequences=(
            refuse(
                "good_enough",
                {"no", "unknown"},
                "A picture that is not good enough can point at the wrong person (6.2).",
                "Use a better picture, or none.",
                clause="6.2",
            ),
        ),
    ),
    Row(
        number=26,
        title="Other ways of tracing",
        question="Which other means of tracing the person were tried, and when?",
        kinds=frozenset({Kind.IMAGE_APPEAL}),
        clause="6.3",
        rules=("R32",),
        questions=(
            Question(
                name="steps",
                label="What was tried, and when?",
                asks=Asks.DATED_LINES,
            ),
        ),
    ),
    Row(
        number=27,
        title="Other enquiries",
        question="Could it spoil identification evidence in another enquiry (PACE Code D)?",
        kinds=IMAGES,
        clause="6.5",
        rules=("R34",),
        questions=(
            choice(
                "other_enquiry",
                "Is the person subject of another investigation, or could it spoil one?",
                YES_NO_UNKNOWN,
            ),
            line(
                "clearance", "Who cleared it, under which reference?", only_if=("other_enquiry", _MAYBE), needed=False
            ),
            day("cleared_on", "When?", only_if=("other_enquiry", _MAYBE), needed=False),
        ),
        consequences=(
            hold(
                "other_enquiry",
                set(_MAYBE),
                "It may spoil identification evidence in another enquiry.",
                "The police or Legal clear it: give reference and date.",
                cures=(Cure(filled="clearance"), Cure(filled="cleared_on")),
            ),
        ),
    ),
    Row(
        number=28,
        title="Why a photograph",
        question="Which of the four grounds justifies a photograph?",
        kinds=frozenset({Kind.POST_CONVICTION_IMAGE}),
        clause="6.3",
        rules=("R37",),
        questions=(
            choices("grounds", "Which grounds?", _GROUNDS),
            tell("reason", "Why does it apply here?"),
        ),
    ),
)
