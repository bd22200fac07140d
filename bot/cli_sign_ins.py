"""Commands about people and how they sign in to the console: invitations, identities of Entra ID, sessions (12.1)."""

import re
from typing import Annotated

import typer

from bot import accounts
from bot.cli_opening import Doorway
from bot.cli_output import day_and_time, misused, say, say_json, tell
from bot.cli_people import administrator, commands, person

__all__ = ["commands"]
_ID = Annotated[str, typer.Argument(metavar="ID", help="Such as p3.")]
_ENTRA_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@person.command("invite")
def invite(ctx: typer.Context, *, person_id: _ID) -> None:
    """Print a link to set up a sign-in with, once. It works once, for three days. Every Director is told."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        secret = accounts.invite(bot, administrator(bot), person_id)
        address = f"{bot.settings.console.public_url}/set-up/{secret}"
    say(address)
    tell(f"Hand it to {person_id} in person: whoever opens it first signs in as {person_id}. Earlier links are void.")


@person.command("link")
def link(
    ctx: typer.Context,
    *,
    person_id: _ID,
    tenant: Annotated[str, typer.Option("--tenant", metavar="ID", help="The directory (tenant) id in Entra.")],
    subject: Annotated[str, typer.Option("--subject", metavar="ID", help="The person's object id in Entra.")],
) -> None:
    """Let a person sign in with Microsoft. Every Director is told."""
    doorway: Doorway = ctx.obj
    for option, value in (("--tenant", tenant), ("--subject", subject)):
        if not _ENTRA_ID.fullmatch(value):
            remedy = "Copy it from Entra, such as 11111111-2222-3333-4444-555555555555."
            raise misused(option, value, "It is not an id of Entra.", remedy)
    with doorway.bot() as bot:
        accounts.link(bot, administrator(bot), person_id, tenant=tenant, subject=subject)
    say(f"{person_id} may sign in with Microsoft from now on.")


@person.command("sessions")
def sessions(
    ctx: typer.Context,
    *,
    person_id: _ID,
    end: Annotated[bool, typer.Option("--end", help="Sign the person out everywhere.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Where a person is signed in, newest first."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        admin = administrator(bot)
        found = accounts.sessions(bot, admin, person_id)
        if end:
            accounts.end_sessions(bot, admin, person_id)
    if as_json:
        say_json(
            [
                {"device": each.device, "since": each.made_at.isoformat(), "last_seen": each.seen_at.isoformat()}
                for each in found
            ]
        )
    else:
        for each in found:
            times = f"since {day_and_time(each.made_at)}, last seen {day_and_time(each.seen_at)}"
            say(f"{times}: {each.device or 'unknown'}")
    if end:
        tell(f"{person_id} is signed out of {len(found)} browser{'' if len(found) == 1 else 's'}.")
    elif not found:
        tell(f"{person_id} is not signed in anywhere.")
