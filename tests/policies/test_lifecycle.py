"""The one table of a post's life."""

import pytest

from policies.lifecycle import TRANSITIONS, Edge, NotAllowedError, Standing, State, after, standing


def test_every_edge_is_used_and_every_state_is_reached():
    assert {edge for _, edge in TRANSITIONS} == set(Edge)
    reached: set[State | None] = {None}
    for _ in State:
        reached |= {to for (came_from, _), to in TRANSITIONS.items() if came_from in reached}
    assert reached == {None, *State}


@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("edge", list(Edge))
def test_an_edge_leads_where_the_table_says_or_nowhere(state, edge):
    if (state, edge) in TRANSITIONS:
        assert after(state, edge) is TRANSITIONS[state, edge]
    else:
        with pytest.raises(NotAllowedError):
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
