"""The hosted picture and its container, before anything is published (platforms: meta, sections 4, 10)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from adapters.base import ArtefactKind, CalledOff, InDoubt, Rejected, Throttled
from adapters.instagram import InstagramAdapter
from adapters.standin.core import Fault, Rule
from tests.adapters.contract import Platform
from tests.adapters.fake import Clock
from tests.adapters.instagram.wiring import BASE, STEPS, containers, of, settings, tried, up


def watching(platform: Platform, step: str, look: Callable[[], object]) -> list:
    """What `look` shows each time the attempt calls `step`."""
    seen: list = []
    attempt = platform.attempt(watch=lambda call: seen.append(look()) if call == step else None)
    platform.adapter.publish(platform.rendered(pictures=1), attempt)
    return seen


def test_the_steps_are_made_durable_in_the_order_they_happen(platform, host):
    attempt = up(platform)
    assert attempt.order == [
        "intend file",
        "go",
        "note file",
        "intend container",
        "note container",
        "intend post",
        "go",
        "note post",
        "note post",
    ]
    assert host.order[:2] == ["put", "fetched"]


def test_the_hosted_picture_is_gone_before_anything_is_published(platform, host):
    platform.standin.rules.append(Rule(fault=Fault.LOSE_BEFORE, method="POST", path="/media_publish"))
    tried(platform, InDoubt)
    assert host.files == {}
    assert host.order[-2:] == ["presence", "missed"]


def test_nothing_is_hosted_before_go(platform, host):
    assert watching(platform, "go", lambda: len(host.files))[0] == 0
    host.order.clear()
    tried(platform, CalledOff, call_off={"go": 1})
    assert "put" not in host.order


def test_each_picture_of_a_carousel_is_hosted_only_after_a_go_of_its_own(platform, host):
    attempt = platform.attempt(call_off={"go": 2})
    with pytest.raises(CalledOff):
        platform.adapter.publish(platform.rendered(pictures=3), attempt)
    assert host.order.count("put") == 1
    assert host.files == {}


def test_the_time_slow_answers_take_counts_against_the_patience(wire, host):
    clock = Clock()

    def slowly(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        clock.advance(timedelta(seconds=25))
        return 200, {}, json.dumps({"id": "7", "status_code": "IN_PROGRESS"})

    wire.add("GET", f"{BASE}/v26.0/3001/content_publishing_limit", json={"data": []})
    wire.add("POST", f"{BASE}/v26.0/3001/media", json={"id": "7"})
    wire.add_callback("GET", f"{BASE}/v26.0/7", callback=slowly)
    adapter = InstagramAdapter(settings(), host, clock=clock, wait=lambda _: None)
    began = clock()
    platform = Platform(adapter=adapter, standin=host, clock=clock, steps=STEPS)
    with pytest.raises(Throttled):
        adapter.publish(platform.rendered(pictures=1), platform.attempt())
    assert clock() - began <= timedelta(seconds=90)
    assert host.files == {}


@pytest.mark.parametrize("call_off", [{"intend": 2}, {"intend": 3}, {"go": 2}])
def test_called_off_at_any_step_leaves_no_hosted_picture(platform, host, call_off):
    tried(platform, CalledOff, call_off=call_off)
    assert host.files == {}
    assert platform.copies() == []


def test_a_picture_that_stays_readable_keeps_the_notice_from_going_up(platform, host):
    host.stuck = True
    attempt = tried(platform, Throttled)
    assert platform.copies() == []
    host.stuck, host.cached = False, {}
    again = platform.attempt(made=attempt.made)
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == len(containers(platform)) == 1


def test_alt_texts_and_caption_stand_where_instagram_expects_them(platform):
    up(platform, pictures=3)
    media = platform.standin.objects[platform.copies()[0]]
    assert [alt for _, alt in media.fields["pictures"]] == ["Picture 0", "Picture 1", "Picture 2"]
    assert media.fields["text"] == platform.rendered().text
    parent = platform.standin.objects[containers(platform)[-1]]
    assert parent.fields["media"] == media.id


def test_a_slow_container_is_waited_for_within_bounds_and_taken_up_by_the_next_try(platform, host):
    platform.standin.processing = timedelta(minutes=3)
    started = platform.clock()
    attempt = tried(platform, Throttled)
    assert timedelta(seconds=55) <= platform.clock() - started <= timedelta(seconds=65)
    assert host.files == {}
    platform.clock.advance(timedelta(minutes=3))
    again = platform.attempt(made=attempt.made)
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == len(containers(platform)) == 1
    assert host.order.count("put") == 1


@pytest.mark.parametrize("pictures", [1, 3])
def test_containers_that_need_a_moment_are_published_in_one_go(platform, pictures):
    platform.standin.processing = timedelta(seconds=5)
    up(platform, pictures=pictures)
    assert len(platform.copies()) == 1


def test_slow_pages_of_a_carousel_share_one_patience(platform):
    platform.standin.processing = timedelta(minutes=3)
    started = platform.clock()
    with pytest.raises(Throttled):
        platform.adapter.publish(platform.rendered(pictures=3), platform.attempt())
    assert platform.clock() - started <= timedelta(seconds=65)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=25)])
def test_a_container_that_failed_or_expired_is_replaced(platform, later):
    if later:
        attempt = tried(platform, CalledOff, call_off={"go": 2})
        platform.clock.advance(later)
    else:
        platform.standin.switches.add("container-error")
        attempt = tried(platform, Throttled)
        platform.standin.switches.clear()
        platform.standin.objects[containers(platform)[0]].created_at -= timedelta(days=2)
    again = platform.attempt(made=tuple(each for each in attempt.made if each.platform_id))
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == 1
    assert len(containers(platform)) == 2


def test_a_picture_that_cannot_be_fetched_is_tried_again_with_a_new_container(platform, host):
    platform.standin.fetch = lambda _: (404, b"<html>")
    attempt = tried(platform, Throttled)
    assert host.files == {}
    platform.standin.fetch = host.fetch
    platform.adapter.publish(platform.rendered(pictures=1), platform.attempt(made=attempt.made))
    assert len(platform.copies()) == 1


def test_a_picture_of_the_wrong_shape_is_refused_for_good(platform):
    frame = bytes.fromhex("ffc0000b08") + (900).to_bytes(2) + (300).to_bytes(2) + bytes.fromhex("01011100")
    platform.picture = b"\xff\xd8" + frame + b"\xff\xd9"
    attempt = tried(platform, Rejected)
    assert of(attempt, ArtefactKind.CONTAINER)[0].platform_id is None


@pytest.mark.parametrize(
    "change",
    [
        {"text": "a" * 2201},
        {"pictures": ()},
    ],
)
def test_what_instagram_would_refuse_is_refused_before_anything_is_made(platform, change):
    attempt = platform.attempt()
    with pytest.raises(Rejected):
        platform.adapter.publish(replace(platform.rendered(pictures=1), **change), attempt)
    assert attempt.made == ()
    assert platform.standin.calls == []


@pytest.mark.parametrize("change", [{"media_type": "image/png"}, {"data": b"x" * 8_000_001}, {"alt_text": "a" * 1001}])
def test_a_picture_instagram_would_refuse_is_refused_before_anything_is_made(platform, change):
    rendered = platform.rendered(pictures=1)
    with pytest.raises(Rejected):
        platform.adapter.publish(
            replace(rendered, pictures=(replace(rendered.pictures[0], **change),)), platform.attempt()
        )
    assert platform.standin.calls == []


def test_a_used_up_quota_is_seen_before_a_picture_is_hosted(platform, host):
    platform.standin.quota = 1
    up(platform)
    host.order.clear()
    tried(platform, Throttled)
    assert host.order == []
