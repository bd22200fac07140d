"""Rules about whom a notice is about: what each is in the case, ages, the outcome it rests on, who checked it."""

from collections.abc import Iterator
from datetime import date, datetime

from policies import scan, wording
from policies.dossier import Dossier, Objection
from policies.retention import LONDON
from policies.spans import FULL_AGE, age_on
from policies.terms import Category, Facts, Kind, Publication, Subject
from policies.text_rules import texts

OTHERS = frozenset({Category.VICTIM, Category.WITNESS, Category.THIRD_PARTY})
_SENTENCED = frozenset({Category.CONVICTED, Category.COMPANY}) | OTHERS
# Whom each kind can be about (2.2); a correction holds nothing about anybody.
_CATEGORIES = {
    Kind.CASE_OUTCOME: _SENTENCED,
    Kind.CBO: _SENTENCED,
    Kind.POST_CONVICTION_IMAGE: _SENTENCED,
    Kind.INJUNCTION: frozenset({Category.RESPONDENT, Category.COMPANY}) | OTHERS,
    Kind.IMAGE_APPEAL: frozenset({Category.SUSPECT}) | OTHERS,
    Kind.SUCCESSFUL_APPEAL_NOTICE: _SENTENCED | {Category.RESPONDENT},
}


def facts_of(publication: Publication, subject: Subject) -> list[tuple[int, Facts]]:
    return [(n, facts) for n, facts in enumerate(publication.content.facts) if facts.subject == subject.number]


def named(publication: Publication, subject: Subject) -> bool:
    """Whether the notice tells who it is: by name in the facts or the texts, or in a picture."""
    if any(facts.name for _, facts in facts_of(publication, subject)):
        return True
    if any(picture.facts is None or picture.facts.needed for picture in publication.content.pictures):
        return True
    return bool(subject.name) and any(scan.mentions(text, subject.name or "") for _, text in texts(publication.content))


def _days(publication: Publication, subject: Subject) -> list[date]:
    """Every day at which the subject's age counts, but for that of publication (R26)."""
    own = [each for each in subject.convictions if not each.mentioned_only]
    days = [day for each in own for day in (each.offence_on, each.convicted_on, each.sentenced_on) if day]
    return [*days, *([subject.order.made_on] if subject.order else []), publication.court_event.on]


def grown_up(subject: Subject) -> bool:
    """Whether the date of birth shows an adult on each day known of the case. A company is no child."""
    if subject.category is Category.COMPANY:
        return True
    own = [each for each in subject.convictions if not each.mentioned_only]
    days = [day for each in own for day in (each.offence_on, each.convicted_on) if day]
    born = subject.date_of_birth
    return born is not None and bool(days) and min(age_on(born, day) for day in days) >= FULL_AGE


def categories_fit(dossier: Dossier) -> Iterator[Objection]:
    """Suspect, convicted, respondent are kept apart, and a notice is about those of its kind (R2)."""
    publication = dossier.publication
    fitting = _CATEGORIES.get(publication.kind, frozenset(Category))
    for n, subject in enumerate(publication.subjects):
        if subject.category not in fitting:
            yield Objection(
                clause="2.2",
                path=f"subjects.{n}.category",
                what=f"A notice of kind {publication.kind} is not about a {subject.category}.",
                remedy=f"Correct the category or the kind; here it can be: {', '.join(sorted(fitting - OTHERS))}.",
            )


def words_fit_the_category(dossier: Dossier) -> Iterator[Objection]:
    """A suspect is not called an offender, nor a respondent convicted (R2)."""
    publication = dossier.publication
    categories = {each.category for each in publication.subjects}
    suspected = publication.kind is Kind.IMAGE_APPEAL or Category.SUSPECT in categories
    civil = publication.kind is Kind.INJUNCTION or categories == {Category.RESPONDENT}
    appealed = publication.kind in {Kind.SUCCESSFUL_APPEAL_NOTICE, Kind.CORRECTION_NOTICE}
    for path, text in texts(publication.content):
        if suspected and wording.accuses(text):
            yield Objection(
                clause="2.2",
                path=path,
                what="It speaks of a suspect as of somebody guilty.",
                remedy="Write: the person whom the council would like to speak to.",
            )
        if civil and not appealed and wording.convicts(text):
            yield Objection(
                clause="2.2",
                path=path,
                what="It speaks of a respondent as of somebody convicted.",
                remedy="An injunction is civil: say what the court ordered, without words of crime.",
            )


def others_declared(dossier: Dossier) -> Iterator[Objection]:
    """Whoever else is listed is somebody else's data, about which the Data Protection Officer is asked (R14)."""
    publication = dossier.publication
    if publication.checklist.text(17, "third_party") != "no":
        return
    for n, subject in enumerate(publication.subjects):
        if subject.category is Category.THIRD_PARTY:
            yield Objection(
                clause="5.5",
                path=f"subjects.{n}.category",
                what="It is about a third party, and row 17 says that nobody else's data is revealed.",
                remedy="Answer row 17 with yes; the Data Protection Officer is consulted.",
            )


def second_pair_of_eyes(dossier: Dossier) -> Iterator[Objection]:
    """Who compares it with the court's document is neither the officer nor who wrote it (R20)."""
    checklist = dossier.publication.checklist
    second = scan.folded(checklist.text(1, "second_checker"))
    others = {scan.folded(name) for name in (checklist.text(1, "officer"), *dossier.author_names)}
    others |= {scan.folded(identity) for identity in dossier.publication.authors}
    if second and second in others:
        yield Objection(
            clause="5.7.4(g)",
            path="checklist.answers.1.second_checker",
            what="Whoever checked it is the officer of the case, or wrote it.",
            remedy="Somebody else compares it with the court's document.",
        )


def born_is_known(dossier: Dossier) -> Iterator[Objection]:
    """Without a date of birth nobody can tell whether the person named is under 18 (R26)."""
    publication = dossier.publication
    if publication.kind in {Kind.CORRECTION_NOTICE, Kind.IMAGE_APPEAL}:
        return
    for n, subject in enumerate(publication.subjects):
        person = subject.category is not Category.COMPANY and subject.category not in OTHERS
        if person and subject.date_of_birth is None and named(publication, subject):
            yield Objection(
                clause="5.3",
                path=f"subjects.{n}.date_of_birth",
                what="Somebody is named and no date of birth is given, so nobody can tell whether they are under 18.",
                remedy="Give it; it is never published. Or leave the person unnamed.",
                lesser=True,
            )


def ages_answered(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    """The date of birth decides who is under 18: at the offence, at conviction and at publication (R26)."""
    publication = dossier.publication
    if publication.checklist.text(12, "under_18") == "yes" or publication.kind is Kind.CORRECTION_NOTICE:
        return
    for n, subject in enumerate(publication.subjects):
        born, days = subject.date_of_birth, [*_days(publication, subject), now.astimezone(LONDON).date()]
        if born is not None and min(age_on(born, day) for day in days) < FULL_AGE:
            yield Objection(
                clause="5.3",
                path=f"subjects.{n}.date_of_birth",
                what="By the date of birth the person was or is under 18, and row 12 does not say so.",
                remedy="Answer row 12 with yes; then name the lifting order; Legal and others sign off.",
                lesser=True,
            )


def stated_ages_true(dossier: Dossier, now: datetime) -> Iterator[Objection]:
    """A stated age is one the person had between the offence and now (R6; 5.7.4(g))."""
    publication = dossier.publication
    for subject in publication.subjects:
        for n, facts in facts_of(publication, subject):
            if facts.age is None:
                continue
            born, days = subject.date_of_birth, [*_days(publication, subject), now.astimezone(LONDON).date()]
            ages = [age_on(born, day) for day in days] if born else [0, 120]
            if subject.category is Category.COMPANY or not min(ages) <= facts.age <= max(ages):
                yield Objection(
                    clause="5.7.4(g)",
                    path=f"content.facts.{n}.age",
                    what="The age does not fit the date of birth, or belongs to a company.",
                    remedy="Give the age in whole years at sentence, or leave it out.",
                )


def young(publication: Publication, subject: Subject) -> bool:
    """Whether the subject is under 18 on a day of the case, by the date of birth or by row 12 where it is not known."""
    if subject.category is Category.COMPANY:
        return False
    if subject.date_of_birth is None:
        return publication.checklist.text(12, "under_18") == "yes"
    return min(age_on(subject.date_of_birth, day) for day in _days(publication, subject)) < FULL_AGE
