"""From the stored rendition to what an adapter sends: the approved bytes, with the one late value filled in."""

from datetime import datetime

from adapters.base import Rendered, RenderedPicture
from bot.context import Bot
from bot.outcomes import wanted_now
from bot.render import fill_down_by
from policies.retention import down_by
from store import posts, publications


class NoRenditionError(Exception):
    """The ledger holds no approved bytes for this channel."""


def rendered_of(bot: Bot, post: posts.Post, now: datetime) -> Rendered:
    """The exact approved content of the post's revision; `{down_by}` is the one late value (design: section 4)."""
    if post.publication_id is None:
        return Rendered(marker=post.marker, text="", page_id="")
    with bot.ledger.read() as tx:
        known = publications.by_id(tx, post.publication_id)
        rendition = publications.renditions_of(tx, post.publication_id, post.revision).get(post.channel)
        if rendition is None:
            raise NoRenditionError(f"{post.marker} on {post.channel.value}")
        by = wanted_now(bot, tx, post.publication_id, post.revision, now).by
        publication = publications.load(tx, post.publication_id, post.revision)
        # Before the first posting the down date is the one that posting now would give.
        fresh, _ = down_by(now, publication.subjects, bot.plan.retention)
        ends = min(fresh, by) if by else fresh
        pictures = tuple(
            RenderedPicture(
                sha256=each.sha256,
                alt_text=each.alt_text,
                media_type=each.media_type,
                data=bot.media.get(tx, each.sha256),
            )
            for each in rendition.pictures
        )
    return Rendered(
        marker=rendition.marker,
        text=fill_down_by(rendition.text, ends),
        page_id=known.page_id,
        pictures=pictures,
        down_by=ends,
    )
