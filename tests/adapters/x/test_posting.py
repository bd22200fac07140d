"""What is sent to X, and what never leaves because X would refuse it."""

from datetime import timedelta

import pytest

from adapters.base import CalledOff, Found, InDoubt, Rejected, Rendered
from adapters.standin.core import Fault, Rule
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from adapters.x import XAdapter
from adapters.x_posts import measure
from tests.adapters.contract import JPEG, lasting
from tests.adapters.fake import Clock, FakeAttempt
from tests.adapters.x.wiring import BASE, NOTICE, rendered, settings, up


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
