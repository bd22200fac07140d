"""What a draft will look like: pictures taken in, and each channel exactly as it will show it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import Response as Answer
from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from adapters.base import Rejected, Rendered, RenderedPicture
from adapters.noticeboard import STYLESHEET
from adapters.site_page import laid_out
from bot import drafting
from bot.intake_foresee import Foreseen
from bot.pictures import PictureRefused, for_screen
from bot.submission_checks import InputRefused, Problem
from bot.web import journey
from bot.web.current import me, now, the_bot
from bot.web.errors import Errors
from bot.web.kept import came_back
from bot.web.notices import NAMES
from bot.web.pages.drafts import pages, unsent
from bot.web.security import LARGEST_PICTURE
from policies.retention import down_by
from policies.terms import Channel
from store import cases, drafts, publications
from store.drafts import Draft
from store.media import MissingPictureError
from store.publications import Rendition

_SMALLER = f"Save it smaller or with more compression, and choose one of at most {LARGEST_PICTURE // 1_000_000} MB."

_AGAIN = "The picture was not sent: the page was open for a long time. Choose it again: no browser can keep a file"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One channel of the preview: its text with its own length, and its pictures as addresses with their words."""

    channel: Channel
    name: str
    text: str
    length: int
    limit: int
    pictures: tuple[tuple[str, str], ...]


@pages.get("/drafts/<draft_id>/pictures/<int:number>/file")
def upload_form(draft_id: str, number: int) -> str:
    errors = Errors()
    if came_back():
        errors.add("picture", _AGAIN)
    return _upload_page(unsent(draft_id), number, errors)


def _upload_page(draft: Draft, number: int, errors: Errors) -> str:
    listed = draft.body.get("content", {}).get("pictures") or []
    if number > len(listed):
        abort(404)
    return render_template(
        "draft_picture.html",
        draft=draft,
        number=number,
        errors=errors,
        new=number == len(listed),
        version=_version(draft, number),
    )


def _count(draft: Draft) -> int:
    return len(draft.body.get("content", {}).get("pictures") or [])


def _version(draft: Draft, number: int) -> str:
    """Which pictures the page was drawn with: one that is stale takes nobody else's place."""
    listed = draft.body.get("content", {}).get("pictures") or []
    said = "/".join([str(number), *(str(each.get("file", "")) for each in listed)])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def too_large(draft_id: str, number: int) -> tuple[str, int]:
    """The file was not read; the draft is as it was saved."""
    errors = Errors()
    errors.add("picture", f"The file is too large. {_SMALLER}")
    return _upload_page(unsent(draft_id), number, errors), 413


def not_sent(draft_id: str, number: int) -> tuple[str, int]:
    """The page was open for too long; the draft is as it was saved."""
    draft, errors = unsent(draft_id), Errors()
    errors.add("picture", _AGAIN)
    return _upload_page(draft, min(number, _count(draft)), errors), 400


@pages.post("/drafts/<draft_id>/pictures/<int:number>/file")
def upload(draft_id: str, number: int) -> Response | tuple[str, int]:
    draft, errors = unsent(draft_id), Errors()
    replaces = number < _count(draft)
    if request.form.get("version", "") != _version(draft, number):
        errors.add("picture", "The draft’s pictures were changed on another page meanwhile. Look, then choose the file")
        return _upload_page(draft, min(number, _count(draft)), errors), 409
    sent = request.files.get("picture")
    # One byte more than may be, so that what is too large is told from what just fits.
    data = sent.stream.read(LARGEST_PICTURE + 1) if sent else b""
    if sent:
        sent.close()
    if not data:
        errors.add("picture", "Choose the file of a picture")
        return _upload_page(draft, number, errors), 400
    try:
        kept = drafting.take_picture(the_bot(), draft, number, data)
    except PictureRefused as refused:
        errors.add("picture", f"It cannot be used: {refused.code.replace('-', ' ')}. {refused.remedy}")
        return _upload_page(draft, number, errors), 400
    if kept is None:
        errors.add("picture", "The draft was saved on another page meanwhile. Choose the file once more.")
        return _upload_page(unsent(draft_id), number, errors), 409
    drafting.draw_ahead(the_bot(), kept)
    said = "The picture was rebuilt from its pixels: place, time and camera are no longer in it."
    before = " What was said of the picture before it still stands below: check every answer." if replaces else ""
    flash(f"{said}{before}")
    return redirect(url_for("drafts.edit", draft_id=draft.id, name=f"pictures/{number}"), code=303)


@pages.get("/drafts/<draft_id>/media/<sha256>.jpg")
def picture(draft_id: str, sha256: str) -> Answer:
    draft = unsent(draft_id)
    if sha256 not in drafts.pictures(draft.body):
        abort(404)

    def master() -> bytes:
        with the_bot().ledger.read() as tx:
            return the_bot().media.get(tx, sha256)

    try:
        return Answer(for_screen(sha256, master), mimetype="image/jpeg")
    except (MissingPictureError, PictureRefused):
        abort(404)


@pages.get("/drafts/<draft_id>/preview")
def preview(draft_id: str) -> str:
    draft = unsent(draft_id)
    problems: tuple[Problem, ...] = ()
    seen: list[Seen] = []
    try:
        made = drafting.foreseen(the_bot(), me(), draft)
        ends = _ends(made)
        seen = [_seen(made, made.preview.renditions[each]) for each in Channel if each in made.preview.renditions]
    except InputRefused as refused:
        problems, ends = refused.problems, None
    told = [(each, *journey.concerned(the_bot(), draft.body, each.path)) for each in problems]
    return render_template("draft_preview.html", draft=draft, seen=seen, problems=told, ends=ends)


def _seen(made: Foreseen, rendition: Rendition) -> Seen:
    capabilities = the_bot().adapters[rendition.channel].capabilities
    shown = tuple((_address(data), words) for data, words in _pictures(made, rendition))
    return Seen(
        channel=rendition.channel,
        name=NAMES[rendition.channel],
        text=rendition.text,
        length=capabilities.measure(rendition.text),
        limit=capabilities.text_limit,
        pictures=shown,
    )


def _pictures(made: Foreseen, rendition: Rendition) -> list[tuple[bytes, str]]:
    with the_bot().ledger.read() as tx:
        return [
            (made.files.get(each.sha256) or the_bot().media.get(tx, each.sha256), each.alt_text)
            for each in rendition.pictures
        ]


def _address(data: bytes) -> str:
    """What a channel shows, no larger than it is seen here."""
    small = for_screen(hashlib.sha256(data).hexdigest(), lambda: data)
    return f"data:image/jpeg;base64,{base64.b64encode(small).decode()}"


def _ends(made: Foreseen) -> datetime:
    """Its down date if it went up now, or where its clock runs already, that one's."""
    start = max(now(), made.publication.window.opens)
    with the_bot().ledger.read() as tx:
        known = publications.find(tx, made.preview.ref)
        first = cases.first_up(tx, known.id) if known else None
    return down_by(first or start, made.publication.subjects, the_bot().plan.retention)[0]


@pages.get("/drafts/<draft_id>/page")
def framed(draft_id: str) -> Answer:
    """The website's page itself, with the pictures and the down date that it would have now. No script runs in it."""
    draft = unsent(draft_id)
    try:
        made = drafting.foreseen(the_bot(), me(), draft)
        rendition = made.preview.renditions[Channel.WEBSITE]
        drawn = list(zip(rendition.pictures, _pictures(made, rendition), strict=True))
        sent = Rendered(
            marker=rendition.marker,
            text=rendition.text,
            page_id=made.publication.page_id,
            pictures=tuple(
                RenderedPicture(sha256=each.sha256, alt_text=words, media_type=each.media_type, data=data)
                for each, (data, words) in drawn
            ),
            down_by=_ends(made),
        )
        page = laid_out(sent, {each.sha256: _address(data) for each, (data, _) in drawn}).content
    except (InputRefused, Rejected, KeyError):
        abort(404)
    g.framed = True
    answer = Answer(page, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'self'; form-action 'none'; "
        "base-uri 'none'; sandbox allow-same-origin"
    )
    return answer


@pages.get("/site.css")
def stylesheet() -> Answer:
    """As the public site has it, at the address that its pages name."""
    return Answer(STYLESHEET, mimetype="text/css")
