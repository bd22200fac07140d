"""What a person says of an item that shows what a notice shows without our marker: take it down, or leave it."""

from datetime import datetime, timedelta

from adapters.base import ArtefactKind, Sighting
from bot import elsewhere, outcomes
from bot.context import Bot
from bot.intake_refusals import Conflict, NotFound, require
from bot.submission_checks import InputRefused, Problem
from policies.authority import Act
from policies.lifecycle import CLOSED
from policies.terms import Channel, Person
from store import artefacts, cases, desk, journal, posts, publications
from store.ledger import Tx, write_note
from store.publications import Known

# Listings may disagree by a little about times.
_SLACK = timedelta(minutes=2)
_SEE = "See `downdate alerts`."


def take_down_stray(bot: Bot, person: Person, channel: Channel, item: str, note: str = "") -> list[int]:
    """Adopt the item as an extra copy that must come down now; returns its post. The clock counts from its own date.

    Any officer may, at any hour (R56). Safe to call twice. Raises AdapterError where the channel could not be asked
    what belongs to the item, such as its photos; then nothing was done.
    """
    require(person, Act.RETRACT)
    with bot.ledger.read() as tx:
        known, task = _asked_about(tx, channel, item)
        adopted = _adopted(tx, channel, item)
        if adopted:
            return _still_open(adopted)
        made = _made(tx, known, channel, item)
    adapter = bot.adapters.get(channel)
    if adapter is None:
        raise Conflict("CHANNEL", channel.value, "The channel is not in use.", "Take it down by hand, then leave it.")
    listed = adapter.recent((made or task.opened_at - bot.settings.loop.compare_overlap) - _SLACK)
    sighting = next((each for each in listed if each.platform_id == item), None) or Sighting(
        kind=ArtefactKind.POST, platform_id=item, url=task.link, created_at=made
    )
    with bot.ledger.write() as tx:
        now = bot.now
        adopted = _adopted(tx, channel, item)
        if adopted:
            return _still_open(adopted)
        _decided(tx, known, channel, item, event="stray_taken_down", person=person, note=note, now=now)
        revision = publications.approved_revision(tx, known.id) or 1
        marker = f"{known.ref}-{revision}"
        post_id = posts.add_extra(tx, known.id, channel, revision=revision, marker=marker, now=now, actor=person.id)
        outcomes.adopt(tx, posts.get(tx, post_id), sighting, now)
        outcomes.refresh_due(bot, tx, cases.sharing_clocks(tx, known.id), now)
    return [post_id]


def leave_stray(bot: Bot, person: Person, channel: Channel, item: str, note: str) -> str:
    """Put on record that the item stays; it is not alarmed again. Returns the reference of the notice it resembles."""
    require(person, Act.ACKNOWLEDGE)
    if not note.strip():
        empty = Problem(path="--note", value=note, what="It is empty.", remedy="Say why the item may stay.")
        raise InputRefused([empty])
    with bot.ledger.write() as tx:
        known, task = _asked_about(tx, channel, item)
        if _adopted(tx, channel, item):
            raise Conflict(
                "ID", item, "It was told to be taken down, which is final.", f"See `downdate status {known.ref}`."
            )
        if task.done_at is None:
            _decided(tx, known, channel, item, event="stray_left", person=person, note=note, now=bot.now)
    return known.ref


def _asked_about(tx: Tx, channel: Channel, item: str) -> tuple[Known, desk.Task]:
    task = desk.task(tx, elsewhere.task_key(channel, item))
    if task is None or task.publication_id is None:
        raise NotFound("ID", item, _SEE)
    return publications.by_id(tx, task.publication_id), task


def _adopted(tx: Tx, channel: Channel, item: str) -> list[posts.Post]:
    return [posts.get(tx, row.post_id) for row in artefacts.known(tx, channel, item)]


def _still_open(adopted: list[posts.Post]) -> list[int]:
    return [post.id for post in adopted if post.state not in CLOSED]


def _made(tx: Tx, known: Known, channel: Channel, item: str) -> datetime | None:
    """When the item was made, by the platform, as the journal has it."""
    for entry in journal.entries(tx, subject=known.ref):
        same = (entry.event, entry.codes.get("channel"), entry.codes.get("item")) == (elsewhere.FOUND, channel, item)
        if same and entry.codes.get("made"):
            return datetime.fromisoformat(str(entry.codes["made"]))
    return None


def _decided(
    tx: Tx, known: Known, channel: Channel, item: str, *, event: str, person: Person, note: str, now: datetime
) -> None:
    """Journalled; the task is done and the alarm is over."""
    digest = write_note(tx, note, now)
    journal.append(
        tx, now=now, actor=person.id, event=event, subject=known.ref, channel=channel, item=item, note=digest
    )
    desk.finish_task(tx, elsewhere.task_key(channel, item), by=person.id, now=now)
    desk.close_alert(tx, elsewhere.alert_key(known.ref, channel, item), now)
