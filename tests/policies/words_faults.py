"""Faults of words, people and pictures: each with what the rules must then say, and what cures it."""

from dataclasses import replace
from datetime import date

from policies.pictures import ApparentAge, Source
from policies.sentences import Stated
from policies.terms import Category, Facts, Kind, Publication, Subject
from tests.policies.faults import PICTURE
from tests.policies.samples import CONVICTION, INJUNCTION, ORDER, PERSON, PHOTO
from tests.policies.words_samples import APPEAL, EARLIER, FACTS, YOUNG, fact, of, sentenced, shown

# What is wrong: the notice, clause and path of what is said, and the same notice put right (None: none is possible).
REFUSED: dict[str, tuple[Publication, tuple[str, str], Publication | None]] = {
    "R2 this offender dumped": (
        of(Kind.IMAGE_APPEAL, words={"body": f"This offender dumped waste. {APPEAL.body}"}),
        ("2.2", "content.body"),
        of(Kind.IMAGE_APPEAL, words={"body": f"This is about criminal damage. {APPEAL.body}"}),
    ),
    "R2 a culprit in the description": (
        shown(Kind.IMAGE_APPEAL, alt_text="The culprit beside a van"),
        ("2.2", "content.pictures.0.alt_text"),
        shown(Kind.IMAGE_APPEAL, alt_text="A person beside a van"),
    ),
    "R2 a respondent convicted": (
        of(Kind.INJUNCTION, words={"headline": "Convicted of noise"}),
        ("2.2", "content.headline"),
        of(Kind.INJUNCTION, words={"headline": "Not convicted, but forbidden to make noise"}),
    ),
    "R2 a suspect in a case outcome": (
        of(person={"category": Category.RESPONDENT}),
        ("2.2", "subjects.0.category"),
        of(person={"category": Category.CONVICTED}),
    ),
    "R3 a fixed penalty as sentence": (
        of(person=sentenced("fixed_penalty")),
        ("5.1", "subjects.0.convictions"),
        of(person=sentenced("fine")),
    ),
    "R3 a fixed penalty in words": (
        of(words=fact(outcome="Fixed penalty notice paid")),
        ("5.1", "content.facts.0.outcome"),
        of(words=fact(outcome="Fixed penalty notice paid", name=None, age=None)),
    ),
    "R3 no sentence at all": (
        of(person={"convictions": ()}),
        ("5.1", "subjects.0.convictions"),
        of(person=sentenced("fine")),
    ),
    "R4 an interim injunction": (
        of(Kind.INJUNCTION, person={"order": replace(INJUNCTION, final=Stated.NO)}),
        ("1.6", "subjects.0.order.final"),
        of(Kind.INJUNCTION, person={"order": INJUNCTION}),
    ),
    "R4 7.5 not known whether it is final": (
        of(Kind.CBO, person={"order": replace(ORDER, final=Stated.UNKNOWN)}),
        ("7.5", "subjects.0.order.final"),
        of(Kind.CBO),
    ),
    "R4 no order": (of(Kind.INJUNCTION, person={"order": None}), ("1.6", "subjects.0.order"), of(Kind.INJUNCTION)),
    "R4 an order made on conviction": (
        of(Kind.INJUNCTION, person={"order": replace(INJUNCTION, type="cbo")}),
        ("1.6", "subjects.0.order.type"),
        of(Kind.INJUNCTION),
    ),
    "R4 not named as civil": (
        of(Kind.INJUNCTION, words={"body": "The county court made a final order."}),
        ("1.6", "content.body"),
        of(Kind.INJUNCTION, words={"body": "The county court made a final civil order."}),
    ),
    "R6 the full address": (
        of(words=fact(summary_address="14 Acacia Road")),
        ("R6", "content.facts.0.summary_address"),
        of(words=fact(summary_address="Acacia Road, Dartford")),
    ),
    "R6 a number without a street": (
        of(words=fact(summary_address="14 Acacias, Dartford")),
        ("R6", "content.facts.0.summary_address"),
        of(words=fact(summary_address="Acacias, Dartford")),
    ),
    "R6 the date of birth, whatever the reason": (
        of(
            words={"body": "Alex Example, born 3 February 1984."},
            answers={"r24_extra": "no", "r24_which": ("born 3 February 1984",)},
        ),
        ("R6", "content.body"),
        of(words={"body": "Alex Example, 42."}),
    ),
    "R6 an age that is not the person's": (
        of(words=fact(age=24)),
        ("5.7.4(g)", "content.facts.0.age"),
        of(words=fact(age=42)),
    ),
    "R10 repeat offending without a list": (
        of(answers={"r7_serious": "no", "r7_factors": ("repeat_offending",)}),
        ("4.1", "checklist.answers.7.factors"),
        of(
            person={"convictions": (CONVICTION, EARLIER)},
            answers={"r7_serious": "no", "r7_factors": ("repeat_offending",), "r14_earlier": "yes"},
        ),
    ),
    "R31 a previous conviction in words": (
        of(words={"body": "It was a second offence."}),
        ("5.7.4(a)", "content.body"),
        of(
            words={"body": "It was a second offence."},
            person={"convictions": (CONVICTION, EARLIER)},
            answers={"r14_earlier": "yes"},
        ),
    ),
    "R16 a protected surname in the description": (
        of(
            Kind.POST_CONVICTION_IMAGE,
            words={"pictures": (replace(PHOTO, alt_text="Beside Ms Other’s van"),)},
            answers={"r16_protected": ("Sam Other",)},
        ),
        ("R16", "content.pictures.0.alt_text"),
        of(Kind.POST_CONVICTION_IMAGE, answers={"r16_protected": ("Sam Other",)}),
    ),
    "R16 a victim's name": (
        of(
            words={"body": "It was left before Sam Other's gate."},
            subjects=(PERSON, Subject(number="S2", category=Category.VICTIM, name="Sam Other")),
        ),
        ("R16", "content.body"),
        of(subjects=(PERSON, Subject(number="S2", category=Category.VICTIM, name="Sam Other"))),
    ),
    "R16 facts about a witness": (
        of(
            words={"facts": (FACTS, Facts(subject="S2", outcome="Saw it"))},
            subjects=(PERSON, Subject(number="S2", category=Category.WITNESS)),
        ),
        ("5.7.2", "content.facts.1"),
        of(subjects=(PERSON, Subject(number="S2", category=Category.WITNESS))),
    ),
    "R14 a third party unsaid": (
        of(subjects=(PERSON, Subject(number="S2", category=Category.THIRD_PARTY))),
        ("5.5", "subjects.1.category"),
        of(),
    ),
    "R17 a treatment in the text": (
        of(words=fact(outcome="Community order with a drug rehabilitation requirement")),
        ("5.7.2", "content.facts.0.outcome"),
        of(words=fact(outcome="Community order")),
    ),
    "R20 the officer checks alone": (
        of(answers={"r1_officer": "Sample Officer", "r1_second_checker": "sample  OFFICER"}),
        ("5.7.4(g)", "checklist.answers.1.second_checker"),
        of(answers={"r1_officer": "Sample Officer", "r1_second_checker": "Second Sample Officer"}),
    ),
    "R25 a restriction without scope": (
        of(answers={"r11_restrictions": "some"}),
        ("5.3", "checklist.answers.11.unidentified"),
        of(answers={"r11_restrictions": "some", "r11_protected_words": ("Sam Other",)}),
    ),
    "R25 the restricted person named": (
        of(answers={"r11_restrictions": "some", "r11_unidentified": ("S1",)}),
        ("5.3", "content.facts.0"),
        of(answers={"r11_restrictions": "some", "r11_unidentified": ("S1",)}, words={"facts": ()}),
    ),
    "R25 the restricted person pictured": (
        of(
            Kind.POST_CONVICTION_IMAGE,
            answers={"r11_restrictions": "some", "r11_unidentified": ("s1",)},
            words={"facts": ()},
        ),
        ("5.3", "content.pictures.0"),
        of(Kind.POST_CONVICTION_IMAGE),
    ),
    "R25 nobody has that number": (
        of(answers={"r11_restrictions": "some", "r11_unidentified": ("S7",)}),
        ("5.3", "checklist.answers.11.unidentified"),
        of(answers={"r11_restrictions": "some", "r11_protected_words": ("Other",)}),
    ),
    "R26 seventeen, and nobody says so": (
        of(person={"date_of_birth": YOUNG}, words=fact(age=17)),
        ("5.3", "subjects.0.date_of_birth"),
        None,
    ),
    "R26 named, birth unknown": (
        of(person={"date_of_birth": None}),
        ("5.3", "subjects.0.date_of_birth"),
        of(person={"date_of_birth": None, "name": None}, words={"facts": ()}),
    ),
    "R28 an injunction of 13 months at fifteen": (
        of(
            Kind.INJUNCTION,
            person={"date_of_birth": date(2011, 1, 2), "order": replace(INJUNCTION, ends=date(2027, 12, 15))},
            words={"facts": ()},
            answers={"r12_under_18": "yes"},
        ),
        ("1.6", "subjects.0.order.ends"),
        None,
    ),
    "R29 5.4 protected for life and identifiable": (
        of(answers={"r11_anonymity": "yes", "r11_protected_words": ("Sam Other",), "r16_identifiable": "yes"}),
        ("5.4", "checklist.answers.11.anonymity"),
        of(answers={"r11_anonymity": "yes", "r11_protected_words": ("Sam Other",)}),
    ),
    "R29 protected for life and not looked for": (
        of(answers={"r11_anonymity": "yes"}),
        ("5.4", "checklist.answers.11.protected_words"),
        of(answers={"r11_anonymity": "yes", "r16_protected": ("Sam Other",)}),
    ),
    "R29 the complainant's name": (
        of(
            words={"headline": "Waste before OTHER's gate"},
            answers={"r11_anonymity": "yes", "r11_protected_words": ("Other",)},
        ),
        ("5.4", "content.headline"),
        of(answers={"r11_anonymity": "yes", "r11_protected_words": ("Other",)}),
    ),
    "R33 a poor picture": (
        shown(good_enough=Stated.NO),
        ("6.2", "content.pictures.0.facts.good_enough"),
        shown(),
    ),
    "R35 covert": (shown(source=Source.COVERT), ("6.6", "content.pictures.0.facts.source"), shown()),
    "R35 a custody picture before conviction": (
        shown(Kind.IMAGE_APPEAL, source=Source.CUSTODY, rights="Police"),
        ("6.6", "content.pictures.0.facts.source"),
        shown(source=Source.CUSTODY, rights="Police"),
    ),
    "R35 no consent of the resident": (
        shown(source=Source.RESIDENT),
        ("6.6", "content.pictures.0.facts.rights"),
        shown(source=Source.RESIDENT, rights="Consent of 5 May 2026"),
    ),
    "R35 no time of capture": (shown(captured_on=None), ("6.6", "content.pictures.0.facts.captured_on"), shown()),
    "R36 a suspect's name in the facts": (
        of(Kind.IMAGE_APPEAL, words={"facts": (Facts(subject="S1", name="Alex Example"),)}),
        ("R36", "content.facts.0.name"),
        of(Kind.IMAGE_APPEAL),
    ),
    "R37 a person in a case outcome": (
        of(words={"pictures": (PHOTO,)}),
        ("6.3", "content.pictures.0"),
        of(words={"pictures": (PICTURE,)}),
    ),
    "R38 nothing stated about a picture": (
        of(words={"pictures": (replace(PICTURE, facts=None),)}, person={"name": None}),
        ("6.3", "content.pictures.0.facts"),
        of(words={"pictures": (PICTURE,)}),
    ),
    "R38 five visible, one needed": (
        shown(visible=5),
        ("6.3", "content.pictures.0.facts.others_obscured"),
        shown(visible=5, others_obscured=Stated.YES),
    ),
    "R7 more faces than subjects": (
        shown(visible=2, needed=2),
        ("4.1", "content.pictures.0.facts.needed"),
        shown(visible=1, needed=1),
    ),
    "R38 more needed than visible": (shown(visible=0), ("6.3", "content.pictures.0.facts.needed"), shown()),
    "R39 looks sixteen": (
        shown(apparent_age=ApparentAge.FROM_16_TO_17),
        ("5.7.2", "content.pictures.0.facts.apparent_age"),
        shown(),
    ),
    "R39 a suspect of unknown age": (
        shown(Kind.IMAGE_APPEAL, apparent_age=ApparentAge.UNKNOWN),
        ("5.7.2", "content.pictures.0.facts.apparent_age"),
        shown(Kind.IMAGE_APPEAL),
    ),
    "R39 a child beside": (shown(children=Stated.YES), ("5.7.2", "content.pictures.0.facts.children"), shown()),
    "R39 perhaps a child beside": (
        shown(children=Stated.UNKNOWN),
        ("5.7.2", "content.pictures.0.facts.children"),
        shown(),
    ),
    "R52 does not say what changed": (
        of(Kind.SUCCESSFUL_APPEAL_NOTICE, words={"headline": "News", "body": "The Crown Court decided."}),
        ("5.7.4(f)", "content.body"),
        of(Kind.SUCCESSFUL_APPEAL_NOTICE, words={"headline": "News", "body": "The sentence was reduced."}),
    ),
    "R52 repeats the address": (
        of(Kind.SUCCESSFUL_APPEAL_NOTICE, words={"facts": (Facts(subject="S1", summary_address="Sample Lane"),)}),
        ("5.7.4(f)", "content.facts.0"),
        of(Kind.SUCCESSFUL_APPEAL_NOTICE),
    ),
    "R64 a description that ascribes race": (
        shown(alt_text="A white man beside a van"),
        ("10.3", "content.pictures.0.alt_text"),
        shown(alt_text="A man beside a white van"),
    ),
    "6.6 no way to tell the council": (
        of(Kind.IMAGE_APPEAL, words={"body": "We would like to speak to the person in this picture."}),
        ("6.6", "content.body"),
        of(Kind.IMAGE_APPEAL, words={"body": "We would like to speak to this person. Call 01632 960001."}),
    ),
    "6.4 a name in the correction": (
        of(Kind.CORRECTION_NOTICE, words={"body": "It was not Mr Example."}),
        ("6.4", "content.body"),
        of(Kind.CORRECTION_NOTICE),
    ),
    "6.4 an age in the correction": (
        of(Kind.CORRECTION_NOTICE, words={"headline": "Not a 42-year-old"}),
        ("6.4", "content.headline"),
        of(Kind.CORRECTION_NOTICE),
    ),
    "6.4 an address in the correction": (
        of(Kind.CORRECTION_NOTICE, words={"body": "It was not in Acacia Road."}),
        ("6.4", "content.body"),
        of(Kind.CORRECTION_NOTICE),
    ),
    "6.4 facts in the correction": (
        of(Kind.CORRECTION_NOTICE, words={"facts": (Facts(subject="S1"),)}),
        ("6.4", "content.facts"),
        of(Kind.CORRECTION_NOTICE),
    ),
    "6.4 a picture in the correction": (
        of(Kind.CORRECTION_NOTICE, words={"pictures": (PICTURE,)}),
        ("6.4", "content.pictures"),
        of(Kind.CORRECTION_NOTICE),
    ),
}
