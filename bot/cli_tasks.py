"""Commands about what people must do: list it by due time, answer it, and the drafts that some tasks offer."""

from datetime import datetime
from typing import Annotated, Any

import typer

from bot import corrections
from bot.cli_opening import Doorway, acting
from bot.cli_output import day_and_time, misused, one_of, patience_of, say, say_json, tell
from bot.cli_retract import Json, Note, Patience, Subject, take_down
from bot.intake_refusals import find, require
from bot.intake_tasks import answer_task, owners
from policies.authority import Act
from policies.duties import duty_of
from policies.terms import Kind
from store import desk, publications
from store.ledger import Tx

commands = typer.Typer()
tasks = typer.Typer(invoke_without_command=True, help="What a person must do.")
commands.add_typer(tasks, name="tasks")


@tasks.callback()
def tasks_open(
    ctx: typer.Context,
    *,
    mine: Annotated[
        bool, typer.Option("--mine", help="Only yours: by your number, your roles and your services.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what a person must do, by due time."""
    if ctx.invoked_subcommand is not None:
        return
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        mine_as = owners(acting(bot)) if mine else None
        now = bot.now
        with bot.ledger.read() as tx:
            found = [each for each in desk.open_tasks(tx) if mine_as is None or each.owner in mine_as]
            refs = {each.id: ref_of(tx, each.publication_id) for each in found}
    if as_json:
        say_json([task_json(each, refs[each.id], now) for each in found])
        return
    for each in found:
        _say_task(each, refs[each.id], now)
    if not found:
        say("Nothing to do.")


def ref_of(tx: Tx, publication_id: int | None) -> str | None:
    return publications.by_id(tx, publication_id).ref if publication_id is not None else None


def _say_task(task: desk.Task, ref: str | None, now: datetime) -> None:
    duty = duty_of(task.what)
    what = " ".join(part for part in (task.what.replace("_", " "), ref) if part)
    late = ", OVERDUE" if task.due_at <= now else ""
    say(f"{task.id:>4}  {task.owner:<8} due {day_and_time(task.due_at)}{late}  {what}  {task.link or ''}".rstrip())
    if duty is not None:
        answers = f" Answer: {' or '.join(sorted(duty.answers))}." if duty.answers else ""
        say(f"      {duty.asks} ({duty.clause}){answers}")


def task_json(task: desk.Task, ref: str | None, now: datetime) -> dict[str, Any]:
    duty = duty_of(task.what)
    return {
        "id": task.id,
        "what": task.what,
        "owner": task.owner,
        "ref": ref,
        "link": task.link,
        "opened_at": task.opened_at.isoformat(),
        "due_at": task.due_at.isoformat(),
        "overdue": task.due_at <= now,
        "escalated_at": task.escalated_at.isoformat() if task.escalated_at else None,
        "asks": duty.asks if duty else None,
        "clause": duty.clause if duty else None,
        "answers": sorted(duty.answers) if duty else [],
    }


@tasks.command("done")
def task_done(
    ctx: typer.Context,
    *,
    number: Annotated[str, typer.Argument(metavar="ID")],
    answer: Annotated[
        str | None, typer.Option("--answer", metavar="ANSWER", help="Where the task asks: as `tasks` lists it.")
    ] = None,
    subject: Subject = None,
    note: Note = "",
    patience: Patience = "60s",
) -> None:
    """Put on record that you have done it, or what the answer is. An appeal that was lodged takes down at once.

    A removal by hand ends by proof instead, never by this.
    """
    if not number.isdecimal():
        raise misused("ID", number, "It is not a task's number.", "See `downdate tasks`.")
    task_id, stay = int(number), patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        answered = answer_task(bot, acting(bot), task_id, answer=answer, subject=subject, note=note)
        say(f"Task {task_id}: {answer or 'done'}.")
        if answered.down:
            take_down(bot, list(answered.down), stay, as_json=False)


@commands.command("correction")
def correction(
    ctx: typer.Context,
    *,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The notice that was taken down.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help=f"{' or '.join(corrections.OFFERED)}; what the events of the case ask for if left out.",
        ),
    ] = None,
) -> None:
    """Print a neutral draft that corrects a notice, or tells the result of an appeal, to be submitted as any other.

    It names nobody and shows nothing; its checklist is yours to answer. It is offered, never published by itself.
    """
    chosen = one_of(Kind, "--kind", kind, clause="6.4", among=corrections.OFFERED) if kind else None
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        require(acting(bot), Act.SUBMIT)
        with bot.ledger.read() as tx:
            known = find(bot, tx, ref)
            say_json(corrections.draft(tx, known, chosen or corrections.kind_offered(tx, known)))
    tell("Read it, answer its checklist, then `downdate submit FILE`. A Director approves it as any other notice.")
