"""Commands about the record of whole cases: export, legal hold, erasure on schedule, and the year's figures."""

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.annual import Annual, Requests, figures
from bot.cli_opening import Doorway, acting
from bot.cli_output import say, say_json, tell
from bot.disclosure_files import MANIFEST, export_case
from bot.erasure import Finding, erase_due, hold, release, survey
from bot.intake_refusals import require
from bot.settings_values import spoken
from policies.authority import Act
from policies.storage import Stays

commands = typer.Typer()
case = typer.Typer(no_args_is_help=True, help="The record of a case: export it, keep it from being erased.")
commands.add_typer(case, name="case")

Case = Annotated[str, typer.Argument(metavar="CASE", help="The case reference, such as EH/2026/0417.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
WHY: dict[Stays, str] = {
    Stays.NOT_YET: "its time has not come",
    Stays.MAY_BE_VISIBLE: "something of the case may be visible",
    Stays.LEGAL_HOLD: "the case is on legal hold",
    Stays.APPEAL_OPEN: "an appeal is open",
    Stays.MATTER_OPEN: "an event or request of the case is open",
}


@case.command("export")
def case_export(
    ctx: typer.Context,
    *,
    case: Case,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is new or empty.")],
) -> None:
    """Write everything on record about a case into FOLDER, for disclosure. It holds personal data, and is journalled.

    A page that prints, the same as JSON, the pictures as approved, evidence of removal, and a manifest to verify it.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        names = export_case(bot, acting(bot), case, folder)
    say(f"{len(names)} files. Verify them there with: sha256sum -c {MANIFEST}")
    tell("They hold personal data of offending: keep them under lock, and destroy them when they have served.")


@case.command("hold")
def case_hold(
    ctx: typer.Context,
    *,
    case: Case,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; kept encrypted.")],
) -> None:
    """Keep everything of a case from being erased, until it is released. Legal, the DPO or an administrator may."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        hold(bot, acting(bot), case, note)
    say("On legal hold: nothing of this case is erased until it is released.")


@case.command("release")
def case_release(
    ctx: typer.Context,
    *,
    case: Case,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; kept encrypted.")] = "",
) -> None:
    """End a legal hold: the schedule of erasure goes on."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        release(bot, acting(bot), case, note)
    say("Released: what is due is erased with the next daily run.")


@commands.command("erase")
def erase(
    ctx: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due and what stays; erase nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Erase now what is due by the schedule in policy.toml. The daemon does the same every night."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        require(person, Act.ERASE)
        if dry_run:
            with bot.ledger.read() as tx:
                found = survey(bot, tx, bot.now)
        else:
            found = erase_due(bot, actor=person.id)
    if as_json:
        say_json([_finding_json(each) for each in found])
        return
    for each in found:
        due = "due" if dry_run else "erased"
        say(f"{each.ref}  {each.part.value:<8}  {due if each.stays is None else 'stays: ' + WHY[each.stays]}")
    if not found:
        say("Nothing is due.")


def _finding_json(found: Finding) -> dict[str, Any]:
    return {"ref": found.ref, "part": found.part.value, "stays": found.stays.value if found.stays else None}


@commands.command("report")
def report(
    ctx: typer.Context,
    *,
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2000, max=2200)],
    as_json: Json = False,
) -> None:
    """Print the figures of a year for the Community Safety Partnership. They name nobody and no case."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        require(acting(bot), Act.READ)
        with bot.ledger.read() as tx:
            counted = figures(bot, tx, year)
    if as_json:
        say_json(counted.as_json())
        return
    say(f"{counted.council}: publicity about enforcement in {year}")
    _say_figures(counted, leave_out={"year", "council"})


def _say_figures(counted: Annual | Requests, leave_out: set[str], above: str = "") -> None:
    for each in fields(counted):
        value, label = getattr(counted, each.name), (above + each.name).replace("_", " ")
        label = label[0].upper() + label[1:]
        if each.name in leave_out:
            continue
        if isinstance(value, Requests):
            _say_figures(value, set(), "requests ")
        elif isinstance(value, dict):
            say(f"{label}:{'' if value else ' none'}")
            for name, number in value.items():
                say(f"  {name.replace('_', ' '):<28} {number:>6}")
        else:
            say(f"{label + ':':<40} {value if isinstance(value, int) else spoken(value)}")
