"""Everything the rules about publishing look at, gathered from the ledger in the caller's own transaction."""

from datetime import datetime

from bot import outcomes
from bot.context import Bot, law_of
from bot.layout import digest_of, policy_version
from policies import events
from policies.dossier import Availability, Dossier, KnownClock, Layout, Stage
from policies.lifecycle import State
from policies.terms import Approval, Channel, Event, Person, Publication, clock_event
from store import advice, cases, desk, erasure, people, posts, publications, requests
from store.ledger import Tx


def dossier(
    bot: Bot,
    tx: Tx,
    publication_id: int,
    revision: int,
    *,
    stage: Stage,
    now: datetime,
    claiming: Channel | None = None,
    approval: Approval | None = None,
    approver: Person | None = None,
) -> Dossier:
    """The dossier of one revision. Its digest is of what would be sent now.

    `approval` and `approver` are given where an approval is about to be made; otherwise the newest one counts.
    """
    known = publications.by_id(tx, publication_id)
    publication = publications.load(tx, publication_id, revision)
    renditions = publications.renditions_of(tx, publication_id, revision)
    if approval is None and stage is not Stage.SUBMIT:
        approval = publications.approval_of(tx, publication_id, revision)
    if approval is not None and approver is None:
        approver = people.get(tx, approval.director, now)
    happened = cases.events_of(tx, known.case_key)
    asked = publication.channels if claiming is None else (claiming,)
    return Dossier(
        publication=publication,
        stage=stage,
        plan=bot.plan,
        informative=bot.words.informative,
        services=frozenset(each.name for each in bot.settings.council.services),
        digest=digest_of(publication, renditions, policy_version(bot.settings)),
        layouts=_layouts(bot, renditions),
        availability={channel: availability(bot, tx, channel, now) for channel in asked},
        claiming=claiming,
        approval=approval,
        approver=approver,
        advice=advice.of_revision(tx, publication_id, revision),
        confirmed_at=max(publications.confirmations_of(tx, publication_id), default=None),
        events=happened,
        clocks=_clocks(tx, known, revision),
        followed=_followed(tx, known),
        retracted=_retracted(tx, known, publication),
        barred=_barred(tx, known.case_key, happened),
        request_undecided=requests.grave_undecided(tx, known.case_key),
        law=law_of(bot.settings),
        contacts=(*bot.settings.council.contacts, bot.settings.council.informative.contact),
        author_names=_names(tx, publication.authors, now),
        approval_lapses=bot.settings.retention.approval_lapses,
        confirmation_valid=bot.settings.retention.confirmation_valid,
    )


def _names(tx: Tx, authors: frozenset[str], now: datetime) -> frozenset[str]:
    known = (people.get(tx, each, now) for each in authors)
    return frozenset(each.name for each in known if each is not None)


def _layouts(bot: Bot, renditions: dict[Channel, publications.Rendition]) -> dict[Channel, Layout]:
    return {
        channel: Layout(
            text=each.text,
            length=bot.adapters[channel].capabilities.measure(each.text),
            limit=bot.adapters[channel].capabilities.text_limit,
        )
        for channel, each in renditions.items()
        if channel in bot.adapters
    }


def availability(bot: Bot, tx: Tx, channel: Channel, now: datetime) -> Availability:
    """Whether a channel can be used now; that it can take down must have been shown and still hold."""
    known = desk.account(tx, channel)
    valid = known.expires_at is None or known.expires_at > now
    return Availability(
        configured=channel in bot.adapters,
        can_remove=known.can_remove is True and valid,
        paused=channel in desk.paused(tx),
        unresolved_removal=unresolved_removal(bot, tx, channel, now),
    )


def unresolved_removal(bot: Bot, tx: Tx, channel: Channel, now: datetime) -> bool:
    """Whether something on the channel should be gone and is not: for too long, by hand, or overdue (design: 8)."""
    since = now - bot.settings.loop.alert_removal
    by_hand = {each.key for each in desk.open_tasks(tx)}
    removing = posts.in_states(tx, State.REMOVING, channel=channel)
    if any((post.removing_at or post.created_at) <= since or f"by-hand:{post.id}" in by_hand for post in removing):
        return True
    doubtful = posts.in_states(tx, State.POSTING, channel=channel)
    if any(post.reason is not None and (post.sent_at or post.created_at) <= since for post in doubtful):
        return True
    # A live post is due when its removal starts: nobody having come for it is as bad.
    waiting = posts.due(tx, since, channel=channel, states=(State.LIVE,), most=20)
    return any(post.publication_id is not None and not _wanted(bot, tx, post, now) for post in waiting)


def _wanted(bot: Bot, tx: Tx, post: posts.Post, now: datetime) -> bool:
    assert post.publication_id is not None
    return outcomes.wanted_now(bot, tx, post.publication_id, post.revision, now).up


def _clocks(tx: Tx, known: publications.Known, revision: int) -> tuple[KnownClock, ...]:
    """The case's clocks that mean something: started, or of an approved revision other than this one.

    A draft alone must not make its own subject or date known, else no Director would ever be asked (R45).
    """
    approved: set[int] = set()
    for other in publications.of_case(tx, known.case_key):
        newest = publications.approved_revision(tx, other.id)
        earlier = newest is not None and newest < revision
        if (other.id != known.id and newest is not None) or (other.id == known.id and earlier):
            approved |= {clock.id for clock in cases.clocks_of(tx, other.id)}
    return tuple(
        KnownClock(event=clock.court_event, subject=clock.subject, first_up_at=clock.first_up_at)
        for clock in cases.clocks_of_case(tx, known.case_key)
        if clock.first_up_at is not None or clock.id in approved
    )


def _followed(tx: Tx, known: publications.Known) -> tuple[State, ...] | None:
    """The posts of the publication it follows; None where the case has no such publication."""
    old = publications.find(tx, known.follows) if known.follows else None
    if old is None or old.case_key != known.case_key:
        return None
    return tuple(post.state for post in posts.of_publication(tx, old.id))


def _retracted(tx: Tx, known: publications.Known, publication: Publication) -> frozenset[str]:
    own = clock_event(publication.kind, publication.court_event)
    numbers = {subject.number for subject in publication.subjects}
    return frozenset(
        other.ref
        for other in publications.of_case(tx, known.case_key)
        if other.id != known.id
        and other.kind is known.kind
        and publications.retraction_of(tx, other.id) is not None
        and any(clock.court_event == own and clock.subject in numbers for clock in cases.clocks_of(tx, other.id))
    )


def _barred(tx: Tx, case_key: str, happened: tuple[Event, ...]) -> frozenset[str]:
    """Text and pictures approved before an event that forbids to use them again, even once it is closed (R51)."""
    found: set[str] = set()
    for event in happened:
        rule = events.rule_for(event.what)
        if not rule.bars_material:
            continue
        for old in publications.of_case(tx, case_key):
            if old.kind in rule.retracts:
                found |= _material_before(tx, old.id, event)
    return frozenset(found)


def _material_before(tx: Tx, publication_id: int, event: Event) -> set[str]:
    found: set[str] = set()
    for revision in range(1, publications.latest_revision(tx, publication_id) + 1):
        approval = publications.approval_of(tx, publication_id, revision)
        if approval is None or approval.given_at > event.recorded_at:
            continue
        old = publications.load(tx, publication_id, revision)
        if events.covers(event, event.case_key, {subject.number for subject in old.subjects}):
            found |= erasure.material_of(tx, publication_id, revision)
    return found
