"""Everything about one notice: how it stands, what can be done, what happened, and the proof of what is gone."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response as AnyResponse

from bot.cli_explain import ENDS, VERDICTS
from bot.cli_retract import unproven
from bot.cli_status import STANDING_WORDS, Detail, detail
from bot.explaining import Explanation, explain
from bot.intake_refusals import NotFound, find
from bot.web import work
from bot.web.access import allowed
from bot.web.current import me, now, the_bot
from bot.web.deciding import voices
from bot.web.errors import Errors
from bot.web.kept import sent_to, typed
from bot.web.naming import owner_name
from bot.web.notices import NAMES, Shown, may_be_up, shown, subjects_of, tag
from bot.web.story import evidence, timeline
from bot.web.whole import Whole, whole
from policies.authority import Act, may
from policies.lifecycle import Standing, State
from policies.terms import CLAUSE, Role
from store import attestations, desk, erasure, posts, publications, record
from store.ledger import Tx
from store.media import MissingPictureError
from store.publications import Known

pages = Blueprint("notice", __name__)


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something that the reader may do; `post`: it takes a form of one button."""

    words: str
    href: str
    post: bool = False


@pages.get("/notices/<ref>")
def page(ref: str) -> str | AnyResponse:
    """A Director who follows the link in a mail comes to what there is to decide; `all` shows the rest of it."""
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            known = find(bot, tx, ref)
            made = whole(bot, tx, ref, me(), now())
    except NotFound:
        abort(404)
    mine = may(me(), Act.APPROVE, known.service) and made.waits and not made.author and not made.blocked
    if mine and "all" not in request.args:
        return redirect(url_for("approve.form", ref=known.ref))
    return draw(known.ref, Errors(), _typed_before())


def _typed_before() -> dict[str, str]:
    """What was typed into a form of this page before its sender had to sign in again, by the form and its channel."""
    name, said = sent_to().removeprefix("acts."), typed()
    return {f"{name}-{said.get('channel', '')}": said["note"]} if said.get("note") else {}


def draw(ref: str, errors: Errors, given: dict[str, str]) -> str:
    """The page, with what was typed into one of its forms and what is wrong with it."""
    bot = the_bot()
    with bot.ledger.read() as tx:
        made = detail(bot, tx, ref, now())
        known = find(bot, tx, ref)
        reading = whole(bot, tx, ref, me(), now())
        notice, why = shown(tx, made.line), explain(bot, tx, ref, now())
        leaving = _leaving(tx, known)
        subjects = subjects_of(tx, publications.of_case(tx, known.case_key))
        about = {
            "timeline": list(reversed(timeline(tx, known, subjects))),
            "evidence": evidence(tx, known),
            "tasks": _tasks(tx, known),
            "happened": _events(tx, known),
            "subjects": subjects,
            "erased": sorted(part.value for part in erasure.erased(tx, known.id)),
            "leaving": leaving,
        }
        ids = [post.id for post in posts.of_publication(tx, known.id)]
    return render_template(
        "notice.html",
        notice=notice,
        detail=made,
        w=reading,
        why=why,
        actions=_actions(made, notice, reading),
        requeue=[each.channel for each in why.came_down if _may_requeue(why, each.state)],
        left=[each for each in unproven(bot, ids) if each["code"] or each["url"]] if leaving else [],
        tag=tag,
        words=STANDING_WORDS,
        verdicts=VERDICTS,
        ends=ENDS,
        names=NAMES,
        clauses=CLAUSE,
        up=may_be_up(made.line),
        # A page that tells what was wrong with a form, or keeps what was typed into it, is left as it is.
        rising=not (errors or given)
        and _rising(made)
        and not why.retracted_for
        and reading.publication.window.opens <= now(),
        retractable=_retractable(made, reading),
        errors=errors,
        given=given,
        left_over=_left_over(leaving, errors, given),
        **about,
    )


def _left_over(leaving: list[dict[str, Any]], errors: Errors, given: dict[str, str]) -> list[tuple[str, str]]:
    """What was typed into a form that is not on the page any more, or never was: it has come down meanwhile."""
    drawn = {"requeue"}
    if allowed("acts.evidence", _roles()):
        drawn |= {f"evidence-{each['channel']}" for each in leaving}
        drawn |= {f"attest-{each['channel']}" for each in leaving if not each["attested"]}
    wanted = dict.fromkeys([*(name for name, text in given.items() if text.strip()), *errors.told])
    return [(name, given.get(name, "")) for name in wanted if name not in drawn]


def _retractable(made: Detail, reading: Whole) -> bool:
    """Whether retracting it does anything: something of it may be up, or could still go up."""
    waits = reading.retracted_for is None and not reading.erased and made.publication.standing is not Standing.DOWN
    return allowed("retract.form", _roles()) and (may_be_up(made.line) or waits)


def _roles() -> frozenset[Role]:
    return frozenset(role for role, _ in me().roles)


def _may_requeue(why: Explanation, state: State) -> bool:
    return state is State.NOT_POSTED and why.retracted_for is None and may(me(), Act.REQUEUE)


def _actions(made: Detail, notice: Shown, reading: Whole) -> list[Action]:
    ref, person, found = made.publication.ref, me(), []
    over = reading.erased or reading.retracted_for is not None
    if may(person, Act.APPROVE, reading.known.service) and reading.waits:
        found.append(_way("Read, then approve or send back", "approve.form", ref=ref))
    if not over and voices(person) and reading.approval is None and not reading.sent_back:
        found.append(_way("Advise", "advice.form", ref=ref))
    waits = made.publication.standing in {Standing.QUEUED, Standing.UP, Standing.IN_DOUBT}
    if may(person, Act.CONFIRM) and not over and waits:
        found.append(_way("Confirm the facts", "acts.confirm_form", ref=ref))
    found.append(_way("Record an event of the case", "case.event_form", key=notice.case_key))
    found.append(_way("The case", "case.page", key=notice.case_key))
    return [each for each in found if each is not None]


def _way(words: str, endpoint: str, **arguments: Any) -> Action | None:
    """The way to a page for those who may open it; None where there is none."""
    if not allowed(endpoint, _roles()) or endpoint not in current_app.view_functions:
        return None
    try:
        href = url_for(endpoint, **arguments)
    except BuildError:
        return None
    methods = [rule.methods or set() for rule in current_app.url_map.iter_rules(endpoint)]
    return Action(words=words, href=href, post=not any("GET" in each for each in methods))


def _tasks(tx: Tx, known: Known) -> list[dict[str, Any]]:
    found = sorted(desk.tasks_of(tx, known.id), key=lambda each: (each.done_at is not None, each.due_at))
    who = record.names(tx, {each.done_by for each in found if each.done_by} | {each.owner for each in found})
    return [
        {
            "task": each,
            "said": work.shown(tx, each, now()),
            "owner": who.get(each.owner) or owner_name(each.owner),
            "done_by": who.get(each.done_by or "", each.done_by),
        }
        for each in found
    ]


def _events(tx: Tx, known: Known) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = record.of_case(tx, known.case_key)["events"]
    who = record.names(tx, {each["officer"] for each in found})
    for each in found:
        each["who"] = who.get(each["officer"], each["officer"])
    return found


def _leaving(tx: Tx, known: Known) -> list[dict[str, Any]]:
    """Where something is coming down, with whether the reader has attested already that it is gone."""
    person = me()
    return [
        {"channel": post.channel, "attested": person.id in attestations.by_whom(tx, post)}
        for post in posts.of_publication(tx, known.id)
        if post.state is State.REMOVING
    ]


@pages.get("/notices/<ref>/copies")
def copies(ref: str) -> str:
    """How each copy stands, alone: what the page follows while the notice goes up."""
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            made = detail(bot, tx, ref, now())
    except NotFound:
        abort(404)
    return render_template("notice_copies.html", p=made.publication, tag=tag, names=NAMES)


def _rising(made: Detail) -> bool:
    """Whether a copy is on its way up now: nothing that a person would have to do stands before it."""
    found = [post for channel in made.publication.channels for post in channel.posts]
    return any(post.state is State.POSTING or (post.state is State.QUEUED and not post.held_for) for post in found)


@pages.get("/notices/<ref>/pictures/<name>")
def picture(ref: str, name: str) -> Response:
    """One picture of a revision of the notice, opened in memory; it is kept nowhere on the way."""
    bot = the_bot()
    try:
        with bot.ledger.read() as tx:
            known = find(bot, tx, ref)
            media_type = _media_type(tx, known, name)
            if media_type is None:
                abort(404)
            content = bot.media.get(tx, name)
    except (NotFound, MissingPictureError):
        abort(404)
    return Response(content, content_type=media_type)


def _media_type(tx: Tx, known: Known, name: str) -> str | None:
    """What the picture is; None where no revision of the notice shows it."""
    for revision in range(1, publications.latest_revision(tx, known.id) + 1):
        for rendition in publications.renditions_of(tx, known.id, revision).values():
            for each in rendition.pictures:
                if each.sha256 == name:
                    return each.media_type if each.media_type in {"image/jpeg", "image/png"} else "image/jpeg"
    return None
