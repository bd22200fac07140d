"""What submitting or amending would answer, with nothing kept: no row, no picture, no entry of the journal."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.context import Bot
from bot.intake_refusals import find, not_retracted, require
from bot.intake_writing import (
    Preview,
    Reserved,
    Submitted,
    add_revision,
    copied_from_known,
    laid_out_of,
    now_shown,
    publication_of,
    reserve,
    same_notice,
    seen,
)
from bot.submission import Received
from policies.authority import Act
from policies.terms import Person, Publication
from store import cases, publications
from store.media import MediaStore


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """`submitted` is what the act would answer, `preview` what a Director would be shown then."""

    submitted: Submitted
    preview: Preview
    publication: Publication
    files: Mapping[str, bytes] = field(repr=False)
    """The bytes of each picture of the renditions, by SHA-256; what a channel shows already is in the media store."""


def foresee(
    bot: Bot,
    person: Person,
    received: Received,
    *,
    amends: str | None = None,
    reserved: Reserved | None = None,
) -> Foreseen:
    """What would become of it now. Raises whatever the act would raise."""
    require(person, Act.AMEND if amends else Act.SUBMIT)
    with tempfile.TemporaryDirectory() as scratch:
        # Pictures are files of their own, which no rollback would take back.
        trial = replace(bot, ledger=bot.ledger.trial(), media=MediaStore(Path(scratch)))
        return _tried(trial, person, received, amends, reserved)


def _tried(trial: Bot, person: Person, received: Received, amends: str | None, reserved: Reserved | None) -> Foreseen:
    now = trial.now
    with trial.ledger.read() as tx:
        known = find(trial, tx, amends) if amends else None
        revision = publications.latest_revision(tx, known.id) + 1 if known else 1
        name = known or reserved or reserve(trial, tx)
        before = now_shown(tx, known) if known else {}
    publication = publication_of(trial, received, name, revision=revision, by=person, now=now)
    if known is not None:
        same_notice(known, publication)
    laid_out = laid_out_of(trial, publication, received, shown=before)
    with trial.ledger.write() as tx:
        if known is not None:
            not_retracted(tx, known)
            publication_id = known.id
        else:
            copied_from_known(tx, publication)
            publication_id = publications.add(tx, publication, now)
            cases.join_clocks(tx, publication_id, publication)
        submitted = add_revision(
            trial, tx, publication_id, publication, person=person, laid_out=laid_out, masters=received.masters, now=now
        )
        preview = seen(trial, tx, publications.by_id(tx, publication_id), now)
    files = {hashlib.sha256(file).hexdigest(): file for each in laid_out for file in each.files}
    return Foreseen(submitted=submitted, preview=preview, publication=publication, files=files)
