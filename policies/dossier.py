"""All that the rules about publishing look at, and what they answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from policies.answers import Advice
from policies.effects import Effect
from policies.lifecycle import State
from policies.retention import RetentionPlan
from policies.sentences import Law
from policies.terms import Approval, Channel, Event, Person, Publication, clock_event


class Stage(StrEnum):
    """The moment at which the rules are asked."""

    SUBMIT = "submit"
    APPROVE = "approve"
    CLAIM = "claim"


@dataclass(frozen=True, kw_only=True)
class Objection:
    """One reason why it may not go up: the clause, where in the submission, what is wrong, how to cure it.

    `what` and `remedy` hold no personal data: they are journalled and sent in alerts.
    """

    clause: str
    path: str
    what: str
    remedy: str
    effect: Effect = Effect.REFUSE
    lesser: bool = False
    """The bar is about who can be identified only: an anonymised outcome may do instead (R19; policy 5.7.3)."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The rendered text of one channel, measured the channel's own way."""

    text: str = field(repr=False)
    length: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Whether a channel can be used now. `can_remove`: its check has shown that it can take down."""

    configured: bool = True
    can_remove: bool = True
    paused: bool = False
    unresolved_removal: bool = False


@dataclass(frozen=True, kw_only=True)
class KnownClock:
    """A clock of the case. `event` is `policies.terms.clock_event` of the notices that share it."""

    event: str
    subject: str
    first_up_at: datetime | None

    @property
    def family(self) -> str:
        return self.event.partition("/")[0]


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One publication with everything known that bears on whether it may go up."""

    publication: Publication
    stage: Stage
    plan: RetentionPlan
    informative: str
    """As it must stand in every notice, contact included."""
    services: frozenset[str]
    digest: str
    """Of what would be sent now."""
    layouts: Mapping[Channel, Layout] = field(default_factory=dict)
    availability: Mapping[Channel, Availability] = field(default_factory=dict)
    claiming: Channel | None = None
    """At CLAIM, the one channel about to be posted to."""
    approval: Approval | None = None
    """At APPROVE, the one about to be given."""
    approver: Person | None = None
    """Who gives or gave it, with the roles in force now."""
    advice: tuple[Advice, ...] = ()
    """What consultees have recorded about this very revision, oldest first."""
    confirmed_at: datetime | None = None
    events: tuple[Event, ...] = ()
    clocks: tuple[KnownClock, ...] = ()
    """All clocks of the case, whoever and whatever they are of."""
    followed: tuple[State, ...] | None = None
    """The posts of the publication it follows; None where there is no such publication."""
    retracted: frozenset[str] = frozenset()
    """Refs of retracted publications of the same kind on one of the same clocks."""
    barred: frozenset[str] = frozenset()
    """`policies.content_rules.material` that an event of the case forbids to use again."""
    request_undecided: bool = False
    """Whether a removal request about the case, grave enough to take a notice down at once, is not decided yet."""
    law: Law = field(default_factory=Law)
    contacts: tuple[str, ...] = ()
    """The council's own telephone numbers and addresses, which a text may give."""
    author_names: frozenset[str] = field(default=frozenset(), repr=False)
    """Of those who wrote any revision of it, as far as they are known."""
    approval_lapses: timedelta = timedelta(days=7)
    confirmation_valid: timedelta = timedelta(hours=24)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels asked about: all of the publication's, or the one being claimed."""
        return self.publication.channels if self.claiming is None else (self.claiming,)

    @property
    def ticks(self) -> frozenset[str]:
        return self.approval.ticks if self.approval else frozenset()

    def cleared_by(self, role: str) -> bool:
        """Whether the newest advice of that role lets it go up as it stands."""
        said = [each.cleared for each in self.advice if each.role == role]
        return bool(said) and said[-1]

    @property
    def first_up_at(self) -> datetime | None:
        """The earliest start over the publication's own clocks; None while none has started."""
        own = clock_event(self.publication.kind, self.publication.court_event)
        numbers = {subject.number for subject in self.publication.subjects}
        started = [
            clock.first_up_at
            for clock in self.clocks
            if clock.event == own and clock.subject in numbers and clock.first_up_at is not None
        ]
        return min(started, default=None)


Rule = Callable[[Dossier], Iterator[Objection]]
TimedRule = Callable[[Dossier, datetime], Iterator[Objection]]
