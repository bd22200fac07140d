"""Rules about the outcome a notice rests on: sentence, order, appeal, and what of it may be told."""

from collections.abc import Iterator

from policies import scan, wording
from policies.annex_a_words import CONVICTIONS
from policies.dossier import Dossier, Objection
from policies.effects import Effect, Tick
from policies.people_rules import OTHERS, facts_of, named, young
from policies.sentences import Stated
from policies.terms import Kind
from policies.text_rules import texts

_WITH_ORDER = frozenset({Kind.CBO, Kind.INJUNCTION})


def outcome_stated(dossier: Dossier) -> Iterator[Objection]:
    """Publicity rests on a verdict and its sentence, or on an order (R3, R4)."""
    publication = dossier.publication
    about = [each for each in enumerate(publication.subjects) if each[1].category not in OTHERS]
    for n, subject in about:
        own = [each for each in subject.convictions if not each.mentioned_only]
        if publication.kind in CONVICTIONS and named(publication, subject) and not any(each.sentence for each in own):
            yield Objection(
                clause="5.1",
                path=f"subjects.{n}.convictions",
                what="No conviction with its sentence is given.",
                remedy="Give the conviction that it is about, with every part of the sentence.",
            )
    if publication.kind in _WITH_ORDER and not any(subject.order for _, subject in about):
        yield Objection(
            clause="1.6" if publication.kind is Kind.INJUNCTION else "7.5",
            path="subjects.0.order",
            what="No order is given.",
            remedy="Give its type, its days, and that it is final.",
        )


def outcomes_of_courts_only(dossier: Dossier) -> Iterator[Objection]:
    """Cautions, fixed penalties and pending cases are no outcome: nobody is named with one (R3)."""
    publication = dossier.publication
    if publication.kind not in CONVICTIONS:
        return
    for n, subject in enumerate(publication.subjects):
        if not named(publication, subject):
            continue
        sentences = [part.type for each in subject.convictions for part in each.sentence]
        places = [f"subjects.{n}.convictions"] if dossier.law.no_outcome.keys() & set(sentences) else []
        for m, facts in facts_of(publication, subject):
            titles = any(scan.mentions(facts.outcome or "", title) for title in dossier.law.no_outcome.values())
            if titles or wording.tells_no_outcome(facts.outcome or ""):
                places.append(f"content.facts.{m}.outcome")
        for path in places:
            yield Objection(
                clause="5.1",
                path=path,
                what="This is not an outcome of a court, and somebody is named with it.",
                remedy="Publish a number without names, or nothing.",
                lesser=True,
            )


def orders_final(dossier: Dossier) -> Iterator[Objection]:
    """Only a final order; a civil one for an injunction, one made on conviction for a CBO (R4)."""
    publication = dossier.publication
    clause = "7.5" if publication.kind is Kind.CBO else "1.6"
    for n, subject in enumerate(publication.subjects):
        order = subject.order
        if order is None:
            continue
        if order.final is not Stated.YES:
            yield Objection(
                clause=clause,
                path=f"subjects.{n}.order.final",
                what="The order is not final, or nobody says that it is: proceedings are still active.",
                remedy="Wait for the final order.",
            )
        kind = dossier.law.orders.get(order.type)
        if kind is not None and publication.kind in _WITH_ORDER and kind.civil is (publication.kind is Kind.CBO):
            yield Objection(
                clause=clause,
                path=f"subjects.{n}.order.type",
                what="An order of this type does not belong to this kind of notice.",
                remedy="Correct the type, or the kind.",
            )


def injunction_named_as_civil(dossier: Dossier) -> Iterator[Objection]:
    content = dossier.publication.content
    said = f"{content.headline}\n{content.body}"
    if dossier.publication.kind is Kind.INJUNCTION and not wording.tells_civil(said):
        yield Objection(
            clause="1.6",
            path="content.body",
            what="It does not say that the order is civil.",
            remedy="Say that it is a civil order, or not a conviction.",
        )


def earlier_convictions_listed(dossier: Dossier) -> Iterator[Objection]:
    """Whoever speaks of earlier convictions lists each, for each may be spent (R10, R31)."""
    publication = dossier.publication
    if any(each.mentioned_only for subject in publication.subjects for each in subject.convictions):
        if publication.checklist.text(14, "earlier") == "no":
            yield Objection(
                clause="5.7.4(a)",
                path="checklist.answers.14.earlier",
                what="An earlier conviction is listed, and row 14 says that none is mentioned.",
                remedy="Correct the answer or the list.",
            )
        return
    remedy = "List each under its subject as mentioned only, with its whole sentence, or leave it out."
    if "repeat_offending" in publication.checklist.lines(7, "factors"):
        what = "Repeat offending is a factor, and no earlier conviction is listed."
        yield Objection(clause="4.1", path="checklist.answers.7.factors", what=what, remedy=remedy)
    if publication.checklist.text(14, "earlier") == "yes":
        what = "An earlier conviction is mentioned and not listed."
        yield Objection(clause="5.7.4(a)", path="checklist.answers.14.earlier", what=what, remedy=remedy)
    for path, text in texts(publication.content):
        if publication.kind in CONVICTIONS and wording.tells_earlier_conviction(text):
            what = "It speaks of an earlier conviction that is not listed."
            yield Objection(clause="5.7.4(a)", path=path, what=what, remedy=remedy)


def treatment_unsaid(dossier: Dossier) -> Iterator[Objection]:
    """A treatment or mental health disposal is never told, and needs two signatures (R17; 5.7.2, 5.7.3)."""
    publication = dossier.publication
    sentences = [each.sentence for subject in publication.subjects for each in subject.convictions]
    kinds = [dossier.law.sentences.get(part.type) for sentence in sentences for part in sentence]
    treatments = [kind.title for kind in kinds if kind is not None and kind.treatment]
    for path, text in texts(publication.content):
        if wording.tells_treatment(text) or any(scan.mentions(text, each) for each in treatments):
            yield Objection(
                clause="5.7.2",
                path=path,
                what="It speaks of a treatment or of health.",
                remedy="Give the rest of the sentence without it.",
            )
    if not treatments or publication.checklist.text(18, "vulnerable") in {"yes", "unknown"}:
        return
    if not (dossier.cleared_by("dpo") and Tick.VULNERABILITY in dossier.ticks):
        yield Objection(
            clause="5.7.2",
            path="checklist.answers.18.vulnerable",
            what="The sentence holds a treatment or mental health disposal, so the person may be vulnerable.",
            remedy=f"The Data Protection Officer clears it, and the Director ticks {Tick.VULNERABILITY}.",
            effect=Effect.SIGN_OFF,
            lesser=True,
        )


def youth_cbo_tells_the_order_only(dossier: Dossier) -> Iterator[Objection]:
    """The order against a young person may be told, the conviction behind it may not (R27)."""
    publication = dossier.publication
    if publication.kind is not Kind.CBO:
        return
    youths = [each for each in publication.subjects if young(publication, each)]
    offences = [each.offence for subject in youths for each in subject.convictions]
    offences += [publication.checklist.text(3, "offence")] if youths else []
    places = {
        f"content.facts.{n}.offence" for each in youths for n, facts in facts_of(publication, each) if facts.offence
    }
    for path, text in texts(publication.content):
        told = any(scan.mentions(text, each) for each in offences)
        if youths and (told or wording.convicts(text)):
            places.add(path)
    for path in sorted(places):
        yield Objection(
            clause="7.5",
            path=path,
            what="It tells of the conviction behind an order against somebody under 18, which stays restricted.",
            remedy="Give the order only.",
        )


def appeal_notice_brief(dossier: Dossier) -> Iterator[Objection]:
    """It says what the appeal changed, and repeats no more of the old details than that needs (R52)."""
    publication = dossier.publication
    if publication.kind is not Kind.SUCCESSFUL_APPEAL_NOTICE:
        return
    content = publication.content
    if not wording.tells_appeal_result(f"{content.headline}\n{content.body}"):
        yield Objection(
            clause="5.7.4(f)",
            path="content.body",
            what="It does not say that the conviction was quashed or the sentence changed.",
            remedy="Say which of the two, and by which court.",
        )
    for n, facts in enumerate(content.facts):
        if facts.age is not None or facts.summary_address:
            yield Objection(
                clause="5.7.4(f)",
                path=f"content.facts.{n}",
                what="It repeats more of the old details than the result needs.",
                remedy="Leave out age and address.",
            )
