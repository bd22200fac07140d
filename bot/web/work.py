"""Tasks and alarms as people read them: what is asked, under which clause, how late it is, and what may be said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot import elsewhere
from bot.alert_kinds import ADVICE, AlertKind
from bot.cli_output import BY_HAND
from bot.intake_takedown import numbers_of
from bot.web.notices import NAMES, subjects_of
from bot.web.remedies import here
from bot.web.words import sentence
from policies.duties import Duty, duty_of
from policies.terms import Channel, EventType
from store import desk, publications
from store.ledger import Tx

ANSWERS: dict[str, str] = {
    "no_appeal": "No appeal was lodged",
    "appeal_lodged": "An appeal was lodged",
    "in_force": "It is still in force",
    "ended": "It has ended",
    "unpaid": "It is not paid in full",
    "paid": "It is paid in full",
}
# What an alarm asks for, where the console has a page for it.
_HERE: dict[AlertKind, str] = {
    AlertKind.FACTS_UNCONFIRMED: "Check them, and confirm them on the notice's page.",
    AlertKind.TASK_OVERDUE: "Do it, or have it done: it stands first under Tasks.",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A task in words. `ends_elsewhere`: it ends by proof or by a decision, not by an answer here."""

    task: desk.Task
    ref: str | None
    case_key: str | None
    asks: str
    clause: str
    answers: tuple[tuple[str, str, bool], ...]
    """What may be answered: code, words, and whether it takes everything it covers down."""
    numbers: tuple[str, ...]
    """Whom the answer may be about, where it is not the same for all."""
    names: Mapping[str, str] = field(repr=False)
    """Of everybody whom the notice is about, by those numbers."""
    overdue: bool
    stray: tuple[Channel, str] | None = None
    request: str | None = None
    by_hand: bool = False

    @property
    def ends_elsewhere(self) -> bool:
        return self.by_hand or self.request is not None


def shown(tx: Tx, task: desk.Task, now: datetime) -> Shown:
    """The task with everything that its page says."""
    duty = duty_of(task.what)
    known = _known(tx, task)
    numbers = tuple(sorted(numbers_of(tx, known))) if known and duty and _takes_down(duty.answers.values()) else ()
    detail = task.what.partition(":")[2]
    return Shown(
        task=task,
        ref=known.ref if known else None,
        case_key=known.case_key if known else None,
        asks=duty.asks if duty else _asks(task),
        clause=duty.clause if duty else "",
        answers=_answers(duty),
        numbers=numbers if len(numbers) > 1 and detail not in numbers else (),
        names=subjects_of(tx, [known]) if known else {},
        overdue=task.due_at <= now,
        stray=_stray(task),
        request=detail if duty and duty.ends_with else None,
        by_hand=task.key.startswith("by-hand:"),
    )


def _known(tx: Tx, task: desk.Task) -> publications.Known | None:
    """The notice that the task is about; an alarm's task names it in its key alone."""
    if task.publication_id is not None:
        return publications.by_id(tx, task.publication_id)
    of_alarm = task.key.split(":")[1:2] if task.what.partition(":")[0] in set(AlertKind) else []
    return publications.find(tx, of_alarm[0]) if of_alarm else None


def _answers(duty: Duty | None) -> tuple[tuple[str, str, bool], ...]:
    """What changes nothing stands first."""
    means = duty.answers if duty else {}
    found = [(code, ANSWERS.get(code, code), bool(events)) for code, events in means.items()]
    return tuple(sorted(found, key=lambda each: (each[2], each[0])))


def _takes_down(answers: Iterable[tuple[EventType, ...]]) -> bool:
    return any(answers)


def _stray(task: desk.Task) -> tuple[Channel, str] | None:
    if not task.key.startswith(elsewhere.TASK):
        return None
    channel, _, item = task.key.removeprefix(elsewhere.TASK).partition(":")
    return Channel(channel), item


def _asks(task: desk.Task) -> str:
    """A task that an alarm, a refused removal or a stray has made."""
    kind, _, rest = task.what.partition(":")
    channel = rest.partition(":")[0]
    where = Channel(channel) if channel in set(Channel) else None
    if task.key.startswith("by-hand:") and where is not None:
        return f"Take it down by hand on {NAMES[where]}. {sentence(BY_HAND[where])}. Downdate looks until it is gone."
    if task.key.startswith(elsewhere.TASK) and where is not None:
        return f"An item on {NAMES[where]} shows what this notice shows. Take it down, or leave it and say why."
    if kind in set(AlertKind):
        what = NAMES[where] if where is not None else "The notice"
        return f"{ADVICE[AlertKind(kind)].title.format(what=what)}. {do_words(AlertKind(kind))}"
    return sentence(task.what.replace("_", " ").replace(":", ", "))


def do_words(kind: AlertKind) -> str:
    """What an alarm asks a person to do, here."""
    return here(_HERE.get(kind, ADVICE[kind].do))


@dataclass(frozen=True, kw_only=True)
class Raised:
    """An alarm in words."""

    row: desk.AlertRow
    title: str
    do: str


def raised(rows: Iterable[desk.AlertRow]) -> list[Raised]:
    """The alarms, those that nobody has acknowledged first."""
    found = []
    for row in rows:
        where = NAMES[Channel(row.channel)] if row.channel in set(Channel) else row.channel
        what = " on ".join(part for part in (row.ref, where) if part) or "A notice"
        kind = AlertKind(row.kind)
        found.append(Raised(row=row, title=ADVICE[kind].title.format(what=what), do=do_words(kind)))
    return sorted(found, key=lambda each: each.row.acknowledged_at is not None)
