"""Retracting: reason, this notice or the whole case, then each object until it is proven gone. A GET never acts."""

from dataclasses import dataclass, replace
from enum import StrEnum

import segno
import structlog
from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from bot import intake
from bot.cli_retract import DONE, unproven
from bot.cli_status import detail
from bot.intake import NotFound
from bot.standing import ChannelStanding, PublicationStanding
from bot.submission_checks import InputRefused
from bot.urgent import ATTESTED, NEVER, copies
from bot.web.beside import take_down_beside
from bot.web.current import console, me, now, the_bot
from bot.web.errors import LONGEST, Errors
from bot.web.kept import typed
from bot.web.notices import NAMES, Shown, may_be_up, shown
from policies.lifecycle import CLOSED, Standing, State
from policies.terms import CLAUSE, Reason
from store import posts, publications
from store.ledger import Tx

pages = Blueprint("retract", __name__)
# What the command line says in one word.
_SAID = {"Asking": "Being taken down", "Asked": "Asked to go", "Looking": "Being looked for"}
log = structlog.get_logger()


class Stands(StrEnum):
    """What the form of a notice is about."""

    UP = "up"
    """Something of it may be up."""
    LEAVING = "leaving"
    """The same, and it was retracted."""
    WAITS = "waits"
    """Nothing is up now, and something may still go up, or up again."""
    DOWN = "down"
    """It was up, and nothing of it goes up any more."""
    CANCELLED = "cancelled"
    """It was retracted before anything was up."""


# In the policy's words, the most urgent first; what only the clock or a Director gives stands last.
REASONS: tuple[tuple[Reason, str], ...] = (
    (Reason.ELIMINATED, "Eliminated from enquiries"),
    (Reason.INACCURATE, "Wrong person, or something in it is wrong"),
    (Reason.APPEAL_LODGED, "An appeal was lodged"),
    (Reason.APPEAL_SUCCEEDED, "An appeal succeeded"),
    (Reason.SENTENCE_CHANGED, "The sentence was changed"),
    (Reason.RESTRICTION_IMPOSED, "A court restricted reporting"),
    (Reason.IDENTIFIED, "Identified, arrested or charged (image appeal)"),
    (Reason.REQUEST_UPHELD, "A removal request, granted or to be decided"),
    (Reason.SPENT, "The conviction is spent"),
    (Reason.ORDER_ENDED, "The order has ended"),
    (Reason.APPROVAL_WITHDRAWN, "The Director withdraws approval"),
    (Reason.RETENTION_ENDED, "Its time is over"),
)
# Where nothing of it was ever up, as a rule nothing has happened but a change of mind.
CANCELLING: tuple[tuple[Reason, str], ...] = ((Reason.NOT_WANTED, "It is not wanted any more"), *REASONS)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the form says so far."""

    reason: str = ""
    scope: str = "notice"
    note: str = ""


def _given() -> Given:
    said = typed() if request.method == "POST" else typed() or request.args
    return Given(reason=said.get("reason", ""), scope=said.get("scope", "notice"), note=said.get("note", "")[:LONGEST])


def _shown(ref: str) -> Shown:
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            return shown(tx, detail(bot, tx, ref, now()).line)
    except NotFound:
        abort(404)


@pages.get("/notices/<ref>/retract")
def form(ref: str) -> str:
    return _form(ref, _given(), Errors())


def _form(ref: str, given: Given, errors: Errors, *, again: bool = False) -> str:
    notice = _shown(ref)
    stands = _stands(notice)
    over = stands in {Stands.DOWN, Stands.CANCELLED}
    return render_template(
        "retract.html",
        notice=notice,
        stands=stands,
        where=[NAMES[each.channel] for each in _channels(notice) if any(p.state not in CLOSED for p in each.posts)],
        of_case=[each for each in _not_retracted(notice.case_key) if not over or each != notice.line.ref],
        given=given,
        errors=errors,
        reasons=REASONS if may_be_up(notice.line) or _was_up(notice) else CANCELLING,
        clauses=CLAUSE,
        again=again,
    )


def _stands(notice: Shown) -> Stands:
    standing = notice.line.publication
    retracted = standing is not None and standing.retracted_for is not None
    if may_be_up(notice.line):
        return Stands.LEAVING if retracted else Stands.UP
    if not retracted and (standing is None or _goes_up_still(standing)):
        return Stands.WAITS
    return Stands.DOWN if _was_up(notice) else Stands.CANCELLED


def _goes_up_still(standing: PublicationStanding) -> bool:
    """Queued somewhere, or its newest revision waits for somebody."""
    queued = any(post.state is State.QUEUED for each in standing.channels for post in each.posts)
    return queued or standing.standing is not Standing.DOWN or standing.approved_revision != standing.revision


def _was_up(notice: Shown) -> bool:
    return any(post.state is State.REMOVED for each in _channels(notice) for post in each.posts)


def _channels(notice: Shown) -> tuple[ChannelStanding, ...]:
    return notice.line.publication.channels if notice.line.publication else ()


def _not_retracted(key: str) -> list[str]:
    """What a retraction of the whole case would take down, or keep down."""
    with the_bot().ledger.read() as tx:
        found = publications.of_case(tx, key)
        return [known.ref for known in found if publications.retraction_of(tx, known.id) is None]


def expired(ref: str) -> tuple[str, int]:
    """The form was too old: the choices are kept, and one more tap does it."""
    return _form(ref, _given(), Errors(), again=True), 400


@pages.post("/notices/<ref>/retract")
def act(ref: str) -> Response | tuple[str, int]:
    given, errors = _given(), Errors()
    notice = _shown(ref)
    if given.reason not in {reason.value for reason, _ in CANCELLING}:
        errors.add("reason", "Choose why it comes down")
    if given.scope not in {"notice", "case"}:
        errors.add("scope", "Choose this notice or the whole case")
    if errors:
        return _form(ref, given, errors), 400
    whole = given.scope == "case"
    try:
        down = intake.retract(
            the_bot(),
            me(),
            ref=None if whole else notice.line.ref,
            case=notice.case_ref if whole else None,
            reason=Reason(given.reason),
            note=given.note,
        )
    except intake.NotAllowedHere as no:
        errors.add("reason", no.remedy)
        return _form(ref, given, errors), 403
    except InputRefused as no:
        for problem in no.problems:
            errors.add("reason", f"{problem.what} {problem.remedy}")
        return _form(ref, given, errors), 400
    take_down_beside(the_bot(), down)
    if whole:
        return redirect(url_for("retract.case_progress", key=notice.case_key), code=303)
    return redirect(url_for("retract.progress", ref=notice.line.ref), code=303)


def _of_case(tx: Tx, key: str) -> list[publications.Known]:
    found = publications.of_case(tx, key)
    if not found:
        abort(404)
    return found


def _state(refs: list[publications.Known]) -> dict[str, object]:
    """Every object of these notices with its word and time, and what is left to do by hand."""
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = [post for known in refs for post in posts.of_publication(tx, known.id)]
        retractions = [publications.retraction_of(tx, known.id) for known in refs]
    since = now() - bot.settings.loop.alert_urgent
    late = {post.marker for post in found if post.removing_at is not None and post.removing_at <= since}
    asked = {post.id for post in found if post.state in {State.REMOVING, *CLOSED}}
    # Nobody has asked for the others: they are not coming down, and a copy that comes to light later is.
    still = {post.id: "Waiting" if post.state is State.QUEUED else "Up" for post in found}
    made = copies(bot, [post.id for post in found])
    seen = [each if each.post_id in asked else replace(each, word=still[each.post_id]) for each in made]
    done = all(each.word in DONE for each in seen)
    return {
        "copies": seen,
        "names": NAMES,
        "done": done,
        "attested": not done and all(each.word in {*DONE, ATTESTED} for each in seen),
        "never": done and all(each.word == NEVER for each in seen),
        "begun": any(retractions) or bool(asked),
        # Only once a channel has refused or takes too long: before that it goes by itself.
        "left": [each for each in unproven(bot, sorted(asked)) if each["code"] or each["marker"] in late],
        "retraction": next((each for each in retractions if each is not None), None),
        "refs": [known.ref for known in refs],
        "finished": DONE,
        "said": _SAID,
    }


def _known(ref: str) -> list[publications.Known]:
    with the_bot().ledger.read() as tx:
        found = publications.find(tx, ref)
    if found is None:
        abort(404)
    return [found]


@pages.get("/notices/<ref>/progress")
def progress(ref: str) -> str:
    part = url_for("retract.part", ref=ref)
    return render_template("progress.html", part=part, title=ref, again=ref, **_state(_known(ref)))


@pages.get("/notices/<ref>/progress/part")
def part(ref: str) -> str:
    return render_template("progress_part.html", **_state(_known(ref)))


@pages.get("/cases/<key>/progress")
def case_progress(key: str) -> str:
    with the_bot().ledger.read() as tx:
        found = _of_case(tx, key)
    part_url = url_for("retract.case_part", key=key)
    return render_template("progress.html", part=part_url, title="the case", again=found[0].ref, **_state(found))


@pages.get("/cases/<key>/progress/part")
def case_part(key: str) -> str:
    with the_bot().ledger.read() as tx:
        found = _of_case(tx, key)
    return render_template("progress_part.html", **_state(found))


@pages.get("/cases/<key>/sheet")
def sheet(key: str) -> str:
    """The case sheet: each notice with a code that opens its retraction, and whom to ring without a network."""
    bot = the_bot()
    with bot.ledger.read() as tx:
        found = [shown(tx, detail(bot, tx, known.ref, now()).line) for known in _of_case(tx, key)]
    codes = {each.line.ref: _code(each.line.ref) for each in found}
    return render_template("sheet.html", key=key, notices=found, codes=codes, help_line=console().help_line)


def _code(ref: str) -> dict[str, Markup | str]:
    address = f"{console().public_url}{url_for('retract.form', ref=ref)}"
    title = f"Opens the retraction of {ref}"
    drawn = Markup(segno.make(address).svg_inline(scale=4, title=title))  # noqa: S704  # our own drawing
    return {"drawn": drawn, "address": address}
