"""Commands about items that show what a notice shows without our marker: take one down, or leave it."""

from typing import Annotated

import typer

from bot import intake
from bot.cli_notices import CHANNELS, channel_of
from bot.cli_opening import Doorway, acting
from bot.cli_output import patience_of, say, tell
from bot.cli_retract import Json, Note, Patience, take_down

commands = typer.Typer()
stray = typer.Typer(no_args_is_help=True, help="Items without our marker that show what a notice shows.")
commands.add_typer(stray, name="stray")

Where = Annotated[str, typer.Argument(metavar="CHANNEL", help=f"One of {CHANNELS}.")]
Item = Annotated[str, typer.Argument(metavar="ID", help="The item's id, as the alarm has it.")]


@stray.command("take-down")
def stray_take_down(
    ctx: typer.Context,
    *,
    channel: Where,
    item: Item,
    note: Note = "",
    patience: Patience = "60s",
    as_json: Json = False,
) -> None:
    """Take an item down that Downdate has asked about, as `retract` does it: now, for good, and on proof.

    It counts as a copy of the notice it shows, and that notice's clock as started when it was posted. Safe to repeat.
    """
    chosen, stay = channel_of(channel), patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        down = intake.take_down_stray(bot, acting(bot), chosen, item, note)
        if not down:
            tell("Nothing of it is up.")
        take_down(bot, down, stay, as_json=as_json)


@stray.command("leave")
def stray_leave(
    ctx: typer.Context,
    *,
    channel: Where,
    item: Item,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why it may stay; kept encrypted.")],
) -> None:
    """Leave an item that Downdate has asked about; it is not alarmed again."""
    chosen = channel_of(channel)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        ref = intake.leave_stray(bot, acting(bot), chosen, item, note)
    say(f"{item} on {chosen.value}: left as it is, though it shows what {ref} shows.")
