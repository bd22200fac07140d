"""What people are asked while a notice is up, opened from the ledger alone: a missed pass changes nothing but the time.

No task holds a name: it belongs to a role, or to the person behind the name that the checklist gives.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.context import Bot
from bot.outcomes import last_check, stated_at
from policies.duties import (
    APPEAL_CHECK,
    APPEAL_CHECKED,
    APPEAL_CHECKS,
    COMMENTS,
    DECIDE_REQUEST,
    OPEN_ENDED,
    ORDER_CHECK,
    OVERDUE_REQUEST,
    PAYMENT_CHECK,
    RECHECK_OPENS,
    UNCHECKED,
    Duty,
    appeal_check,
    duty_of,
    last_appeal_check,
)
from policies.lifecycle import WANTED_ONCE, State
from policies.sentences import Stated
from policies.terms import Channel, Publication, Role, Subject
from store import cases, desk, journal, people, posts, publications, survey
from store.ledger import Tx
from store.publications import Known

NAME = "duties"
EVERY = timedelta(minutes=5)
_BY = "daemon"
# These end when the notice comes down, whoever has answered them.
_WHILE_UP = frozenset({each.name for each in (APPEAL_CHECK, ORDER_CHECK, PAYMENT_CHECK, COMMENTS, UNCHECKED)})
_ROW_OF: dict[str, tuple[int, str]] = {APPEAL_CHECK.name: (32, "owner"), COMMENTS.name: (30, "comments")}
# The other channels close their comments (design: section 9).
_OPEN_TO_COMMENTS = frozenset({Channel.FACEBOOK})


def keep_due(bot: Bot) -> None:
    """As `keep`, but at most every few minutes, whoever of several processes comes first."""
    with bot.ledger.read() as tx:
        last = desk.last_beat(tx, NAME)
    if last is not None and timedelta() <= bot.now - last < EVERY:
        return
    with bot.ledger.write() as tx:
        now = bot.now
        keep(tx, now)
        desk.beat(tx, NAME, now)


def keep(tx: Tx, now: datetime) -> None:
    """Open what has fallen due, end what is over because the notice is down, escalate what nobody did in time."""
    wanted = {post.publication_id for post in posts.in_states(tx, *WANTED_ONCE)}
    for task in desk.open_tasks(tx):
        duty = duty_of(task.what)
        if duty is not None and duty.name in _WHILE_UP and task.publication_id not in wanted:
            desk.finish_task(tx, task.key, by=_BY, now=now, answer="down")
        elif duty is not None and duty.name in OPEN_ENDED and _stated_since(tx, task):
            desk.finish_task(tx, task.key, by=_BY, now=now, answer="confirmed")
    live = posts.in_states(tx, State.LIVE)
    for publication_id in sorted({post.publication_id for post in live if post.publication_id is not None}):
        channels = {post.channel for post in live if post.publication_id == publication_id}
        _ask(tx, publications.by_id(tx, publication_id), channels, now)
    _escalate(tx, now)


def _stated_since(tx: Tx, task: desk.Task) -> bool:
    """Whether a confirmation of the whole notice has answered what the task asks."""
    assert task.publication_id is not None  # each of these is about one notice
    return any(at > task.opened_at for at in stated_at(tx, task.publication_id))


def _ask(tx: Tx, known: Known, channels: set[Channel], now: datetime) -> None:
    since, revision = cases.first_up(tx, known.id), publications.approved_revision(tx, known.id)
    if since is None or revision is None:
        return
    publication = publications.load(tx, known.id, revision)
    if channels & _OPEN_TO_COMMENTS:
        _open(tx, known, publication, COMMENTS, "", now)
    if known.kind in APPEAL_CHECKED:
        # After a pause only the newest is asked: it answers for those before it.
        newest = max((each for each in APPEAL_CHECKS if since + each <= now), default=None)
        if newest is not None:
            _open(tx, known, publication, APPEAL_CHECK, appeal_check(newest).partition(":")[2], now)
    checked = last_check(tx, known.id)
    for subject in publication.subjects if checked and now >= checked + RECHECK_OPENS else ():
        for duty in _open_ended(subject):
            _open(tx, known, publication, duty, subject.number, now, about=f":{checked:%Y-%m-%d}")


def _open_ended(subject: Subject) -> Iterator[Duty]:
    """What keeps a conviction from being spent, or an order in force, for as long as nobody knows better (part D)."""
    sentence = [part for conviction in subject.convictions for part in conviction.sentence]
    order = subject.order
    if any(part.until_further_order for part in sentence) or (order is not None and order.until_further_order):
        yield ORDER_CHECK
    if any(part.paid in {Stated.NO, Stated.UNKNOWN} for part in sentence):
        yield PAYMENT_CHECK


def _open(  # noqa: PLR0917  # which notice, what is asked and when, in that order
    tx: Tx, known: Known, publication: Publication, duty: Duty, detail: str, now: datetime, *, about: str = ""
) -> None:
    what = f"{duty.name}:{detail}" if detail else duty.name
    key = f"{duty.name}:{known.ref}:{detail}{about}"
    if key in desk.task_keys(tx, key):
        return
    row, question = _ROW_OF.get(duty.name, _ROW_OF[APPEAL_CHECK.name])
    owner = _person(tx, publication.checklist.text(row, question), now)
    desk.open_task(
        tx,
        key=key,
        what=what,
        owner=owner or survey.author_of(tx, known.id, publication.revision) or Role.COMMS,
        now=now,
        due_at=now + duty.within,
        publication_id=known.id,
    )


def _person(tx: Tx, said: str, now: datetime) -> str | None:
    """The person a checklist names by name or number, "Alex Example, environment team" too; None where unsure."""
    words = said.partition(",")[0].strip().casefold()
    found = [each.id for each in people.everyone(tx, now) if words in {each.id.casefold(), each.name.casefold()}]
    return found[0] if len(found) == 1 else None


def _escalate(tx: Tx, now: datetime) -> None:
    """Once for each task: on record, and for the gravest a task for those who answer for it. The alarm follows."""
    for task in desk.open_tasks(tx):
        duty = duty_of(task.what)
        if duty is None or task.escalated_at is not None or task.due_at > now:
            continue
        desk.escalate_task(tx, task.id, now)
        journal.append(tx, now=now, actor=_BY, event="task_escalated", subject=f"task-{task.id}", what=task.what)
        known = publications.by_id(tx, task.publication_id) if task.publication_id is not None else None
        director = f"{Role.DIRECTOR}:{known.service}" if known else Role.DIRECTOR.value
        if last_appeal_check(task.what):
            _pass_on(tx, task, UNCHECKED, Role.DPO, now)
            _pass_on(tx, task, UNCHECKED, director, now)
        elif duty is DECIDE_REQUEST:
            _pass_on(tx, task, OVERDUE_REQUEST, director, now)


def _pass_on(tx: Tx, task: desk.Task, duty: Duty, owner: str, now: datetime) -> None:
    desk.open_task(
        tx,
        key=f"{duty.name}:{task.id}:{owner}",
        what=f"{duty.name}:{task.id}",
        owner=owner,
        now=now,
        due_at=now + duty.within,
        publication_id=task.publication_id,
        link=task.link,
    )
