"""The life of one copy on one channel, as a table: states, edges, what to do next, and how a publication stands."""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """Where one post stands. POSTING means "in doubt, may be up"; REMOVING means "may still be visible"."""

    QUEUED = "queued"
    POSTING = "posting"
    LIVE = "live"
    REMOVING = "removing"
    REMOVED = "removed"
    NOT_POSTED = "not_posted"


# A post of these states may be visible to the public now.
MAY_BE_VISIBLE = frozenset({State.POSTING, State.LIVE, State.REMOVING})

# Nothing of a post in one of these was ever visible.
NEVER_UP = frozenset({State.QUEUED, State.NOT_POSTED})

# At most one post of a publication and channel is in one of these (the ledger's unique index).
WANTED_ONCE = frozenset({State.QUEUED, State.POSTING, State.LIVE})

# Nothing of these is left to do but re-checks; a return or a successor waits until every old post is here.
CLOSED = frozenset({State.REMOVED, State.NOT_POSTED})


class Edge(StrEnum):
    """What can happen to a post."""

    CREATED = "created"
    """Approved, requeued, or a successor is due."""
    EXTRA_COPY = "extra_copy"
    """A copy of ours was found that no post stands for."""
    CLAIMED = "claimed"
    CALLED_OFF = "called_off"
    ACCEPTED = "accepted"
    """The platform acknowledged it, or tracing found it."""
    ABSENT_STILL_WANTED = "absent_still_wanted"
    """Proven absent, and still to go up."""
    REFUSED_LEFT = "refused_left"
    """Refused, or absent and no longer wanted, and something made for it is left."""
    REFUSED_CLEAN = "refused_clean"
    """The same, and nothing is left."""
    EDITED = "edited"
    """Edited in place and read back."""
    DUE_DOWN = "due_down"
    """Due down, superseded, or seen gone."""
    PROVEN_GONE = "proven_gone"
    """Every artefact that was ever public seen gone and every deletable one deleted; or attested by two people."""
    SEEN = "seen"
    """Seen on the platform after all: a late effect, or restored by someone."""


TRANSITIONS: dict[tuple[State | None, Edge], State] = {
    (None, Edge.CREATED): State.QUEUED,
    (None, Edge.EXTRA_COPY): State.REMOVING,
    (State.QUEUED, Edge.CLAIMED): State.POSTING,
    (State.QUEUED, Edge.CALLED_OFF): State.NOT_POSTED,
    (State.POSTING, Edge.ACCEPTED): State.LIVE,
    (State.POSTING, Edge.ABSENT_STILL_WANTED): State.QUEUED,
    (State.POSTING, Edge.REFUSED_LEFT): State.REMOVING,
    (State.POSTING, Edge.REFUSED_CLEAN): State.NOT_POSTED,
    (State.LIVE, Edge.EDITED): State.LIVE,
    (State.LIVE, Edge.DUE_DOWN): State.REMOVING,
    (State.REMOVING, Edge.PROVEN_GONE): State.REMOVED,
    (State.REMOVED, Edge.SEEN): State.REMOVING,
    (State.NOT_POSTED, Edge.SEEN): State.REMOVING,
}


class NotAllowed(Exception):
    """An edge that the table does not have: nothing may be written."""

    def __init__(self, state: State | None, edge: Edge) -> None:
        super().__init__(f"a post that is {state.value if state else 'not there'} cannot be {edge.value}")
        self.state = state
        self.edge = edge


def after(state: State | None, edge: Edge) -> State:
    """The state that follows; raises NotAllowed for a pair that is not in TRANSITIONS."""
    try:
        return TRANSITIONS[state, edge]
    except KeyError:
        raise NotAllowed(state, edge) from None


class Standing(StrEnum):
    """How a publication stands, derived and never stored. The first five come before any post exists."""

    DRAFT = "draft"
    REFUSED = "refused"
    HELD = "held"
    AWAITING_APPROVAL = "awaiting_approval"
    SENT_BACK = "sent_back"
    IN_DOUBT = "in_doubt"
    COMING_DOWN = "coming_down"
    UP = "up"
    QUEUED = "queued"
    DOWN = "down"
    NEVER_UP = "never_up"


# Most worrying first.
_STANDING_OF: dict[State, Standing] = {
    State.POSTING: Standing.IN_DOUBT,
    State.REMOVING: Standing.COMING_DOWN,
    State.LIVE: Standing.UP,
    State.QUEUED: Standing.QUEUED,
    State.REMOVED: Standing.DOWN,
    State.NOT_POSTED: Standing.NEVER_UP,
}


def standing(post_states: Iterable[State]) -> Standing | None:
    """The standing given by the most worrying post; None while there are no posts."""
    present = set(post_states)
    return next((name for state, name in _STANDING_OF.items() if state in present), None)


class Step(StrEnum):
    """The one thing to do now for a post."""

    WAIT = "wait"
    PUBLISH = "publish"
    TRACE = "trace"
    EDIT = "edit"
    LOOK = "look"
    REMOVE = "remove"
    CALL_OFF = "call_off"
    RECHECK = "recheck"
    LAND = "land"
    """No call: what is known already decides the edge, which only has to be recorded."""


def next_step(
    *,
    state: State,
    wanted_up: bool,
    revision_wanted_differs: bool = False,
    claimable: bool = False,
    sent: bool = False,
    left: bool = False,
    asked: bool = False,
    look_due: bool = False,
) -> Step:
    """What to do with a post that nobody else is working on and whose next try is due.

    `claimable`: nothing forbids to claim it for posting or editing now (objections, pause, siblings, channel order).
    `sent`: since its claim a request went out that could make something visible.
    `left`: an artefact of it is neither proven gone nor closed.
    `asked`: the platform has been asked to remove every artefact left, and asking again is not yet due.
    `look_due`: a routine look at a live post, or the re-check of a closed one, is due.
    """
    first_that_holds: dict[State, tuple[tuple[bool, Step], ...]] = {
        State.QUEUED: ((not wanted_up, Step.CALL_OFF), (claimable, Step.PUBLISH)),
        # No request since the claim means certainly absent (design: settle).
        State.POSTING: ((sent, Step.TRACE), (True, Step.LAND)),
        State.LIVE: (
            (not wanted_up, Step.LAND),
            (revision_wanted_differs and claimable, Step.EDIT),
            (look_due, Step.LOOK),
        ),
        State.REMOVING: ((not left, Step.LAND), (asked, Step.LOOK), (True, Step.REMOVE)),
        State.REMOVED: ((look_due, Step.RECHECK),),
        State.NOT_POSTED: ((look_due, Step.RECHECK),),
    }
    return next((step for holds, step in first_that_holds[state] if holds), Step.WAIT)
