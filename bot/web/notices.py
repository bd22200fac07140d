"""Notices as the pages show them: what stands in the ledger, with headline and case for those who may read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.cli_status import STANDING_WORDS, Line
from bot.standing import ChannelStanding, PostStanding
from bot.web.words import STATES
from policies.lifecycle import MAY_BE_VISIBLE, Standing, State
from policies.terms import Channel
from store import cases, publications
from store.ledger import Tx
from store.publications import Known

NAMES: dict[Channel, str] = {
    Channel.WEBSITE: "Website",
    Channel.FACEBOOK: "Facebook",
    Channel.X: "X",
    Channel.INSTAGRAM: "Instagram",
}
_COLOURS: dict[State, str] = {
    State.QUEUED: "govuk-tag--grey",
    State.POSTING: "govuk-tag--yellow",
    State.LIVE: "govuk-tag--green",
    State.REMOVING: "govuk-tag--orange",
    State.REMOVED: "govuk-tag--grey",
    State.NOT_POSTED: "govuk-tag--grey",
}
# Why nothing is queued there yet, and what to do about it.
_NOT_QUEUED: dict[Standing, str] = {
    Standing.DRAFT: "Its author finishes it first.",
    Standing.REFUSED: "The policy refuses it as it stands: amend it.",
    Standing.HELD: "Something it needs is missing: get it, then a Director approves it.",
    Standing.AWAITING_APPROVAL: "It is queued once a Director approves it.",
    Standing.SENT_BACK: "The Director sent it back: amend it.",
}
_NOT_UP: dict[Standing, str] = {
    Standing.DRAFT: "Draft",
    Standing.REFUSED: "Refused",
    Standing.HELD: "Held",
    Standing.AWAITING_APPROVAL: "To be approved",
    Standing.SENT_BACK: "Sent back",
}
_NO_POST = "An earlier copy has to be gone first, or somebody took it down there by hand: see the notice’s page."


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A line of the board with the words a person knows the notice by."""

    line: Line
    headline: str
    case_ref: str
    case_key: str
    names: tuple[str, ...]

    def matches(self, words: str) -> bool:
        """Whether a fragment of a name, case or reference is in it."""
        wanted = words.casefold().strip()
        inside = (self.line.ref, self.case_ref, self.case_key, self.headline, *self.names)
        return bool(wanted) and any(wanted in text.casefold() for text in inside)


def subjects_of(tx: Tx, notices: Iterable[Known]) -> dict[str, str]:
    """Everybody whom these notices are about: the number within the case, and the name where one is known."""
    names: dict[str, str] = {}
    for known in notices:
        for clock in cases.clocks_of(tx, known.id):
            names.setdefault(clock.subject, "")
        for each in publications.load(tx, known.id, publications.latest_revision(tx, known.id)).subjects:
            if each.number in names:
                names[each.number] = each.name or names[each.number]
    return dict(sorted(names.items()))


def shown(tx: Tx, line: Line) -> Shown:
    """The line with its words, opened in memory only; there is no index of names (design: section 4)."""
    known = publications.find(tx, line.ref)
    if known is None:
        return Shown(
            line=line, headline="A copy of a notice this ledger does not know", case_ref="", case_key="", names=()
        )
    revision = publications.approved_revision(tx, known.id) or publications.latest_revision(tx, known.id)
    notice = publications.load(tx, known.id, revision)
    names = [subject.name for subject in notice.subjects if subject.name]
    names += [facts.name for facts in notice.content.facts if facts.name]
    return Shown(
        line=line,
        headline=notice.content.headline,
        case_ref=notice.case_ref,
        case_key=known.case_key,
        names=tuple(names),
    )


def may_be_up(line: Line) -> bool:
    """Whether anything of it may be visible, whatever group it is listed under."""
    standing = line.publication
    if standing is None:
        return False
    return any(post.state in MAY_BE_VISIBLE for channel in standing.channels for post in channel.posts)


def channel_rows(line: Line) -> Iterator[dict[str, Any]]:
    """Each channel's newest copy with its name and tag, and the link while it may be up."""
    for each in line.publication.channels if line.publication else ():
        yield _row(each, line)


def tag(post: PostStanding | None, standing: Standing | None = None) -> tuple[str, str]:
    """How a copy stands in a word or two, with a colour; None: there is none, because of how the notice stands."""
    if post is None:
        return _NOT_UP.get(standing, "Not up") if standing else "Not up", "govuk-tag--grey"
    return (
        ("Attested, not proven", "govuk-tag--yellow") if post.attested else (STATES[post.state], _COLOURS[post.state])
    )


def _row(each: ChannelStanding, line: Line) -> dict[str, Any]:
    last = each.posts[-1] if each.posts else None
    word, colour = tag(last, line.publication.standing if line.publication else None)
    open_now = last is not None and last.state in {State.LIVE, State.POSTING, State.REMOVING}
    return {
        "name": NAMES[each.channel],
        "tag": word,
        "colour": colour,
        "post": last,
        "words": "" if last else _not_queued(line),
        "url": (last.url or "") if last and open_now else "",
    }


def _not_queued(line: Line) -> str:
    """Why a channel has no copy at all."""
    of = line.publication
    if of is None:
        return ""
    if of.retracted_for is not None:
        return "It was retracted, so it does not go up there."
    return _NOT_QUEUED.get(of.standing, _NO_POST)


def standing_words(line: Line) -> str:
    """How the notice stands, in words."""
    return STANDING_WORDS[line.publication.standing] if line.publication else ""
