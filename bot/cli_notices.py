"""Commands about notices on their way up: submit, preview, approve, send back, confirm, amend, requeue, pause."""

from pathlib import Path
from typing import Annotated

import typer

from bot import intake
from bot.cli_opening import Doorway, acting
from bot.cli_output import (
    Exit,
    caution_json,
    caution_lines,
    misused,
    objection_json,
    objection_line,
    one_of,
    say,
    say_json,
    tell,
)
from bot.cli_signs import fact_json, fact_line
from bot.context import Bot
from bot.intake_foresee import foresee
from bot.intake_refusals import Conflict, Refused
from bot.scanning import scan_of
from bot.second_proof import prove_for_approval
from bot.submission import receive_file
from policies.effects import Effect, Tick
from policies.terms import Channel
from store import posts

commands = typer.Typer()
CHANNELS = ", ".join(Channel)
_TICK_WORDS = (
    "What you confirm by name, may be repeated; `preview` names those it needs. "
    f"{Tick.POST_AGAIN}: it may go up again where somebody took it down by hand. Others: "
    f"{', '.join(tick for tick in Tick if tick is not Tick.POST_AGAIN)}."
)

Ref = Annotated[str, typer.Argument(metavar="REF", help="The notice's reference, such as DBC-7K3Q9M.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The submission as JSON; its pictures lie beside it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Key = Annotated[
    str | None,
    typer.Option("--idempotency-key", metavar="KEY", help="Sent again with the same key, nothing happens twice."),
]
OneChannel = Annotated[str | None, typer.Option("--channel", metavar="CHANNEL", help=f"One of {CHANNELS}.")]


def channel_of(value: str) -> Channel:
    return one_of(Channel, "--channel", value, clause="6.6")


@commands.command("submit")
def submit(
    ctx: typer.Context,
    *,
    file: File,
    key: Key = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would stand in the way, and keep nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Queue a notice for approval; every objection is told at once.

    What the policy refuses is kept as a draft and ends with 3. config/submission.schema.json describes the file.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        received = receive_file(file, now=bot.now, scan=scan_of(bot.settings))
        if dry_run:
            submitted = foresee(bot, person, received).submitted
        else:
            submitted = intake.submit(bot, person, received, idempotency_key=_key(key))
    _said(submitted, as_json=as_json, dry_run=dry_run)


@commands.command("amend")
def amend(ctx: typer.Context, *, ref: Ref, file: File, key: Key = None, as_json: Json = False) -> None:
    """Add a revision to a notice. Nothing that is up changes before a Director approves it."""
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        person = acting(bot)
        received = receive_file(file, now=bot.now, scan=scan_of(bot.settings))
        submitted = intake.amend(bot, person, ref, received, idempotency_key=_key(key))
    _said(submitted, as_json=as_json, dry_run=False)


def _key(key: str | None) -> str | None:
    if key is not None and not 1 <= len(key.strip()) <= 200:
        raise misused("--idempotency-key", key, "It is empty or too long.", "Use 1 to 200 characters.")
    return key


def _said(submitted: intake.Submitted, *, as_json: bool, dry_run: bool) -> None:
    ref = None if dry_run else submitted.ref
    if as_json:
        say_json(
            {
                "ref": ref,
                "revision": submitted.revision,
                "digest": None if dry_run else submitted.digest,
                "refused": submitted.refused,
                "objections": [objection_json(each) for each in submitted.objections],
            }
            | caution_json(submitted.cautions, submitted.days_since)
        )
    elif dry_run:
        say("Nothing was kept.")
    else:
        say(f"{ref}, revision {submitted.revision}, digest {submitted.digest}")
    for each in submitted.objections:
        tell(f"  {objection_line(each)}")
    for line in caution_lines(submitted.cautions, submitted.days_since):
        tell(line)
    if not dry_run and any(each.lesser for each in submitted.objections):
        tell(f"A lesser form may do (5.7.3): `downdate anonymise {ref}` writes it out without the persons.")
    if submitted.refused:
        tell(
            "The policy refuses it as it stands."
            if dry_run
            else f"Kept as a draft: mend it with `downdate amend {ref}`."
        )
        raise typer.Exit(Exit.REFUSED)
    if not dry_run and any(each.effect is Effect.HOLD for each in submitted.objections):
        tell(f"Held until that is there; what is still missing: `downdate explain {ref}`.")
    elif not dry_run:
        tell(f"A Director reads it with `downdate preview {ref}` and approves it by its digest.")


@commands.command("preview")
def preview(ctx: typer.Context, *, ref: Ref, channel: OneChannel = None, as_json: Json = False) -> None:
    """Show exactly what each channel would show, and the digest to approve."""
    doorway: Doorway = ctx.obj
    chosen = channel_of(channel) if channel else None
    with doorway.bot() as bot:
        shown = intake.preview(bot, acting(bot), ref)
    if chosen is not None and chosen not in shown.renditions:
        remedy = f"Choose one of: {', '.join(each for each in Channel if each in shown.renditions)}."
        raise Conflict("--channel", chosen, "This notice is not for that channel.", remedy, "6.6")
    renditions = {
        each: shown.renditions[each] for each in Channel if each in shown.renditions and chosen in (None, each)
    }
    if as_json:
        say_json(
            {
                "ref": shown.ref,
                "revision": shown.revision,
                "digest": shown.digest,
                "objections": [objection_json(each) for each in shown.objections],
                "ticks": [each.value for each in shown.ticks],
                "channels": {
                    each.value: {
                        "marker": made.marker,
                        "text": made.text,
                        "pictures": [{"sha256": one.sha256, "alt_text": one.alt_text} for one in made.pictures],
                    }
                    for each, made in renditions.items()
                },
            }
            | caution_json(shown.cautions, shown.days_since)
        )
        return
    for each, made in renditions.items():
        say(f"=== {each.value} ===")
        say(made.text)
        for one in made.pictures:
            say(f"[picture {one.sha256[:12]}: {one.alt_text}]")
        say()
    say(f"Digest of revision {shown.revision}, all channels: {shown.digest}")
    for objection in shown.objections:
        tell(f"  {objection_line(objection)}")
    if shown.ticks:
        tell(f"Ticks that its approval needs: {', '.join(shown.ticks)}.")
    for line in caution_lines(shown.cautions, shown.days_since):
        tell(line)


@commands.command("approve")
def approve(
    ctx: typer.Context,
    *,
    ref: Ref,
    digest: Annotated[
        str, typer.Option("--digest", metavar="DIGEST", help="What `preview` shows: exactly that goes up.")
    ],
    tick: Annotated[list[str] | None, typer.Option("--tick", metavar="TICK", help=_TICK_WORDS)] = None,
    code: Annotated[
        str, typer.Option("--code", metavar="CODE", help="The six digits that your authenticator shows now.")
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="The reason; kept encrypted.")] = "",
    as_json: Json = False,
) -> None:
    """Approve exactly what the preview shows (12.1). Only a Director of the service may, and never an author.

    Besides the token it takes a fresh code; in a rehearsal only where the Director has set one up.
    """
    ticks = [one_of(Tick, "--tick", each, clause="12.1") for each in tick or []]
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        try:
            person = acting(bot)
            prove_for_approval(bot, person, code, bot.now)
            approved = intake.approve(bot, person, ref, digest, ticks, note=note)
        except Refused as refused:
            if any(each.path == "approval.digest" for each in refused.objections):
                tell(f"--digest = {digest[:64]}: It is not what `preview` shows now.")
            raise
        with bot.ledger.read() as tx:
            queued = [posts.get(tx, each).channel.value for each in approved.queued]
    if as_json:
        say_json(
            {
                "ref": approved.ref,
                "revision": approved.revision,
                "given_at": approved.given_at.isoformat(),
                "queued": queued,
                "confirmed": [fact_json(each) for each in approved.confirmed],
            }
            | caution_json(approved.cautions, approved.days_since)
        )
        return
    say(f"{approved.ref}, revision {approved.revision}: approved; queued for {', '.join(queued) or 'no channel anew'}.")
    for each in approved.confirmed:
        tell(f"Confirmed by the approval: {fact_line(each)}")
    for line in caution_lines(approved.cautions, approved.days_since):
        tell(line)
    tell(f"It goes up with the next sweep. See `downdate status {approved.ref}`.")


@commands.command("send-back")
def send_back(
    ctx: typer.Context,
    *,
    ref: Ref,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What has to change; kept encrypted.")],
) -> None:
    """Return a notice to its author with the reason, instead of approving it."""
    if not note.strip():
        raise misused("--note", note, "It is empty.", "Say what has to change.")
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        intake.send_back(bot, acting(bot), ref, note)
    say(f"{ref}: sent back. Its author is told.")


@commands.command("requeue")
def requeue(
    ctx: typer.Context,
    *,
    ref: Ref,
    channel: Annotated[str, typer.Option("--channel", metavar="CHANNEL", help=f"One of {CHANNELS}.")],
) -> None:
    """Queue a channel again after what it refused was mended: same content, same approval, all checks anew."""
    chosen = channel_of(channel)
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        intake.requeue(bot, acting(bot), ref, chosen)
    say(f"{ref}: queued for {chosen.value} again.")


@commands.command("pause")
def pause(ctx: typer.Context, *, channel: OneChannel = None) -> None:
    """Stop what goes up and what is edited, on one channel or all. Removal is never paused."""
    chosen = channel_of(channel) if channel else None
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        intake.pause(bot, acting(bot), chosen)
        _say_paused(bot)


@commands.command("resume")
def resume(ctx: typer.Context, *, channel: OneChannel = None) -> None:
    """Let posts and edits go on again."""
    chosen = channel_of(channel) if channel else None
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        intake.resume(bot, acting(bot), chosen)
        _say_paused(bot)


def _say_paused(bot: Bot) -> None:
    from store import desk

    with bot.ledger.read() as tx:
        now_paused = sorted(desk.paused(tx))
    say(f"Paused: {', '.join(now_paused) or 'none'}. What is up comes down as planned.")
