"""The one table of a post's life."""

import itertools

import pytest

from policies.lifecycle import (
    CLOSED,
    MAY_BE_VISIBLE,
    TRANSITIONS,
    WANTED_ONCE,
    Edge,
    NotAllowed,
    Standing,
    State,
    Step,
    after,
    next_step,
    standing,
)


def test_every_edge_is_used_and_every_state_is_reached():
    assert {edge for _, edge in TRANSITIONS} == set(Edge)
    reached: set[State | None] = {None}
    for _ in State:
        reached |= {to for (came_from, _), to in TRANSITIONS.items() if came_from in reached}
    assert reached == {None, *State}


def test_what_is_on_its_way_up_or_up_is_there_once_and_all_else_is_coming_down_or_closed():
    assert set(State) == WANTED_ONCE | {State.REMOVING} | CLOSED
    assert {State.QUEUED} | MAY_BE_VISIBLE - {State.REMOVING} == WANTED_ONCE
    assert not WANTED_ONCE & CLOSED


@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("edge", list(Edge))
def test_an_edge_leads_where_the_table_says_or_nowhere(state, edge):
    if (state, edge) in TRANSITIONS:
        assert after(state, edge) is TRANSITIONS[state, edge]
    else:
        with pytest.raises(NotAllowed):
            after(state, edge)


def test_what_may_be_visible_ends_only_by_removal_or_proof():
    assert {to for (came_from, _), to in TRANSITIONS.items() if came_from is State.LIVE} == {State.LIVE, State.REMOVING}
    assert {edge for came_from, edge in TRANSITIONS if came_from is State.REMOVING} == {Edge.PROVEN_GONE}


def test_a_removed_post_comes_back_only_by_a_sighting_and_only_to_be_removed():
    assert [(edge, to) for (state, edge), to in TRANSITIONS.items() if state is State.REMOVED] == [
        (Edge.SEEN, State.REMOVING)
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], None),
        ([State.LIVE, State.POSTING, State.REMOVING], Standing.IN_DOUBT),
        ([State.LIVE, State.REMOVING], Standing.COMING_DOWN),
        ([State.LIVE, State.QUEUED], Standing.UP),
        ([State.QUEUED, State.REMOVED], Standing.QUEUED),
        ([State.REMOVED, State.NOT_POSTED], Standing.DOWN),
        ([State.NOT_POSTED], Standing.NEVER_UP),
    ],
)
def test_a_publication_stands_as_its_most_worrying_post(states, expected):
    assert standing(states) is expected


@pytest.mark.parametrize(
    ("known", "step"),
    [
        ({"state": State.QUEUED, "wanted_up": True}, Step.WAIT),
        ({"state": State.QUEUED, "wanted_up": True, "claimable": True}, Step.PUBLISH),
        ({"state": State.QUEUED, "wanted_up": False, "claimable": True}, Step.CALL_OFF),
        ({"state": State.POSTING, "wanted_up": True, "sent": True}, Step.TRACE),
        ({"state": State.POSTING, "wanted_up": False, "sent": True}, Step.TRACE),
        ({"state": State.POSTING, "wanted_up": True, "claimable": True}, Step.LAND),
        ({"state": State.LIVE, "wanted_up": True}, Step.WAIT),
        ({"state": State.LIVE, "wanted_up": True, "look_due": True}, Step.LOOK),
        ({"state": State.LIVE, "wanted_up": True, "revision_wanted_differs": True}, Step.WAIT),
        ({"state": State.LIVE, "wanted_up": True, "revision_wanted_differs": True, "claimable": True}, Step.EDIT),
        ({"state": State.LIVE, "wanted_up": False, "revision_wanted_differs": True, "claimable": True}, Step.LAND),
        ({"state": State.REMOVING, "wanted_up": False, "left": True}, Step.REMOVE),
        ({"state": State.REMOVING, "wanted_up": True, "left": True}, Step.REMOVE),
        ({"state": State.REMOVING, "wanted_up": False, "left": True, "asked": True}, Step.LOOK),
        ({"state": State.REMOVING, "wanted_up": False, "asked": True}, Step.LAND),
        ({"state": State.REMOVED, "wanted_up": True, "claimable": True}, Step.WAIT),
        ({"state": State.REMOVED, "wanted_up": False, "look_due": True}, Step.RECHECK),
        ({"state": State.NOT_POSTED, "wanted_up": True, "claimable": True}, Step.WAIT),
        ({"state": State.NOT_POSTED, "wanted_up": False, "look_due": True}, Step.RECHECK),
    ],
)
def test_the_next_step_follows_from_what_is_known(known, step):
    assert next_step(**known) is step


FACTS = ("wanted_up", "revision_wanted_differs", "claimable", "sent", "left", "asked", "look_due")
EVERYTHING_KNOWN = [dict(zip(FACTS, values, strict=True)) for values in itertools.product([True, False], repeat=7)]


def test_only_a_queued_post_that_is_wanted_is_ever_published():
    publishing = [
        (state, known)
        for state in State
        for known in EVERYTHING_KNOWN
        if next_step(state=state, **known) in {Step.PUBLISH, Step.EDIT}
    ]
    assert {state for state, _ in publishing} == {State.QUEUED, State.LIVE}
    assert all(known["wanted_up"] and known["claimable"] for _, known in publishing)


def test_every_step_is_taken_by_some_post():
    assert {next_step(state=state, **known) for state in State for known in EVERYTHING_KNOWN} == set(Step)
