"""One post on one channel: its states, every allowed edge, and how worrying each state is (design: one table)."""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """POSTING means "may be up", REMOVING "may still be visible"; both are resolved by looking."""

    QUEUED = "queued"
    POSTING = "posting"
    LIVE = "live"
    REMOVING = "removing"
    REMOVED = "removed"
    NOT_POSTED = "not_posted"


class Edge(StrEnum):
    """What can happen to a post."""

    CREATED = "created"
    EXTRA_COPY = "extra_copy"
    CLAIMED = "claimed"
    CALLED_OFF = "called_off"
    ACCEPTED = "accepted"
    ABSENT_STILL_WANTED = "absent_still_wanted"
    REFUSED_LEFT = "refused_left"
    REFUSED_CLEAN = "refused_clean"
    EDITED = "edited"
    DUE_DOWN = "due_down"
    PROVEN_GONE = "proven_gone"
    SEEN = "seen"


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


class NotAllowedError(Exception):
    """An edge that the table does not have: nothing may be written."""


def after(state: State | None, edge: Edge) -> State:
    """The state that the edge leads to. Raises NotAllowedError where the table has no such edge."""
    try:
        return TRANSITIONS[state, edge]
    except KeyError:
        raise NotAllowedError(f"{state or 'no post'} has no edge {edge}") from None


class Standing(StrEnum):
    """What a publication's posts say about it, most worrying first."""

    IN_DOUBT = "in_doubt"
    COMING_DOWN = "coming_down"
    UP = "up"
    QUEUED = "queued"
    DOWN = "down"
    NEVER_UP = "never_up"


_STANDING = {
    State.POSTING: Standing.IN_DOUBT,
    State.REMOVING: Standing.COMING_DOWN,
    State.LIVE: Standing.UP,
    State.QUEUED: Standing.QUEUED,
    State.REMOVED: Standing.DOWN,
    State.NOT_POSTED: Standing.NEVER_UP,
}


def standing(states: Iterable[State]) -> Standing | None:
    """The most worrying state of a publication's posts; None while it has no post. Derived, never stored."""
    held = {_STANDING[state] for state in states}
    return next((each for each in Standing if each in held), None)
