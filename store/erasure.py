"""Erasing content on schedule while the decision record stays, and the legal holds that stop it (R66, R67)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select, update

from policies.content_rules import material
from policies.lifecycle import CLOSED
from policies.storage import Part, bare
from policies.terms import Publication
from store import journal, publications
from store.ledger import Tx, erase_note
from store.media import MediaStore
from store.publications import Known, Rendition
from store.schema import (
    advices,
    approvals,
    confirmations,
    events,
    notes,
    posts,
    renditions,
    retractions,
    revisions,
    sendings_back,
)
from store.schema_desk import (
    equality_figures,
    erasures,
    holds,
    idempotency,
    kept_material,
    request_acts,
    requests,
    tasks,
)

_BODY: TypeAdapter[Publication] = TypeAdapter(Publication)
_RENDITION: TypeAdapter[Rendition] = TypeAdapter(Rendition)
_DIGEST = re.compile(r"[0-9a-f]{64}")
NOT_STATED = "not_stated"
_HELD, _RELEASED = "held", "released"


def hold(tx: Tx, key: str, *, person: str, note: str | None, now: datetime) -> None:
    """Keep everything of the case until it is released, whatever the schedule says (R66)."""
    tx.c.execute(insert(holds).values(case_key=key, what=_HELD, person=person, at=now, note=note))


def release(tx: Tx, key: str, *, person: str, note: str | None, now: datetime) -> None:
    tx.c.execute(insert(holds).values(case_key=key, what=_RELEASED, person=person, at=now, note=note))


def held(tx: Tx, key: str) -> bool:
    newest = select(holds.c.what).where(holds.c.case_key == key).order_by(holds.c.id.desc()).limit(1)
    return bool(tx.c.scalar(newest) == _HELD)


def erased(tx: Tx, publication_id: int) -> frozenset[Part]:
    """What of the publication is no longer there."""
    query = select(erasures.c.what).where(erasures.c.publication_id == publication_id)
    return frozenset(Part(each) for each in tx.c.scalars(query).all())


def request_open(tx: Tx, key: str) -> bool:
    """Whether somebody of the public still waits for a decision about the case."""
    decided = select(request_acts.c.request_id).where(request_acts.c.decision.is_not(None))
    query = select(requests.c.id).where(requests.c.case_key == key, requests.c.id.not_in(decided))
    return tx.c.scalar(query.limit(1)) is not None


def last_act(tx: Tx, known: Known) -> datetime:
    """When the last copy was closed; for a publication that was never posted, the last thing anybody did to it."""
    closed = tx.c.scalars(select(posts.c.closed_at).where(posts.c.publication_id == known.id)).all()
    times: list[datetime] = [each for each in closed if each is not None]
    for column, of in (
        (revisions.c.submitted_at, revisions.c.publication_id),
        (approvals.c.given_at, approvals.c.publication_id),
        (sendings_back.c.at, sendings_back.c.publication_id),
        (retractions.c.given_at, retractions.c.publication_id),
        (advices.c.at, advices.c.publication_id),
    ):
        times += tx.c.scalars(select(column).where(of == known.id)).all()
    return max([*times, known.created_at])


def case_may_be_visible(tx: Tx, key: str) -> bool:
    """Whether any copy of the case is up, in doubt, coming down or still to be posted."""
    mine = [each.id for each in publications.of_case(tx, key)]
    query = select(posts.c.id).where(posts.c.publication_id.in_(mine), posts.c.state.not_in(CLOSED))
    return tx.c.scalar(query.limit(1)) is not None


def pictures_of(tx: Tx, publication_id: int) -> set[str]:
    """The SHA-256 of every picture of any revision, as sent in and as laid out."""
    found: set[str] = set()
    for revision in range(1, publications.latest_revision(tx, publication_id) + 1):
        written = publications.load(tx, publication_id, revision)
        found |= {picture.sha256 for picture in written.content.pictures}
        for rendition in publications.renditions_of(tx, publication_id, revision).values():
            found |= {picture.sha256 for picture in rendition.pictures}
    return found


def erase_pictures(tx: Tx, media: MediaStore, known: Known, *, rule: str, now: datetime) -> int:
    """Give up the pictures that no other publication needs; returns how many. Their digests stay."""
    needed: set[str] = set()
    for other in publications.everything(tx):
        if other.id != known.id and not erased(tx, other.id):
            needed |= pictures_of(tx, other.id)
    mine = pictures_of(tx, known.id) - needed
    for digest in mine:
        media.erase(tx, digest, now)
    _record(tx, known, Part.PICTURES, rule=rule, now=now)
    return len(mine)


def erase_content(tx: Tx, known: Known, *, rule: str, now: datetime) -> int:
    """Erase names, texts, answers and notes; returns how many notes. What decides dates and places stays."""
    for revision in range(1, publications.latest_revision(tx, known.id) + 1):
        _strip(tx, known.id, revision)
    _record(tx, known, Part.CONTENT, rule=rule, now=now)
    # What belongs to the case is needed for as long as anything of it is.
    others = [each for each in publications.of_case(tx, known.case_key) if Part.CONTENT not in erased(tx, each.id)]
    spared = {digest for other in others for digest in _notes_of(tx, other)}
    if others:
        spared |= set(_notes_of_case(tx, known.case_key))
    found = set(_notes_of(tx, known)) | set(_notes_of_case(tx, known.case_key))
    gone = set(tx.c.scalars(select(notes.c.digest).where(notes.c.digest.in_(found - spared))).all())
    for digest in gone:
        erase_note(tx, digest)
    return len(gone)


def _strip(tx: Tx, publication_id: int, revision: int) -> None:
    written = publications.load(tx, publication_id, revision)
    for digest in sorted(material(written.content)):
        tx.c.execute(insert(kept_material).values(publication_id=publication_id, revision=revision, digest=digest))
    body = _BODY.dump_json(replace(bare(written), authors=frozenset())).decode()
    mine = (revisions.c.publication_id == publication_id, revisions.c.revision == revision)
    tx.c.execute(update(revisions).where(*mine).values(body=tx.seal(body, "revision")))
    for channel, laid_out in publications.renditions_of(tx, publication_id, revision).items():
        pictures = tuple(replace(picture, alt_text="") for picture in laid_out.pictures)
        left = _RENDITION.dump_json(replace(laid_out, text="", pictures=pictures)).decode()
        tx.c.execute(
            update(renditions)
            .where(
                renditions.c.publication_id == publication_id,
                renditions.c.revision == revision,
                renditions.c.channel == channel,
            )
            .values(body=tx.seal(left, "rendition"))
        )


def material_of(tx: Tx, publication_id: int, revision: int) -> frozenset[str]:
    """What an event can bar of a revision, as `policies.content_rules.material` has it; also once it is erased."""
    query = select(kept_material.c.digest).where(
        kept_material.c.publication_id == publication_id, kept_material.c.revision == revision
    )
    kept = frozenset(tx.c.scalars(query).all())
    return kept or material(publications.load(tx, publication_id, revision).content)


def subjects_in_journal(tx: Tx, known: Known) -> set[str]:
    """What the journal calls the publication: its reference and the marker of each revision and post."""
    newest = publications.latest_revision(tx, known.id)
    markers = tx.c.scalars(select(posts.c.marker).where(posts.c.publication_id == known.id)).all()
    return {known.ref, *(f"{known.ref}-{revision}" for revision in range(1, newest + 1)), *markers}


def _notes_of(tx: Tx, known: Known) -> Iterator[str]:
    """The digests of notes about one publication, by its own rows and by what the journal says of it."""
    for table in (approvals, sendings_back, confirmations, advices, retractions):
        yield from _digests(tx.c.scalars(select(table.c.note).where(table.c.publication_id == known.id)).all())
    yield from _digests(tx.c.scalars(select(tasks.c.answer).where(tasks.c.publication_id == known.id)).all())
    yield from _journalled(tx, subjects_in_journal(tx, known))


def _notes_of_case(tx: Tx, key: str) -> Iterator[str]:
    for table in (events, requests, holds):
        yield from _digests(tx.c.scalars(select(table.c.note).where(table.c.case_key == key)).all())
    asked = select(requests.c.id).where(requests.c.case_key == key)
    yield from _digests(tx.c.scalars(select(request_acts.c.note).where(request_acts.c.request_id.in_(asked))).all())
    yield from _digests(tx.c.scalars(select(tasks.c.answer).where(tasks.c.key.contains(f":{key}:"))).all())
    numbers = tx.c.scalars(asked).all()
    yield from _journalled(tx, {key, *(f"request-{number}" for number in numbers)})


def _journalled(tx: Tx, subjects: Collection[str]) -> Iterator[str]:
    for entry in journal.about(tx, subjects):
        yield from _digests(entry.codes.values())


def _digests(values: Collection[object]) -> Iterator[str]:
    return (each for each in values if isinstance(each, str) and _DIGEST.fullmatch(each))


def _record(tx: Tx, known: Known, part: Part, *, rule: str, now: datetime) -> None:
    tx.c.execute(insert(erasures).values(publication_id=known.id, what=part, at=now, rule=rule))


def forget_replays(tx: Tx, before: datetime) -> int:
    """Drop answers kept for a replay: their fingerprints are of whole submissions."""
    return tx.c.execute(delete(idempotency).where(idempotency.c.at < before)).rowcount


def count_characteristics(tx: Tx, year: int, characteristics: Collection[str]) -> None:
    """Add to the year's figures before the answers they come from are erased (10.3)."""
    for each in sorted(set(characteristics)) or [NOT_STATED]:
        mine = (equality_figures.c.year == year, equality_figures.c.characteristic == each)
        added = update(equality_figures).where(*mine).values(number=equality_figures.c.number + 1)
        if tx.c.execute(added).rowcount == 0:
            tx.c.execute(insert(equality_figures).values(year=year, characteristic=each, number=1))


def counted_characteristics(tx: Tx, year: int) -> dict[str, int]:
    query = select(equality_figures.c.characteristic, equality_figures.c.number).where(equality_figures.c.year == year)
    return {row.characteristic: row.number for row in tx.c.execute(query)}
