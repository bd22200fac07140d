"""The command that tells a person why: refused, held, allowed, up until when, or down because of what."""

from collections.abc import Iterator
from typing import Annotated

import typer

from bot.cli_opening import Doorway, acting
from bot.cli_output import caution_lines, comes_down, day_and_time, objection_line, say, say_json
from bot.cli_signs import fact_line
from bot.cli_status import held_words
from bot.explaining import Deadline, Explanation, Missing, Verdict, explain
from bot.intake_refusals import require
from policies.answers import CONSULTEES
from policies.authority import Act
from policies.lifecycle import State
from policies.terms import Reason

commands = typer.Typer()
VERDICTS: dict[Verdict, str] = {
    Verdict.REFUSED: "Refused: it may not go up as it stands.",
    Verdict.HELD: "Held: it may go up once what is missing is there.",
    Verdict.AWAITING_APPROVAL: "Waits for a Director's approval: the policy lets it go up once that is given.",
    Verdict.SENT_BACK: "Sent back by a Director: amend it, then it can be approved.",
    Verdict.ALLOWED: "Allowed: the policy lets it go up; it is queued.",
    Verdict.UP: "Up.",
    Verdict.COMING_DOWN: "Coming down.",
    Verdict.DOWN: "Down: nothing of it is to be up.",
    Verdict.NOT_POSTED: "Not posted on any channel. Once nothing stands in the way: `downdate requeue`.",
}
ENDS: dict[Reason, str] = {
    Reason.RETENTION_ENDED: "the retention period ends",
    Reason.SPENT: "a conviction is spent",
    Reason.ORDER_ENDED: "the order is over",
}


@commands.command("explain")
def explain_one(
    ctx: typer.Context,
    *,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The notice's reference, such as DBC-7K3Q9M.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
) -> None:
    """Say why a notice is refused, held, allowed or down, whose sign-off is missing, and when it must be down.

    Each reason comes with its clause and its remedy. Nobody is named.
    """
    doorway: Doorway = ctx.obj
    with doorway.bot() as bot:
        require(acting(bot), Act.READ)
        with bot.ledger.read() as tx:
            made = explain(bot, tx, ref, bot.now)
    if as_json:
        say_json(made.as_json())
        return
    for line in explanation_lines(made):
        say(line)


def explanation_lines(made: Explanation) -> Iterator[str]:
    """The account as text."""
    yield f"{made.ref}, revision {made.revision}, {made.kind.value.replace('_', ' ')}, {made.service}"
    yield VERDICTS[made.verdict]
    for objection in made.objections:
        yield f"  {objection_line(objection)}"
    if made.lesser_offered:
        yield f"A lesser form may do (5.7.3): `downdate anonymise {made.ref}` writes it out without the persons."
    yield from _missing_lines(made.missing)
    yield from _deadline_lines(made)
    yield from caution_lines(made.warnings, made.days_since_court_decision)
    if made.retracted_for and made.retracted_at:
        clause = f" ({made.retracted_clause})" if made.retracted_clause else ""
        yield f"Retracted {day_and_time(made.retracted_at)}: {made.retracted_for.value}{clause}"
    for event in made.events:
        about = event.subject or "the whole case"
        now = "; it forbids this notice now" if event.against else ""
        yield f"Event {event.what} ({event.clause}) about {about}, {day_and_time(event.happened_at)}{now}"
    if made.up_on:
        yield f"May be visible on: {', '.join(made.up_on)}"
    for wait in made.waits:
        yield f"Waits to go up on: {wait.channel.value}{f' ({held_words(wait.code)})' if wait.code else ''}"
    for copy in made.came_down:
        word = {State.NOT_POSTED: "not posted", State.REMOVED: "gone"}.get(copy.state, "coming down")
        why = ", ".join(each for each in (copy.reason, copy.clause, copy.code) if each)
        at = f", {day_and_time(copy.at)}" if copy.at else ""
        yield f"{copy.channel.value}: {copy.marker} {word}{at}: {why or 'no reason recorded'}"


def _missing_lines(missing: Missing) -> Iterator[str]:
    if missing.clearances:
        yield f"Missing: the clearance of {' and of '.join(CONSULTEES[each] for each in missing.clearances)}"
    if missing.approval_by:
        yield f"Missing: the approval of a Director of {missing.approval_by}, last of all"
    if missing.ticks:
        yield f"Missing: the Director's ticks {', '.join(missing.ticks)}"
    if missing.confirmation:
        yield "Missing: a confirmation that"
        for each in missing.confirmation:
            yield f"  {fact_line(each)}"


def _deadline_lines(made: Explanation) -> Iterator[str]:
    if made.verdict is Verdict.DOWN:
        return
    deadline: Deadline = made.deadline
    end = f"because {ENDS[deadline.reason]} ({deadline.clause})"
    if deadline.planned and deadline.by <= made.at:
        yield f"It could be up until {day_and_time(deadline.by)} only, {end}: that is over."
        return
    if deadline.planned:
        yield f"Once up, say now, it must be down by {day_and_time(deadline.by)}, {end}."
    else:
        yield f"{comes_down(deadline.by, made.at)}, {end}."
    yield f"Removal starts {day_and_time(deadline.removal_starts)}. {deadline.why_then}"
