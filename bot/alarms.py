"""Keeps the ledger's alarms true and sends them: raised while there is a reason, repeated until a person answers.

Each pass compares what is alarming now with what is raised, so that a missed pass, a crash or a late start changes
nothing but the time. What only happens once is read from the journal, up to where the last pass had read.
"""

from collections.abc import Mapping
from datetime import datetime

from bot import alarms_rules as rules
from bot.alarms_rules import Alarm
from bot.alert_kinds import AlertKind
from bot.alerts import Alert, Route, Sender
from bot.context import Bot
from bot.intake_refusals import NotFound, require
from bot.standing import at_stake, copies
from policies.authority import Act
from policies.terms import Channel, Person
from store import desk, journal
from store.ledger import Tx, fact, set_fact

# The number of the last journal entry that alarms were taken from.
READ_UP_TO = "alarms_read_up_to"
_BY = "daemon"


def raise_alarms(bot: Bot, tx: Tx, now: datetime, *, found: Mapping[AlertKind, bool] | None = None) -> None:
    """Raise every alarm there is a reason for and close those that are over.

    `found` says what only the caller can know, such as JOURNAL_BROKEN: True raises and False closes; a kind that is
    not named stays as it is.
    """
    clock = {} if bot.clock_skew is None else {AlertKind.CLOCK_WRONG: bot.clock_wrong}
    raised = desk.open_alerts(tx)
    wanted = {alarm.key: alarm for alarm in _reasons(bot, tx, now, raised)}
    for row in raised:
        level = row.kind in rules.LEVEL_KINDS
        if (level and row.key not in wanted) or (not level and rules.is_over(tx, row)):
            _close(tx, row, now)
    for alarm in (*wanted.values(), *_happened(tx)):
        _raise(bot, tx, alarm, now)
    for kind, applies in {**clock, **(found or {})}.items():
        if applies:
            _raise(bot, tx, Alarm(kind=kind), now)
        else:
            desk.close_alert(tx, Alarm(kind=kind).key, now)


def raise_once(  # noqa: PLR0917  # what, where and when, in the order a caller says it
    bot: Bot,
    tx: Tx,
    kind: AlertKind,
    ref: str | None,
    channel: Channel | None,
    now: datetime,
    *,
    about: str = "",
) -> bool:
    """Raise what a caller has just found; False while the same is raised already.

    `about` tells findings apart that share kind, ref and channel: a person's or an object's id, never a name.
    """
    return _raise(bot, tx, Alarm(kind=kind, ref=ref, channel=channel, about=about), now)


def _reasons(bot: Bot, tx: Tx, now: datetime, raised: list[desk.AlertRow]) -> list[Alarm]:
    # Nothing is alarming before `alert_urgent`, so a removal that has just begun costs nothing here; but a copy that
    # has an alarm is looked at whatever it does.
    stake = {copy.post_id: copy for copy in at_stake(bot, tx, now, quiet_for=bot.settings.loop.alert_urgent)}
    alarmed = [row for row in raised if row.kind in rules.REMOVAL_KINDS]
    named = {post.id: post for row in alarmed for post in rules.copies_named(tx, row) if post.id not in stake}
    stake |= {copy.post_id: copy for copy in copies(bot, tx, now, named.values())}
    return [
        *rules.removals(bot, tx, now, tuple(stake.values())),
        *rules.waiting(bot, tx, now),
        *rules.approvals(bot, tx, now),
        *rules.tasks(tx, now),
        *rules.credentials(bot, tx, now),
        *rules.loop(bot, tx, now),
    ]


def _happened(tx: Tx) -> list[Alarm]:
    """What the journal tells since the last pass, and the mark moved on in the same transaction."""
    read = int(fact(tx, READ_UP_TO) or 0)
    entries = list(journal.entries(tx, after=read))
    if entries:
        set_fact(tx, READ_UP_TO, str(entries[-1].seq))
    return [alarm for alarm in (rules.told_by(tx, entry) for entry in entries) if alarm is not None]


def _task_key(key: str, raised_at: datetime) -> str:
    """An alarm's task for the author; raised anew, it is a new task."""
    return f"{key}@{raised_at.isoformat()}"


def _raise(bot: Bot, tx: Tx, alarm: Alarm, now: datetime) -> bool:
    channel = alarm.channel.value if alarm.channel else None
    fresh = desk.raise_alert(tx, key=alarm.key, kind=alarm.kind.value, now=now, ref=alarm.ref, channel=channel)
    if fresh and alarm.author is not None:
        desk.open_task(
            tx,
            key=_task_key(alarm.key, now),
            what=":".join((alarm.kind.value, channel or "-", alarm.code or "-")),
            owner=alarm.author,
            now=now,
            due_at=now + bot.settings.loop.alert_approval_waiting,
        )
    return fresh


def _close(tx: Tx, row: desk.AlertRow, now: datetime) -> None:
    desk.close_alert(tx, row.key, now)
    desk.finish_task(tx, _task_key(row.key, row.raised_at), by=row.acknowledged_by or _BY, now=now)


def send_due(bot: Bot, sender: Sender, now: datetime) -> int:
    """Send what is not sent yet, and again what nobody has answered; returns how many went. No transaction is open
    while it sends, and an alarm that no route took stays due.
    """
    every = bot.settings.alerts.repeat_every
    with bot.ledger.read() as tx:
        rows = [row for row in desk.open_alerts(tx) if row.acknowledged_at is None]
        codes = {task.key: task.what.rpartition(":")[2] for task in desk.open_tasks(tx)}
    sent = 0
    for row in rows:
        if row.sent_at is not None and now - row.sent_at < every:
            continue
        if sender.send(_message(row, codes.get(_task_key(row.key, row.raised_at), ""))) is Route.NONE:
            continue
        with bot.ledger.write() as tx:
            desk.alert_sent(tx, row.key, now)
        sent += 1
    return sent


def acknowledge(bot: Bot, person: Person, key: str) -> None:
    """Put on record that somebody has seen an alarm, so that it is not repeated. It stays while its reason lasts."""
    require(person, Act.ACKNOWLEDGE)
    with bot.ledger.write() as tx:
        if key not in {each.key for each in desk.open_alerts(tx)}:
            raise NotFound("KEY", key, "See `downdate alerts`.")
        if desk.acknowledge_alert(tx, key, by=person.id, now=bot.now):
            journal.append(tx, now=bot.now, actor=person.id, event="acknowledged", subject=key)


def _message(row: desk.AlertRow, code: str) -> Alert:
    return Alert(
        key=row.key,
        kind=AlertKind(row.kind),
        ref=row.ref,
        channel=Channel(row.channel) if row.channel else None,
        raised_at=row.raised_at,
        text_code=code,
    )
