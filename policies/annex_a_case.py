"""Rows of Annex A about the case, the purpose, necessity and proportionality, and the lawful basis."""

from policies.annex_a_words import (
    CONVICTIONS,
    NOT_CORRECTION,
    OUTCOMES,
    choice,
    choices,
    day,
    line,
    lines,
    refuse,
    sign_off,
    tell,
)
from policies.effects import Tick
from policies.questions import ALL, YES_NO, YES_NO_UNKNOWN, Cure, Row
from policies.terms import Kind

_PURPOSES = (
    ("prevent_crime", "Prevent and detect crime"),
    ("identify_offenders", "Identify offenders"),
    ("witnesses", "Encourage witnesses or victims to come forward"),
    ("engage", "Encourage communities and businesses to take a stand"),
    ("openness", "Increase trust by openness about investigations and proceedings"),
    ("accountability", "Improve the effectiveness, transparency and accountability of enforcement"),
    ("reassure", "Reassure the public"),
    ("media", "Encourage the release of images to the media"),
    ("discourage", "Discourage offending or re-offending"),
    ("other", "Another legitimate purpose"),
)
_FACTORS = (
    ("prevalence", "Prevalence of local crime"),
    ("community_interest", "Community or public interest"),
    ("nature", "Nature of the offence"),
    ("vulnerable_victims", "Vulnerability of potential victims"),
    ("environment", "Level of impact on the environment"),
    ("public_impact", "Level of impact on the public, the community or individuals"),
    ("repeat_offending", "Repeat offending"),
)
_GATEWAYS = (
    ("epa_1990", "Environmental Protection Act 1990"),
    ("asbcpa_2014", "Anti-social Behaviour, Crime and Policing Act 2014"),
    ("cda_1998_s17", "Crime and Disorder Act 1998, section 17"),
    ("fraud_2006", "Fraud Act 2006"),
    ("housing_2004", "Housing Act 2004"),
    ("pshfa_2013", "Prevention of Social Housing Fraud Act 2013"),
    ("housing_1985", "Housing Act 1985"),
    ("other", "Another power"),
)
_COURTS = (
    ("magistrates", "Magistrates’ court"),
    ("crown", "Crown Court"),
    ("youth", "Youth court"),
    ("county", "County court"),
    ("high", "High Court"),
)

CASE_ROWS: tuple[Row, ...] = (
    Row(
        number=1,
        title="The case",
        question="Who brought the case, before which court, and who checked it against the court's own document?",
        kinds=ALL,
        clause="5.7.4(g)",
        rules=("R1", "R20"),
        questions=(
            line("officer", "Which officer is responsible for the case?"),
            line("court", "Which court decided it?", kinds=OUTCOMES),
            choice("court_type", "What kind of court is that?", _COURTS, kinds=OUTCOMES),
            line(
                "second_checker",
                "Who else compared the notice with the court's document?",
                hint="Somebody other than the officer (5.7.4(g)).",
                kinds=OUTCOMES | {Kind.SUCCESSFUL_APPEAL_NOTICE},
            ),
        ),
    ),
    Row(
        number=3,
        title="Offence and dates",
        question="What was the offence or behaviour, and are its dates those in the court's document?",
        kinds=OUTCOMES,
        clause="5.1",
        rules=("R3",),
        questions=(
            line("offence", "What was the offence or behaviour?"),
            choice("dates_checked", "Are all dates those in the court's document?", YES_NO),
        ),
        consequences=(
            refuse("dates_checked", {"no"}, "The dates were not compared with the court's document.", "Compare them."),
        ),
    ),
    Row(
        number=4,
        title="The whole sentence",
        question="Is every part of the sentence listed: custody, fine, orders, discharge, compensation?",
        kinds=CONVICTIONS,
        clause="5.7.4(a)",
        rules=("R31",),
        questions=(choice("complete", "Is every part listed?", YES_NO_UNKNOWN),),
        consequences=(
            refuse(
                "complete",
                {"no", "unknown"},
                "Without every part of the sentence nobody can say when the conviction is spent.",
                "List every part from the court's register.",
            ),
        ),
    ),
    Row(
        number=5,
        title="Purpose",
        question="Which legitimate purposes does publicity serve, and why?",
        kinds=ALL,
        clause="1.5",
        rules=("R8",),
        questions=(
            choices("purposes", "Which purposes does it serve?", _PURPOSES),
            tell("reason", "Why does publicity serve them in this case?"),
        ),
        consequences=(
            sign_off(
                "purposes",
                {"other"},
                "A purpose is given that the policy does not list.",
                "The Director confirms that it is legitimate.",
                cures=(Cure(ticked=Tick.OTHER_PURPOSE),),
            ),
        ),
    ),
    Row(
        number=6,
        title="Necessity",
        question="Why is it necessary, and why will nothing less intrusive do?",
        kinds=ALL,
        clause="4.1",
        rules=("R9",),
        questions=(
            tell("necessity", "Why is publicity necessary for that purpose?"),
            tell("less_intrusive", "Which less intrusive ways were considered, and why will they not do?"),
        ),
    ),
    Row(
        number=7,
        title="Proportionality",
        question="Is the offence serious; if not, which of the seven factors is present?",
        kinds=NOT_CORRECTION,
        clause="4.1",
        rules=("R10",),
        questions=(
            choice("serious", "Is the offence or behaviour serious?", YES_NO_UNKNOWN),
            choices(
                "factors", "Which factors are present?", _FACTORS, only_if=("serious", frozenset({"no", "unknown"}))
            ),
            tell("reason", "Why is publicity proportionate?"),
        ),
    ),
    Row(
        number=8,
        title="Private and family life",
        question="How do the rights of the person and of others weigh against it (Article 8)?",
        kinds=ALL,
        clause="4.1",
        rules=("R11",),
        questions=(
            tell("balance", "How were the rights under Article 8 weighed?"),
            lines(
                "others", "Who else is affected, such as family or people of the same name?", needed=False, private=True
            ),
        ),
    ),
    Row(
        number=9,
        title="Legal gateway",
        question="Which power is used?",
        kinds=ALL,
        clause="3",
        rules=("R5",),
        questions=(
            choices("gateways", "Which powers are used?", _GATEWAYS),
            tell("other", "Which other power, and why?", only_if=("gateways", frozenset({"other"}))),
        ),
    ),
    Row(
        number=10,
        title="Data protection",
        question="Which condition and lawful basis apply, and where are assessment, policy and privacy notice?",
        kinds=ALL,
        clause="4.2",
        rules=("R12",),
        questions=(
            line("condition", "Which Schedule 1 condition, or which official authority with its source?"),
            line("article_6", "Which basis of Article 6?"),
            line("dpia", "What is the reference of the data protection impact assessment?"),
            day("dpia_review", "When is that assessment due for review?"),
            line("policy_link", "Where is the data protection policy?"),
            day("policy_date", "Of which date is it?"),
            line("privacy_link", "Where is the privacy notice?"),
            day("privacy_date", "Of which date is it?"),
        ),
    ),
)
