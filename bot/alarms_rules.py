"""What is alarming now, as the ledger shows it, and which entries of the journal are an alarm by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alert_kinds import AlertKind
from bot.context import Bot
from bot.settings_values import spoken
from bot.standing import Copy, ref_of, since_beat
from policies.duties import DECIDE_REQUEST, duty_of, last_appeal_check
from policies.lifecycle import WANTED_ONCE, Edge, State
from policies.terms import Channel, Reason
from store import artefacts, desk, journal, posts, publications, survey
from store.ledger import Tx

_K = AlertKind
REMOVAL_KINDS = frozenset(
    {_K.REMOVAL_UNVERIFIED, _K.URGENT_UNVERIFIED, _K.URGENT_SECOND_PERSON, _K.OVERDUE, _K.BY_HAND, _K.OUTCOME_UNKNOWN}
)
# Over as soon as the ledger no longer shows the reason.
LEVEL_KINDS = REMOVAL_KINDS | {
    _K.HELD, _K.FACTS_UNCONFIRMED, _K.PAGE_UNSEEN, _K.APPROVAL_WAITING, _K.APPROVAL_LAPSING, _K.APPROVAL_LAPSED,
    _K.TASK_OVERDUE, _K.APPEAL_UNCHECKED, _K.REQUEST_OVERDUE,
    _K.SENT_BACK, _K.CREDENTIAL_EXPIRING, _K.CREDENTIAL_REVOKED, _K.CREDENTIAL_CANNOT_REMOVE, _K.LOOP_LATE,
}  # fmt: skip
# Something happened: over once somebody has acknowledged it, or sooner where it was cured.
NOT_UP_KINDS = frozenset({_K.CHANNEL_REFUSED, _K.CALLED_OFF})
INCIDENT_KINDS = NOT_UP_KINDS | {_K.UNKNOWN_COPY, _K.POST_RETURNED, _K.REMOVED_OUTSIDE, _K.PERSON_ADDED, _K.TEST}
# Said once: over as soon as it was sent, or nobody has to act on it any more.
TOLD_KINDS = frozenset({_K.APPROVAL_WANTED})
# Over when nothing of the notice is live there any more; acknowledged, it stays silent until then.
WHILE_LIVE_KINDS = frozenset({_K.TEXT_CHANGED, _K.COMMENTS_OPEN, _K.COMMENTS_TO_MODERATE})

# A publication's own end or one post's trouble, as opposed to what an officer or an amendment has decided.
_NOT_DECIDED_BY_A_PERSON = frozenset(
    {Reason.REFUSED_PART_WAY, Reason.CALLED_OFF, Reason.RETENTION_ENDED, Reason.SPENT, Reason.ORDER_ENDED}
)
# The channel could not be asked: that says nothing about its credential.
_NETWORK = frozenset({"unreachable", "timeout", "lost-answer", "throttled", "unreadable-answer"})


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm. `about` sets apart what kind, ref and channel do not; `author` gets a task with the `code`."""

    kind: AlertKind
    ref: str | None = None
    channel: Channel | None = None
    about: str = ""
    code: str = ""
    author: str | None = None

    @property
    def key(self) -> str:
        parts = [self.kind.value, self.ref or "-", self.channel.value if self.channel else "-"]
        return ":".join([*parts, self.about] if self.about else parts)


def removals(bot: Bot, tx: Tx, now: datetime, copies: tuple[Copy, ...]) -> Iterator[Alarm]:
    """Removals not proven in time, by hand, or overdue; and posts nobody knows to be up or not."""
    loop = bot.settings.loop
    by_hand = {task.key for task in desk.open_tasks(tx) if task.key.startswith("by-hand:")}
    for copy in copies:
        gone_on = copy.unproven_for(now)
        reached = {
            _K.OVERDUE: copy.overdue(now),
            _K.REMOVAL_UNVERIFIED: _lasts(gone_on, loop.alert_removal) and not copy.urgent,
            _K.URGENT_UNVERIFIED: _lasts(gone_on, loop.alert_urgent) and copy.urgent,
            _K.URGENT_SECOND_PERSON: _lasts(gone_on, loop.alert_urgent_second) and copy.urgent,
            _K.BY_HAND: copy.state is State.REMOVING and f"by-hand:{copy.post_id}" in by_hand,
            _K.OUTCOME_UNKNOWN: copy.state is State.POSTING
            and _lasts(_in_doubt_for(posts.get(tx, copy.post_id), now), loop.alert_doubt),
        }
        for kind in (kind for kind, applies in reached.items() if applies):
            yield Alarm(kind=kind, ref=copy.ref, channel=copy.channel)


def _lasts(span: timedelta | None, limit: timedelta) -> bool:
    return span is not None and span >= limit


def _in_doubt_for(post: posts.Post, now: datetime) -> timedelta | None:
    """Since the request went out; what was sent under an earlier claim has been settled before this one."""
    sent = post.sent_at if post.sent_at and (post.started_at is None or post.sent_at >= post.started_at) else None
    return None if sent is None else now - sent


def waiting(bot: Bot, tx: Tx, now: datetime) -> Iterator[Alarm]:
    """Posts that should go up and do not."""
    for post in posts.in_states(tx, State.QUEUED):
        if post.publication_id is None:
            continue
        approval = publications.approval_of(tx, post.publication_id, post.revision)
        author = survey.author_of(tx, post.publication_id, post.revision)
        lapses = approval.given_at + bot.settings.retention.approval_lapses if approval else None
        if lapses is not None and now > lapses:
            yield Alarm(kind=_K.APPROVAL_LAPSED, ref=ref_of(post), author=author)
            continue
        if lapses is not None and now >= lapses - bot.settings.loop.alert_approval_lapsing:
            yield Alarm(kind=_K.APPROVAL_LAPSING, ref=ref_of(post))
        yield from _held(bot, tx, post, now, author)


def _held(bot: Bot, tx: Tx, post: posts.Post, now: datetime, author: str | None) -> Iterator[Alarm]:
    assert post.publication_id is not None
    limit = bot.settings.loop.alert_page_unseen
    if post.held_for is None or post.held_for == "sibling" or now - post.created_at < limit:
        # A sibling that has to go first has its own removal, with its own alarms.
        return
    if post.held_for == "page-unseen":
        pages = [
            page
            for page in posts.of_publication(tx, post.publication_id)
            if page.channel is Channel.WEBSITE and page.state in {*WANTED_ONCE, State.REMOVING}
        ]
        for page in (page for page in pages if page.state is State.LIVE):
            last = max(at for at in (page.seen_at, page.live_at, page.created_at) if at is not None)
            if now - last >= limit:
                yield Alarm(kind=_K.PAGE_UNSEEN, ref=ref_of(post), channel=Channel.WEBSITE)
        if pages:
            return
    opens = publications.load(tx, post.publication_id, post.revision).window.opens
    if now - opens < limit:
        return
    # With the window open and the approval valid, only the facts are left under this clause.
    if post.held_for == "R23":
        yield Alarm(kind=_K.FACTS_UNCONFIRMED, ref=ref_of(post), author=author)
    else:
        yield Alarm(kind=_K.HELD, ref=ref_of(post), channel=post.channel, code=post.held_for, author=author)


def approvals(bot: Bot, tx: Tx, now: datetime) -> Iterator[Alarm]:
    """Revisions that wait for a Director, or that one has sent back."""
    for each in survey.unapproved(tx):
        if publications.sent_back(tx, each.publication_id, each.revision):
            author = survey.author_of(tx, each.publication_id, each.revision)
            yield Alarm(kind=_K.SENT_BACK, ref=each.ref, about=str(each.revision), author=author)
        elif now - each.submitted_at >= bot.settings.loop.alert_approval_waiting:
            yield Alarm(kind=_K.APPROVAL_WAITING, ref=each.ref, about=str(each.revision))


def tasks(tx: Tx, now: datetime) -> Iterator[Alarm]:
    """Tasks that nobody did in time. A removal by hand and an alarm's own task have their alarms already."""
    for task in desk.open_tasks(tx):
        duty = duty_of(task.what)
        if duty is None or task.due_at > now:
            continue
        kind = _K.REQUEST_OVERDUE if duty is DECIDE_REQUEST else _K.TASK_OVERDUE
        kind = _K.APPEAL_UNCHECKED if last_appeal_check(task.what) else kind
        ref = publications.by_id(tx, task.publication_id).ref if task.publication_id is not None else None
        yield Alarm(kind=kind, ref=ref, about=str(task.id))


def credentials(bot: Bot, tx: Tx, now: datetime) -> Iterator[Alarm]:
    """Credentials that die, are dead, or lack the right to remove."""
    for channel in bot.adapters:
        known = desk.account(tx, channel)
        expires = known.expires_at
        refused = known.problem is not None and known.problem not in _NETWORK and not known.problem.startswith("http-")
        if refused or (expires is not None and expires <= now):
            yield Alarm(kind=_K.CREDENTIAL_REVOKED, channel=channel)
        elif known.can_remove is False:
            yield Alarm(kind=_K.CREDENTIAL_CANNOT_REMOVE, channel=channel)
        if expires is None or expires <= now:
            continue
        near = [left for left in bot.settings.loop.alert_credential if now >= expires - left]
        if near:
            # A nearer date is a new alarm, whoever acknowledged the earlier one.
            yield Alarm(kind=_K.CREDENTIAL_EXPIRING, channel=channel, about=spoken(min(near)))


def loop(bot: Bot, tx: Tx, now: datetime) -> Iterator[Alarm]:
    if _lasts(since_beat(tx, now), bot.settings.loop.late_after):
        yield Alarm(kind=_K.LOOP_LATE)


def told_by(tx: Tx, entry: journal.Entry) -> Alarm | None:
    """The alarm that an entry of the journal is, None for most."""
    if entry.event in _HANDED_IN or (entry.event == "advised" and entry.codes.get("cleared") is True):
        return Alarm(kind=_K.APPROVAL_WANTED, ref=entry.subject, about=str(entry.codes["revision"]))
    post_id = entry.codes.get("post")
    if entry.event not in _TELLING or not isinstance(post_id, int):
        return None
    post, reason = posts.get(tx, post_id), entry.codes.get("reason")
    match entry.event:
        # One that a person has just told to take down is no news.
        case Edge.EXTRA_COPY if entry.actor == "daemon":
            kind = _K.UNKNOWN_COPY
        case Edge.SEEN:
            kind = _K.POST_RETURNED
        case Edge.DUE_DOWN if reason == Reason.REMOVED_OUTSIDE:
            kind = _K.REMOVED_OUTSIDE
        case Edge.ACCEPTED if post.channel is Channel.FACEBOOK and post.publication_id is not None:
            # The Graph API has no way to close comments there: somebody has to watch them (design: section 9).
            author = survey.author_of(tx, post.publication_id, post.revision)
            code = "moderate-comments"
            return Alarm(kind=_K.COMMENTS_TO_MODERATE, ref=ref_of(post), channel=post.channel, code=code, author=author)
        case Edge.CALLED_OFF | Edge.REFUSED_LEFT | Edge.REFUSED_CLEAN if _nobody_decided(tx, post, reason):
            kind = _K.CHANNEL_REFUSED if reason == Reason.REFUSED_PART_WAY else _K.CALLED_OFF
            author = survey.author_of(tx, post.publication_id, post.revision) if post.publication_id else None
            code = str(entry.codes.get("code") or reason)
            return Alarm(kind=kind, ref=ref_of(post), channel=post.channel, code=code, author=author)
        case _:
            return None
    return Alarm(kind=kind, ref=ref_of(post), channel=post.channel)


_TELLING = frozenset(
    {
        Edge.EXTRA_COPY, Edge.SEEN, Edge.DUE_DOWN, Edge.ACCEPTED, Edge.CALLED_OFF, Edge.REFUSED_LEFT,
        Edge.REFUSED_CLEAN,
    }
)  # fmt: skip
_HANDED_IN = frozenset({"submitted", "amended"})


def _nobody_decided(tx: Tx, post: posts.Post, reason: object) -> bool:
    """Whether it stays down without an officer having wanted that: a retraction tells its author by itself."""
    retracted = post.publication_id is not None and publications.retraction_of(tx, post.publication_id) is not None
    return reason in _NOT_DECIDED_BY_A_PERSON and not retracted


def raise_comments_open(tx: Tx, channel: Channel, platform_id: str, now: datetime) -> None:
    """Tell that the comments of a notice could not be closed; each notice has an alarm of its own."""
    rows = artefacts.known(tx, channel, platform_id)
    ref = ref_of(posts.get(tx, rows[-1].post_id)) if rows else None
    alarm = Alarm(kind=_K.COMMENTS_OPEN, ref=ref, channel=channel, about="" if ref else platform_id)
    desk.raise_alert(tx, key=alarm.key, kind=alarm.kind.value, now=now, ref=ref, channel=channel.value)


def is_over(tx: Tx, row: desk.AlertRow) -> bool:
    """Whether an alarm that no rule of the moment keeps up has ended."""
    kind = AlertKind(row.kind)
    if kind in TOLD_KINDS:
        return row.sent_at is not None or row.ref not in {each.ref for each in survey.unapproved(tx)}
    if kind in INCIDENT_KINDS and row.acknowledged_at is not None:
        return True
    if kind in NOT_UP_KINDS:
        return any(post.state in WANTED_ONCE for post in copies_named(tx, row))
    if kind in WHILE_LIVE_KINDS and row.ref is not None:
        return not any(post.state in {State.POSTING, State.LIVE} for post in copies_named(tx, row))
    return False


def copies_named(tx: Tx, row: desk.AlertRow) -> list[posts.Post]:
    """Every post of the publication and channel an alarm names."""
    known = publications.find(tx, row.ref) if row.ref else None
    made = posts.of_publication(tx, known.id) if known else []
    return [post for post in made if post.channel.value == row.channel]
