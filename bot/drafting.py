"""Drafts of notices: how they begin, what becomes of their pictures, and how they are submitted."""

import hashlib
import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot import corrections, forms, intake
from bot.context import Bot, law_of
from bot.intake_foresee import Foreseen, foresee
from bot.intake_refusals import Conflict, find, not_erased, not_retracted, require
from bot.intake_writing import Reserved, reserve
from bot.pictures import Cleaned, PictureRefused, clean, for_screen, kept, neutral_card, rendition
from bot.scanning import scan_of
from bot.submission import Received, SubmissionRefused, receive
from bot.submission_checks import Problem
from policies.authority import Act
from policies.content_rules import LINKED
from policies.retention import LONDON
from policies.spent_rules import settled
from policies.terms import Kind, Person, Publication
from store import drafts, publications
from store.drafts import Draft
from store.ledger import Tx
from store.media import MissingPictureError

_WHOLE: TypeAdapter[Publication] = TypeAdapter(Publication)
# These name nobody as they are.
NAMELESS = frozenset({Kind.IMAGE_APPEAL, Kind.CORRECTION_NOTICE})


def begin(bot: Bot, person: Person, body: dict[str, Any], *, amends: str | None = None) -> str:
    """A draft of one's own; returns its id. An amendment keeps the name of what it amends."""
    require(person, Act.AMEND if amends else Act.SUBMIT)
    with bot.ledger.write() as tx:
        known = find(bot, tx, amends) if amends else None
        name = known or reserve(bot, tx)
        newest = publications.latest_revision(tx, known.id) if known else None
        return drafts.begin(
            tx,
            person.id,
            body,
            bot.now,
            ref=name.ref,
            page_id=name.page_id,
            amends=known.ref if known else None,
            of_revision=newest,
        )


def empty(kind: Kind) -> dict[str, Any]:
    """Nothing written yet but the kind."""
    content: dict[str, Any] = {"headline": "", "body": "", "facts": [], "pictures": []}
    return {"kind": kind.value, "subjects": [], "content": content, "channels": [], "checklist": {"answers": {}}}


def copied(bot: Bot, person: Person, ref: str) -> str:
    """A new draft with the words of an earlier notice; it follows it where that was retracted, which is final (R45)."""
    require(person, Act.SUBMIT)
    with bot.ledger.read() as tx:
        known, body = _written(bot, tx, ref)
        follows = known.ref if publications.retraction_of(tx, known.id) else None
    for answer in body["checklist"]["answers"].values():
        del answer["answered_by"], answer["answered_at"]
    body |= {"copied_from": known.ref, "follows": follows, "window": {}}
    return begin(bot, person, body)


def amended(bot: Bot, person: Person, ref: str) -> str:
    """A draft that changes a notice. Raises Conflict where it was retracted or erased."""
    require(person, Act.AMEND)
    with bot.ledger.read() as tx:
        known, body = _written(bot, tx, ref)
        not_retracted(tx, known)
    return begin(bot, person, body, amends=known.ref)


def lesser(bot: Bot, person: Person, ref: str) -> str:
    """A draft without the persons' data, where only their identity bars a notice (5.7.3)."""
    require(person, Act.SUBMIT)
    with bot.ledger.read() as tx:
        known = find(bot, tx, ref)
        not_erased(tx, known)
        if known.kind in NAMELESS:
            raise Conflict("REF", known.ref, "This kind names nobody as it is.", "Amend it instead.", "5.7.3")
        newest = publications.load(tx, known.id, publications.latest_revision(tx, known.id))
        follows = known.ref if publications.retraction_of(tx, known.id) else None
    return begin(bot, person, _without_blanks(forms.anonymised(newest, follows=follows)))


def corrected(bot: Bot, person: Person, ref: str) -> str:
    """The draft of a correction, or of an appeal's result, as the events of the case ask for. It names nobody."""
    require(person, Act.SUBMIT)
    with bot.ledger.read() as tx:
        known = find(bot, tx, ref)
        not_erased(tx, known)
        body = corrections.draft(tx, known, corrections.kind_offered(tx, known))
    return begin(bot, person, body)


def _written(bot: Bot, tx: Tx, ref: str) -> tuple[publications.Known, dict[str, Any]]:
    """The newest revision as a submission; its pictures are named by their SHA-256."""
    known = find(bot, tx, ref)
    not_erased(tx, known)
    newest = publications.load(tx, known.id, publications.latest_revision(tx, known.id))
    return known, as_written(bot, newest)


def as_written(bot: Bot, publication: Publication) -> dict[str, Any]:
    """A revision as the submission it came from; ends that were only worked out are left to be worked out again."""
    law, today = law_of(bot.settings), bot.now.astimezone(LONDON).date()
    body: dict[str, Any] = _WHOLE.dump_python(publication, mode="json")
    for name in ("ref", "revision", "page_id", "authors"):
        del body[name]
    for subject, given in zip(body["subjects"], publication.subjects, strict=True):
        again = settled(replace(given, spent_from=None, order_ends=None), law, today)
        for name in ("spent_from", "order_ends"):
            if getattr(again, name) == getattr(given, name):
                del subject[name]
    for picture in body["content"]["pictures"]:
        picture["file"] = f"{picture.pop('sha256')}.png"
    return _without_blanks(body)


def _without_blanks(body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = _said(body)
    return made


def _said(value: Any) -> Any:
    """Without what is not said: None, and empty answers of the checklist."""
    if isinstance(value, dict):
        found = {name: _said(each) for name, each in value.items() if each is not None}
        return {name: each for name, each in found.items() if each != "" or name in {"headline", "body", "document"}}
    return [_said(each) for each in value] if isinstance(value, list) else value


def draw_ahead(bot: Bot, master: bytes) -> None:
    """Fit the picture to the page and to every channel beside the answer, so that it is found done."""

    def fit() -> None:
        with suppress(PictureRefused):
            for_screen(hashlib.sha256(master).hexdigest(), lambda: master)
        for channel in bot.adapters.keys() - LINKED:
            # What does not fit is told where it is asked for.
            with suppress(PictureRefused):
                rendition(master, bot.adapters[channel].capabilities.pictures)

    threading.Thread(target=fit, daemon=True, name="drawing ahead").start()


def take_picture(bot: Bot, draft: Draft, number: int, data: bytes) -> bytes | None:
    """Make a picture of the draft from the bytes sent: pixels alone are kept. Raises PictureRefused.

    Returns what is kept; None where the draft was saved meanwhile.
    """
    cleaned = clean(data, scan=scan_of(bot.settings))
    body = json.loads(json.dumps(draft.body))
    listed = body.setdefault("content", {}).setdefault("pictures", [])
    before = drafts.pictures(draft.body)
    if number >= len(listed):
        listed.append({"alt_text": ""})
    listed[min(number, len(listed) - 1)]["file"] = f"{cleaned.sha256}.png"
    with bot.ledger.write() as tx:
        bot.media.put(tx, cleaned.master, bot.now)
        if not drafts.save(tx, draft, body, bot.now):
            return None
        drafts.give_up(tx, bot.media, before - drafts.pictures(body), bot.now)
    return cleaned.master


def save(bot: Bot, draft: Draft, body: dict[str, Any]) -> bool:
    """Keep what was written; False where the draft was saved meanwhile. Pictures that are gone from it are erased."""
    with bot.ledger.write() as tx:
        if not drafts.save(tx, draft, body, bot.now):
            return False
        gone = drafts.pictures(draft.body) - drafts.pictures(body)
        drafts.give_up(tx, bot.media, gone, bot.now)
    return True


def throw_away(bot: Bot, draft: Draft) -> None:
    """For good, pictures included."""
    with bot.ledger.write() as tx:
        drafts.discard(tx, draft.id, bot.now)
        drafts.give_up(tx, bot.media, drafts.pictures(draft.body), bot.now)


@cache
def _stand_in() -> Cleaned:
    return kept(neutral_card("", "", ""))


def received(bot: Bot, body: Mapping[str, Any], *, drawn: bool = True) -> Received:
    """The draft as if it came in as a file. Raises SubmissionRefused.

    `drawn` False: without looking at the pictures, whose names are kept, where only the rules are to be asked.
    """
    wanted = [str(each.get("file", "")) for each in body.get("content", {}).get("pictures", [])]
    with bot.ledger.read() as tx:
        known = {name: _master(bot, tx, n, name) if drawn else _stand_in() for n, name in enumerate(wanted)}
    made = receive(json.dumps(body, ensure_ascii=False).encode(), known=known, now=bot.now)
    if drawn:
        return made
    names = [name.removesuffix(".png") for name in wanted]
    return replace(made, pictures=tuple(replace(p, sha256=n) for p, n in zip(made.pictures, names, strict=True)))


def _master(bot: Bot, tx: Tx, n: int, name: str) -> Cleaned:
    """The picture as it was made of pixels when it was taken in; the store has checked that these are its bytes."""
    try:
        return kept(bot.media.get(tx, name.removesuffix(".png")))
    except (MissingPictureError, PictureRefused):
        what, remedy = "The picture is no longer kept.", "Upload it again, or remove it."
        raise SubmissionRefused([Problem(path=f"content.pictures.{n}.file", what=what, remedy=remedy)]) from None


def foreseen(bot: Bot, person: Person, draft: Draft) -> Foreseen:
    """What would become of the draft now, with what each channel would show. Raises what submitting it would."""
    name = Reserved(ref=draft.ref, page_id=draft.page_id)
    return foresee(bot, person, received(bot, draft.body), amends=draft.amends, reserved=name)


def submit(bot: Bot, person: Person, draft: Draft) -> intake.Submitted:
    """Hand the draft in, once: sent again it answers the same. Raises what `intake.submit` and `amend` raise."""
    written = received(bot, draft.body)
    key = f"draft-{draft.id}-{draft.version}"
    if draft.amends:
        made = intake.amend(bot, person, draft.amends, written, idempotency_key=key, of_revision=draft.of_revision)
    else:
        name = Reserved(ref=draft.ref, page_id=draft.page_id)
        made = intake.submit(bot, person, written, idempotency_key=key, reserved=name)
    with bot.ledger.write() as tx:
        drafts.submitted(tx, draft.id, made.ref)
    return made
