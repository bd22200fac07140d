"""From an approval to posts: what is queued, edited, kept or taken down so that the approved revision is shown.

Level, not edge: run at every approval, and again by the sweep for what could not be queued then (design: section 6).
"""

import re
from collections import Counter
from datetime import datetime

from adapters.base import Edit
from bot import outcomes
from bot.context import Bot
from policies.effects import Tick
from policies.lifecycle import WANTED_ONCE, State
from policies.terms import Channel, Publication, Reason
from store import artefacts, posts, publications
from store.ledger import Tx
from store.publications import Known, Rendition


def take_down(tx: Tx, post: posts.Post, *, reason: Reason, actor: str, now: datetime, urgent: bool) -> posts.Post:
    """Make a post come down, with everything an earlier try has left; returns it as it then stands."""
    posts.call_down(tx, post, reason=reason, actor=actor, now=now, urgent=urgent)
    after = posts.get(tx, post.id)
    if after.state is State.NOT_POSTED and outcomes.left_over(tx, after):
        posts.reopen(tx, after, actor=actor, now=now)
    return posts.get(tx, post.id)


def last_of(tx: Tx, publication_id: int) -> dict[Channel, posts.Post]:
    """The newest copy that was meant, by channel; extra copies stand for nothing."""
    meant = [post for post in posts.of_publication(tx, publication_id) if post.reason is not Reason.EXTRA_COPY]
    return {post.channel: post for post in meant}


def bring_in_line(bot: Bot, tx: Tx, known: Known, *, actor: str, now: datetime) -> list[int]:
    """Do for each channel what the approved revision needs; returns the posts queued."""
    revision = publications.approved_revision(tx, known.id)
    assert revision is not None
    publication = publications.load(tx, known.id, revision)
    renditions = publications.renditions_of(tx, known.id, revision)
    last = last_of(tx, known.id)
    for channel in set(last) - set(publication.channels):
        if last[channel].state in WANTED_ONCE:
            take_down(tx, last[channel], reason=Reason.SUPERSEDED, actor=actor, now=now, urgent=False)
    queued = []
    for channel in publication.channels:
        rendition, post = renditions.get(channel), last.get(channel)
        if rendition is None:
            continue
        if post is not None and post.state in WANTED_ONCE and post.revision != revision:
            _change(bot, tx, publication, post, rendition, actor=actor, now=now)
            post = posts.get(tx, post.id)
        if post is None or _successor_due(tx, known, publication, post):
            opens = publication.window.opens
            queued.append(
                posts.queue(tx, known.id, channel, revision=revision, marker=rendition.marker, due_at=opens, now=now)
            )
    return queued


def _successor_due(tx: Tx, known: Known, publication: Publication, post: posts.Post) -> bool:
    """Whether the last copy is on its way out or gone and the approved revision is to take its place."""
    if post.state in WANTED_ONCE or (post.revision == publication.revision and post.reason is not Reason.SUPERSEDED):
        return False
    if post.reason is not Reason.REMOVED_OUTSIDE:
        return True
    approval = publications.approval_of(tx, known.id, publication.revision)
    return approval is not None and Tick.POST_AGAIN in approval.ticks


def _change(
    bot: Bot,
    tx: Tx,
    publication: Publication,
    post: posts.Post,
    rendition: Rendition,
    *,
    actor: str,
    now: datetime,
) -> None:
    """What the approval does to a copy of an earlier revision; it is taken down where nothing gentler is allowed."""
    wanted = {"revision": publication.revision}
    kept = rendition.marker == post.marker and post.reason is None
    match post.state:
        case State.QUEUED if not any(row.open for row in artefacts.of_post(tx, post.id)):
            due = publication.window.opens
            posts.change(tx, post.id, post.epoch, **wanted, marker=rendition.marker, due_at=due, held_for=None)
        case State.POSTING if kept:
            # In doubt, and the same words: whatever is found stands for the new revision.
            posts.change(tx, post.id, post.epoch, **wanted)
        case State.POSTING:
            # The index forbids a successor yet; no longer wanted, it is looked for and the sweep goes on from there.
            return
        case State.LIVE if kept:
            posts.change(tx, post.id, post.epoch, **wanted, shown_revision=publication.revision)
        case State.LIVE if _editable(bot, tx, publication, post, rendition):
            # Fenced, so that a look under way does not put the edit off.
            fenced = posts.fence(tx, post)
            marker = rendition.marker
            posts.change(tx, post.id, fenced.epoch, **wanted, marker=marker, due_at=now, tries=0)
        case _:
            take_down(tx, post, reason=Reason.SUPERSEDED, actor=actor, now=now, urgent=False)


def _editable(bot: Bot, tx: Tx, publication: Publication, post: posts.Post, rendition: Rendition) -> bool:
    """Whether the channel may show the new revision by an edit in place (design: section 6, amendments)."""
    match bot.adapters[post.channel].capabilities.edit:
        case Edit.CLEAN:
            return True
        case Edit.NONE:
            return False
        case Edit.KEEPS_HISTORY:
            assert post.publication_id is not None
            old = publications.load(tx, post.publication_id, post.revision)
            pictures = publications.renditions_of(tx, post.publication_id, post.revision)[post.channel].pictures
            return pictures == rendition.pictures and only_wording(old, publication)


def _telling(text: str) -> Counter[str]:
    """The words that may be a fact or a name: those with a digit or a capital letter."""
    return Counter(word for word in re.findall(r"\w+", text) if word != word.lower() or re.search(r"\d", word))


def only_wording(old: Publication, new: Publication) -> bool:
    """Whether no fact, name or picture changes; in doubt it does, for the history of an edit stays readable."""
    same = old.subjects == new.subjects and old.content.facts == new.content.facts
    words = [f"{each.content.headline}\n{each.content.body}" for each in (old, new)]
    return same and old.content.pictures == new.content.pictures and _telling(words[0]) == _telling(words[1])


def due_successors(bot: Bot, tx: Tx, now: datetime) -> list[int]:
    """Queue what an approval could not queue while the old copy was in doubt, or what an edit refused has left."""
    queued = []
    for publication_id in publications.amended_since(tx, now - bot.settings.retention.approval_lapses):
        revision = publications.approved_revision(tx, publication_id)
        behind = any(
            post.revision != revision or post.reason is Reason.SUPERSEDED
            for post in last_of(tx, publication_id).values()
        )
        if behind and publications.retraction_of(tx, publication_id) is None:
            known = publications.by_id(tx, publication_id)
            queued += bring_in_line(bot, tx, known, actor="daemon", now=now)
    return queued
