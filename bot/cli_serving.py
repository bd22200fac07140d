"""Commands for whoever runs it: init, serve, doctor, backup, rehearse, demo."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from adapters.base import AdapterError
from bot import canary
from bot.assemble import wall_clock
from bot.audit import check_account
from bot.cli_notices import OneChannel, channel_of
from bot.cli_opening import Doorway, TroubleError, acting
from bot.cli_output import Exit, day_and_time, misused, patience_of, say, say_json, tell
from bot.context import Bot
from bot.demo import run_demo
from bot.intake_refusals import Conflict, NotFound, require
from bot.layout import policy_version
from bot.running import run_here
from bot.serving import PARTS, leave, serve
from bot.settings import Settings, cautions
from policies.authority import Act
from policies.terms import Channel, Person, Role
from store import desk, journal, people
from store.backup import back_up
from store.ledger import KEY_KEPT, create, fact, set_fact
from store.types import Cipher, make_key, read_key

commands = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]


@commands.command("init")
def init(
    ctx: typer.Context,
    *,
    admin: Annotated[
        str | None,
        typer.Option("--admin", metavar="NAME", help="The first administrator, who then adds everybody else."),
    ] = None,
    rehearsal: Annotated[
        bool,
        typer.Option(
            "--rehearsal",
            help="Mark the ledger for good: sample people and short times are allowed, real platforms never.",
        ),
    ] = False,
) -> None:
    """Make the ledger, its key and the first administrator; on one that is there, bring its tables up to date.

    The key and the token are printed once. Keep the key off this machine: without it nobody can read the notices.
    """
    doorway: Doorway = ctx.obj
    settings = doorway.settings(rehearsal=rehearsal)
    fresh = not Path(settings.ledger.url.removeprefix("sqlite:///")).exists()
    if fresh:
        _named(admin)
    cipher = _key_of(settings, fresh=fresh)
    ledger = create(
        settings.ledger.url, cipher, settings.ledger.folder, rehearsal=rehearsal, policy=policy_version(settings)
    )
    try:
        if ledger.rehearsal != rehearsal:
            now_is = "a rehearsal's" if ledger.rehearsal else "not a rehearsal's"
            raise Conflict("--rehearsal", str(rehearsal), f"The ledger is {now_is}, for good.", "Use another folder.")
        now = wall_clock()
        with ledger.write() as tx:
            known = people.everyone(tx, now)
            if known and admin is not None:
                raise Conflict(
                    "--admin", admin, "Somebody is there already.", "An administrator uses `downdate person add`."
                )
            token = None
            if not known:
                made, token = people.add(tx, name=_named(admin), held=[(Role.ADMIN, None)], now=now)
                journal.append(tx, now=now, actor=made.id, event="ledger_made", subject=made.id, rehearsal=rehearsal)
    finally:
        ledger.close()
    if fresh:
        say(f"Key: {settings.ledger.key_file.read_text().strip()}")
        tell("Keep the key off this machine, then run `downdate doctor --key-check CODE` with its code:")
        say(f"Code: {cipher.check_code}")
    if token is None:
        tell("The ledger was there already; its tables are up to date.")
        return
    say(f"Token: {token}")
    tell("Whoever holds the token acts as the administrator (DOWNDATE_TOKEN). Neither is shown again.")


def _named(admin: str | None) -> str:
    """The first administrator's name; without one nothing is made, for the key would never be shown."""
    if not (admin or "").strip():
        raise misused("--admin", admin, "It is missing or empty.", 'Give a name: --admin "…".', "12.1")
    return str(admin).strip()


def _key_of(settings: Settings, *, fresh: bool) -> Cipher:
    """The ledger's key, made if there is no ledger yet. A ledger without its key is never given another one."""
    given = settings.ledger
    if given.key_file.exists():
        try:
            return read_key(given.key_file)
        except ValueError:
            raise TroubleError("The ledger's key is not a key: it must be 64 hexadecimal digits.") from None
    if not fresh:
        raise TroubleError("The ledger's key is not there. Put it back from where it is kept (ledger.key_file).")
    return make_key(given.key_file)


@commands.command("serve")
def serve_command(
    ctx: typer.Context,
    *,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="PART", help=f"One of {', '.join(PARTS)}; may be repeated. Default: all."),
    ] = None,
) -> None:
    """Run until SIGTERM: the loop that posts and takes down, the public site, and the watch page."""
    for part in only or []:
        if part not in PARTS:
            raise misused("--only", part, "It is not known.", f"Use one of: {', '.join(PARTS)}.")
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        for caution in cautions(bot.settings):
            tell(f"Caution: {caution}")
        idle = serve(bot, parts=tuple(only) if only else PARTS)
    if not idle:
        leave()


@commands.command("doctor")
def doctor(
    ctx: typer.Context,
    *,
    fly: Annotated[
        bool,
        typer.Option("--canary", help="Post one marked test line where nothing less shows the right to delete."),
    ] = False,
    channel: OneChannel = None,
    key_check: Annotated[
        str | None,
        typer.Option("--key-check", metavar="CODE", help="The code of the key that you keep off this machine."),
    ] = None,
    patience: Annotated[
        str, typer.Option("--patience", metavar="TIME", help="How long to stay until the test line is proven gone.")
    ] = "60s",
    as_json: Json = False,
) -> None:
    """Ask every channel which account it is, whether it may post, and whether it may remove. Ends with 1 if one cannot.

    With --canary and --channel the test line is posted there in any case; without, where the right is not shown yet.
    """
    doorway: Doorway = ctx.obj
    chosen, stay = channel_of(channel) if channel else None, patience_of(patience)
    with doorway.bot() as bot:
        # Before anything is asked of a platform.
        person = _may_fly(bot) if fly else None
        if chosen is not None and chosen not in bot.adapters:
            raise NotFound("--channel", chosen, f"Enabled are: {', '.join(bot.adapters)}.")
        if key_check is not None:
            _key_is_kept(bot, key_check)
        found = {each: _asked(bot, each) for each in bot.adapters if chosen in (None, each)}
        if person is not None:
            for each in [each for each in found if chosen is not None or not found[each]["can_remove"]]:
                canary.asked(bot, person, each)
                found[each] = _flown(bot, each, stay)
        with bot.ledger.read() as tx:
            kept = fact(tx, KEY_KEPT) is not None
        said = [*cautions(bot.settings)]
        if not bot.adapters:
            said.append("no channel is enabled, so that nothing goes up: see channels in the settings")
    if not kept:
        said.append("the key is not shown to be kept elsewhere: `downdate doctor --key-check CODE`")
    _say_health(found, said, as_json=as_json)
    if not all(each["can_remove"] and each["can_post"] for each in found.values()):
        raise typer.Exit(Exit.FAILURE)


def _may_fly(bot: Bot) -> Person:
    person = acting(bot)
    require(person, Act.CANARY)
    return person


def _key_is_kept(bot: Bot, code: str) -> None:
    if code.strip().lower() != bot.ledger.cipher.check_code:
        raise Conflict("--key-check", code[:60], "It is not the code of this ledger's key.", "Look at the kept key.")
    with bot.ledger.write() as tx:
        set_fact(tx, KEY_KEPT, bot.now.isoformat())
        journal.append(tx, now=bot.now, actor="operator", event="key_kept", subject="ledger")


def _asked(bot: Bot, channel: Channel) -> dict[str, Any]:
    """What the channel says now; what is known from before where it does not answer."""
    problem = None
    try:
        check_account(bot, channel)
    except AdapterError as error:
        problem = error.code
    with bot.ledger.read() as tx:
        account = desk.account(tx, channel)
    return {
        "can_post": bool(account.can_post) and problem is None,
        "can_remove": bool(account.can_remove) and problem is None,
        "expires_at": account.expires_at,
        "problem": problem or account.problem,
    }


def _flown(bot: Bot, channel: Channel, patience: timedelta) -> dict[str, Any]:
    tell(f"{channel.value}: posting a test line and deleting it …")
    problem = None
    try:
        if not canary.fly(bot, channel, patience=patience):
            problem = "canary-not-proven-gone"
    except AdapterError as error:
        problem = error.code
    told = _asked(bot, channel)
    return told | {"problem": problem, "can_remove": False} if problem else told


def _say_health(found: dict[Channel, dict[str, Any]], said: list[str], *, as_json: bool) -> None:
    if as_json:
        channels = {
            each.value: told | {"expires_at": told["expires_at"].isoformat() if told["expires_at"] else None}
            for each, told in found.items()
        }
        say_json({"channels": channels, "cautions": said})
        return
    for each, told in found.items():
        say(f"{each.value:<10} {'may post' if told['can_post'] else 'MAY NOT POST':<13} {_may_remove(told)}")
    for text in said:
        tell(f"Caution: {text}")


def _may_remove(told: dict[str, Any]) -> str:
    expires: datetime | None = told["expires_at"]
    parts = [
        "may remove" if told["can_remove"] else "MAY NOT REMOVE: nothing is posted there",
        f"until {day_and_time(expires)}" if expires else "",
        f"({told['problem']})" if told["problem"] else "",
    ]
    return " ".join(part for part in parts if part)


@commands.command("backup")
def backup(
    ctx: typer.Context,
    *,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="On another disk; an earlier copy is replaced.")],
    as_json: Json = False,
) -> None:
    """Copy the ledger and its sealed pictures, checked. Never the key: keep that elsewhere."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        made = back_up(bot.ledger, bot.media.folder, folder)
    if as_json:
        say_json({"entries": made.entries, "head": made.head, "pictures": made.pictures, "missing": made.missing})
    else:
        say(f"Copied: {made.entries} journal entries, {made.pictures} pictures. Checkpoint: {made.entries}:{made.head}")
    if made.missing:
        tell(f"{made.missing} pictures that the ledger names are not there.")
        raise typer.Exit(Exit.FAILURE)


@commands.command("rehearse")
def rehearse(
    ctx: typer.Context,
    *,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="Keep everything there. Default: nowhere.")
    ] = None,
) -> None:
    """Run everything on loopback with stand-ins of the networks, sample people and a sample notice, until SIGTERM."""
    del ctx
    run_here(folder)


@commands.command("demo")
def demo(ctx: typer.Context) -> None:
    """Show the whole life of a notice in under a minute, each step checked against the stand-ins' own account."""
    del ctx
    if not run_demo(Console()):
        raise typer.Exit(Exit.FAILURE)
