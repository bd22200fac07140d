"""Rows of Annex A about people: subjects, ages, victims, others, vulnerability, communities, partners, equality."""

from policies.annex_a_words import (
    NOT_CORRECTION,
    OUTCOMES,
    choice,
    choices,
    day,
    hold,
    line,
    lines,
    refuse,
    sign_off,
    tell,
)
from policies.effects import Tick
from policies.questions import ALL, YES_NO, YES_NO_UNKNOWN, Asks, Cure, Question, Row
from policies.terms import Kind

_YOUTH_ORDERS = frozenset({Kind.CBO, Kind.INJUNCTION})
_MAYBE = frozenset({"yes", "unknown"})
_CHARACTERISTICS = (
    ("age", "Age"),
    ("disability", "Disability"),
    ("race", "Race"),
    ("religion", "Religion or belief"),
    ("sex", "Sex"),
    ("other", "Another protected characteristic"),
    ("not_known", "Not known"),
)

PEOPLE_ROWS: tuple[Row, ...] = (
    Row(
        number=2,
        title="Who it is about",
        question="Is each person or company listed, with what it is in the case?",
        kinds=NOT_CORRECTION,
        clause="2.2",
        rules=("R2", "R36"),
        questions=(
            choice(
                "complete",
                "Is everybody the notice is about listed as a subject, with the right category?",
                YES_NO,
                hint="An image appeal names nobody.",
            ),
        ),
        consequences=(
            refuse("complete", {"no"}, "Not everybody it is about is listed.", "List each person and company."),
        ),
    ),
    Row(
        number=12,
        title="Ages",
        question="Was or is anybody under 18, and was an order lifting restrictions made?",
        kinds=NOT_CORRECTION,
        clause="5.3",
        rules=("R26", "R27", "R28"),
        questions=(
            choice(
                "under_18", "Was or is anybody it shows or names under 18: then, at conviction or now?", YES_NO_UNKNOWN
            ),
            line(
                "lifting_order",
                "What is the reference of the order that lifts the restriction?",
                only_if=("under_18", frozenset({"yes"})),
                needed=False,
            ),
            choice(
                "s39",
                "Was a direction made that forbids to identify the person (section 39, section 45)?",
                (("no", "The court was asked: none"), ("yes", "Yes"), ("unknown", "Not known")),
                only_if=("under_18", frozenset({"yes"})),
                kinds=_YOUTH_ORDERS,
            ),
        ),
        consequences=(
            refuse(
                "under_18",
                {"unknown"},
                "It is not known whether somebody is under 18, which counts as yes.",
                "Find out the age, or publish it without the person.",
                lesser=True,
            ),
            sign_off(
                "under_18",
                {"yes"},
                "Somebody is or was under 18: presumed restricted.",
                "Give the lifting order's reference; Legal, the Data Protection Officer and the Director sign off.",
                cures=(
                    Cure(filled="lifting_order"),
                    Cure(cleared="legal"),
                    Cure(cleared="dpo"),
                    Cure(ticked=Tick.UNDER_18),
                ),
                kinds=ALL - _YOUTH_ORDERS,
                lesser=True,
            ),
            # No automatic restriction covers these two proceedings; the presumption of 5.7.2 holds all the same.
            sign_off(
                "under_18",
                {"yes"},
                "The order is about somebody under 18.",
                "Legal, the Data Protection Officer and the Director sign off.",
                cures=(Cure(cleared="legal"), Cure(cleared="dpo"), Cure(ticked=Tick.UNDER_18)),
                kinds=_YOUTH_ORDERS,
                lesser=True,
            ),
            refuse(
                "s39",
                {"yes", "unknown"},
                "The court forbade to identify the young person, or was not asked.",
                "Publish it without the person, or ask the court.",
                lesser=True,
            ),
        ),
    ),
    Row(
        number=15,
        title="Victims",
        question="Which victims were identified and consulted, and what is their view?",
        kinds=ALL,
        clause="5.7.2",
        rules=("R15",),
        questions=(
            choice(
                "victims",
                "Is there a victim who can be identified?",
                (("none", "No"), ("some", "Yes"), ("unknown", "Not known")),
            ),
            tell("none_because", "Why is there none?", only_if=("victims", frozenset({"none"}))),
            Question(
                name="count",
                label="How many victims?",
                asks=Asks.NUMBER,
                only_if=("victims", frozenset({"some"})),
            ),
            choice(
                "consulted",
                "Was each of them consulted and told that the press may report it?",
                YES_NO,
                only_if=("victims", frozenset({"some"})),
            ),
            day("consulted_on", "When?", only_if=("consulted", frozenset({"yes"}))),
            choice(
                "view",
                "What is their view?",
                (("agrees", "They agree"), ("no_view", "They have none"), ("objects", "At least one objects")),
                only_if=("consulted", frozenset({"yes"})),
            ),
            tell("objection_answered", "How is the objection answered?", only_if=("view", frozenset({"objects"}))),
        ),
        consequences=(
            refuse("victims", {"unknown"}, "It is not known whether there is a victim.", "Find out, and consult them."),
            refuse("consulted", {"no"}, "A victim was not consulted.", "Consult each victim first."),
        ),
    ),
    Row(
        number=16,
        title="Whom it could give away",
        question="Could a victim, a witness or the family be identified?",
        kinds=ALL,
        clause="5.7.2",
        rules=("R16", "R29"),
        questions=(
            choice("identifiable", "Could anybody be identified who must not be?", YES_NO_UNKNOWN),
            lines(
                "protected",
                "Which names and addresses must not appear?",
                hint="They are looked for in texts, descriptions and file names, and never shown.",
                needed=False,
                private=True,
            ),
        ),
        consequences=(
            refuse(
                "identifiable",
                {"yes", "unknown"},
                "Somebody could be identified who must not be.",
                "Take out what gives them away.",
                lesser=True,
            ),
        ),
    ),
    Row(
        number=17,
        title="Other people's data",
        question="Is anybody else's data revealed, and what did the Data Protection Officer advise?",
        kinds=ALL,
        clause="5.5",
        rules=("R14",),
        questions=(
            choice("third_party", "Does it reveal anything about anybody else?", YES_NO_UNKNOWN),
            lines("who", "About whom, and what?", only_if=("third_party", frozenset({"yes"})), private=True),
        ),
        consequences=(
            hold(
                "third_party",
                set(_MAYBE),
                "It may reveal somebody else's data.",
                "The Data Protection Officer is consulted and records the advice.",
                cures=(Cure(cleared="dpo"),),
            ),
        ),
    ),
    Row(
        number=18,
        title="Vulnerability",
        question="Is there a vulnerability, or a treatment or mental health disposal?",
        kinds=NOT_CORRECTION,
        clause="5.7.2",
        rules=("R17",),
        questions=(
            choice(
                "vulnerable",
                "Is the person known to be vulnerable, by illness, treatment or otherwise?",
                YES_NO_UNKNOWN,
            ),
            tell("considered", "How was that considered?", only_if=("vulnerable", _MAYBE)),
        ),
        consequences=(
            sign_off(
                "vulnerable",
                set(_MAYBE),
                "The person may be vulnerable.",
                "Keep any treatment out of the text; the Data Protection Officer and the Director sign off.",
                cures=(Cure(cleared="dpo"), Cure(ticked=Tick.VULNERABILITY)),
                lesser=True,
            ),
        ),
    ),
    Row(
        number=19,
        title="Community tension",
        question="Could community tensions be incited?",
        kinds=ALL,
        clause="5.7.2",
        rules=("R18",),
        questions=(
            choice("tension", "Could it incite tensions?", YES_NO_UNKNOWN),
            tell("mitigation", "What is done about it?", only_if=("tension", _MAYBE)),
        ),
        consequences=(
            sign_off(
                "tension",
                set(_MAYBE),
                "Community tensions may be incited.",
                "The Director decides.",
                cures=(Cure(ticked=Tick.COMMUNITY_TENSION),),
            ),
        ),
    ),
    Row(
        number=20,
        title="Partners",
        question="Could a partner's investigation be undermined, and was it coordinated?",
        kinds=ALL,
        clause="5.7.2",
        rules=("R18", "R68"),
        questions=(
            choice("investigation", "Could it undermine an investigation of the police or a partner?", YES_NO_UNKNOWN),
            line("partner", "Which partner agreed?", only_if=("investigation", _MAYBE), needed=False),
            line(
                "clearance", "What is the reference of its clearance?", only_if=("investigation", _MAYBE), needed=False
            ),
            day("agreed_on", "When was it given?", only_if=("investigation", _MAYBE), needed=False),
            line("protocol", "Which reference has it under the media protocol (Annex B)?", needed=False),
        ),
        consequences=(
            hold(
                "investigation",
                set(_MAYBE),
                "A partner's investigation may be undermined.",
                "Give the partner, the reference and the date of its clearance.",
                cures=(Cure(filled="partner"), Cure(filled="clearance"), Cure(filled="agreed_on")),
            ),
        ),
    ),
    Row(
        number=21,
        title="Mistaken identity",
        question="Could somebody with the same name or part of the address be taken for the subject?",
        kinds=OUTCOMES,
        clause="5.7.4(g)",
        rules=("R20",),
        questions=(
            choice("namesake", "Is there such a person?", YES_NO_UNKNOWN),
            line("detail", "Which detail tells them apart?", only_if=("namesake", _MAYBE), needed=False),
            tell("reason", "Why is that enough?", only_if=("namesake", _MAYBE), needed=False),
        ),
        consequences=(
            refuse(
                "namesake",
                set(_MAYBE),
                "Somebody else could be taken for the subject.",
                "Give a detail that tells them apart, and why it is enough.",
                cures=(Cure(filled="detail"), Cure(filled="reason")),
            ),
        ),
    ),
    Row(
        number=29,
        title="Equality and access",
        question="Was equality considered, and is every picture described in words?",
        kinds=ALL,
        clause="10.3",
        rules=("R64",),
        questions=(
            tell("equality", "How was the equality duty considered?"),
            choices(
                "characteristics",
                "Which protected characteristics of the subject are known, for the yearly figures?",
                _CHARACTERISTICS,
                needed=False,
            ),
        ),
    ),
)
