"""Operations on notices on their way up: submit, preview, status, approve, confirm."""

import threading

from flask import url_for

from bot import intake
from bot.cli_output import caution_json, objection_json
from bot.cli_signs import fact_json
from bot.cli_status import board, detail
from bot.context import Bot
from bot.intake_refusals import find, require
from bot.scopes import Scope
from bot.second_proof import prove_for_approval
from bot.web.api_asking import Answer, made_blueprint, once, operation, reused, saved, who
from bot.web.api_models import (
    ApprovalSent,
    ApprovalTold,
    ConfirmationTold,
    NoteSent,
    NoticeSent,
    NoticesTold,
    NoticeTaken,
    NoticeTold,
    Once,
    OnceWithCode,
    PreviewTold,
    RefPath,
)
from bot.web.api_submission import received
from bot.web.current import now, the_bot
from bot.web.security import LARGEST_FORM
from policies.authority import Act
from policies.terms import Channel
from store import posts

operations = made_blueprint("api")
_ONE_AT_A_TIME = threading.Lock()


@operation(
    operations.post,
    "/notices",
    scope=Scope.SUBMIT,
    answer=NoticeTaken,
    status=201,
    further=(409, 429),
    largest=LARGEST_FORM,
)
def submit(header: Once, body: NoticeSent) -> Answer:  # noqa: ARG001  # read by `received`, with its pictures
    """Queue a notice for approval; every objection is told at once."""
    bot, person = the_bot(), who()
    require(person, Act.SUBMIT)
    try:
        made = intake.submit(bot, person, received(now()), idempotency_key=header.key or None)
    except intake.Conflict:
        raise reused() from None
    told = {
        "ref": made.ref,
        "revision": made.revision,
        "digest": made.digest,
        "refused": made.refused,
        "objections": [objection_json(each) for each in made.objections],
    }
    told |= caution_json(made.cautions, made.days_since)
    return Answer(status=201, body=told, location=url_for("api.status", ref=made.ref))


@operation(operations.get, "/notices", scope=Scope.READ, answer=NoticesTold, further=(429,))
def overview() -> Answer:
    """How everything stands, the most worrying first."""
    bot = the_bot()
    require(who(), Act.READ)
    with bot.ledger.read() as tx:
        return Answer(body=board(bot, tx, now()).as_json())


@operation(operations.get, "/notices/<ref>", scope=Scope.READ, answer=NoticeTold, further=(429,))
def status(path: RefPath) -> Answer:
    """How one notice stands, with every object there ever was of it on a platform."""
    bot = the_bot()
    require(who(), Act.READ)
    with bot.ledger.read() as tx:
        return Answer(body=detail(bot, tx, path.ref, now()).as_json())


@operation(operations.get, "/notices/<ref>/preview", scope=Scope.PREVIEW, answer=PreviewTold, further=(409, 429))
def preview(path: RefPath) -> Answer:
    """Exactly what each channel would show, the digest to approve, and what stands in the way."""
    shown = intake.preview(the_bot(), who(), path.ref)
    told = {
        "ref": shown.ref,
        "revision": shown.revision,
        "digest": shown.digest,
        "objections": [objection_json(each) for each in shown.objections],
        "ticks": [each.value for each in shown.ticks],
        "channels": {
            each.value: {
                "marker": made.marker,
                "text": made.text,
                "pictures": [{"sha256": one.sha256, "alt_text": one.alt_text} for one in made.pictures],
            }
            for each in Channel
            for made in [shown.renditions.get(each)]
            if made is not None
        },
    }
    return Answer(body=told | caution_json(shown.cautions, shown.days_since))


@operation(operations.post, "/notices/<ref>/approval", scope=Scope.APPROVE, answer=ApprovalTold, further=(409, 429))
def approve(path: RefPath, header: OnceWithCode, body: ApprovalSent) -> Answer:
    """Approve exactly what the preview shows, with the Director's own token and a fresh code."""
    # One after the other, so that of two alike the second finds the answer of the first, whose code is used up.
    with _ONE_AT_A_TIME:
        return saved(header) or _approve(path, header, body)


def _approve(path: RefPath, header: OnceWithCode, body: ApprovalSent) -> Answer:
    person = who()
    prove_for_approval(the_bot(), person, header.code, now())

    def act(bot: Bot) -> Answer:
        made = intake.approve(bot, person, path.ref, body.digest, body.ticks, note=body.note)
        with bot.ledger.read() as tx:
            queued = [posts.get(tx, each).channel.value for each in made.queued]
        told = {
            "ref": made.ref,
            "revision": made.revision,
            "given_at": made.given_at.isoformat(),
            "queued": queued,
            "confirmed": [fact_json(each) for each in made.confirmed],
        }
        return Answer(body=told | caution_json(made.cautions, made.days_since))

    return once(header, act)


@operation(
    operations.post, "/notices/<ref>/confirmation", scope=Scope.CONFIRM, answer=ConfirmationTold, further=(409, 429)
)
def confirm(path: RefPath, header: Once, body: NoteSent) -> Answer:
    """Put on record that each fact that may change is still as stated."""

    def act(bot: Bot) -> Answer:
        stated = intake.confirm(bot, who(), path.ref, note=body.note)
        with bot.ledger.read() as tx:
            ref = find(bot, tx, path.ref).ref
        return Answer(body={"ref": ref, "confirmed": [fact_json(each) for each in stated]})

    return once(header, act)
