"""Commands that take down at once, in this process and on all channels in parallel (R56): retract, and event."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bot import intake
from bot.cli_notices import CHANNELS, channel_of
from bot.cli_opening import Doorway, acting
from bot.cli_output import BY_HAND, Exit, clock_time, instant, misused, one_of, out, patience_of, say, say_json, tell
from bot.context import Bot
from bot.submission_checks import impossible_instant
from bot.urgent import Copy, copies, take_down_now
from policies.lifecycle import CLOSED, State
from policies.terms import CLAUSE, RETRACTION_REASONS, EventType, Person, Reason
from store import artefacts, desk, posts

commands = typer.Typer()
REASONS = ", ".join(f"{reason.value} ({CLAUSE[reason]})" for reason in RETRACTION_REASONS)
DONE = frozenset({"Gone", "Never up"})

Patience = Annotated[
    str, typer.Option("--patience", metavar="TIME", help="How long to stay while it is not proven gone.")
]
Subject = Annotated[
    str | None, typer.Option("--subject", metavar="NUMBER", help="The one person it concerns, such as S1; else all.")
]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="For the record; kept encrypted.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document at the end instead of lines.")]


@commands.command("retract")
def retract(
    ctx: typer.Context,
    *,
    ref: Annotated[str | None, typer.Argument(metavar="[REF]", help="The notice, such as DBC-7K3Q9M.")] = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="CASE", help="All notices of a case, instead of REF.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="REASON", help=f"One of, with its clause: {REASONS}.")
    ] = None,
    note: Note = "",
    subject: Subject = None,
    _: Annotated[bool, typer.Option("--yes", "-y", hidden=True, help="Nothing is asked with or without it.")] = False,
    patience: Patience = "60s",
    as_json: Json = False,
) -> None:
    """Take a notice down now, on every channel, for good. Any officer may, at any hour; nobody approves it.

    Each object on a platform is shown until it is proven gone. Ends when all are, or after 60 seconds with what is
    left and how to take it down by hand; then the exit code is 4. It is safe to repeat.
    """
    if (ref is None) == (case is None):
        raise misused("REF", ref, "Either a reference or a case is needed.", "Give REF, or --case CASE.")
    if reason is None:
        raise misused("--reason", None, "It is missing.", f"Use one of: {REASONS}.", "5.7.4")
    why = one_of(Reason, "--reason", reason, clause="5.7.4", among=RETRACTION_REASONS)
    stay = patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        what = ref or f"case {case}"
        down = intake.retract(bot, person, ref=ref, case=case, reason=why, note=note, subject=subject)
        tell(f"{what}: retracted for {why.value} ({CLAUSE[why]}); that is final.")
        if not down:
            tell("Nothing of it is up.")
        take_down(bot, down, stay, as_json=as_json)


@commands.command("event")
def event(
    ctx: typer.Context,
    *,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's reference, however it is written.")],
    what: Annotated[str, typer.Argument(metavar="WHAT", help=f"One of {', '.join(EventType)}.")],
    subject: Subject = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="When it happened, such as 2026-11-30T09:00:00+00:00; now if left out."
        ),
    ] = None,
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="How it became known; kept encrypted.")] = "",
    note: Note = "",
    patience: Patience = "60s",
    as_json: Json = False,
) -> None:
    """Record what happened in a case. Every notice it concerns comes down now, as `retract` does it."""
    happened = one_of(EventType, "WHAT", what, clause="5.7.4")
    stay = patience_of(patience)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person: Person = acting(bot)
        moment = bot.now if at is None else instant("--at", at)
        wrong = impossible_instant(moment, bot.now, past=True)
        if wrong is not None:
            raise misused("--at", at, *wrong)
        down = intake.record_event(
            bot, person, case, happened.value, subject=subject, happened_at=moment, source=source, note=note
        )
        tell(f"case {case}: {happened.value} is on record.")
        if not down:
            # Others of the case may well be up, such as after an appeal that was dismissed.
            tell("It takes down nothing that is up.")
        take_down(bot, down, stay, as_json=as_json)


@commands.command("attest")
def attest(
    ctx: typer.Context,
    *,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The notice, such as DBC-7K3Q9M.")],
    channel: Annotated[str, typer.Option("--channel", metavar="CHANNEL", help=f"One of {CHANNELS}.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What you saw, where and when; kept encrypted.")],
) -> None:
    """Put on record that you saw it gone, where the platform can no longer be read, such as a suspended account.

    It takes two persons. It then counts as removed, is shown as attested and not proven, and is looked at again.
    """
    chosen = channel_of(channel)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        done = intake.attest(bot, acting(bot), ref, chosen, note)
    if done.closed:
        say(f"{done.ref} on {chosen.value}: attested by two persons, not proven. It is looked at again.")
    else:
        say(f"{done.ref} on {chosen.value}: attested by you. It counts once a second person attests it too.")


def take_down(bot: Bot, post_ids: list[int], patience: timedelta, *, as_json: bool) -> None:
    """Work until all is proven gone; ends with 4 where something may still be up."""
    with _shown(quiet=as_json) as on_turn:
        try:
            all_gone = not post_ids or take_down_now(bot, post_ids, patience=patience, on_turn=on_turn)
        except KeyboardInterrupt:
            all_gone = False
    left = unproven(bot, post_ids)
    if as_json:
        say_json({"all_gone": all_gone, "copies": [copy_json(each) for each in copies(bot, post_ids)], "left": left})
    if all_gone:
        if post_ids:
            tell("All of it is proven gone.")
        return
    tell("May still be up. The service goes on trying, if it runs; take it down by hand now:")
    for each in left:
        tell(f"  {each['channel']}: {each['steps']}. {each['url'] or 'Its address is not known.'}")
    raise typer.Exit(Exit.PARTIAL)


def unproven(bot: Bot, post_ids: list[int]) -> list[dict[str, Any]]:
    """What of these posts may still be up, with where it is and how a person takes it down."""
    found = []
    with bot.ledger.read() as tx:
        tasks = {task.key: task for task in desk.open_tasks(tx)}
        named = [posts.get(tx, post_id) for post_id in post_ids]
        # Copies that came to light on the way belong to it too.
        extra = [
            post
            for publication in dict.fromkeys(each.publication_id for each in named)
            if publication is not None
            for post in posts.of_publication(tx, publication)
            if post.state is State.REMOVING and post.id not in post_ids
        ]
        for post in (*named, *extra):
            if post.state in CLOSED:
                continue
            task = tasks.get(f"by-hand:{post.id}")
            known = [row.url for row in artefacts.of_post(tx, post.id) if row.open and row.url]
            found.append(
                {
                    "channel": post.channel.value,
                    "marker": post.marker,
                    "steps": BY_HAND[post.channel],
                    "url": (task.link if task else None) or next(iter(known), None),
                    "code": task.what.rpartition(":")[2] if task else None,
                }
            )
    return found


def copy_json(copy: Copy) -> dict[str, Any]:
    return {
        "channel": copy.channel.value,
        "kind": copy.kind,
        "url": copy.url,
        "word": copy.word,
        "at": copy.at.isoformat() if copy.at else None,
    }


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Callable[[list[Copy]], None] | None]:
    """A table that lives on a terminal; one line for each change elsewhere."""
    if quiet:
        yield None
    elif out().is_terminal:
        with Live(console=out(), refresh_per_second=8) as live:
            yield lambda seen: live.update(table_of(seen))
    else:
        yield _changes()


def table_of(seen: list[Copy]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("Channel", "What", "Now", "London", "Where"):
        table.add_column(title)
    for copy in seen:
        colour = "green" if copy.word in DONE else "yellow"
        when = clock_time(copy.at) if copy.at else ""
        table.add_row(copy.channel.value, copy.kind, Text(copy.word, style=colour), when, Text(copy.url or ""))
    return table


def _changes() -> Callable[[list[Copy]], None]:
    said: dict[tuple[int, int], str] = {}

    def on_turn(seen: list[Copy]) -> None:
        before: Counter[int] = Counter()
        for copy in seen:
            place = (copy.post_id, before[copy.post_id])
            before[copy.post_id] += 1
            if said.get(place) != copy.word:
                said[place] = copy.word
                when = f" at {clock_time(copy.at)}" if copy.at else ""
                say(f"{copy.channel.value:<10} {copy.kind:<10} {copy.word}{when}  {copy.url or ''}".rstrip())

    return on_turn
