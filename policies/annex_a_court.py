"""Rows of Annex A about courts, the form of publicity, the informative, the 28 days and who signs."""

from policies.annex_a_words import (
    CONVICTIONS,
    NOT_CORRECTION,
    RESTRICTABLE,
    choice,
    day,
    hold,
    line,
    lines,
    refuse,
    sign_off,
    tell,
)
from policies.effects import Tick
from policies.questions import ALL, YES_NO, YES_NO_UNKNOWN, Cure, Due, Row
from policies.terms import Kind

COURT_ROWS: tuple[Row, ...] = (
    Row(
        number=11,
        title="Reporting restrictions",
        question="Was the court asked about restrictions and its standing orders, and which are there?",
        kinds=RESTRICTABLE,
        clause="5.3",
        rules=("R25", "R29"),
        questions=(
            choice("checked", "Was the court asked?", YES_NO_UNKNOWN),
            line("checked_with", "Who at the court was asked?"),
            day("checked_on", "When?"),
            line("checked_how", "How: by e-mail, by telephone, in person?"),
            choice(
                "standing_orders",
                "Are there standing orders of that court about reporting?",
                (("none", "None"), ("some", "Yes"), ("unknown", "Not known")),
            ),
            choice(
                "restrictions",
                "Are there restrictions in this case?",
                (("none", "None"), ("some", "Yes"), ("unknown", "Not known")),
            ),
            lines(
                "restriction_list",
                "Which: power, scope and end of each?",
                only_if=("restrictions", frozenset({"some"})),
            ),
            lines(
                "unidentified",
                "Which subjects may not be identified?",
                hint="By number, such as S1.",
                needed=False,
            ),
            lines(
                "protected_words",
                "Which names, addresses or words may not appear?",
                needed=False,
                private=True,
            ),
            choice(
                "anonymity",
                "Is anybody in the case protected for life: a complainant, or a witness under an order?",
                YES_NO_UNKNOWN,
            ),
        ),
        consequences=(
            refuse("checked", {"no", "unknown"}, "The court was not asked about restrictions.", "Ask the court."),
            refuse("standing_orders", {"unknown"}, "The court's standing orders are not known.", "Ask the court."),
            refuse("restrictions", {"unknown"}, "It is not known whether there are restrictions.", "Ask the court."),
            refuse(
                "anonymity",
                {"unknown"},
                "It is not known whether somebody is protected for life (R29).",
                "Ask Legal; nobody can override such a protection.",
            ),
        ),
    ),
    Row(
        number=13,
        title="Active proceedings",
        question="Is anything still before a court: sentence, co-defendants, another case, an appeal?",
        kinds=ALL,
        clause="5.6",
        rules=("R4", "R30"),
        questions=(
            choice(
                "sentenced",
                "Was sentence passed?",
                (("yes", "Yes"), ("deferred", "It was deferred"), ("no", "No"), ("unknown", "Not known")),
                kinds=CONVICTIONS,
            ),
            choice(
                "cbo_hearing",
                "Is the hearing about the order over?",
                (("concluded", "Yes"), ("adjourned", "It was adjourned"), ("unknown", "Not known")),
                kinds=frozenset({Kind.CBO}),
            ),
            choice(
                "co_defendants",
                "Are there co-defendants?",
                (
                    ("none", "None"),
                    ("finished", "All have been sentenced or acquitted"),
                    ("pending", "At least one is still to be tried or sentenced"),
                    ("unknown", "Not known"),
                ),
            ),
            choice("other_cases", "Is the person before a court in another case?", YES_NO_UNKNOWN),
            choice("appeal", "Has an appeal been lodged, or leave asked for?", YES_NO_UNKNOWN),
            choice(
                "arrested",
                "Has anybody been arrested, summonsed or charged?",
                YES_NO_UNKNOWN,
                kinds=frozenset({Kind.IMAGE_APPEAL}),
            ),
        ),
        consequences=(
            refuse(
                "sentenced",
                {"no", "unknown"},
                "Proceedings are active until sentence is passed.",
                "Wait for the sentence, then submit it again.",
            ),
            hold("sentenced", {"deferred"}, "Sentence was deferred.", "Amend it once sentence is passed."),
            hold(
                "cbo_hearing",
                {"adjourned", "unknown"},
                "The hearing about the order is not over.",
                "Amend it once the order is made.",
            ),
            hold(
                "co_defendants",
                {"pending", "unknown"},
                "A co-defendant may still be tried or sentenced.",
                "Amend it once all proceedings are over.",
            ),
            hold(
                "other_cases",
                {"yes", "unknown"},
                "The person may be before a court in another case.",
                "Amend it once Legal has said that the other case is over or not touched.",
            ),
            refuse("appeal", {"yes"}, "An appeal makes proceedings active.", "Wait until it is decided."),
            hold(
                "appeal", {"unknown"}, "It is not known whether an appeal was lodged.", "Ask the court, then amend it."
            ),
            refuse(
                "arrested",
                {"yes", "unknown"},
                "An appeal for information is over once somebody may have been arrested, summonsed or charged.",
                "Leave it; publish the outcome once there is one.",
                clause="R41",
            ),
        ),
    ),
    Row(
        number=14,
        title="Spent convictions",
        question="Does it mention an earlier conviction, and is each one listed?",
        kinds=CONVICTIONS,
        clause="5.7.4(a)",
        rules=("R31",),
        questions=(choice("earlier", "Does it mention an earlier conviction?", YES_NO_UNKNOWN),),
        consequences=(
            refuse(
                "earlier",
                {"unknown"},
                "It is not known whether an earlier conviction is mentioned.",
                "Read the text again; list each one under its subject.",
            ),
        ),
    ),
    Row(
        number=22,
        title="Why online",
        question="What justifies publicity online; is it a minor or a first offence?",
        kinds=ALL,
        clause="5.7.4(b)",
        rules=("R13",),
        questions=(
            choice("minor", "Is the offence or the sentence minor?", YES_NO_UNKNOWN, kinds=NOT_CORRECTION),
            choice("first_time", "Is it a first offence?", YES_NO_UNKNOWN, kinds=NOT_CORRECTION),
            tell("justification", "What justifies publicity online?"),
        ),
        consequences=tuple(
            sign_off(
                question,
                {"yes", "unknown"},
                what,
                "The Director confirms that online publicity is justified all the same.",
                cures=(Cure(ticked=Tick.ONLINE_PUBLICITY),),
            )
            for question, what in (
                ("minor", "The offence or sentence may be minor."),
                ("first_time", "It may be a first offence."),
            )
        ),
    ),
    Row(
        number=23,
        title="A lesser form",
        question="Was a lesser form of publicity considered: without names, to a few people, in a meeting or leaflet?",
        kinds=NOT_CORRECTION,
        clause="5.7.3",
        rules=("R19",),
        questions=(tell("lesser", "Which lesser form was considered, and why will it not do?"),),
    ),
    Row(
        number=24,
        title="Basic details only",
        question="Does it give more than name, age, offence, summary address and outcome?",
        kinds=NOT_CORRECTION,
        clause="5.2",
        rules=("R6", "R7"),
        questions=(
            choice("extra", "Does it give more?", YES_NO),
            lines(
                "which",
                "Which further details?",
                only_if=("extra", frozenset({"yes"})),
                hint="Exactly as they stand in the text.",
                private=True,
            ),
            tell("why", "Why is each of them necessary?", only_if=("extra", frozenset({"yes"}))),
        ),
        consequences=(
            sign_off(
                "extra",
                {"yes"},
                "It gives more than the basic details.",
                "The Director confirms that each is necessary.",
                cures=(Cure(ticked=Tick.EXTRA_DETAILS),),
            ),
        ),
    ),
    Row(
        number=30,
        title="The informative, and comments",
        question="Does every channel carry the informative and how to apply for removal, and who watches the comments?",
        kinds=ALL,
        clause="5.7.4(e)",
        rules=("R61", "R62", "R63"),
        questions=(
            choice("seen", "Was the preview of every channel read?", YES_NO),
            line("comments", "Who watches the comments while it is up?", hint="A named person, for every channel."),
        ),
        consequences=(refuse("seen", {"no"}, "The preview was not read.", "Read what each channel would show."),),
    ),
    Row(
        number=31,
        title="The 28 days",
        question="Is it understood that it comes down after 28 days at most, and earlier where the law says so?",
        kinds=ALL,
        clause="5.7.4(d)",
        rules=("R43", "R47", "R48"),
        questions=(choice("acknowledged", "Is that understood?", YES_NO),),
        consequences=(
            refuse("acknowledged", {"no"}, "The 28 days are not acknowledged.", "Nothing stays up for longer."),
        ),
    ),
    Row(
        number=32,
        title="Who asks about appeals",
        question="Who asks the court about appeals while it is up?",
        kinds=CONVICTIONS,
        clause="5.6",
        rules=("R50",),
        questions=(line("owner", "Who asks, at publishing and on days 7, 14 and 22?"),),
    ),
    Row(
        number=33,
        title="Sign-offs",
        question="Did those who had to be consulted sign off?",
        kinds=ALL,
        clause="5.5",
        rules=("R14", "R26"),
        due=Due.WHEN_TRIGGERED,
    ),
    Row(
        number=34,
        title="Final approval",
        question="Has the relevant Director given final approval, last in time, of exactly this?",
        kinds=ALL,
        clause="12.1",
        rules=("R21", "R22"),
        due=Due.BY_APPROVAL,
    ),
)
