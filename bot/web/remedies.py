"""What to do, for somebody at the console: where a remedy names a command, the page that does the same."""

import re

from bot.web.ticks import TICKS
from policies.effects import Tick

# The first that fits; what stands in a remedy is read as a sentence afterwards too.
_HERE: tuple[tuple[str, str], ...] = (
    (r"[Rr]un `downdate confirm`", "confirm the facts on the notice’s page"),
    (r"`downdate confirm(?: [^`]+)?`", "“Confirm the facts” on the notice’s page"),
    (r"Run `downdate tasks`, and", "Open Tasks, and"),
    (r"`downdate tasks`", "Tasks"),
    (r"`downdate status ([^`]+)`", r"the page of \1"),
    (r"`downdate status`", "Live now"),
    (r"`downdate alerts`", "Alarms, under Tasks"),
    (r"`downdate requests`", "Requests"),
    (r"`downdate doctor`", "Channels, where a check or a test line shows it"),
    (r"`downdate resume --channel [^`]+`", "Resume it under Channels."),
    (r"`downdate person (?:list|invite|add)`", "People"),
    (r"`downdate case export`", "Record, where a case is exported"),
    (r"Use `downdate stray take-down` or `downdate stray leave`", "Open the task, and take it down or leave it there"),
    (r"with `downdate retract ([^` ]+) [^`]*`", r"with Retract now on the page of \1"),
    (r"`downdate requeue`", "“Queue again” on the notice’s page"),
    (r"`downdate (?:advise|approve)`", "the notice’s page"),
    (r"Give REF, or --case CASE\.", "Give its reference, or its case."),
    (r"checklist\.consultations", "the consultations of the checklist"),
)
_NAMES = {"website": "Website", "facebook": "Facebook", "instagram": "Instagram", "x": "X"}
_A_CHANNEL = re.compile(
    r"\b(website|facebook|instagram|x)(?=:| is paused| is not configured| is not resolved| can take down)"
)
_A_TICK = re.compile(rf"\btick ({'|'.join(Tick)})\b")


def here(text: str) -> str:
    """The words, with the console's pages in the place of commands; channels and ticks by what people read."""
    for command, page in _HERE:
        text = re.sub(command, page, text)
    text = _A_TICK.sub(lambda found: f"tick “{TICKS[Tick(found[1])].rstrip('.')}”", text)
    return _A_CHANNEL.sub(lambda found: _NAMES[found[0]], text)
