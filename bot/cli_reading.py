"""Commands that look and compare: status, sweep, audit, check."""

from typing import Annotated

import typer

from bot import standing, sweep, watch
from bot.alerts import Sender
from bot.cli_opening import Doorway
from bot.cli_output import Exit, patience_of, say, say_json, tell
from bot.cli_status import board, board_lines, detail, detail_lines
from bot.context import Bot
from bot.urgent import take_down_now
from policies.lifecycle import State
from store import journal, posts

commands = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Patience = Annotated[str, typer.Option("--patience", metavar="TIME", help="How long to stay while something is due.")]


def sender_of(bot: Bot) -> Sender:
    given = bot.settings.alerts
    return Sender(given.urls, given.second_urls, link_base=given.link_base)


@commands.command("status")
def status(
    ctx: typer.Context,
    *,
    ref: Annotated[str | None, typer.Argument(metavar="[REF]", help="One notice with every object of it.")] = None,
    as_json: Json = False,
) -> None:
    """Show what is live, coming down, waiting, stuck and down. References only, never a name."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot, bot.ledger.read() as tx:
        now = bot.now
        if ref is None:
            whole = board(bot, tx, now)
            document, lines = whole.as_json(), board_lines(whole)
        else:
            one = detail(bot, tx, ref, now)
            document, lines = one.as_json(), detail_lines(one)
    if as_json:
        say_json(document)
        return
    for line in lines:
        say(line)


@commands.command("sweep")
def sweep_now(ctx: typer.Context, *, patience: Patience = "60s", as_json: Json = False) -> None:
    """Do everything that is due now, removals first, in this process; needs no service.

    Ends with 5 while something is overdue, with 4 while a removal is not proven, with 1 where a step broke off.
    """
    waiting = patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        done = sweep.sweep(bot, sender_of(bot), patience=waiting)
    left = [copy.as_json() for copy in done.unproven]
    if as_json:
        say_json(
            {
                "posts": done.posts,
                "strays": done.strays,
                "failed": done.failed,
                "unproven": left,
                "overdue": len(done.overdue),
            }
        )
    else:
        say(f"Posts worked on: {done.posts}. Copies that came to light: {done.strays}. Broken off: {done.failed}.")
        for copy in done.unproven:
            say(f"  Not proven gone yet: {copy.marker} on {copy.channel.value}")
        say(f"Overdue: {len(done.overdue)}")
    if done.overdue:
        raise typer.Exit(Exit.OVERDUE)
    if done.unproven:
        raise typer.Exit(Exit.PARTIAL)
    if done.failed:
        raise typer.Exit(Exit.FAILURE)


@commands.command("audit")
def audit(
    ctx: typer.Context,
    *,
    everything: Annotated[
        bool,
        typer.Option("--everything", help="As far back as any notice that may be up, not only since the last time."),
    ] = False,
    patience: Patience = "60s",
    as_json: Json = False,
) -> None:
    """Compare every account with the ledger now. A copy of ours that the ledger did not know is taken down.

    Ends with 4 where such a copy is not proven gone in time, with 1 where an account did not answer.
    """
    waiting = patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        strays, broken = sweep.compare_all(bot, list(bot.adapters), everything=everything)
        with bot.ledger.read() as tx:
            removing = [post.id for post in posts.in_states(tx, State.REMOVING)] if strays else []
        gone = not removing or take_down_now(bot, removing, patience=waiting)
        accounts = len(bot.adapters)
    if as_json:
        say_json({"accounts": accounts, "not_compared": broken, "strays": strays, "all_gone": gone})
    else:
        say(f"Accounts compared: {accounts - broken} of {accounts}. Copies the ledger did not know: {strays}.")
    if not gone:
        tell("One of them is not proven gone: see `downdate status`.")
        raise typer.Exit(Exit.PARTIAL)
    if broken:
        tell("An account did not answer, so it is not known what is on it: see `downdate doctor`.")
        raise typer.Exit(Exit.FAILURE)


@commands.command("check")
def check(ctx: typer.Context, *, as_json: Json = False) -> None:
    """One line for cron and Nagios: 0 all is well, 5 something is overdue, 1 the loop or the journal is not well."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot, bot.ledger.read() as tx:
        late_after = bot.settings.loop.late_after
        whole = False if not journal.tail_whole(tx) else None
        seen = standing.snapshot(bot, tx, bot.now, journal_ok=whole)
        ok, figures = watch.health(seen, bot.now, late_after=late_after)
        wrong = watch.problems(seen, late_after=late_after)
    live = sum(count for (_, state), count in seen.posts.items() if state == State.LIVE)
    if as_json:
        say_json(figures | {"live": live})
    else:
        head = "OK" if ok else f"CRITICAL: {', '.join(wrong)}"
        age = figures["last_sweep_seconds_ago"]
        said = "no sweep yet" if age is None else f"last sweep {age:.0f} s ago"
        say(f"DOWNDATE {head}; {live} live, {seen.overdue} overdue, {said} | overdue={seen.overdue} live={live}")
    if seen.overdue:
        raise typer.Exit(Exit.OVERDUE)
    if not ok:
        raise typer.Exit(Exit.FAILURE)
