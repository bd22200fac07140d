"""Operations that take down, and what came of them. They are never limited, and wait for no platform (R56)."""

from flask import url_for

from bot import intake
from bot.cli_retract import DONE, copy_json, unproven
from bot.context import Bot
from bot.intake_refusals import NotFound, find, require
from bot.intake_takedown import of_case
from bot.scopes import Scope
from bot.urgent import copies
from bot.web.api_asking import Answer, made_blueprint, once, operation, who
from bot.web.api_models import CasePath, EventSent, Once, RefPath, RetractionSent, RetractionTold, TakenDown
from bot.web.beside import take_down_beside
from bot.web.current import now, the_bot
from policies.authority import Act
from policies.terms import Retraction, case_key
from store import posts, publications
from store.ledger import Tx
from store.publications import Known

operations = made_blueprint("api_urgent")


@operation(
    operations.post,
    "/notices/<ref>/retraction",
    scope=Scope.RETRACT,
    answer=TakenDown,
    status=202,
    further=(409,),
)
def retract(path: RefPath, header: Once, body: RetractionSent) -> Answer:
    """Take a notice down now, on every channel, for good. It is safe to repeat."""
    return _retract(header, body, ref=path.ref)


@operation(
    operations.post, "/cases/<case>/retraction", scope=Scope.RETRACT, answer=TakenDown, status=202, further=(409,)
)
def retract_case(path: CasePath, header: Once, body: RetractionSent) -> Answer:
    """Take down everything of a case now, for good. It is safe to repeat."""
    return _retract(header, body, case=path.case)


def _retract(header: Once, body: RetractionSent, *, ref: str | None = None, case: str | None = None) -> Answer:
    down: list[int] = []

    def act(bot: Bot) -> Answer:
        down[:] = intake.retract(
            bot, who(), ref=ref, case=case, reason=body.reason, note=body.note, subject=body.subject
        )
        with bot.ledger.read() as tx:
            status = _of_case(tx, case or "") if ref is None else _of_notice(find(bot, tx, ref))
        return Answer(status=202, body={"status": status, "posts": len(down)}, location=status)

    answer = once(header, act)
    take_down_beside(the_bot(), down)
    return answer


@operation(operations.post, "/events", scope=Scope.EVENT, answer=TakenDown, status=202, further=(409,))
def event(header: Once, body: EventSent) -> Answer:
    """Record what happened in a case; whatever it covers comes down now."""
    down: list[int] = []

    def act(bot: Bot) -> Answer:
        down[:] = intake.record_event(
            bot,
            who(),
            body.case,
            body.what,
            subject=body.subject,
            happened_at=body.at or bot.now,
            source=body.source,
            note=body.note,
        )
        with bot.ledger.read() as tx:
            status = _of_case(tx, body.case)
        return Answer(status=202, body={"status": status, "posts": len(down)}, location=status)

    answer = once(header, act)
    take_down_beside(the_bot(), down)
    return answer


def _of_notice(known: Known) -> str:
    return url_for("api_urgent.retraction", ref=known.ref)


def _of_case(tx: Tx, case: str) -> str | None:
    """Where to follow what of the case comes down; None where nothing of it is retracted."""
    retracted = _retracted(tx, of_case(tx, case))
    return url_for("api_urgent.case_retraction", case=case_key(case)) if retracted else None


def _retracted(tx: Tx, named: list[Known]) -> list[tuple[Known, Retraction]]:
    found = [(known, publications.retraction_of(tx, known.id)) for known in named]
    return [(known, given) for known, given in found if given is not None]


@operation(operations.get, "/notices/<ref>/retraction", scope=Scope.READ, answer=RetractionTold)
def retraction(path: RefPath) -> Answer:
    """Each object of a retracted notice, from Asking to Gone, with the time at which that was proven."""
    bot = the_bot()
    require(who(), Act.READ)
    with bot.ledger.read() as tx:
        found = _retracted(tx, [find(bot, tx, path.ref)])
    return _told(bot, found)


@operation(operations.get, "/cases/<case>/retraction", scope=Scope.READ, answer=RetractionTold)
def case_retraction(path: CasePath) -> Answer:
    """The same of everything that was retracted of a case."""
    bot = the_bot()
    require(who(), Act.READ)
    with bot.ledger.read() as tx:
        found = _retracted(tx, of_case(tx, path.case, path="case"))
    return _told(bot, found)


def _told(bot: Bot, found: list[tuple[Known, Retraction]]) -> Answer:
    if not found:
        raise NotFound("retraction", "", "Nothing of it was retracted: see its status.")
    with bot.ledger.read() as tx:
        ids = [post.id for known, _ in found for post in posts.of_publication(tx, known.id)]
    seen = copies(bot, ids)
    gone = all(each.word in DONE for each in seen)
    return Answer(
        body={
            "at": now().isoformat(),
            "refs": [known.ref for known, _ in found],
            "reason": found[0][1].reason.value,
            "all_gone": gone,
            "copies": [copy_json(each) for each in seen],
            "left": [] if gone else unproven(bot, ids),
        }
    )
