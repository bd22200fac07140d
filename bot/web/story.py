"""What happened to a notice, in words: who did what when and why, and how each object of it was proven gone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.cli_output import day_and_time
from bot.web.journey import spoken_day
from bot.web.naming import ALLEGATIONS, DECISIONS, REQUEST_KINDS, because, event_name, person_name, subject_name
from bot.web.notices import NAMES
from bot.web.words import state_name
from bot.web.work import ANSWERS
from policies.answers import CONSULTEES
from policies.clauses import clause_behind
from policies.lifecycle import CLOSED, State
from policies.terms import CLAUSE, Channel, EventType, Reason
from store import artefacts, attestations, desk, erasure, journal, posts, record
from store.ledger import Tx, read_note
from store.publications import Known

# Steps of the machinery between two things that happened; the evidence tells what became of them.
_STEPS = frozenset({"intend", "noted", "go", "looked", "compared", "claimed", "absent_still_wanted"})
_MACHINES = {"daemon": "Downdate", "console": "Downdate", "operator": "IT, at the machine"}
_TOLD: dict[str, str] = {
    "submitted": "Submitted",
    "amended": "Amended",
    "refused": "Sent in, and refused by the policy",
    "approved": "Approved",
    "sent_back": "Sent back to its author",
    "confirmed": "Facts confirmed",
    "requeued": "Queued again",
    "retracted": "Retracted",
    "retracted_again": "Retracted again",
    "happened": "Event of the case",
    "task_done": "Task done",
    "evidence": "Evidence of a removal by hand",
    "attested": "Attested to be gone",
    "erased": "Erased on schedule",
    "exported": "Exported",
    "created": "Queued",
    "extra_copy": "A further copy was found, and is taken down",
    "called_off": "Called off",
    "accepted": "Up: the platform has it",
    "refused_left": "Refused by the platform, with something left to take down",
    "refused_clean": "Refused by the platform",
    "edited": "Edited in place",
    "due_down": "Removal began",
    "remove": "The platform was asked to remove it",
    "removal_answered": "The platform answered",
    "proven_gone": "Proven gone",
    "proven_again": "Looked for once more: proven gone",
    "seen": "Seen again after it was gone; taken down anew",
    "held_back": "Held back",
    "held": "Put on legal hold",
    "released": "Released from legal hold",
    "elsewhere_found": "An item that shows the same was found",
    "intend": "About to ask the platform",
    "noted": "What the platform made was noted",
    "go": "Checked for the last time before it can be seen",
    "looked": "Looked for",
    "compared": "Account compared with the record",
    "claimed": "Its turn came to go up",
    "absent_still_wanted": "Not there, and still wanted",
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One line of the timeline."""

    at: datetime
    what: str
    who: str
    details: tuple[str, ...]
    note: str | None = field(default=None, repr=False)
    note_erased: bool = False


def timeline(tx: Tx, known: Known, subjects: Mapping[str, str]) -> list[Told]:
    """Everything that happened to the notice and to its case, oldest first, with the names of whom it is about."""
    tasks = {f"task-{each.id}" for each in desk.tasks_of(tx, known.id)}
    found = journal.about(tx, erasure.subjects_in_journal(tx, known) | {known.case_key} | tasks)
    told = [each for each in found if each.event not in _STEPS]
    who = {**record.names(tx, {each.actor for each in told}), **subjects}
    return [_told(tx, each, who, answer) for each, answer in _tries(told)]


def _tries(told: list[journal.Entry]) -> Iterator[tuple[journal.Entry, str | None]]:
    """Each entry, and each try to remove a copy but once: with what the platform answered."""
    answers: dict[int, str] = {}
    asked: dict[object, int] = {}
    for each in told:
        if each.event == "remove":
            asked[each.codes.get("post")] = each.seq
        elif each.event == "removal_answered" and each.codes.get("post") in asked:
            answers[asked.pop(each.codes.get("post"))] = str(each.codes.get("code", ""))
            answers[each.seq] = ""
    for each in told:
        if each.event != "removal_answered" or each.seq not in answers:
            yield each, answers.get(each.seq)


def _told(tx: Tx, entry: journal.Entry, who: Mapping[str, str], answer: str | None) -> Told:
    digest = entry.codes.get("note")
    note = read_note(tx, digest)
    return Told(
        at=entry.at,
        what=in_words(entry),
        who=who.get(entry.actor) or actor_name(entry.actor),
        details=(*_details(entry, who), *([f"it answered: {answer.replace('-', ' ')}"] if answer else [])),
        note=note,
        note_erased=digest is not None and note is None,
    )


def actor_name(actor: str) -> str:
    """Who acted: a person by name and number, as the journal itself has the number alone."""
    if re.fullmatch(r"p\d+", actor):
        name = person_name(actor)
        return actor if name == actor else f"{name} ({actor})"
    return _MACHINES.get(actor, actor)


_CLAUSES = frozenset({"clauses", "refused_by", "clause"})
# Codes that say little to whoever does not know them, with their values.
_WORDS = {"other": "with {}", "decision": "{}", "kind": "{}", "allegation": "because: {}"}
_SPOKEN: dict[str, str] = {
    **{decision.value: words for decision, words in DECISIONS.items()},
    **{kind.value: words.lower() for kind, words in REQUEST_KINDS.items()},
    **{allegation.value: words.lower() for allegation, words in ALLEGATIONS.items()},
}
# What the words of an entry say already, and what only the machinery needs.
_SAID = frozenset({"policy", "note", "digest", "channel", "post", "artefact", "platform_id", "cleared", "role"})


def codes_in_words(entry: journal.Entry) -> str:
    """What else is on record with an entry."""
    told = {name: value for name, value in entry.codes.items() if name not in _SAID and value is not None}
    return ", ".join(_code_in_words(name, value) for name, value in told.items())


def _code_in_words(name: str, value: object) -> str:
    if name == "what" and value in set(EventType):
        return event_name(value)
    if name == "reason":
        return f"because {because(value)}"
    if name in _WORDS:
        return _WORDS[name].format(_SPOKEN.get(str(value)) or person_name(str(value)))
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else _listed(name, str(value))
        return f"{name.replace('_', ' ')} {said}"
    return f"{name.replace('_', ' ')} {day_and_time(at) if at.tzinfo else spoken_day(str(value))}"


def change_in_words(entry: journal.Entry) -> str:
    """How the copy stands after the entry, and how it stood before."""
    became = f"now: {state_name(entry.became or '')}"
    return f"before: {state_name(entry.was)}; {became}" if entry.was else became


def subject_in_words(subject: str) -> str:
    """What an entry is about: a notice, a case, a request, a channel or a person by name."""
    return ", ".join(_part_in_words(part) for part in subject.split(":"))


def _part_in_words(part: str) -> str:
    if part in set(Channel):
        return NAMES[Channel(part)]
    if re.fullmatch(r"(?:request|task)-\d+", part):
        return part.replace("-", " ")
    return actor_name(part) if re.fullmatch(r"p\d+", part) else part.replace("_", " ")


def in_words(entry: journal.Entry) -> str:
    """What happened, and on which channel."""
    codes = entry.codes
    if entry.event == "advised":
        who = CONSULTEES.get(str(codes.get("role")), "a consultee")
        return f"{'Cleared' if codes.get('cleared') else 'Advised against'} by {who}"
    words = _TOLD.get(entry.event, entry.event.replace("_", " ").capitalize())
    channel = codes.get("channel")
    return f"{words}: {NAMES[Channel(channel)]}" if channel in set(Channel) else words


def _details(entry: journal.Entry, names: Mapping[str, str]) -> Iterator[str]:
    codes = entry.codes
    if entry.event == "happened":
        yield event_name(codes.get("what"))
    for name in ("answer", "part", "code"):
        if name in codes:
            yield ANSWERS.get(str(codes[name]), str(codes[name]).replace("_", " "))
    if "revision" in codes:
        yield f"revision {codes['revision']}"
    reason = codes.get("reason")
    if reason:
        clause = codes.get("clause") or (CLAUSE.get(Reason(reason)) if reason in set(Reason) else None)
        yield f"because {because(reason)}{f' ({clause})' if clause else ''}"
    if codes.get("who"):
        yield f"about {subject_name(str(codes['who']), names)}"
    for name, words in (("clauses", "objections under"), ("ticks", "ticked"), ("facts", "stated")):
        if codes.get(name):
            yield f"{words} {_listed(name, str(codes[name]))}"


def _listed(name: str, said: str) -> str:
    """What stands in a list of codes; a requirement of ours is told as the clause that it rests on."""
    each = said.split(",")
    return ", ".join(dict.fromkeys(map(clause_behind, each))) if name in _CLAUSES else ", ".join(each).replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How one object on a platform was taken down and proven gone, as far as it has come."""

    channel: str
    kind: str
    url: str | None
    steps: tuple[tuple[str, datetime], ...]
    still: str
    """What is still to come; "" where nothing is."""


def evidence(tx: Tx, known: Known) -> list[Evidence]:
    """Every object there ever was of the notice whose removal has begun."""
    told = journal.about(tx, {post.marker for post in posts.of_publication(tx, known.id)})
    return [
        _evidence(post, row, [each for each in told if each.codes.get("post") == post.id])
        for post in posts.of_publication(tx, known.id)
        if post.removing_at is not None or post.state in CLOSED
        for row in artefacts.of_post(tx, post.id)
    ]


def _evidence(post: posts.Post, row: artefacts.Artefact, told: list[journal.Entry]) -> Evidence:
    steps = [("Made, or begun", row.created_at or row.intended_at)]
    tried = [each for each in told if each.event in {"remove", "removal_answered"}]
    steps += [(_tried(each, answer), each.at) for each, answer in _tries(tried)]
    if row.gone_at:
        steps.append((_proof(row), row.gone_at))
    if row.left_at:
        steps.append(("Left to expire by itself; it was never public", row.left_at))
    again = [("Looked for once more: gone", each.at) for each in told if each.event == "proven_again"]
    steps += [*again, *(("Seen again", each.at) for each in told if each.event == "seen")]
    return Evidence(
        channel=NAMES[row.channel],
        kind=row.kind.replace("_", " "),
        url=row.url,
        steps=tuple(sorted(steps, key=lambda step: step[1])),
        still=_still(post, row),
    )


def _proof(row: artefacts.Artefact) -> str:
    if row.evidence == attestations.EVIDENCE:
        return "Attested by two persons"
    return "Read absent" if row.evidence in {None, "read-absent"} else f"Read absent ({row.evidence})"


def _tried(entry: journal.Entry, answer: str | None) -> str:
    """A try to remove with what the platform answered, or an answer that came by itself."""
    asked = entry.event == "remove"
    said = answer if asked else str(entry.codes.get("code", ""))
    told = [f"The platform answered: {said.replace('-', ' ')}"] if said else []
    return ". ".join(["Asked to remove", *told] if asked else told)


def _still(post: posts.Post, row: artefacts.Artefact) -> str:
    if row.open:
        return "Not proven gone yet"
    return "Proven gone, and looked for again" if post.state is State.REMOVED and post.due_at is not None else ""
