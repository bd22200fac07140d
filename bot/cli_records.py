"""Commands about the record: tasks, alarms, the journal, the ledger's export, the settings in force."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter

from bot.alert_kinds import ADVICE, AlertKind
from bot.cli_opening import Doorway, acting
from bot.cli_output import Exit, day_and_time, misused, say, say_json, say_json_line, tell
from bot.intake_refusals import Conflict, NotFound, require
from bot.settings import shown
from policies.authority import Act
from policies.lifecycle import State
from policies.terms import Publication
from store import artefacts, cases, desk, erasure, journal, posts, publications
from store.ledger import Tx

commands = typer.Typer()
tasks = typer.Typer(invoke_without_command=True, help="What a person must do.")
alerts = typer.Typer(invoke_without_command=True, help="Alarms that are raised.")
chain = typer.Typer(no_args_is_help=True, help="The record of every act: append-only, each entry chained to the last.")
book = typer.Typer(no_args_is_help=True, help="The ledger as it stands.")
config = typer.Typer(no_args_is_help=True, help="The settings in force.")
for name, group in (("tasks", tasks), ("alerts", alerts), ("journal", chain), ("ledger", book), ("config", config)):
    commands.add_typer(group, name=name)

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
_BODY: TypeAdapter[Publication] = TypeAdapter(Publication)


@tasks.callback()
def tasks_open(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List what a person must do, the most urgent first."""
    if ctx.invoked_subcommand is not None:
        return
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot, bot.ledger.read() as tx:
        found = desk.open_tasks(tx)
        refs = {each.id: _ref(tx, each.publication_id) for each in found}
    if as_json:
        say_json([_task_json(each, refs[each.id]) for each in found])
        return
    for each in found:
        what = " ".join(part for part in (each.what.replace("_", " "), refs[each.id]) if part)
        say(f"{each.id:>4}  {each.owner:<8} due {day_and_time(each.due_at)}  {what}  {each.link or ''}".rstrip())
    if not found:
        say("Nothing to do.")


def _ref(tx: Tx, publication_id: int | None) -> str | None:
    return publications.by_id(tx, publication_id).ref if publication_id is not None else None


def _task_json(task: desk.Task, ref: str | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "what": task.what,
        "owner": task.owner,
        "ref": ref,
        "link": task.link,
        "opened_at": task.opened_at.isoformat(),
        "due_at": task.due_at.isoformat(),
    }


@tasks.command("done")
def task_done(ctx: typer.Context, *, task_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Put on record that you have done it. A removal by hand ends by proof instead, never by this."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        require(person, Act.ACKNOWLEDGE)
        with bot.ledger.write() as tx:
            task = next((each for each in desk.open_tasks(tx) if each.id == task_id), None)
            if task is None:
                raise NotFound("ID", str(task_id), "See `downdate tasks`.")
            if task.key.startswith("by-hand:"):
                what = "It ends when the copy is seen to be gone."
                raise Conflict("ID", str(task_id), what, "Take it down; the bot goes on looking.", "5.7.4")
            desk.finish_task(tx, task.key, by=person.id, now=bot.now)
            journal.append(tx, now=bot.now, actor=person.id, event="task_done", subject=f"task-{task_id}")
    say(f"Task {task_id}: done.")


@alerts.callback()
def alerts_raised(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the alarms that are raised, oldest first."""
    if ctx.invoked_subcommand is not None:
        return
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot, bot.ledger.read() as tx:
        found = desk.open_alerts(tx)
    if as_json:
        say_json([_alert_json(each) for each in found])
        return
    for each in found:
        advice = ADVICE[AlertKind(each.kind)]
        what = " on ".join(part for part in (each.ref, each.channel) if part) or "a notice"
        answered = f", acknowledged by {each.acknowledged_by}" if each.acknowledged_at else ""
        say(f"{each.key}{answered}")
        say(f"    {advice.title.format(what=what)}. {advice.do}")
    if not found:
        say("No alarm is raised.")


def _alert_json(row: desk.AlertRow) -> dict[str, Any]:
    def said(at: datetime | None) -> str | None:
        return None if at is None else at.isoformat()

    return {
        "key": row.key,
        "kind": row.kind,
        "ref": row.ref,
        "channel": row.channel,
        "raised_at": said(row.raised_at),
        "sent_at": said(row.sent_at),
        "acknowledged_at": said(row.acknowledged_at),
        "acknowledged_by": row.acknowledged_by,
    }


@alerts.command("ack")
def acknowledge(ctx: typer.Context, *, key: Annotated[str, typer.Argument(metavar="KEY")]) -> None:
    """Say that you have seen an alarm, so that it is not repeated. It stays raised while its reason lasts."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        require(person, Act.ACKNOWLEDGE)
        with bot.ledger.write() as tx:
            raised = {each.key for each in desk.open_alerts(tx)}
            if key not in raised:
                raise NotFound("KEY", key, "See `downdate alerts`.")
            if desk.acknowledge_alert(tx, key, by=person.id, now=bot.now):
                journal.append(tx, now=bot.now, actor=person.id, event="acknowledged", subject=key)
    say(f"{key}: acknowledged.")


@chain.command("verify")
def journal_verify(
    ctx: typer.Context,
    *,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="An export to verify instead of this ledger.")
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", metavar="SEQ:HASH", help="A number and hash kept elsewhere that must still hold."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify that each entry follows from the one before. Ends with 1 at the first that does not."""
    kept = _checkpoint(checkpoint)
    if file is not None:
        verdict = journal.verify(_exported(file), checkpoint=kept)
    else:
        doorway: Doorway = ctx.obj
        with doorway.bot() as bot, bot.ledger.read() as tx:
            verdict = journal.verify((each.as_json() for each in journal.entries(tx)), checkpoint=kept)
    if as_json:
        said = {"whole": verdict.whole, "entries": verdict.entries, "head": verdict.head}
        say_json(said | {"first_bad": verdict.first_bad})
    elif verdict.whole:
        say(f"Whole: {verdict.entries} entries. Checkpoint to keep elsewhere: {verdict.entries}:{verdict.head}")
    if not verdict.whole:
        tell(f"The journal is NOT whole: entry {verdict.first_bad} does not fit. Follow the runbook journal-broken.")
        raise typer.Exit(Exit.FAILURE)


def _checkpoint(given: str | None) -> tuple[int, str] | None:
    if given is None:
        return None
    number, _, digest = given.partition(":")
    if not number.isdecimal() or int(number) < 1 or len(digest) != 64:
        raise misused("--checkpoint", given, "It is no checkpoint.", "Give number and hash, as `verify` prints them.")
    return int(number), digest.lower()


def _exported(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise NotFound("FILE", file.name, "Name an export that exists and that you may read.") from None
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            entry = None
        # What is no entry fits nowhere in the chain.
        yield entry if isinstance(entry, dict) else {}


@chain.command("export")
def journal_export(
    ctx: typer.Context,
    *,
    after: Annotated[int, typer.Option("--after", metavar="SEQ", min=0, help="Only what came after this entry.")] = 0,
) -> None:
    """Print the journal as JSON lines. It holds no personal data and no free text."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot, bot.ledger.read() as tx:
        for entry in journal.entries(tx, after=after):
            say_json_line(entry.as_json())


@book.command("export")
def ledger_export(
    ctx: typer.Context,
    *,
    with_content: Annotated[
        bool,
        typer.Option("--with-content", help="With names and texts: takes the right to export, and is put on record."),
    ] = False,
) -> None:
    """Print the ledger as JSON lines: publications, posts, artefacts, clocks. No personal data unless asked for."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        if with_content:
            person = acting(bot)
            require(person, Act.EXPORT)
            with bot.ledger.write() as tx:
                journal.append(tx, now=bot.now, actor=person.id, event="exported", subject="ledger", content=True)
        with bot.ledger.read() as tx:
            for row in _rows(tx, with_content=with_content):
                say_json_line(row)


def _rows(tx: Tx, *, with_content: bool) -> Iterator[dict[str, Any]]:
    plain: TypeAdapter[Any] = TypeAdapter(dict[str, Any])
    known = publications.everything(tx)
    for each in known:
        row: dict[str, Any] = {"type": "publication", **vars(each)}
        row["revisions"] = publications.latest_revision(tx, each.id)
        row["approved_revision"] = publications.approved_revision(tx, each.id)
        retraction = publications.retraction_of(tx, each.id)
        row["retraction"] = vars(retraction) if retraction else None
        row["erased"] = sorted(erasure.erased(tx, each.id))
        if with_content:
            row["content"] = [
                _BODY.dump_python(replace(publications.load(tx, each.id, n), authors=frozenset()), mode="json")
                for n in range(1, row["revisions"] + 1)
            ]
        yield plain.dump_python(row, mode="json")
    for post in posts.in_states(tx, *State):
        yield plain.dump_python({"type": "post", **vars(post)}, mode="json")
        for artefact in artefacts.of_post(tx, post.id):
            yield plain.dump_python({"type": "artefact", **vars(artefact)}, mode="json")
    for key in dict.fromkeys(each.case_key for each in known):
        for clock in cases.clocks_of_case(tx, key):
            yield plain.dump_python({"type": "clock", "case_key": key, **vars(clock)}, mode="json")


@config.command("show")
def config_show(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show every setting in force, secrets masked."""
    doorway: Doorway = ctx.obj
    made = shown(doorway.settings_in_force())
    if as_json:
        say_json(made)
        return
    for line in _flat(made):
        say(line)


def _flat(tree: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key} = {json.dumps(value, ensure_ascii=False)}"
