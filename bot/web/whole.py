"""One revision as those read it who decide about it: exactly what goes out, and all that bears on the decision."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.context import Bot
from bot.dossiers import dossier
from bot.explaining import Explanation, explain
from bot.intake_refusals import find
from bot.render import fill_down_by
from bot.web.answers import AnsweredRow, answered
from bot.web.changes import Change, changes, subject_lines
from bot.web.notices import NAMES
from bot.web.page_text import page_text
from bot.web.ticks import TICKS
from policies.answers import CONSULTEES, Consultation, Consultee
from policies.cautions import Caution, cautions
from policies.dossier import Dossier, Objection, Stage
from policies.effects import Tick
from policies.publishing import clearance_reasons, objections, tick_reasons
from policies.terms import Approval, Channel, Event, Person, Publication, Reason
from store import cases, erasure, posts, publications, record
from store.ledger import Tx
from store.publications import Known, PictureFile


@dataclass(frozen=True, kw_only=True)
class ChannelText:
    """What one channel shows. `length` and `limit` are counted the channel's own way."""

    name: str
    text: str = field(repr=False)
    source: str = field(repr=False)
    """What is sent, where that is not the text itself."""
    pictures: tuple[PictureFile, ...]
    length: int | None
    limit: int | None


@dataclass(frozen=True, kw_only=True)
class Needed:
    """A tick with its words and why it is asked for; `must`: nothing is approved without it."""

    tick: Tick
    words: str
    why: tuple[Objection, ...]
    must: bool = True


@dataclass(frozen=True, kw_only=True)
class Advised:
    role: str
    who: str
    at: datetime
    cleared: bool
    note: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """One revision with everything around it at one instant."""

    known: Known
    publication: Publication = field(repr=False)
    revision: int
    digest: str
    channels: tuple[ChannelText, ...]
    about: tuple[str, ...] = field(repr=False)
    answers: tuple[AnsweredRow, ...] = field(repr=False)
    consultations: tuple[Consultation, ...] = field(repr=False)
    advice: tuple[Advised, ...]
    events: tuple[Event, ...]
    cautions: tuple[Caution, ...]
    explanation: Explanation
    ticks: tuple[Needed, ...]
    blocked: tuple[Objection, ...]
    """What stands in the way even with every tick."""
    wanted_of: dict[Consultee, tuple[Objection, ...]]
    """Whose clearance is missing, and which answers call for it."""
    base: int | None
    """The revision that `changes` begins from: the last one approved before, else the one before this."""
    base_approved: bool
    changes: tuple[Change, ...]
    sent_back: bool
    retracted_for: Reason | None
    erased: bool
    approval: Approval | None
    author: bool
    """Whether whoever reads wrote a revision of it, or of one it follows."""

    @property
    def names(self) -> dict[str, str]:
        """Whom it is about, by number within the case."""
        return {each.number: each.name or "" for each in self.publication.subjects}

    @property
    def waits(self) -> bool:
        """Whether a Director's approval is what it needs now."""
        over = self.sent_back or self.erased or self.retracted_for is not None
        return not over and (self.approval is None or self.explanation.missing.approval_by is not None)

    @property
    def seen(self) -> str:
        """What a form remembers of this page: a decision made on anything else is void."""
        return f"{self.revision}.{len(self.advice)}.{len(self.events)}"


def whole(bot: Bot, tx: Tx, ref: str, reader: Person, now: datetime) -> Whole:
    """The newest revision as it stands for this reader. Raises NotFound."""
    known = find(bot, tx, ref)
    revision = publications.latest_revision(tx, known.id)
    asked = _asked(bot, tx, known, reader, now)
    sign_offs = tick_reasons(asked, now)
    approved = [each for each in publications.first_approvals(tx, known.id) if each < revision]
    base = max(approved, default=revision - 1 or None)
    retraction = publications.retraction_of(tx, known.id)
    explanation = explain(bot, tx, known.ref, now, of=revision)
    publication = asked.publication
    return Whole(
        known=known,
        publication=publication,
        revision=revision,
        digest=asked.digest,
        channels=tuple(_channels(tx, known, asked, explanation.deadline.by)),
        about=subject_lines(publication),
        answers=answered(known.kind, publication.checklist),
        consultations=publication.checklist.consultations,
        advice=tuple(_advice(tx, known, revision)),
        events=cases.events_of(tx, known.case_key),
        cautions=cautions(asked, now),
        explanation=explanation,
        ticks=tuple(_needed(tx, known, sign_offs)),
        blocked=tuple(objections(_with(asked, frozenset(sign_offs)), now)),
        wanted_of=clearance_reasons(asked, now),
        base=base,
        base_approved=bool(approved),
        changes=changes(tx, known, base, revision) if base else (),
        sent_back=publications.sent_back(tx, known.id, revision),
        retracted_for=retraction.reason if retraction else None,
        erased=bool(erasure.erased(tx, known.id)),
        approval=publications.approval_of(tx, known.id, revision),
        author=reader.id in publication.authors,
    )


def _asked(bot: Bot, tx: Tx, known: Known, reader: Person, now: datetime) -> Dossier:
    """The newest revision as if the reader approved it now, without any tick."""
    revision = publications.latest_revision(tx, known.id)
    given = Approval(director=reader.id, given_at=now, digest="")
    asked = dossier(bot, tx, known.id, revision, stage=Stage.APPROVE, now=now, approval=given, approver=reader)
    return replace(asked, approval=replace(given, digest=asked.digest))


def _with(asked: Dossier, ticks: frozenset[Tick]) -> Dossier:
    assert asked.approval is not None
    return replace(asked, approval=replace(asked.approval, ticks=frozenset(each.value for each in ticks)))


def _channels(tx: Tx, known: Known, asked: Dossier, by: datetime) -> Iterator[ChannelText]:
    """With the down date that posting now would fill in."""
    shown = publications.renditions_of(tx, known.id, asked.publication.revision)
    for channel in (each for each in Channel if each in shown):
        layout, sent, page = asked.layouts.get(channel), shown[channel].text, channel is Channel.WEBSITE
        yield ChannelText(
            name=NAMES[channel],
            text=fill_down_by(page_text(sent) if page else sent, by),
            source=sent if page else "",
            pictures=shown[channel].pictures,
            length=layout.length if layout else None,
            limit=layout.limit if layout else None,
        )


def _needed(tx: Tx, known: Known, sign_offs: dict[Tick, tuple[Objection, ...]]) -> Iterator[Needed]:
    for tick, why in sign_offs.items():
        yield Needed(tick=tick, words=TICKS[tick], why=why)
    last = {post.channel: post for post in posts.of_publication(tx, known.id)}
    if any(post.reason is Reason.REMOVED_OUTSIDE for post in last.values()):
        yield Needed(tick=Tick.POST_AGAIN, words=TICKS[Tick.POST_AGAIN], why=(), must=False)


def _advice(tx: Tx, known: Known, revision: int) -> Iterator[Advised]:
    rows = [row for row in record.decisions(tx, known)["advice"] if row["revision"] == revision]
    who = record.names(tx, {row["person"] for row in rows})
    for row in rows:
        role, person = str(row["role"]), str(row["person"])
        spoken = CONSULTEES.get(role, role)
        yield Advised(
            role=spoken[0].upper() + spoken[1:],
            who=who.get(person, person),
            at=row["at"],
            cleared=row["cleared"],
            note=row["note"],
        )
