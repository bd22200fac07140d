"""Commands about people: who may act, and with which token. Only an administrator's token opens them (12.1)."""

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from bot import accounts
from bot.cli_opening import Doorway, acting
from bot.cli_output import day_and_time, misused, one_of, say, say_json, tell
from bot.context import Bot
from bot.intake_people import (
    Held,
    add_person,
    disable_person,
    grant_role,
    in_order,
    revoke_role,
    somebody,
    spoken,
)
from bot.intake_refusals import Conflict, require
from bot.scopes import GRANTABLE, Scope, grantable
from bot.scopes import spoken as spoken_scopes
from bot.signing_in import TWICE
from policies.authority import Act
from policies.retention import london_midnight
from policies.terms import Person, Role
from store import people

commands = typer.Typer()
person = typer.Typer(no_args_is_help=True, help="People, their roles and their tokens (administrators only).")
commands.add_typer(person, name="person")
HUMAN_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)
_ONCE = "It is shown this once. Hand it over in person; whoever holds it acts as that person (DOWNDATE_TOKEN)."
_SHOWN = "It is shown this once. `downdate person token` without --scope withdraws it with all others."

Id = Annotated[str, typer.Argument(metavar="ID", help="Such as p3.")]


@person.command("add")
def add(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Argument(help="The person's name; kept encrypted.", metavar="NAME")],
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help=f"One of {', '.join(HUMAN_ROLES)}; may be repeated."),
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help="The service a Director directs.")
    ] = None,
    system: Annotated[
        bool, typer.Option("--system", help="A system that submits; it can neither approve nor confirm.")
    ] = False,
    answers_for: Annotated[
        str | None,
        typer.Option("--answers-for", metavar="ID", help="The person who answers for the system, such as p1."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Last day of the roles, such as 2026-12-24.")
    ] = None,
) -> None:
    """Give somebody a role, and print the token that proves it, once. Every Director is told."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        admin = administrator(bot)
        held = _held(bot, role or [], service, system=system)
        ends = _ends(until, bot.now)
        if system and ends:
            raise misused("--until", until, "A system has no dated roles.", "Disable it when it is no longer used.")
        if not name.strip():
            raise misused("NAME", name, "It is empty.", "Give the person's name.")
        if system != (answers_for is not None):
            remedy = "Give --system and --answers-for ID together, or neither."
            raise misused("--answers-for", answers_for, "A system needs a person who answers for it.", remedy, "12.1")
        made, token = add_person(bot, admin, name.strip(), held, ends=ends, until=until, answers_for=answers_for)
    say(token)
    ending = f", until the end of {until}" if until else ""
    tell(f"{made.id} may act from now on as {spoken(held) or 'a system'}{ending}. {_ONCE}")


@person.command("list")
def everybody(
    ctx: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False
) -> None:
    """Who may act, and as what. The JSON document leaves the names out."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        administrator(bot)
        with bot.ledger.read() as tx:
            known = people.everyone(tx, bot.now)
    if as_json:
        say_json(
            [{"id": each.id, "system": each.system, "roles": spoken(in_order(each)).split(", ")} for each in known]
        )
        return
    for each in known:
        say(f"{each.id:<5} {each.name:<30} {spoken(in_order(each)) or 'no role in force'}")


@person.command("disable")
def disable(ctx: typer.Context, *, person_id: Id) -> None:
    """End all a person may do, and the systems they answer for. What they did stays theirs."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        admin = administrator(bot)
        ended, now = disable_person(bot, admin, person_id), bot.now
    for each in ended:
        say(f"{each} may not act any more, as of {day_and_time(now)}.")


@person.command("grant")
def grant(
    ctx: typer.Context,
    *,
    person_id: Id,
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help=f"One of {', '.join(HUMAN_ROLES)}.")
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help="The service a Director directs.")
    ] = None,
    starts: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day of the role; at once where it is not given.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Last day of the role, such as 2026-12-24.")
    ] = None,
) -> None:
    """Give a known person a further role between two days, such as a deputy's (12.1). Every Director is told.

    Never add the same human twice: who wrote a notice as one person could approve it as the other.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        admin, now = administrator(bot), bot.now
        ((given, of),) = _held(bot, [role] if role else [], service, system=False)
        begins = max(_day("--from", starts), now) if starts else now
        ends = _ends(until, begins)
        grant_role(bot, admin, person_id, (given, of), begins=begins, ends=ends, since=starts, until=until)
    first = f" from {starts}" if starts else " from now on"
    say(f"{person_id}: {spoken([(given, of)])}{first}{f', until the end of {until}' if until else ''}.")
    if given in TWICE:
        tell(
            f"{person_id} signs in anew, with a second factor. For who has none: `downdate person invite {person_id}`."
        )


@person.command("revoke")
def revoke(
    ctx: typer.Context,
    *,
    person_id: Id,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="The role that ends.")],
    service: Annotated[
        str | None, typer.Option("--service", metavar="SERVICE", help="The service a Director directs.")
    ] = None,
) -> None:
    """End a person's role now, also one that has not begun. Every Director is told."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        admin, now = administrator(bot), bot.now
        ((ended, of),) = _held(bot, [role], service, system=False)
        revoke_role(bot, admin, person_id, (ended, of))
    say(f"{person_id}: no longer {spoken([(ended, of)])}, as of {day_and_time(now)}.")


@person.command("token")
def token(
    ctx: typer.Context,
    *,
    person_id: Id,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help=f"A further token for this part of the HTTP API alone; one of {spoken_scopes(GRANTABLE)}.",
        ),
    ] = None,
) -> None:
    """Withdraw a person's tokens and print a new one, once. Every Director is told.

    With --scope, which may be repeated, it is a further token for those parts of the HTTP API, and no other ends.
    """
    scopes = [one_of(Scope, "--scope", each, clause="12.1", among=sorted(GRANTABLE)) for each in scope or []]
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        admin = administrator(bot)
        with bot.ledger.write() as tx:
            _grantable(somebody(tx, person_id, bot.now), scopes)
            if not scopes:
                people.revoke_tokens(tx, person_id, bot.now)
            made = people.issue_token(tx, person_id, bot.now, scopes=scopes or None)
            accounts.record(bot, tx, admin, "token_issued", person_id, scopes=spoken_scopes(scopes) or None)
    say(made)
    if scopes:
        tell(f"It opens {spoken_scopes(scopes)} in the HTTP API, as {person_id}, and no command. {_SHOWN}")
    else:
        tell(f"This is the only token of {person_id} now. {_ONCE}")


def _grantable(person: Person, scopes: list[Scope]) -> None:
    """Raises Conflict for what a token of the person never opens."""
    for each in scopes:
        if each not in grantable(person):
            remedy = f"Use one of: {spoken_scopes(grantable(person))}."
            raise Conflict("--scope", each, "A system can neither approve nor confirm.", remedy, "12.1")


def administrator(bot: Bot) -> Person:
    admin = acting(bot)
    require(admin, Act.ADD_PERSON)
    return admin


def _held(bot: Bot, given: list[str], service: str | None, *, system: bool) -> Held:
    """The roles asked for, each with its service. Raises Misused."""
    roles = [one_of(Role, "--role", each, clause="12.1", among=HUMAN_ROLES) for each in dict.fromkeys(given)]
    if system and roles:
        raise misused("--role", roles[0], "A system has no other role.", "Leave --role out.", "12.1")
    if not system and not roles:
        raise misused("--role", None, "It is missing.", f"Use one of: {', '.join(HUMAN_ROLES)}.", "12.1")
    services = [each.name for each in bot.settings.council.services]
    if Role.DIRECTOR in roles and service not in services:
        what = "It is missing." if service is None else "There is no such service."
        raise misused("--service", service, what, f"Use one of: {', '.join(services)}.", "12.1")
    if service is not None and Role.DIRECTOR not in roles:
        raise misused("--service", service, "Only a Director has a service.", "Leave it out.", "12.1")
    if system:
        return []
    return [(role, service if role is Role.DIRECTOR else None) for role in roles]


def _day(option: str, given: str, *, after: int = 0) -> datetime:
    """London's midnight at which the day begins, or so many days later. Raises Misused."""
    try:
        return london_midnight(date.fromisoformat(given) + timedelta(days=after))
    except (ValueError, OverflowError):
        raise misused(option, given, "It is not a date.", "Write it such as 2026-12-24.") from None


def _ends(until: str | None, begins: datetime) -> datetime | None:
    if until is None:
        return None
    ends = _day("--until", until, after=1)
    if ends <= begins:
        raise misused("--until", until, "It is over before it begins.", "Give a day from the first one on.")
    return ends
