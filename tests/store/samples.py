"""A publication in the ledger, ready to be queued."""

from datetime import UTC, date, datetime

from policies.answers import Checklist
from policies.terms import Category, Channel, Content, CourtEvent, Kind, Publication, Role, Subject, Window
from store import cases, people, publications
from store.ledger import Tx

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def publication(ref: str = "DBC-7K3Q9M", **other) -> Publication:
    given = {
        "ref": ref,
        "revision": 1,
        "case_ref": "EH/2026/0417",
        "service": "environmental-health",
        "kind": Kind.CASE_OUTCOME,
        "court_event": CourtEvent(on=date(2026, 11, 16), document="Memorandum 17"),
        "subjects": (Subject(number="S1", category=Category.CONVICTED, name="Canary Surname"),),
        "content": Content(headline="Fined for dumping waste", body="CANARYBODY"),
        "channels": (Channel.WEBSITE, Channel.X),
        "window": Window(opens=NOON),
        "page_id": f"{ref.lower():x<32}",
        "checklist": Checklist(),
        "follows": None,
        "authors": frozenset(),
    }
    return Publication(**{**given, **other})


def stored(tx: Tx, given: Publication | None = None) -> int:
    """The publication with one revision by one author, on its clocks."""
    given = given or publication()
    author, _ = people.add(tx, name="Sample Officer", held=[(Role.COMMS, None)], now=NOON)
    publication_id = publications.add(tx, given, NOON)
    publications.add_revision(
        tx, publication_id, given, author=author.id, digest="d1", policy_version="1", laid_out=(), now=NOON
    )
    cases.join_clocks(tx, publication_id, given)
    return publication_id
