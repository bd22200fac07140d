"""The whole record of one case as plain rows: what a disclosure bundle is made of (R65, R66)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from store import erasure, journal, publications
from store.ledger import Tx, read_note
from store.publications import Known
from store.schema import (
    advices,
    approvals,
    artefacts,
    confirmations,
    events,
    people,
    posts,
    retractions,
    revisions,
    sendings_back,
)
from store.schema_desk import erasures, holds, request_acts, requests, tasks

Row = dict[str, Any]
# The rows about one publication that carry a person's decision.
_DECISIONS: dict[str, Table] = {
    "approvals": approvals,
    "sent_back": sendings_back,
    "advice": advices,
    "confirmations": confirmations,
    "retractions": retractions,
    "erasures": erasures,
}
# What only the work needs: who holds a lease, when to try again.
_WORK = frozenset({"epoch", "claimed_until", "claimed_by", "tries", "planned_at", "asked_at", "alerted_at", "due_at"})


def _rows(tx: Tx, table: Table, *where: ColumnElement[bool], order: str = "id") -> list[Row]:
    """The rows in order, each note opened; of an erased one only the digest is left."""
    query = select(table).where(*where)
    if order in table.c:
        query = query.order_by(table.c[order])
    return [_opened(tx, {str(name): value for name, value in row._mapping.items()}) for row in tx.c.execute(query)]  # noqa: SLF001


def _opened(tx: Tx, made: Row) -> Row:
    if "note" in made:
        made["note_digest"] = made["note"]
        made["note"] = read_note(tx, made["note"])
    return made


def decisions(tx: Tx, known: Known) -> dict[str, list[Row]]:
    """What people decided about one publication, by kind of decision."""
    return {name: _rows(tx, table, table.c.publication_id == known.id) for name, table in _DECISIONS.items()}


def revisions_of(tx: Tx, known: Known) -> list[Row]:
    """Who submitted which revision when, under which policy, without its content."""
    found = _rows(tx, revisions, revisions.c.publication_id == known.id, order="revision")
    return [{name: value for name, value in row.items() if name != "body"} for row in found]


def copies(tx: Tx, known: Known) -> list[Row]:
    """Every copy there ever was, with every object of it on its platform and the proof that it went."""
    found = []
    for post in _rows(tx, posts, posts.c.publication_id == known.id):
        row = {name: value for name, value in post.items() if name not in _WORK}
        row["artefacts"] = _rows(tx, artefacts, artefacts.c.post_id == post["id"])
        found.append(row)
    return found


def of_case(tx: Tx, key: str) -> dict[str, list[Row]]:
    """What belongs to the case itself: events, requests of the public with their answers, legal holds."""
    asked = _rows(tx, requests, requests.c.case_key == key)
    for request in asked:
        request["acts"] = _rows(tx, request_acts, request_acts.c.request_id == request["id"])
    return {
        "events": _rows(tx, events, events.c.case_key == key),
        "requests": asked,
        "holds": _rows(tx, holds, holds.c.case_key == key),
        "tasks": _tasks(tx, key),
    }


def requests_between(tx: Tx, starts: datetime, ends: datetime) -> list[Row]:
    """What the public asked in that time, with what became of it, without a word of it."""
    asked = _rows(tx, requests, requests.c.received_at >= starts, requests.c.received_at < ends)
    for request in asked:
        del request["note"]
        request["acts"] = _rows(tx, request_acts, request_acts.c.request_id == request["id"])
    return asked


def _tasks(tx: Tx, key: str) -> list[Row]:
    mine = [known.id for known in publications.of_case(tx, key)]
    found = _rows(tx, tasks, tasks.c.publication_id.in_(mine) | tasks.c.key.contains(f":{key}:"))
    for task in found:
        # An answer in words is a note; one that is a code stands as it is.
        task["answer"] = read_note(tx, task["answer"]) or task["answer"]
    return found


def entries(tx: Tx, key: str) -> list[journal.Entry]:
    """The journal's entries about the case and everything of it, in order."""
    subjects = {key}
    for known in publications.of_case(tx, key):
        subjects |= erasure.subjects_in_journal(tx, known)
    case = of_case(tx, key)
    subjects |= {f"request-{row['id']}" for row in case["requests"]} | {f"task-{row['id']}" for row in case["tasks"]}
    return journal.about(tx, subjects)


def names(tx: Tx, ids: set[str]) -> dict[str, str]:
    """Who those people are, also those who may no longer act."""
    rows = tx.c.execute(select(people.c.id, people.c.name).where(people.c.id.in_(sorted(ids))).order_by(people.c.id))
    return {row.id: tx.open(row.name, "person") for row in rows}
