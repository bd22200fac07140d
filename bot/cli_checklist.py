"""Commands that hand officers something to fill in: the decision checklist, and a lesser form of a notice."""

from typing import Annotated

import typer

from bot.cli_opening import Doorway, acting
from bot.cli_output import one_of, say, say_json, tell
from bot.forms import anonymised, blank, form
from bot.intake_refusals import Conflict, find, require
from policies.authority import Act
from policies.terms import Kind
from store import publications

commands = typer.Typer()
# These name nobody as they are.
_NAMELESS = frozenset({Kind.IMAGE_APPEAL, Kind.CORRECTION_NOTICE})


@commands.command("checklist")
def checklist(
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(Kind)}.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="A whole submission to fill in, which `submit` then takes.")
    ] = False,
) -> None:
    """Print the decision checklist (Annex A) of a kind of notice: questions, answers, what each does, clauses."""
    chosen = one_of(Kind, "KIND", kind, clause="1.5")
    if as_json:
        say_json(blank(chosen))
        return
    for line in form(chosen):
        say(line)


@commands.command("anonymise")
def anonymise(
    ctx: typer.Context,
    *,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The notice's reference, such as DBC-7K3Q9M.")],
) -> None:
    """Print a new submission without the persons' data, where only their identity bars a notice (5.7.3).

    Write its headline and body, answer what is blank, and `downdate submit` it: it is approved like any other.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        require(acting(bot), Act.SUBMIT)
        with bot.ledger.read() as tx:
            known = find(bot, tx, ref)
            if known.kind in _NAMELESS:
                raise Conflict("REF", known.ref, "This kind names nobody as it is.", "Amend it instead.", "5.7.3")
            newest = publications.load(tx, known.id, publications.latest_revision(tx, known.id))
            follows = known.ref if publications.retraction_of(tx, known.id) else None
    say_json(anonymised(newest, follows=follows))
    tell("Headline and body are yours to write. Read every answer again before you submit it.")
