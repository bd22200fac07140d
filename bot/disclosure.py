"""The disclosure bundle of a case: everything that was decided, shown and removed, as data (R42, R65, R66).

The same ledger gives the same bundle, but for who exported it and when: earlier exports are left out of it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from bot.context import Bot
from bot.intake_refusals import NotFound, require
from bot.outcomes import wanted_now
from policies.authority import Act
from policies.checklist import ROWS
from policies.questions import Row
from policies.terms import CLAUSE, Kind, Person, Publication, case_key
from store import cases, erasure, journal, publications, record
from store.ledger import Tx, read_note
from store.media import MissingPictureError
from store.publications import Known

_PLAIN: TypeAdapter[Any] = TypeAdapter(dict[str, Any])
_BODY: TypeAdapter[Publication] = TypeAdapter(Publication)
EXPORTED = "exported"
SUFFIX = {"image/jpeg": "jpg", "image/png": "png"}
# Steps of the machinery: in the journal's extract, but no decisions.
_STEPS = frozenset({"intend", "noted", "go", "remove", "removal_answered", "claimed", "in_doubt", "compared"})
# What an entry's codes say in the timeline under a column of its own, or not at all.
_OWN_COLUMN = frozenset({"note", "clause", "clauses", "refused_by", "policy", "reason", "post", "artefact", "digest"})


def export(bot: Bot, person: Person, case: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The bundle and its pictures by file name, put on record first. Raises NotFound."""
    require(person, Act.EXPORT)
    key = case_key(case)
    with bot.ledger.write() as tx:
        now = bot.now
        if not publications.of_case(tx, key):
            raise NotFound("CASE", case, "Check the case reference; see `downdate status`.")
        journal.append(tx, now=now, actor=person.id, event=EXPORTED, subject=key, content=True)
        bundle, pictures = _gathered(bot, tx, key, now)
    bundle["export"] = {"at": now, "by": person.id, "by_name": person.name}
    plain: dict[str, Any] = _PLAIN.dump_python(bundle, mode="json")
    return plain, pictures


def _gathered(bot: Bot, tx: Tx, key: str, now: datetime) -> tuple[dict[str, Any], dict[str, bytes]]:
    told = [entry for entry in record.entries(tx, key) if entry.event != EXPORTED]
    pictures: dict[str, bytes] = {}
    published = [_publication(bot, tx, known, now, pictures) for known in publications.of_case(tx, key)]
    of_case = record.of_case(tx, key)
    last = told[-1]
    bundle: dict[str, Any] = {
        "council": bot.settings.council.name,
        "case": next((each["case_ref"] for each in published if each["case_ref"]), key),
        "case_key": key,
        "on_legal_hold": erasure.held(tx, key),
        "publications": published,
        **of_case,
        "clocks": [vars(clock) for clock in cases.clocks_of_case(tx, key)],
        "timeline": [_told(tx, entry) for entry in told if entry.event not in _STEPS],
        "journal": {
            "checkpoint": f"{last.seq}:{last.hash}",
            "whole": journal.verify_ledger(tx).whole,
            "entries": [entry.as_json() for entry in told],
        },
    }
    bundle["people"] = record.names(tx, _people(bundle))
    return bundle, pictures


def _publication(bot: Bot, tx: Tx, known: Known, now: datetime, pictures: dict[str, bytes]) -> dict[str, Any]:
    approved = publications.approved_revision(tx, known.id)
    newest = publications.latest_revision(tx, known.id)
    first = cases.first_up(tx, known.id)
    written = record.revisions_of(tx, known)
    for row in written:
        row["content"], row["case_ref"] = _content(tx, known, row["revision"])
        row["shown"] = _shown(bot, tx, known, row["revision"], pictures)
    return {
        **vars(known),
        "case_ref": next((row["case_ref"] for row in reversed(written)), ""),
        "erased": sorted(erasure.erased(tx, known.id)),
        "approved_revision": approved,
        "clock_started_at": first,
        "down_by": wanted_now(bot, tx, known.id, approved or newest, now).by if newest else None,
        "revisions": written,
        **record.decisions(tx, known),
        "copies": record.copies(tx, known),
    }


def _content(tx: Tx, known: Known, revision: int) -> tuple[dict[str, Any], str]:
    written = publications.load(tx, known.id, revision)
    said: dict[str, Any] = _BODY.dump_python(replace(written, authors=frozenset()), mode="json")
    said["checklist"]["rows"] = [
        answered
        for row in ROWS
        if (answered := _row(row, known.kind, said["checklist"]["answers"].get(str(row.number))))
    ]
    return said, written.case_ref


def _row(row: Row, kind: Kind, answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """One answered row in the words in which it was asked; None where it was not answered."""
    if answer is None or kind not in row.kinds:
        return None
    said = []
    for question in row.questions:
        value = answer["values"].get(question.name)
        if value not in (None, "", []):
            labels = {option.code: option.label for option in question.options}
            lines = value if isinstance(value, list) else [value]
            said.append({"question": question.label, "answer": [labels.get(str(line), line) for line in lines]})
    return {
        "number": row.number,
        "title": row.title,
        "clause": row.clause,
        "said": said,
        "by": answer["answered_by"],
        "at": answer["answered_at"],
    }


def _shown(bot: Bot, tx: Tx, known: Known, revision: int, pictures: dict[str, bytes]) -> list[dict[str, Any]]:
    """What each channel would show of a revision, with its pictures as far as they are still there."""
    found = []
    for channel, rendition in sorted(publications.renditions_of(tx, known.id, revision).items()):
        shown = []
        for picture in rendition.pictures:
            name = f"pictures/{picture.sha256}.{SUFFIX.get(picture.media_type, 'bin')}"
            there = name in pictures or _fetched(bot, tx, picture.sha256, name, pictures)
            shown.append({**vars(picture), "file": name if there else None})
        found.append({"channel": channel, "marker": rendition.marker, "text": rendition.text, "pictures": shown})
    return found


def _fetched(bot: Bot, tx: Tx, digest: str, name: str, pictures: dict[str, bytes]) -> bool:
    try:
        pictures[name] = bot.media.get(tx, digest)
    except MissingPictureError:
        # Erased on schedule, or lost: the bundle says so rather than fail.
        return False
    return True


def _told(tx: Tx, entry: journal.Entry) -> dict[str, Any]:
    """An entry as a line of the timeline: who, when, what, why, under which clause and policy."""
    codes = entry.codes
    reason = codes.get("reason")
    clause = codes.get("clauses") or codes.get("clause") or (CLAUSE.get(reason) if reason in CLAUSE else None)
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "what": entry.event,
        "about": entry.subject,
        "was": entry.was,
        "became": entry.became,
        "reason": reason,
        "clauses": clause,
        "policy": codes.get("policy"),
        "note": read_note(tx, codes.get("note")),
        "note_erased": "note" in codes and read_note(tx, codes["note"]) is None,
        "details": {name: value for name, value in codes.items() if name not in _OWN_COLUMN},
    }


def _people(found: Any) -> set[str]:
    """Every person's id that is named anywhere in the bundle."""
    if isinstance(found, dict):
        mine = {
            value
            for name, value in found.items()
            if name
            in {"actor", "author", "director", "person", "officer", "recorded_by", "with_person", "by", "done_by"}
            and isinstance(value, str)
        }
        return mine.union(*(_people(value) for value in found.values()))
    return set().union(*(_people(each) for each in found)) if isinstance(found, list | tuple) else set()
