"""The year's figures for the Community Safety Partnership: counted from the journal, naming nobody (R64, R68; 10.3)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.context import Bot
from bot.erasure import characteristics, went_up
from bot.outcomes import wanted_now
from bot.standing import Shown, overdue, unverified
from policies.clauses import clause_behind
from policies.lifecycle import Edge, State
from policies.retention import london_midnight
from policies.storage import Part
from policies.terms import Channel, Kind
from store import erasure, journal, posts, publications, record
from store.journal import Entry
from store.ledger import Tx

Counts = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Requests(Shown):
    """What the public asked for, and how it was decided (R54, R68)."""

    by_kind: Counts
    removals_by_allegation: Counts
    decisions: Counts
    undecided: int


@dataclass(frozen=True, kw_only=True)
class Annual(Shown):
    """One year by London's calendar. Lateness is the greatest, never the mean."""

    year: int
    council: str
    submitted: int
    amended: int
    refused: int
    refused_by_clause: Counts
    """A refusal may rest on several clauses: these add up to more."""
    approved: int
    sent_back: int
    notices_up: int
    notices_by_kind: Counts
    notices_by_service: Counts
    copies_up_by_channel: Counts
    called_off: int
    copies_removed: int
    copies_removed_by_reason: Counts
    retracted: int
    retracted_by_reason: Counts
    late: int
    """Copies not proven gone before their date."""
    greatest_lateness: timedelta
    longest_urgent_removal: timedelta
    """From a retraction or event to the proof that the last copy had gone."""
    unverified_now: int
    strays_adopted: int
    came_back: int
    events_by_type: Counts
    requests: Requests
    equality: Counts
    """How many notices named a subject with a known protected characteristic."""
    notices_without_known_characteristic: int


def figures(bot: Bot, tx: Tx, year: int) -> Annual:
    """The figures of a year, as far as it has gone."""
    now = bot.now
    starts, ends = london_midnight(date(year, 1, 1)), london_midnight(date(year + 1, 1, 1))
    told = [entry for entry in journal.entries(tx) if starts <= entry.at < ends]
    by_event = Counter(entry.event for entry in told)
    drafts = [entry for entry in told if entry.event in {"submitted", "amended", "refused"}]
    up = [known for known in publications.everything(tx) if _in(went_up(tx, known), starts, ends)]
    late, urgent = _lateness(bot, tx, starts, ends, now)
    equality, unknown = _equality(tx, year, up)
    return Annual(
        year=year,
        council=bot.settings.council.name,
        submitted=sum(1 for entry in drafts if entry.codes.get("revision") == 1),
        amended=sum(1 for entry in drafts if entry.codes.get("revision") != 1),
        refused=by_event["refused"],
        refused_by_clause=_clauses(entry for entry in told if entry.event == "refused"),
        approved=by_event["approved"],
        sent_back=by_event["sent_back"],
        notices_up=len(up),
        notices_by_kind=_counts((known.kind.value for known in up), Kind),
        notices_by_service=_counts((known.service for known in up), (s.name for s in bot.settings.council.services)),
        copies_up_by_channel=_counts(_codes(told, Edge.ACCEPTED, "channel"), Channel),
        called_off=by_event[Edge.CALLED_OFF],
        copies_removed=by_event[Edge.PROVEN_GONE],
        copies_removed_by_reason=_counts(_codes(told, Edge.PROVEN_GONE, "reason")),
        retracted=by_event["retracted"],
        retracted_by_reason=_counts(_codes(told, "retracted", "reason")),
        late=len(late),
        greatest_lateness=max(late, default=timedelta()),
        longest_urgent_removal=max(urgent, default=timedelta()),
        unverified_now=len(unverified(bot, tx, now)),
        strays_adopted=by_event[Edge.EXTRA_COPY],
        came_back=by_event[Edge.SEEN],
        events_by_type=_counts(_codes(told, "happened", "what")),
        requests=_requests(tx, starts, ends),
        equality=equality,
        notices_without_known_characteristic=unknown,
    )


def _in(at: datetime | None, starts: datetime, ends: datetime) -> bool:
    return at is not None and starts <= at < ends


def _counts(found: Iterable[str], always: Iterable[str] = ()) -> Counts:
    """How many of each, in the order of the alphabet; those of `always` are told even where there are none."""
    counted = Counter(found)
    return {str(each): counted[each] for each in sorted({*counted, *(str(each) for each in always)})}


def _codes(told: Iterable[Entry], event: str, code: str) -> Iterator[str]:
    return (str(entry.codes.get(code) or "none") for entry in told if entry.event == event)


def _clauses(refused: Iterable[Entry]) -> Counts:
    cited = (str(entry.codes.get("refused_by") or entry.codes.get("clauses") or "none") for entry in refused)
    # A refusal counts once under a clause, however many of its requirements it met.
    return _counts(clause for each in cited for clause in {clause_behind(one) for one in each.split(",")})


def _lateness(
    bot: Bot, tx: Tx, starts: datetime, ends: datetime, now: datetime
) -> tuple[list[timedelta], list[timedelta]]:
    """By how much each copy was late, and how long each urgent removal took, of those that ended in the year.

    What is overdue at this moment counts as late up to now.
    """
    late, urgent = [], []
    for post in posts.in_states(tx, State.REMOVED):
        if post.publication_id is None or post.closed_at is None or not starts <= post.closed_at < ends:
            continue
        by = wanted_now(bot, tx, post.publication_id, post.revision, now).by
        if by is not None and post.closed_at > by:
            late.append(post.closed_at - by)
        retraction = publications.retraction_of(tx, post.publication_id)
        if retraction is not None and post.removing_at is not None and post.removing_at >= retraction.given_at:
            urgent.append(post.closed_at - retraction.given_at)
    if starts <= now < ends:
        late += [now - copy.down_by for copy in overdue(bot, tx, now) if copy.down_by is not None]
    return late, urgent


def _requests(tx: Tx, starts: datetime, ends: datetime) -> Requests:
    asked = record.requests_between(tx, starts, ends)
    decided = [act["decision"] for each in asked for act in each["acts"] if act["decision"]]
    return Requests(
        by_kind=_counts((each["kind"] for each in asked), ("complaint", "removal", "reuse")),
        removals_by_allegation=_counts(each["allegation"] for each in asked if each["kind"] == "removal"),
        decisions=_counts(decided),
        undecided=sum(1 for each in asked if not any(act["decision"] for act in each["acts"])),
    )


def _equality(tx: Tx, year: int, up: list[publications.Known]) -> tuple[Counts, int]:
    """What the notices of the year state, and what was counted of those whose answers are erased by now."""
    counted = Counter(erasure.counted_characteristics(tx, year))
    unknown = counted.pop(erasure.NOT_STATED, 0)
    for known in up:
        if Part.CONTENT in erasure.erased(tx, known.id):
            continue
        stated = characteristics(tx, known)
        counted.update(set(stated))
        unknown += not stated
    return _counts(counted.elements()), unknown
