"""Rules about what the words give away: details, protected people, restrictions, a correction (R6, R16, R25, R29)."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from policies import scan, wording
from policies.checklist import row
from policies.content_rules import LINKED
from policies.dossier import Dossier, Objection
from policies.terms import Category, Content, Kind, Publication

_FACTS = ("name", "offence", "summary_address", "outcome")
_PROTECTED = frozenset({Category.VICTIM, Category.WITNESS})
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S+")
_EXTRA, _JIGSAW, _RESTRICTIONS = 24, 16, 11


def texts(content: Content) -> Iterator[tuple[str, str]]:
    """Everything the public may read of a notice, with its place."""
    yield "content.headline", content.headline
    yield "content.body", content.body
    for n, facts in enumerate(content.facts):
        for name in _FACTS:
            yield f"content.facts.{n}.{name}", getattr(facts, name) or ""
    for n, picture in enumerate(content.pictures):
        yield f"content.pictures.{n}.alt_text", picture.alt_text


def births(publication: Publication) -> list[date]:
    return [each.date_of_birth for each in publication.subjects if each.date_of_birth]


def protected_lines(publication: Publication) -> tuple[str, ...]:
    """The names, addresses and words that may not appear, as they were entered."""
    checklist = publication.checklist
    people = (each.name for each in publication.subjects if each.name and each.category in _PROTECTED)
    entered = (*checklist.lines(_JIGSAW, "protected"), *checklist.lines(_RESTRICTIONS, "protected_words"))
    return (*entered, *people)


def protected_phrases(publication: Publication) -> frozenset[str]:
    """What is looked for; a surname that somebody named shares gives nobody away (5.7.2)."""
    named = [each.name for each in publication.subjects if each.name and each.category not in _PROTECTED]
    return scan.protected_phrases(protected_lines(publication), named)


def _allowed(dossier: Dossier) -> frozenset[tuple[scan.Detail, str]]:
    """Details that row 24 lists with a reason; the Director's tick for them is asked for by the row itself."""
    publication = dossier.publication
    asked, checklist = row(_EXTRA), publication.checklist
    if publication.kind not in asked.kinds or checklist.text(_EXTRA, "extra") != "yes":
        return frozenset()
    if not checklist.text(_EXTRA, "why"):
        return frozenset()
    listed = (found for line in checklist.lines(_EXTRA, "which") for found in scan.details(line))
    # A date of birth is never published, whatever the reason (R26).
    return frozenset((each.detail, each.key) for each in listed if each.detail is not scan.Detail.BIRTH)


def _found(text: str, dossier: Dossier, allowed: Iterable[tuple[scan.Detail, str]]) -> list[scan.Detail]:
    own = scan.contact_keys(dossier.contacts)
    return sorted(
        {
            each.detail
            for each in scan.details(text, births(dossier.publication))
            if each.key not in own and (each.detail, each.key) not in allowed
        }
    )


def basic_details_only(dossier: Dossier) -> Iterator[Objection]:
    """Name, age, offence, summary address, outcome; anything more is refused unless row 24 unlocks just that (R6)."""
    allowed = _allowed(dossier)
    for path, text in texts(dossier.publication.content):
        for detail in _found(text, dossier, allowed):
            birth = detail is scan.Detail.BIRTH
            yield Objection(
                clause="R6",
                path=path,
                what=f"It gives {detail.value}, which is more than the basic details.",
                remedy="Take it out; give the age in years."
                if birth
                else "Take it out, or list it exactly in row 24 with the reason; the Director ticks extra_details.",
            )


def address_summary(dossier: Dossier) -> Iterator[Objection]:
    """Street or area and town: no number stands before it (5.2)."""
    allowed = {key for detail, key in _allowed(dossier) if detail is scan.Detail.HOUSE_NUMBER}
    for n, facts in enumerate(dossier.publication.content.facts):
        address = facts.summary_address or ""
        scanned = {each.detail for each in scan.details(address)}
        numbered = address.strip()[:1].isdigit() and scan.Detail.HOUSE_NUMBER not in scanned
        if numbered and not any(key in scan.squashed(address) for key in allowed):
            yield Objection(
                clause="R6",
                path=f"content.facts.{n}.summary_address",
                what="It gives a house or flat number, which is more than the basic details.",
                remedy="Give street or area and town only.",
            )


def protected_words_absent(dossier: Dossier) -> Iterator[Objection]:
    """Nobody who must not be identified is named, by any of the words entered (R16, R25, R29)."""
    publication = dossier.publication
    for_life = publication.checklist.text(_RESTRICTIONS, "anonymity") == "yes"
    phrases = protected_phrases(publication)
    for path, text in texts(publication.content):
        if any(scan.mentions(text, phrase) for phrase in phrases):
            yield Objection(
                clause="5.4" if for_life else "R16",
                path=path,
                what="It holds a name, address or word that may not appear.",
                remedy="Take it out. Nobody can override a protection for life." if for_life else "Take it out.",
            )


def protected_not_in_facts(dossier: Dossier) -> Iterator[Objection]:
    """A victim's or a witness's details are never among the facts (5.7.2)."""
    publication = dossier.publication
    protected = {each.number for each in publication.subjects if each.category in _PROTECTED}
    for n, facts in enumerate(publication.content.facts):
        if facts.subject in protected:
            yield Objection(
                clause="5.7.2",
                path=f"content.facts.{n}",
                what="These are facts about a victim or a witness.",
                remedy="Take them out.",
            )


def anonymity_kept(dossier: Dossier) -> Iterator[Objection]:
    """Whoever is protected for life stays unidentifiable; no Director can override that (R29)."""
    publication = dossier.publication
    checklist = publication.checklist
    if checklist.text(_RESTRICTIONS, "anonymity") != "yes":
        return
    if checklist.text(_JIGSAW, "identifiable") != "no":
        yield Objection(
            clause="5.4",
            path=f"checklist.answers.{_RESTRICTIONS}.anonymity",
            what="Somebody protected for life could be identified.",
            remedy="Take out whatever gives the person away; nobody can override this.",
            lesser=True,
        )
    if not protected_lines(publication):
        yield Objection(
            clause="5.4",
            path=f"checklist.answers.{_RESTRICTIONS}.protected_words",
            what="Somebody is protected for life, and no name or address to look for is given.",
            remedy="List the names and addresses that may not appear; they are sealed and never shown.",
        )


def restrictions_narrow(dossier: Dossier) -> Iterator[Objection]:
    """A restriction says whom or what it covers, and the notice keeps within that (R25)."""
    publication = dossier.publication
    checklist = publication.checklist
    if publication.kind not in row(_RESTRICTIONS).kinds:
        return
    place = f"checklist.answers.{_RESTRICTIONS}"
    hidden = {line.upper() for line in checklist.lines(_RESTRICTIONS, "unidentified")}
    words = checklist.lines(_RESTRICTIONS, "protected_words")
    if checklist.text(_RESTRICTIONS, "restrictions") == "some" and not hidden and not words:
        yield Objection(
            clause="5.3",
            path=f"{place}.unidentified",
            what="There are restrictions, and it is not said which subjects or words they cover.",
            remedy="Give the numbers of those who may not be identified, or the words that may not appear.",
        )
    if hidden - {each.number for each in publication.subjects}:
        yield Objection(
            clause="5.3",
            path=f"{place}.unidentified",
            what="A number in it is none of the subjects.",
            remedy="Give each person's number, such as S1, one a line.",
        )
    yield from _identified(publication, hidden)


def _identified(publication: Publication, hidden: set[str]) -> Iterator[Objection]:
    """Where a subject that may not be identified is named or pictured all the same."""
    content, places = publication.content, set[str]()
    names = [each.name for each in publication.subjects if each.name and each.number in hidden]
    for path, text in texts(content):
        if any(scan.mentions(text, name) for name in names):
            places.add(path)
    for n, facts in enumerate(content.facts):
        if facts.subject in hidden and (facts.name or facts.age is not None or facts.summary_address):
            places.add(f"content.facts.{n}")
    if hidden:
        shown = len(publication.subjects) - len(hidden)
        for n, picture in enumerate(content.pictures):
            if picture.facts is None or picture.facts.needed > shown:
                places.add(f"content.pictures.{n}")
    for path in sorted(places):
        yield Objection(
            clause="5.3",
            path=path,
            what="It identifies somebody whom a restriction of the court protects.",
            remedy="Take out name, age, address and picture of that person.",
            lesser=True,
        )


def correction_neutral(dossier: Dossier) -> Iterator[Objection]:
    """A correction says that something was withdrawn, and nothing about anybody (6.4)."""
    publication = dossier.publication
    if publication.kind is not Kind.CORRECTION_NOTICE:
        return
    content = publication.content
    for path, there in (("content.facts", content.facts), ("content.pictures", content.pictures)):
        if there:
            what = "A correction carries neither facts about a person nor a picture."
            yield Objection(clause="6.4", path=path, what=what, remedy="Take them out.")
    names = [each.name for each in publication.subjects if each.name]
    for path, text in (("content.headline", content.headline), ("content.body", content.body)):
        named = any(scan.mentions(text, phrase) for phrase in scan.protected_phrases(names))
        if named or wording.tells_age(text) or scan.names_street(text):
            yield Objection(
                clause="6.4",
                path=path,
                what="A correction carries no personal data: no name, age or address.",
                remedy="Say only which notice was withdrawn, by its date or reference, and that it was wrong.",
            )


def linked_text_neutral(dossier: Dossier) -> Iterator[Objection]:
    """What only links to the notice holds no name, date, address, number or protected word (R62)."""
    publication = dossier.publication
    names = {subject.name for subject in publication.subjects} | {facts.name for facts in publication.content.facts}
    phrases = protected_phrases(publication) | {name for name in names if name}
    for channel in dossier.channels:
        layout = dossier.layouts.get(channel)
        if channel not in LINKED or layout is None:
            continue
        # A reference is drawn at random and may look like a registration; a channel may show an earlier revision's.
        said = re.sub(rf"{re.escape(publication.ref)}-\d+", " ", _LINK.sub(" ", layout.text))
        held = any(scan.mentions(said, phrase) for phrase in phrases)
        if held or _DATE.search(said) or _found(said, dossier, ()):
            yield Objection(
                clause="R62",
                path=f"channels.{channel}",
                what=f"The text for {channel} carries personal data: a name, a date, an address or a number.",
                remedy="Leave the details to the notice on the website; the text here only links to it.",
            )


def appeal_says_how_to_tell(dossier: Dossier) -> Iterator[Objection]:
    """An image appeal says how to tell the council what one knows (6.6)."""
    publication = dossier.publication
    if publication.kind is not Kind.IMAGE_APPEAL:
        return
    told = scan.details(f"{publication.content.headline}\n{publication.content.body}")
    if not scan.contact_keys(dossier.contacts).intersection(each.key for each in told):
        yield Objection(
            clause="6.6",
            path="content.body",
            what="It does not say how to tell the council what one knows.",
            remedy="Give one of the council's telephone numbers or addresses of `council.contacts`.",
        )
