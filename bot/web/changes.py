"""What two revisions of a notice have in difference, in plain words: lines, pictures, answers and plans."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from bot.cli_output import day_and_time
from bot.web.answers import answered
from bot.web.notices import NAMES
from bot.web.page_text import page_text
from policies.terms import Channel, Publication
from store import publications
from store.ledger import Tx
from store.publications import Known, Rendition


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is different in one place: what was there, and what is there now."""

    where: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def changes(tx: Tx, known: Known, before: int, after: int) -> tuple[Change, ...]:
    """Everything that a reader of revision `before` has not seen in revision `after`."""
    if before == after:
        return ()
    old, new = (publications.load(tx, known.id, each) for each in (before, after))
    shown = [publications.renditions_of(tx, known.id, each) for each in (before, after)]
    found = [*_plan(old, new), *_texts(shown[0], shown[1], known.ref), *_answers(old, new)]
    return tuple(found)


def _plan(old: Publication, new: Publication) -> Iterator[Change]:
    for where, was, now in (
        ("Channels", _channels(old), _channels(new)),
        ("When it goes up", _window(old), _window(new)),
        ("Court event", _court(old), _court(new)),
        ("Who it is about", subject_lines(old), subject_lines(new)),
    ):
        if was != now:
            yield _listed(where, was, now)


def _listed(where: str, was: tuple[str, ...], now: tuple[str, ...]) -> Change:
    return Change(
        where=where,
        removed=tuple(each for each in was if each not in now),
        added=tuple(each for each in now if each not in was),
    )


def _channels(of: Publication) -> tuple[str, ...]:
    return tuple(NAMES[each] for each in of.channels)


def _window(of: Publication) -> tuple[str, ...]:
    closes = (f"not after {day_and_time(of.window.closes)}",) if of.window.closes else ()
    return (f"from {day_and_time(of.window.opens)}", *closes)


def _court(of: Publication) -> tuple[str, ...]:
    return (f"{of.court_event.on.day} {of.court_event.on:%B %Y}", of.court_event.document)


def spelled(value: Any) -> str:
    """A fact as a person reads it: what is not stated is left out."""
    if is_dataclass(value):
        stated = ((each.name.replace("_", " "), getattr(value, each.name)) for each in fields(value))
        return ", ".join(f"{name} {spelled(given)}" for name, given in stated if given not in (None, "", (), False))
    if isinstance(value, tuple):
        return " and ".join(spelled(each) for each in value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return "yes" if value is True else str(value).replace("_", " ")


def subject_lines(of: Publication) -> tuple[str, ...]:
    found = []
    for each in of.subjects:
        born = f", born {each.date_of_birth.day} {each.date_of_birth:%B %Y}" if each.date_of_birth else ""
        found.append(f"{each.number}: {each.name or 'not named'}, {each.category.value.replace('_', ' ')}{born}")
        found += [f"{each.number}: conviction: {spelled(conviction)}" for conviction in each.convictions]
        found += [f"{each.number}: order: {spelled(each.order)}"] if each.order else []
    return tuple(found)


def _texts(old: Mapping[Channel, Rendition], new: Mapping[Channel, Rendition], ref: str) -> Iterator[Change]:
    for channel in Channel:
        if channel not in old or channel not in new:
            continue
        # The reference's last part counts revisions: it is different every time.
        was, now = (_lines(each, ref) for each in (old[channel], new[channel]))
        removed, added = _difference(was, now)
        if removed or added:
            yield Change(where=f"Text on {NAMES[channel]}", removed=removed, added=added)
        yield from _pictures(channel, old[channel], new[channel])


def _lines(rendition: Rendition, ref: str) -> list[str]:
    page = rendition.channel is Channel.WEBSITE
    text = (page_text(rendition.text) if page else rendition.text).replace(rendition.marker, ref)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _difference(was: list[str], now: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    removed: list[str] = []
    added: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += was[a:b]
            added += now[c:d]
    return tuple(removed), tuple(added)


def _pictures(channel: Channel, old: Rendition, new: Rendition) -> Iterator[Change]:
    was, now = _known_by(old), _known_by(new)
    if was != now:
        gone = [f"Picture: {alt}" for sha, alt in was.items() if now.get(sha) != alt]
        come = [f"Picture: {alt}" for sha, alt in now.items() if was.get(sha) != alt]
        yield Change(where=f"Pictures on {NAMES[channel]}", removed=tuple(gone), added=tuple(come))


def _known_by(of: Rendition) -> dict[str, str]:
    """The alternative texts by picture; a card with the reference on it is drawn anew for every revision."""
    found = {}
    for each in of.pictures:
        alt = each.alt_text.replace(of.marker, "")
        found[each.sha256 if alt == each.alt_text else alt] = alt
    return found


def _answers(old: Publication, new: Publication) -> Iterator[Change]:
    was, now = _answer_lines(old), _answer_lines(new)
    for where in dict.fromkeys([*was, *now]):
        if was.get(where, ()) != now.get(where, ()):
            yield _listed(where, was.get(where, ()), now.get(where, ()))
    said = tuple(_consultations(old)), tuple(_consultations(new))
    if said[0] != said[1]:
        yield _listed("Advice from outside", *said)


def _answer_lines(of: Publication) -> dict[str, tuple[str, ...]]:
    return {
        f"Checklist {row.number}, {row.title}: {each.question}": each.lines
        for row in answered(of.kind, of.checklist)
        for each in row.said
    }


def _consultations(of: Publication) -> Iterator[str]:
    for each in of.checklist.consultations:
        why = "followed" if each.followed else f"not followed: {each.why_not}"
        yield f"{each.who}, {day_and_time(each.at)}: {each.advice} ({why})"
