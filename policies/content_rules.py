"""Rules about what a notice says and where: people, pictures, words, the informative, the checklist, the channels."""

import hashlib
import html
import re
from collections.abc import Iterator

from policies.dossier import Availability, Dossier, Objection, Stage
from policies.effects import Effect
from policies.terms import Channel, Content, Kind

# R62: too short for the informative, so they carry a neutral line and the link to the notice on the website.
LINKED = frozenset({Channel.X})
NEEDS_PICTURE = frozenset({Kind.IMAGE_APPEAL, Kind.POST_CONVICTION_IMAGE})

_LATE_VALUE = re.compile(r"\{(?:down_by|picture:[^}]*)\}")
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|head)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})


def as_read(text: str) -> str:
    """The words as a person reads them: no mark-up, whitespace collapsed, one style of quotation marks."""
    if text.lstrip()[:9].lower() == "<!doctype":
        text = html.unescape(_HIDDEN.sub(" ", text))
    return " ".join(text.translate(_QUOTES).split())


def material(content: Content) -> frozenset[str]:
    """What an event can bar for good: each picture, and the body text, by SHA-256."""
    body = " ".join(content.body.casefold().split())
    return frozenset({hashlib.sha256(body.encode()).hexdigest(), *(picture.sha256 for picture in content.pictures)})


def subjects_numbered(dossier: Dossier) -> Iterator[Objection]:
    """Without a subject there is no clock, hence no down date (R45)."""
    subjects = dossier.publication.subjects
    numbers = [subject.number for subject in subjects]
    if not subjects:
        yield Objection(
            clause="R45",
            path="subjects",
            what="No subject is given, so no 28-day clock could be kept.",
            remedy="Give each person or company its number within the case; leave the name out to stay anonymous.",
        )
    if len(set(numbers)) < len(numbers):
        yield Objection(
            clause="R45",
            path="subjects",
            what="Two subjects have the same number.",
            remedy="Give each person or company its own number within the case.",
        )
    for n, facts in enumerate(dossier.publication.content.facts):
        if facts.subject not in numbers:
            yield Objection(
                clause="5.7.4(g)",
                path=f"content.facts.{n}.subject",
                what="These facts belong to nobody named in `subjects`.",
                remedy="Use the number of one of the subjects.",
            )


def words_present(dossier: Dossier) -> Iterator[Objection]:
    content = dossier.publication.content
    for path, text in (("content.headline", content.headline), ("content.body", content.body)):
        if not text.strip():
            yield Objection(clause="5.2", path=path, what="It is empty.", remedy="Write it.")
        if _LATE_VALUE.search(text):
            yield Objection(
                clause="R22",
                path=path,
                what="It holds a placeholder that is filled in after approval.",
                remedy="Leave out {down_by} and {picture:…}: the page shows date and pictures by itself.",
            )


def pictures_described(dossier: Dossier) -> Iterator[Objection]:
    for n, picture in enumerate(dossier.publication.content.pictures):
        if not picture.alt_text.strip():
            yield Objection(
                clause="R64",
                path=f"content.pictures.{n}.alt_text",
                what="The picture has no alternative text.",
                remedy="Describe what it shows, without naming a suspect.",
            )


def pictures_of_the_kind(dossier: Dossier) -> Iterator[Objection]:
    publication = dossier.publication
    if publication.kind in NEEDS_PICTURE and not publication.content.pictures:
        yield Objection(
            clause="6.3",
            path="content.pictures",
            what=f"A notice of kind {publication.kind} needs a picture.",
            remedy="Attach it, with its alternative text.",
        )
    if publication.kind is Kind.SUCCESSFUL_APPEAL_NOTICE and publication.content.pictures:
        yield Objection(
            clause="R52",
            path="content.pictures",
            what="A successful appeal is published without a picture.",
            remedy="Take the pictures out.",
        )


def suspects_unnamed(dossier: Dossier) -> Iterator[Objection]:
    publication = dossier.publication
    if publication.kind is not Kind.IMAGE_APPEAL:
        return
    named = [f"subjects.{n}.name" for n, subject in enumerate(publication.subjects) if subject.name]
    named += [f"content.facts.{n}.name" for n, facts in enumerate(publication.content.facts) if facts.name]
    for path in named:
        yield Objection(
            clause="R36",
            path=path,
            what="An image appeal carries no name.",
            remedy="If the name is known the appeal is not needed; otherwise leave the name out.",
        )


def material_not_barred(dossier: Dossier) -> Iterator[Objection]:
    if material(dossier.publication.content) & dossier.barred:
        yield Objection(
            clause="R51",
            path="content",
            what="The old text or a picture of it may not be used again after what happened in the case.",
            remedy="Write the new text from the new facts, without the old pictures.",
        )


def informative_verbatim(dossier: Dossier) -> Iterator[Objection]:
    expected = as_read(dossier.informative)
    for channel in dossier.channels:
        layout = dossier.layouts.get(channel)
        if channel in LINKED or (layout is not None and expected and expected in as_read(layout.text)):
            continue
        yield Objection(
            clause="R61",
            path=f"channels.{channel}",
            what=f"The informative of 5.7.4(e) does not stand word for word in the text for {channel}.",
            remedy="Use the text of the council's policy unchanged, contact included.",
        )


def text_fits(dossier: Dossier) -> Iterator[Objection]:
    for channel in dossier.channels:
        layout = dossier.layouts.get(channel)
        if layout is not None and layout.length > layout.limit:
            yield Objection(
                clause="R62" if channel in LINKED else "R61",
                path=f"channels.{channel}",
                what=f"The text for {channel} counts {layout.length}, of at most {layout.limit}.",
                remedy=f"Shorten headline, body or facts by {layout.length - layout.limit}, or leave {channel} out.",
            )


def channels_chosen(dossier: Dossier) -> Iterator[Objection]:
    chosen = dossier.publication.channels
    if not chosen or len(set(chosen)) < len(chosen):
        yield Objection(
            clause="6.6",
            path="channels",
            what="No channel is chosen." if not chosen else "A channel is named twice.",
            remedy="Name each channel to be used once.",
        )
    for channel in LINKED.intersection(chosen):
        if Channel.WEBSITE not in chosen:
            yield Objection(
                clause="R62",
                path=f"channels.{channel}",
                what=f"{channel} only links to the notice on the website, and the website is not chosen.",
                remedy=f"Choose the website as well, or leave {channel} out.",
            )


def _unusable(channel: Channel, known: Availability, stage: Stage) -> Iterator[tuple[str, str, Effect]]:
    if not known.configured:
        yield f"{channel} is not configured.", "Ask IT to set it up, or leave it out.", Effect.REFUSE
    if stage is not Stage.CLAIM:
        return
    if not known.can_remove:
        yield f"It is not shown that {channel} can take down.", "See `downdate doctor`.", Effect.HOLD
    if known.paused:
        yield f"{channel} is paused.", f"`downdate resume --channel {channel}`", Effect.HOLD
    if known.unresolved_removal:
        yield f"A removal on {channel} is not resolved.", "Resolve it first; see `downdate status`.", Effect.HOLD


def channels_usable(dossier: Dossier) -> Iterator[Objection]:
    """Nothing goes up that cannot be brought down: a channel must have shown that it can remove."""
    for channel in dossier.channels:
        known = dossier.availability.get(channel, Availability(configured=False))
        for what, remedy, effect in _unusable(channel, known, dossier.stage):
            yield Objection(clause="R57", path=f"channels.{channel}", what=what, remedy=remedy, effect=effect)
