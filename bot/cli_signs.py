"""Commands by which people sign: advice of consultees, and confirmation of what may have changed (5.5, 12.1)."""

from typing import Annotated

import typer

from bot import intake
from bot.cli_opening import Doorway, acting
from bot.cli_output import misused, one_of, say, say_json, tell
from policies.answers import CONSULTEES, Consultee
from policies.volatile import VolatileFact

commands = typer.Typer()
Ref = Annotated[str, typer.Argument(metavar="REF", help="The notice's reference, such as DBC-7K3Q9M.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]


def fact_line(fact: VolatileFact) -> str:
    return f"{fact.what} ({fact.clause})"


def fact_json(fact: VolatileFact) -> dict[str, str]:
    return {"name": fact.name, "clause": fact.clause, "what": fact.what}


@commands.command("advise")
def advise(
    ctx: typer.Context,
    *,
    ref: Ref,
    role: Annotated[str, typer.Option("--as", metavar="ROLE", help=f"Who advises; one of {', '.join(Consultee)}.")],
    note: Annotated[
        str,
        typer.Option(
            "--note", metavar="TEXT", help="What is advised, for a partner with its reference; kept encrypted."
        ),
    ],
    clear: Annotated[
        bool | None, typer.Option("--clear/--against", help="Whether it may go up as it stands.", show_default=False)
    ] = None,
    revision: Annotated[
        int | None, typer.Option("--revision", metavar="N", help="The one you read; refused if there is a newer one.")
    ] = None,
) -> None:
    """Record what the Data Protection Officer, Legal or a partner says of the newest revision (5.5).

    The first two speak with their own token only. Whatever was approved before has to be approved again.
    """
    consultee = one_of(Consultee, "--as", role, clause="5.5")
    if clear is None:
        raise misused("--clear", None, "It is missing.", "Give --clear or --against.", "5.5")
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        bound = intake.advise(bot, acting(bot), ref, role=consultee, cleared=clear, note=note, revision=revision)
    word = "cleared" if clear else "advised against"
    say(f"{ref}, revision {bound}: {word} by {CONSULTEES[consultee]}.")
    tell("It counts for this revision alone. See `downdate explain` for what is still missing.")
    if not clear:
        tell(f"If it is up already and must not be: `downdate retract {ref} --reason …`.")


@commands.command("confirm")
def confirm(
    ctx: typer.Context,
    *,
    ref: Ref,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Whom you asked, and when; kept encrypted.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be confirmed, and confirm nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """State in your own name that nothing has changed, within a day before it goes up; prints each fact stated (R23).

    Check every one of them first: `--dry-run` lists them.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        stated = intake.to_confirm(bot, person, ref) if dry_run else intake.confirm(bot, person, ref, note=note)
    if as_json:
        say_json({"ref": ref, "confirmed": not dry_run, "facts": [fact_json(each) for each in stated]})
        return
    say(f"{ref}: to be confirmed:" if dry_run else f"{ref}: confirmed:")
    for each in stated:
        say(f"  {fact_line(each)}")
