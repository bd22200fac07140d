"""A pass over the ledger and what it raised, and the two situations that most alarms can be tried on."""

from bot import alarms
from bot.alert_kinds import AlertKind
from policies.lifecycle import Edge
from store import desk
from tests.bot.alarms_samples import DAY, NOON, approved, live, moved, queued, retract

K = AlertKind


def raised(bot, tx, now, **found):
    """The kinds that are raised after a pass at that moment."""
    alarms.raise_alarms(bot, tx, now, **found)
    return {AlertKind(row.kind) for row in desk.open_alerts(tx)}


def row_of(tx, kind):
    (row,) = [row for row in desk.open_alerts(tx) if row.kind == kind]
    return row


def acknowledge(tx, kind, now):
    assert desk.acknowledge_alert(tx, row_of(tx, kind).key, by="p1", now=now)


def retracted_while_live(tx):
    publication_id = approved(tx)
    live(tx, publication_id)
    retract(tx, publication_id, at=NOON + DAY)
    return NOON + DAY


def refused(tx, edge, reason, code="text-too-long"):
    post = moved(tx, queued(tx, approved(tx)), Edge.CLAIMED, started_at=NOON)
    return moved(tx, post, edge, reason=reason, code=code)
