"""Commands about what the public asks: log it, acknowledge it, decide it, list it (5.5, 5.7.4(e), 11)."""

from datetime import datetime
from typing import Annotated, Any

import typer

from bot.cli_opening import Doorway, acting
from bot.cli_output import day_and_time, instant, misused, one_of, patience_of, say, say_json, tell
from bot.cli_retract import Json, Note, Patience, take_down
from bot.context import Bot
from bot.intake_refusals import require
from bot.intake_requests import Logged, acknowledge_request, decide_request, log_request
from policies.authority import Act
from policies.requests import GRAVE, Allegation, Decision, RequestKind
from store import desk, publications, requests
from store.ledger import Tx, read_note

commands = typer.Typer()
request = typer.Typer(no_args_is_help=True, help="What the public asks: removal, re-use, complaints.")
commands.add_typer(request, name="request")

Ref = Annotated[str | None, typer.Argument(metavar="[REF]", help="The notice, such as DBC-7K3Q9M.")]
Case = Annotated[str | None, typer.Option("--case", metavar="CASE", help="All notices of a case, instead of REF.")]
Received = Annotated[
    str | None,
    typer.Option(
        "--received", metavar="TIME", help="When it came, such as 2026-11-30T09:00:00+00:00; now if left out."
    ),
]
Number = Annotated[int, typer.Argument(metavar="ID", help="The request's number, as `requests` lists it.")]


@request.command("removal")
def removal(
    ctx: typer.Context,
    *,
    ref: Ref = None,
    case: Case = None,
    allegation: Annotated[
        str,
        typer.Option(
            "--allegation",
            metavar="WHAT",
            help=f"One of {', '.join(Allegation)}. All but {Allegation.OTHER} take the notice down at once, for good.",
        ),
    ],
    received: Received = None,
    note: Note = "",
    patience: Patience = "60s",
) -> None:
    """Log that somebody asks for removal (5.5). A grave allegation takes the notice down first; it is decided after.

    Any other is acknowledged, and decided within one working day by an officer with the Data Protection Officer.
    """
    alleged = one_of(Allegation, "--allegation", allegation, clause="5.5")
    stay = patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        logged = log_request(
            bot,
            acting(bot),
            RequestKind.REMOVAL,
            ref=ref,
            case=case,
            allegation=alleged,
            received_at=_moment(bot, received),
            note=note,
        )
        _said(logged)
        if alleged in GRAVE:
            tell("It comes down now, for good; it may return only as a new notice, once the request is decided.")
            take_down(bot, list(logged.down), stay, as_json=False)


@request.command("reuse")
def reuse(
    ctx: typer.Context, *, ref: Ref = None, case: Case = None, received: Received = None, note: Note = ""
) -> None:
    """Log that somebody asks to use the material again; only the Director of the service agrees (5.7.4(e))."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        at = _moment(bot, received)
        _said(log_request(bot, acting(bot), RequestKind.REUSE, ref=ref, case=case, received_at=at, note=note))


@request.command("complaint")
def complaint(
    ctx: typer.Context, *, ref: Ref = None, case: Case = None, received: Received = None, note: Note = ""
) -> None:
    """Log a complaint for the yearly figures; the council's own procedure answers it."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        at = _moment(bot, received)
        _said(log_request(bot, acting(bot), RequestKind.COMPLAINT, ref=ref, case=case, received_at=at, note=note))


def _moment(bot: Bot, given: str | None) -> datetime:
    return bot.now if given is None else instant("--received", given)


def _said(logged: Logged) -> None:
    due = f"; to be decided by {day_and_time(logged.decide_by)}" if logged.decide_by else ""
    say(f"Request {logged.id}: logged{due}.")


@request.command("acknowledge")
def acknowledge(ctx: typer.Context, *, number: Number, note: Note = "") -> None:
    """Put on record that the applicant has been told that the request arrived."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        acknowledge_request(bot, acting(bot), number, note=note)
    say(f"Request {number}: acknowledged.")


@request.command("decide")
def decide(
    ctx: typer.Context,
    *,
    number: Number,
    uphold: Annotated[
        bool, typer.Option("--uphold", help="It is granted; a removal takes the notice down now.")
    ] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It is not granted.")] = False,
    with_person: Annotated[
        str | None,
        typer.Option("--with", metavar="PERSON", help="Whom you decided a removal with, such as p3; one is the DPO."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="The reasons; kept encrypted.")],
    patience: Patience = "60s",
) -> None:
    """Decide a request. Upheld, a removal takes the notice down now, as `retract` does it."""
    if uphold == reject:
        raise misused("--uphold", None, "Say which.", "Give either --uphold or --reject.", "5.5")
    stay = patience_of(patience)
    decision = Decision.UPHELD if uphold else Decision.REJECTED
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        down = decide_request(bot, acting(bot), number, decision, with_person=with_person, note=note)
        say(f"Request {number}: {decision.value}.")
        if down:
            take_down(bot, down, stay, as_json=False)


@commands.command("requests")
def requests_known(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List every request and complaint with what was done about it, oldest first."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        require(acting(bot), Act.READ)
        now = bot.now
        with bot.ledger.read() as tx:
            found = [_request_json(tx, each, now) for each in requests.everything(tx)]
    if as_json:
        say_json(found)
        return
    for each in found:
        about = each["ref"] or each["case"] or "no notice"
        stands = each["decision"] or (f"undecided, due {each['due']}" if each["due"] else "logged")
        late = ", OVERDUE" if each["overdue"] else ""
        say(f"{each['id']:>4}  {each['kind']:<9} {each['allegation']:<17} {about}  {stands}{late}")
    if not found:
        say("Nobody has asked for anything.")


def _request_json(tx: Tx, asked: requests.Request, now: datetime) -> dict[str, Any]:
    decided = requests.decision_of(tx, asked.id)
    what = {f"decide_request:{asked.id}", f"decide_reuse:{asked.id}"}
    task = next((each for each in desk.open_tasks(tx) if each.what in what), None)
    ref = publications.by_id(tx, asked.publication_id).ref if asked.publication_id is not None else None
    return {
        "id": asked.id,
        "kind": asked.kind.value,
        "ref": ref,
        "case": asked.case_key or None,
        "allegation": asked.allegation.value,
        "received_at": asked.received_at.isoformat(),
        "recorded_by": asked.recorded_by,
        "note": read_note(tx, asked.note) if asked.note else None,
        "acknowledged": any(each.what == requests.ACKNOWLEDGED for each in requests.acts_of(tx, asked.id)),
        "decision": decided.decision.value if decided and decided.decision else None,
        "decided_by": [each for each in (decided.person, decided.with_person) if each] if decided else [],
        "due": day_and_time(task.due_at) if task else None,
        "overdue": task is not None and task.due_at <= now,
    }
