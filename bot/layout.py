"""What each channel would show of a revision: its text and pictures, drawn before approval, and the digest of it all.

Drawing needs no transaction, so that a large picture never holds the ledger's write lock against a retraction.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from adapters.base import Capabilities
from bot.context import Bot
from bot.pictures import PictureRefused, neutral_card, rendition
from bot.render import LABEL, matches_except_marker, render
from bot.settings_model import Settings
from policies.content_rules import LINKED
from policies.pictures import Picture
from policies.terms import Channel, Publication
from store.ledger import Tx
from store.publications import PictureFile, Rendition, canonical

# Raised whenever the rules of `policies` change so that a Director has to look again.
RULES_VERSION = "3"

_WHOLE: TypeAdapter[Publication] = TypeAdapter(Publication)
_RENDITIONS: TypeAdapter[dict[Channel, Rendition]] = TypeAdapter(dict[Channel, Rendition])


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """One channel's rendition with the bytes of its pictures, in the order of `rendition.pictures`."""

    rendition: Rendition
    files: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a channel shows, or may show, at the moment: approved before, with the marker that is up."""

    rendition: Rendition
    bare: bool
    """Its content had no picture, so that a picture it shows is the neutral card."""


def marker_of(publication: Publication) -> str:
    """What is looked for in every text: reference and revision."""
    return f"{publication.ref}-{publication.revision}"


def policy_version(settings: Settings) -> str:
    """The versions of rules and informative that an approval is bound to."""
    return f"{RULES_VERSION}/{settings.council.informative.version}"


def lay_out(
    bot: Bot,
    publication: Publication,
    pictures: Mapping[str, bytes],
    *,
    shown: Mapping[Channel, Shown] | None = None,
) -> tuple[LaidOut, ...]:
    """Every channel's rendition; `pictures` are the masters by SHA-256. A channel that is switched off gets none.

    A channel of `shown` for which nothing but the marker would change keeps exactly what it shows, marker included.
    Raises PictureRefused where a picture cannot be made to fit.
    """
    found = []
    for channel in dict.fromkeys(publication.channels):
        if channel not in bot.adapters:
            continue
        drawn = _drawn(bot, channel, bot.adapters[channel].capabilities, publication, pictures)
        up = (shown or {}).get(channel)
        found.append(LaidOut(rendition=up.rendition) if up and _same_but_marker(publication, drawn, up) else drawn)
    return tuple(found)


def _drawn(
    bot: Bot,
    channel: Channel,
    capabilities: Capabilities,
    publication: Publication,
    pictures: Mapping[str, bytes],
) -> LaidOut:
    """One channel's text and pictures under the revision's own marker."""
    marker = marker_of(publication)
    files, described = _fitted(bot, channel, capabilities, publication, pictures)
    # The page names its pictures by what is sent, not by the master.
    sent = tuple(Picture(sha256=each.sha256, alt_text=each.alt_text) for each in described)
    if not publication.content.pictures:
        sent = ()
    as_sent = replace(publication, content=replace(publication.content, pictures=sent))
    text = render(as_sent, channel, capabilities, marker=marker, site=bot.words)
    return LaidOut(rendition=Rendition(channel=channel, marker=marker, text=text, pictures=described), files=files)


def _fitted(
    bot: Bot,
    channel: Channel,
    capabilities: Capabilities,
    publication: Publication,
    pictures: Mapping[str, bytes],
) -> tuple[tuple[bytes, ...], tuple[PictureFile, ...]]:
    """The pictures within the channel's rules; a channel that only links carries none (R62)."""
    rules = capabilities.pictures
    given = publication.content.pictures
    if channel in LINKED:
        return (), ()
    if len(given) > rules.max_count:
        raise PictureRefused("too-many-pictures", f"Attach at most {rules.max_count}, or leave {channel} out.")
    masters = [(pictures[each.sha256], each.alt_text) for each in given]
    if not masters and rules.required:
        title, marker = LABEL[publication.kind], marker_of(publication)
        words = f"{title}. {bot.words.council}. Reference {marker}."
        masters = [(neutral_card(title, bot.words.council, marker), words)]
    files = tuple(rendition(master, rules) for master, _ in masters)
    described = tuple(
        PictureFile(sha256=hashlib.sha256(file).hexdigest(), alt_text=words, media_type=rules.media_type)
        for file, (_, words) in zip(files, masters, strict=True)
    )
    return files, described


def _same_but_marker(publication: Publication, drawn: LaidOut, up: Shown) -> bool:
    """Whether only the marker would change. The neutral card says nothing but what the text says as well."""
    new, old = drawn.rendition, up.rendition
    cards = up.bare and not publication.content.pictures and len(new.pictures) == len(old.pictures)
    return (cards or new.pictures == old.pictures) and matches_except_marker(old.text, old.marker, new.text, new.marker)


def keep_pictures(
    bot: Bot, tx: Tx, laid_out: tuple[LaidOut, ...], masters: Mapping[str, bytes], now: datetime
) -> tuple[Rendition, ...]:
    """Store the pictures behind the renditions, and their masters; returns the renditions."""
    for master in masters.values():
        bot.media.put(tx, master, now)
    for each in laid_out:
        for file in each.files:
            bot.media.put(tx, file, now)
    return tuple(each.rendition for each in laid_out)


def digest_of(publication: Publication, renditions: Mapping[Channel, Rendition], version: str) -> str:
    """What an approval is of: everything the public would see and everything the decision rests on (R22).

    The page id in it is 128 random bits, so that no name can be guessed back from a digest.
    """
    bound = {
        "publication": _WHOLE.dump_python(replace(publication, authors=frozenset()), mode="json"),
        "renditions": _RENDITIONS.dump_python(dict(renditions), mode="json"),
        "version": version,
    }
    return hashlib.sha256(canonical(bound)).hexdigest()
