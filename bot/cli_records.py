"""Commands about the record: alarms, the journal, the ledger's export, the settings in force."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter

from bot import alarms
from bot.alert_kinds import ADVICE, AlertKind
from bot.cli_opening import Doorway, TroubleError, acting
from bot.cli_output import Exit, misused, say, say_json, say_json_line, tell
from bot.cli_reading import sender_of
from bot.intake_refusals import NotFound, require
from bot.settings import shown
from policies.authority import Act
from policies.lifecycle import State
from policies.terms import Publication
from store import artefacts, cases, desk, erasure, journal, posts, publications
from store.ledger import Tx

commands = typer.Typer()
alerts = typer.Typer(invoke_without_command=True, help="Alarms that are raised.")
chain = typer.Typer(no_args_is_help=True, help="The record of every act: append-only, each entry chained to the last.")
book = typer.Typer(no_args_is_help=True, help="The ledger as it stands.")
config = typer.Typer(no_args_is_help=True, help="The settings in force.")
for name, group in (("alerts", alerts), ("journal", chain), ("ledger", book), ("config", config)):
    commands.add_typer(group, name=name)

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Whole = Annotated[bool, typer.Option("--json", help="One JSON document instead of a line for each.")]
_BODY: TypeAdapter[Publication] = TypeAdapter(Publication)


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
        alarms.acknowledge(bot, acting(bot), key)
    say(f"{key}: acknowledged.")


@alerts.command("test")
def try_out(ctx: typer.Context) -> None:
    """Raise an alarm that means nothing and send it now, to see whether it arrives. Ends with 1 where no route took it.

    Acknowledge it once it has arrived, so that the record shows that it did.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        require(person, Act.ACKNOWLEDGE)
        sender = sender_of(bot)
        with bot.ledger.write() as tx:
            entry = journal.append(tx, now=bot.now, actor=person.id, event="alarm_tested", subject="alerts")
            alarms.raise_once(bot, tx, AlertKind.TEST, None, None, bot.now, about=str(entry.seq))
        alarms.send_due(bot, sender, bot.now)
        with bot.ledger.read() as tx:
            row = next(each for each in desk.open_alerts(tx) if each.key.endswith(f":{entry.seq}"))
    for place in sender.unusable:
        tell(f"{place}: This address cannot be used. Correct it in the settings.")
    if row.sent_at is None:
        raise TroubleError("No route took the alarm: see alerts.urls and alerts.second_urls in the settings.")
    say(f"Sent. When it has arrived: downdate alerts ack {row.key}")


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
    as_json: Whole = False,
) -> None:
    """Print the journal as JSON lines. It holds no personal data and no free text."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot, bot.ledger.read() as tx:
        _say_rows((entry.as_json() for entry in journal.entries(tx, after=after)), whole=as_json)


def _say_rows(rows: Iterable[dict[str, Any]], *, whole: bool) -> None:
    """A line for each, as they come; `whole` makes them one document, held in memory."""
    if whole:
        say_json(list(rows))
        return
    for row in rows:
        say_json_line(row)


@book.command("export")
def ledger_export(
    ctx: typer.Context,
    *,
    with_content: Annotated[
        bool,
        typer.Option("--with-content", help="With names and texts: takes the right to export, and is put on record."),
    ] = False,
    as_json: Whole = False,
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
            _say_rows(_rows(tx, with_content=with_content), whole=as_json)


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
