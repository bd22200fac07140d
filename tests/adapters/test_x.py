"""X over the wire: the contract, then every answer X is known or feared to give (platforms: x, sections 4 to 7, 11)."""

import json
import re
from datetime import timedelta

import pytest
import responses

from adapters.base import (
    Absent,
    AdapterError,
    Artefact,
    ArtefactKind,
    CalledOff,
    Found,
    InDoubt,
    Presence,
    Rejected,
    Rendered,
    Throttled,
    Unauthorised,
    Unreachable,
    Unsure,
)
from adapters.standin.core import Fault, Rule
from adapters.standin.core import mount as put_on_wire
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from adapters.x import XAdapter, XSettings
from adapters.x_posts import carries, measure
from tests.adapters.contract import JPEG, AdapterContract, Platform, lasting
from tests.adapters.fake import Clock, FakeAttempt

BASE = "https://api.x.example"
STEPS = {"publish": ("POST", "/2/tweets"), "remove": ("DELETE", "/2/tweets/"), "read": ("GET", "/2/")}
NOTICE = "https://council.example.org/notices/aaaaaaaaaaaaaaaaaaaaaa"


def settings(standin: XStandin, base_url: str = BASE, **changes) -> XSettings:
    account = standin.account
    given = {
        "consumer_key": account.consumer_key,
        "consumer_secret": account.consumer_secret,
        "access_token": account.access_token,
        "access_token_secret": account.access_token_secret,
        "account_id": account.id,
        "base_url": base_url,
        "deadline": timedelta(seconds=2),
    }
    return XSettings(**(given | changes))


def platform_at(base_url: str, standin: XStandin, clock: Clock) -> Platform:
    return Platform(
        adapter=XAdapter(settings(standin, base_url), clock=clock),
        standin=standin,
        clock=clock,
        steps=STEPS,
        template=lambda marker, words: f"{words} Fines < £50 & costs. {marker} {NOTICE}",
    )


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def platform(wire) -> Platform:
    clock = Clock()
    standin = XStandin(clock=clock)
    put_on_wire(standin, wire, BASE)
    return platform_at(BASE, standin, clock)


class TestX(AdapterContract):
    """Through `responses`, without pictures."""


class TestXWithPictures(AdapterContract):
    pictures = 2


class TestXOnASocket(AdapterContract):
    @pytest.fixture
    def platform(self):
        clock = Clock()
        standin = XStandin(clock=clock)
        with serving(standin) as base_url:
            yield platform_at(base_url, standin, clock)


def up(platform: Platform, **options) -> FakeAttempt:
    attempt = platform.attempt()
    platform.adapter.publish(platform.rendered(**options), attempt)
    return attempt


def post(platform_id: str, **changes) -> Artefact:
    return Artefact(
        **({"id": 1, "kind": ArtefactKind.POST, "platform_id": platform_id, "acknowledged": True} | changes)
    )


# --- what is sent


def test_the_post_is_closed_to_replies_and_carries_its_pictures_with_alt_text(platform):
    attempt = up(platform, pictures=2)
    made = platform.standin.objects[platform.copies()[0]]
    assert made.fields["reply_settings"] == "mentionedUsers"
    media = [platform.standin.objects[each] for each in made.fields["media_ids"]]
    assert [each.fields["alt_text"] for each in media] == ["Picture 0", "Picture 1"]
    assert [each.fields["picture"] for each in media] == [JPEG, JPEG]
    assert attempt.order == [
        "intend media",
        "note media",
        "intend media",
        "note media",
        "intend post",
        "go",
        "note post",
    ]


def test_the_post_is_noted_with_the_time_x_gave_it_and_where_people_read_it(platform):
    row = up(platform).made[-1]
    assert row.created_at == platform.clock()
    assert row.url == f"https://x.com/i/status/{row.platform_id}"


def test_every_request_is_signed_for_the_configured_host_and_none_uses_a_bearer(platform, wire):
    attempt = up(platform, pictures=1)
    platform.adapter.presence(attempt.made)
    platform.adapter.trace(platform.rendered(), attempt)
    platform.adapter.remove(lasting(attempt.made))
    requests_sent = [call.request for call in wire.calls]
    assert all(each.url.startswith(BASE) for each in requests_sent)
    assert all(str(each.headers["Authorization"]).startswith("OAuth ") for each in requests_sent)
    assert all(call.response.status_code < 300 for call in wire.calls)


def test_a_publication_that_may_be_up_under_a_known_id_is_not_sent_again(platform):
    first = up(platform)
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(words="Other words."), platform.attempt(made=first.made))
    assert len(platform.copies()) == 1


def test_called_off_after_an_upload_leaves_no_post_and_a_second_try_uploads_afresh(platform):
    first = platform.attempt(call_off={"go": 1})
    with pytest.raises(CalledOff):
        platform.adapter.publish(platform.rendered(pictures=1), first)
    platform.clock.advance(timedelta(hours=25))
    again = platform.attempt(made=tuple(each for each in first.made if each.platform_id))
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "a" * 281}, "text-too-long"),
        ({"text": ""}, "text-too-long"),
        ({"text": "no\ufffe"}, "text-too-long"),
        ({"text": "\N{EURO SIGN}" * 141}, "text-too-long"),
    ],
)
def test_what_x_would_refuse_is_refused_before_anything_is_sent(platform, changes, code):
    rendered = Rendered(**({"marker": "DBC-7K3Q9M-1", "page_id": "p", "pictures": ()} | changes))
    with pytest.raises(Rejected) as raised:
        platform.adapter.publish(rendered, platform.attempt())
    assert raised.value.code == code
    assert platform.standin.calls == []


def test_too_many_or_too_large_pictures_are_refused_before_anything_is_sent(platform):
    with pytest.raises(Rejected):
        platform.adapter.publish(platform.rendered(pictures=5), platform.attempt())
    platform.picture = JPEG * 400_000
    with pytest.raises(Rejected):
        platform.adapter.publish(platform.rendered(pictures=1), platform.attempt())
    assert platform.standin.calls == []


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hello, world! \N{WAVING HAND SIGN}", 16),
        ("pound £ dash – quote ’", 22),
        ("\N{HORIZONTAL ELLIPSIS}", 2),
        (NOTICE, 23),
        ("dartford.gov.uk", 23),
        ("a" * 280, 280),
        ("", 281),
    ],
)
def test_the_length_is_counted_as_x_counts_it(text, weight):
    assert measure(text) == weight


# --- what comes back for a post


BODIES = {
    "html": b"<html>busy</html>",
    "empty": b"",
    "null": b"null",
    "list": b'[{"message": "no"}]',
    "string": b'"no"',
    "null errors": b'{"errors": null}',
    "string errors": b'{"errors": ["no"]}',
    "number detail": b'{"detail": 7}',
    "code": b'{"code": 7, "message": "no"}',
}
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


@pytest.fixture
def bare(wire) -> XAdapter:
    """An adapter whose account is shown; every other answer is the test's."""
    clock = Clock()
    standin = XStandin(clock=clock)
    me = {"data": {"id": standin.account.id, "username": "samplecouncil"}}
    wire.add("GET", BASE + "/2/users/me", json=me, headers={"x-access-level": "read-write"})
    return XAdapter(settings(standin), clock=clock)


def rendered() -> Rendered:
    return Rendered(marker="DBC-7K3Q9M-1", text=f"A court outcome. DBC-7K3Q9M-1 {NOTICE}", page_id="p")


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


# --- what comes back for a removal, and for the look after it


MISSING = ["", "delete-missing-titled", "delete-missing-true", "delete-missing-false", "delete-missing-errors"]


@pytest.mark.parametrize("switch", MISSING)
@pytest.mark.parametrize("host", ["", "problem-host-twitter"])
def test_removing_what_is_gone_is_success_however_x_says_it(platform, switch, host):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.standin.switches |= {switch, host}
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}


@pytest.mark.parametrize("switch", ["delete-missing-bare", "problem-about-blank"])
def test_a_404_that_names_no_missing_post_is_in_doubt(platform, switch):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.standin.switches.add(switch)
    with pytest.raises(InDoubt):
        platform.adapter.remove(attempt.made)


def test_a_404_that_names_another_post_is_in_doubt(bare, wire):
    problem = {"type": "https://api.x.com/2/problems/resource-not-found", "resource_id": "21", "resource_type": "tweet"}
    wire.add("DELETE", BASE + "/2/tweets/20", status=404, json={"errors": [problem]})
    wire.add("GET", BASE + "/2/tweets", status=200, json={"errors": [problem]})
    with pytest.raises(InDoubt):
        bare.remove((post("20"),))
    assert bare.presence((post("20"),)) == {1: Presence.UNSURE}


def test_a_missing_picture_or_user_is_not_a_missing_post(bare, wire):
    problem = {"type": "https://api.x.com/2/problems/resource-not-found", "resource_id": "20", "resource_type": "media"}
    wire.add("GET", BASE + "/2/tweets", status=200, json={"errors": [problem]})
    assert bare.presence((post("20"),)) == {1: Presence.UNSURE}


@pytest.mark.parametrize("kind", ["tweet", "post", None])
@pytest.mark.parametrize("host", ["https://api.x.com/2", "https://api.twitter.com/2"])
@pytest.mark.parametrize(
    ("key", "status"), [("resource_id", 200), ("resource_id", 404), ("value", 200), ("value", 404)]
)
def test_gone_is_believed_for_the_very_post_named_not_found(bare, wire, *, kind, host, key, status):
    problem = {"type": f"{host}/problems/resource-not-found", key: "20"} | ({"resource_type": kind} if kind else {})
    wire.add("GET", BASE + "/2/tweets", status=status, json={"errors": [problem]})
    assert bare.presence((post("20"), post("21", id=2))) == {1: Presence.GONE, 2: Presence.UNSURE}


@pytest.mark.parametrize("switch", ["get-missing-html", "not-authorized", "problem-about-blank"])
def test_a_look_that_proves_nothing_is_unsure(platform, switch):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.standin.switches.add(switch)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.UNSURE}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("status", [200, 302, 401, 402, 403, 404, 429, 503])
def test_no_answer_without_a_problem_for_the_post_says_gone(bare, wire, status, body):
    wire.add("GET", BASE + "/2/tweets", status=status, body=body)
    assert bare.presence((post("20"),)) == {1: Presence.UNSURE}


def test_a_post_both_shown_and_named_missing_is_visible(bare, wire):
    problem = {"type": "https://api.x.com/2/problems/resource-not-found", "resource_id": "20"}
    wire.add("GET", BASE + "/2/tweets", status=200, json={"data": [{"id": "20", "text": "x"}], "errors": [problem]})
    assert bare.presence((post("20"),)) == {1: Presence.VISIBLE}


def test_absence_seen_by_another_account_is_unsure(platform):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    stranger = XAdapter(settings(platform.standin, account_id="42"), clock=platform.clock)
    assert stranger.presence(attempt.acknowledged()) == {1: Presence.UNSURE}
    assert stranger.trace(platform.rendered(), attempt) == Unsure("wrong-account")
    with pytest.raises(Unauthorised):
        stranger.publish(platform.rendered(), platform.attempt())
    assert platform.copies() == []


def test_a_delete_that_lags_is_visible_then_gone(platform):
    platform.standin.switches.add("delete-lags")
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}
    platform.clock.advance(platform.standin.lag)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}


def test_a_post_that_comes_back_is_seen(platform):
    platform.standin.switches.add("delete-returns")
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}
    platform.clock.advance(platform.standin.lag)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}


def test_absence_of_what_was_never_read_back_is_unsure_until_settled(platform):
    platform.fail("publish", Fault.LIE)
    attempt = up(platform)
    assert platform.copies() == []
    assert platform.adapter.presence(attempt.made) == {1: Presence.UNSURE}
    platform.clock.advance(platform.adapter.settings.settle)
    assert platform.adapter.presence(attempt.made) == {1: Presence.GONE}


def test_uploads_can_be_neither_removed_nor_proven_gone(platform):
    attempt = up(platform, pictures=1)
    media = tuple(each for each in attempt.made if each.kind is ArtefactKind.MEDIA)
    before = len(platform.standin.calls)
    platform.adapter.remove(media)
    assert set(platform.adapter.presence(media).values()) == {Presence.UNSURE}
    assert len(platform.standin.calls) == before


def test_150_removed_posts_are_proven_gone_in_two_looks(platform):
    posts = [platform.standin.plant(f"notice {number}") for number in range(150)]
    for each in posts[1:]:
        each.deleted_at = platform.clock()
    rows = tuple(post(each.id, id=number) for number, each in enumerate(posts))
    seen = platform.adapter.presence(rows)
    assert seen[0] is Presence.VISIBLE
    assert {seen[number] for number in range(1, 150)} == {Presence.GONE}
    assert [path for _, _, path in platform.standin.calls].count("/2/tweets") == 2


def test_a_window_of_50_removals_is_used_up_by_the_51st(platform):
    posts = [platform.standin.plant(f"notice {number}") for number in range(51)]
    with pytest.raises(Throttled) as raised:
        platform.adapter.remove(tuple(post(each.id, id=number) for number, each in enumerate(posts)))
    assert raised.value.until == platform.clock() + timedelta(minutes=15)
    assert len(platform.copies()) == 1
    assert platform.adapter.capabilities.removals_per_window == (50, timedelta(minutes=15))


# --- tracing and the timeline


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Notice DBC-7K3Q9M-2 https://t.co/1", True),
        ("(DBC-7K3Q9M-2)", True),
        ("DBC-7K3Q9M-21", False),
        ("DBC-7K3Q9M-2-1", False),
        ("ADBC-7K3Q9M-2", False),
        ("dbc-7k3q9m-2", False),
        ("https://t.co/abc", False),
    ],
)
def test_the_marker_is_matched_as_a_whole_word(text, there):
    assert carries(text, "DBC-7K3Q9M-2") is there


def test_tracing_reads_every_page_and_finds_every_copy_oldest_first(platform):
    platform.standin.switches.add("duplicate-off")
    first = up(platform)
    second = up(platform)
    for number in range(210):
        platform.standin.plant(f"bins are collected on day {number}")
    trace = platform.adapter.trace(platform.rendered(), platform.attempt())
    assert isinstance(trace, Found)
    assert [e.platform_id for e in trace.sightings] == [first.made[0].platform_id, second.made[0].platform_id]


def test_the_copy_whose_id_is_known_comes_first(platform):
    platform.standin.switches.add("duplicate-off")
    up(platform)
    second = up(platform)
    trace = platform.adapter.trace(platform.rendered(), second)
    assert isinstance(trace, Found)
    assert trace.sightings[0].platform_id == second.made[0].platform_id


def test_a_known_post_that_the_timeline_does_not_show_yet_is_found_by_its_id(platform):
    platform.standin.switches.add("timeline-lags")
    attempt = up(platform)
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)


def test_a_post_older_than_the_attempt_is_not_its_own(platform):
    up(platform)
    platform.clock.advance(timedelta(minutes=10))
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()


def test_a_retweet_is_not_a_copy(platform):
    platform.standin.plant("RT @samplecouncil: A court outcome. DBC-7K3Q9M-1")
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Absent()


@pytest.mark.parametrize(
    "switches",
    [
        {"text-raw-links"},
        {"text-unescaped"},
        {"text-no-media-link"},
        {"post-naming"},
        {"upload-2166"},
        {"no-access-level"},
    ],
)
def test_a_post_is_traced_however_x_returns_its_text(platform, switches):
    platform.standin.switches |= switches
    attempt = up(platform, pictures=1)
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)
    assert "Fines < £50 & costs." in trace.sightings[0].text


def test_a_failing_second_page_raises_and_traces_unsure(platform):
    for number in range(150):
        platform.standin.plant(f"bins are collected on day {number}")
    since = platform.clock() - timedelta(minutes=2)
    timeline = f"/2/users/{platform.standin.account.id}/tweets"
    platform.standin.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="GET", path=timeline, nth=2, times=0))
    with pytest.raises(InDoubt):
        list(platform.adapter.recent(since))
    platform.standin.rules.clear()
    platform.standin.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="GET", path=timeline, nth=2, times=0))
    assert platform.adapter.trace(platform.rendered(), platform.attempt()) == Unsure("http-503")


TIMELINES = {
    "partial": {"data": [{"id": "20", "text": "x"}], "errors": [{"title": "x"}], "meta": {"result_count": 1}},
    "no meta": {"data": []},
    "count without posts": {"meta": {"result_count": 3}},
    "post without id": {"data": [{"text": "x"}], "meta": {"result_count": 1}},
    "endless": {"data": [{"id": "20", "text": "x"}], "meta": {"result_count": 1, "next_token": "same"}},
    "empty but more": {"meta": {"result_count": 0, "next_token": "more"}},
    "errors only": {"errors": [{"type": "https://api.x.com/2/problems/not-authorized-for-resource"}]},
}


@pytest.mark.parametrize("body", TIMELINES.values(), ids=TIMELINES.keys())
def test_a_timeline_that_may_be_incomplete_raises(bare, wire, body):
    wire.add("GET", f"{BASE}/2/users/1700000000000000001/tweets", json=body)
    with pytest.raises(InDoubt):
        list(bare.recent(bare.clock()))


def test_a_timeline_longer_than_x_shows_raises(bare, wire):
    pages = iter(range(100))

    def page(_request):
        number = next(pages)
        items = [{"id": str(10**15 + number * 100 + each), "text": "x"} for each in range(100)]
        return 200, {}, json.dumps({"data": items, "meta": {"result_count": 100, "next_token": str(number)}})

    wire.add_callback("GET", f"{BASE}/2/users/1700000000000000001/tweets", callback=page)
    with pytest.raises(InDoubt):
        list(bare.recent(bare.clock()))
    assert len(wire.calls) == 32


def test_an_empty_timeline_is_a_complete_look(bare, wire):
    wire.add("GET", f"{BASE}/2/users/1700000000000000001/tweets", json={"meta": {"result_count": 0}})
    assert list(bare.recent(bare.clock())) == []
    assert bare.trace(rendered(), FakeAttempt(bare.clock())) == Absent()


def test_the_account_is_asked_for_once_in_five_minutes(platform):
    for _ in range(3):
        platform.adapter.trace(platform.rendered(), platform.attempt())
    platform.clock.advance(timedelta(minutes=5))
    platform.adapter.trace(platform.rendered(), platform.attempt())
    platform.clock.advance(timedelta(minutes=-3))
    platform.adapter.trace(platform.rendered(), platform.attempt())
    assert [path for _, _, path in platform.standin.calls].count("/2/users/me") == 3


# --- the check


def test_a_writing_token_can_remove(platform):
    health = platform.adapter.check()
    assert (health.account, health.can_post, health.can_remove, health.needs_canary) == (
        "@samplecouncil",
        True,
        True,
        False,
    )


def test_without_the_access_header_only_a_canary_can_tell(platform):
    platform.standin.switches.add("no-access-level")
    health = platform.adapter.check()
    assert (health.can_post, health.can_remove, health.needs_canary) == (True, False, True)


def test_a_read_only_token_is_seen_before_it_is_needed(platform):
    platform.standin.switches.add("read-only")
    health = platform.adapter.check()
    assert (health.can_post, health.can_remove, health.needs_canary) == (False, False, False)
    with pytest.raises(Unauthorised) as raised:
        platform.adapter.remove((post("20"),))
    assert raised.value.code == "read-only"


def test_the_wrong_account_is_refused(platform):
    with pytest.raises(Unauthorised) as raised:
        XAdapter(settings(platform.standin, account_id="42"), clock=platform.clock).check()
    assert raised.value.code == "wrong-account"


def test_a_forged_secret_is_refused_by_the_signature(platform):
    forged = XAdapter(settings(platform.standin, access_token_secret="guessed"), clock=platform.clock)
    with pytest.raises(Unauthorised):
        forged.check()


def test_an_unreachable_platform_is_said_so():
    standin = XStandin()
    with serving(standin) as base_url:
        pass
    adapter = XAdapter(settings(standin, base_url), clock=Clock())
    with pytest.raises(Unreachable):
        adapter.check()
    with pytest.raises(Unreachable):
        adapter.remove((post("20"),))


def test_a_hanging_publish_ends_at_the_deadline_in_doubt_and_is_traced():
    clock = Clock()
    standin = XStandin(clock=clock)
    with serving(standin) as base_url:
        adapter = XAdapter(settings(standin, base_url, deadline=timedelta(seconds=0.3)), clock=clock)
        standin.rules.append(Rule(fault=Fault.HANG, method="POST", path="/2/tweets", delay=timedelta(seconds=10)))
        attempt = FakeAttempt(clock())
        with pytest.raises(InDoubt) as raised:
            adapter.publish(rendered(), attempt)
        assert raised.value.code == "timeout"
        assert isinstance(adapter.trace(rendered(), attempt), Found)


# --- secrets


def test_no_secret_shows_in_settings_errors_or_logs(platform, caplog):
    caplog.set_level("DEBUG")
    shown = repr(platform.adapter.settings)
    platform.revoke()
    for call in (platform.adapter.check, lambda: platform.adapter.remove((post("20"),))):
        with pytest.raises(AdapterError) as raised:
            call()
        shown += repr(raised.value) + repr(raised.value.__cause__) + raised.value.remedy
    account = platform.standin.account
    everything = shown + caplog.text
    for secret in (account.consumer_key, account.consumer_secret, account.access_token, account.access_token_secret):
        assert secret not in everything


# --- what other items of the account show


def test_the_timeline_leads_to_the_pictures_of_each_item_without_credentials(platform):
    since = platform.clock() - timedelta(minutes=2)
    platform.standin.plant("Without")
    platform.standin.plant("With two", pictures=(JPEG, JPEG + b"2"))
    with_two, without = platform.adapter.recent(since)
    assert without.pictures == ()
    assert [fetch() for fetch in with_two.pictures] == [JPEG, JPEG + b"2"]


def test_an_error_about_a_picture_beside_a_post_leaves_the_timeline_whole(bare, wire):
    body = {
        "data": [{"id": "1700000000000000009", "text": "A fair", "attachments": {"media_keys": ["3_1", "7_2", "3_3"]}}],
        "includes": {"media": [{"media_key": "7_2", "type": "video", "preview_image_url": f"{BASE}/still.jpg"}, 5]},
        "errors": [{"resource_type": "media", "resource_id": "3_1", "title": "Not Found Error"}],
        "meta": {"result_count": 1},
    }
    wire.get(re.compile(f"{BASE}/2/users/.*"), json=body)
    wire.get(f"{BASE}/still.jpg", body=JPEG)
    (seen,) = bare.recent(bare.clock())
    assert [fetch() for fetch in seen.pictures] == [JPEG]
