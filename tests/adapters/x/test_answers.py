"""Every answer X is known or feared to give to a post, and what it means (platforms: x, sections 4 to 7, 11)."""

from datetime import timedelta

import pytest

from adapters.base import Absent, Found, InDoubt, Rejected, Throttled, Unauthorised
from tests.adapters.fake import FakeAttempt
from tests.adapters.x.wiring import BASE, BODIES, post, rendered, up

OUTCOMES = {
    301: InDoubt,
    302: InDoubt,
    307: InDoubt,
    308: InDoubt,
    400: Rejected,
    401: Unauthorised,
    402: Unauthorised,
    404: InDoubt,
    409: InDoubt,
    429: Throttled,
    500: InDoubt,
    503: InDoubt,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(("status", "error"), OUTCOMES.items())
def test_any_body_is_survived_and_the_status_decides(bare, wire, status, error, body):
    wire.add("POST", BASE + "/2/tweets", status=status, body=body, headers={"location": "https://elsewhere.example/"})
    wire.add("DELETE", BASE + "/2/tweets/20", status=status, body=body, headers={"location": "https://other.example/"})
    attempt = FakeAttempt(bare.clock())
    with pytest.raises(error):
        bare.publish(rendered(), attempt)
    with pytest.raises(error):
        bare.remove((post("20"),))
    assert attempt.made[0].platform_id is None
    assert [call.request.method for call in wire.calls] == ["GET", "POST", "DELETE"]


@pytest.mark.parametrize(
    "body", [*BODIES.values(), b'{"data": null}', b'{"errors": [{"title": "x"}]}', b'{"data": {}}']
)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_without_an_id_is_in_doubt(bare, wire, status, body):
    wire.add("POST", BASE + "/2/tweets", status=status, body=body)
    with pytest.raises(InDoubt):
        bare.publish(rendered(), FakeAttempt(bare.clock()))


def test_a_number_as_id_becomes_a_string(bare, wire):
    wire.add("POST", BASE + "/2/tweets", status=201, json={"data": {"id": 1900000000000000001}})
    attempt = FakeAttempt(bare.clock())
    bare.publish(rendered(), attempt)
    assert attempt.made[0].platform_id == "1900000000000000001"
    assert attempt.made[0].created_at is None, "a time before the attempt is not this post's"


FORBIDDEN = {
    "duplicate": (
        {
            "detail": "You are not allowed to create a Tweet with duplicate content.",
            "type": "about:blank",
            "status": 403,
        },
        InDoubt,
        "duplicate",
    ),
    "duplicate code": ({"errors": [{"code": 187, "message": "Status is a duplicate."}]}, InDoubt, "duplicate"),
    "generic": (
        {"detail": "You are not permitted to perform this action.", "title": "Forbidden", "status": 403},
        Rejected,
        "forbidden",
    ),
    "read-only": (
        {"title": "Forbidden", "type": "https://api.twitter.com/2/problems/oauth1-permissions"},
        Unauthorised,
        "read-only",
    ),
    "client": (
        {"title": "Client Forbidden", "type": "https://api.x.com/2/problems/client-forbidden"},
        Unauthorised,
        "forbidden-to-us",
    ),
    "locked": ({"errors": [{"code": 326, "message": "locked"}]}, Unauthorised, "forbidden-to-us"),
    "capped": (
        {"title": "UsageCapExceeded", "type": "https://api.x.com/2/problems/usage-capped"},
        Throttled,
        "usage-capped",
    ),
}


@pytest.mark.parametrize(("body", "error", "code"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_403_is_read_by_its_problem(bare, wire, body, error, code):
    wire.add("POST", BASE + "/2/tweets", status=403, json=body)
    with pytest.raises(error) as raised:
        bare.publish(rendered(), FakeAttempt(bare.clock()))
    assert raised.value.code == code


def test_403_that_is_not_x_speaking_is_in_doubt(bare, wire):
    wire.add("POST", BASE + "/2/tweets", status=403, body=b"<html>Attention required</html>")
    with pytest.raises(InDoubt):
        bare.publish(rendered(), FakeAttempt(bare.clock()))


@pytest.mark.parametrize("switch", ["no-credits", "no-credits-payment"])
def test_without_credits_neither_posting_nor_removal_is_done(platform, switch):
    attempt = up(platform)
    platform.standin.switches.add(switch)
    for call in (
        lambda: platform.adapter.publish(platform.rendered(words="Another."), platform.attempt()),
        lambda: platform.adapter.remove(attempt.made),
    ):
        with pytest.raises(Unauthorised) as raised:
            call()
        assert raised.value.code == "no-credits"
    assert len(platform.copies()) == 1


def test_a_duplicate_leads_to_the_copy_that_is_up(platform):
    first = up(platform)
    again = platform.attempt()
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(), again)
    assert raised.value.code == "duplicate"
    trace = platform.adapter.trace(platform.rendered(), again)
    assert isinstance(trace, Found)
    assert trace.sightings[0].platform_id == first.made[0].platform_id


def test_a_duplicate_of_a_removed_post_is_in_doubt_and_traced_absent(platform):
    platform.standin.switches.add("duplicate-remembers-deleted")
    first = up(platform)
    platform.adapter.remove(first.made)
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(), platform.attempt())
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()


LIMITS = {
    "reset": ({"x-rate-limit-reset": "+300"}, 300, None),
    "day": (
        {"x-rate-limit-reset": "+300", "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": "+7200"},
        7200,
        None,
    ),
    "day not used up": (
        {"x-rate-limit-reset": "+300", "x-app-limit-24hour-remaining": "9", "x-app-limit-24hour-reset": "+7200"},
        300,
        None,
    ),
    "app day": ({"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": "+7200"}, 7200, None),
    "none": ({}, None, None),
    "malformed": ({"x-rate-limit-reset": "soon"}, None, None),
    "absurd": ({"x-rate-limit-reset": "99999999999999999999"}, None, None),
    "milliseconds": ({"x-rate-limit-reset": "+900000000"}, None, None),
    "passed": ({"x-rate-limit-reset": "-300"}, None, None),
    "passed, with a time to wait": ({"x-rate-limit-reset": "-300", "retry-after": "30"}, None, 30),
    "retry-after": ({"retry-after": "30"}, None, 30),
}


@pytest.mark.parametrize(("headers", "until", "after"), LIMITS.values(), ids=LIMITS.keys())
def test_429_says_how_long_to_wait_when_x_does(bare, wire, headers, until, after):
    now = bare.clock()
    sent = {k: str(int(now.timestamp()) + int(v)) if v[0] in "+-" else v for k, v in headers.items()}
    wire.add("DELETE", BASE + "/2/tweets/20", status=429, json={"errors": [{"code": 88}]}, headers=sent)
    with pytest.raises(Throttled) as raised:
        bare.remove((post("20"),))
    assert raised.value.until == (None if until is None else now + timedelta(seconds=until))
    assert raised.value.after == (None if after is None else timedelta(seconds=after))
    assert len(wire.calls) == 1, "asked once: no waiting and asking again inside the adapter"
