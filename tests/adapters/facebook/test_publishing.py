"""Publishing and editing: what Graph is known or feared to answer (platforms: meta)."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.base import Artefact, ArtefactKind, CalledOff, InDoubt, Rejected, Unauthorised
from adapters.facebook import FacebookAdapter
from adapters.standin.core import Fault, Rule
from tests.adapters.facebook.wiring import BASE, TOKEN, of, settings, up


def test_even_one_picture_is_staged_unseen_and_attached_to_one_post(platform):
    attempt = up(platform, pictures=1)
    (photo,) = of(attempt, ArtefactKind.PHOTO)
    (post,) = of(attempt, ArtefactKind.POST)
    held = platform.standin.objects
    assert held[photo.platform_id].fields["story"] == post.platform_id
    assert held[photo.platform_id].fields["alt_text"] == "Picture 0"
    assert held[photo.platform_id].fields["text"] == ""
    assert not held[post.platform_id].fields["direct"]
    assert attempt.order == ["intend photo", "note photo", "intend post", "go", "note post"]
    assert post.url == f"{BASE}/public/page/{post.platform_id}"
    assert post.created_at == platform.clock()


def test_no_token_stands_in_any_url_and_every_request_bears_it_with_its_proof(platform, wire):
    attempt = up(platform, pictures=1)
    platform.adapter.trace(platform.rendered(pictures=1), attempt)
    platform.adapter.check()
    platform.adapter.remove(attempt.made)
    platform.adapter.presence(attempt.acknowledged())
    for call in wire.calls:
        assert "token" not in parse_qs(urlsplit(call.request.url).query)
        assert TOKEN not in call.request.url
        assert "rehearsal-app-secret" not in call.request.url
        assert call.request.headers["Authorization"].startswith("Bearer ")
        assert call.request.url.startswith(f"{BASE}/v26.0/")


def test_called_off_after_staging_leaves_a_known_photo_that_the_next_try_uses(platform):
    first = platform.attempt(call_off={"go": 1})
    with pytest.raises(CalledOff):
        platform.adapter.publish(platform.rendered(pictures=2), first)
    made = [each for each in first.made if each.platform_id]
    again = platform.attempt(made=tuple(made))
    platform.adapter.publish(platform.rendered(pictures=2), again)
    photos = [each for each in platform.standin.objects.values() if each.kind == "photo"]
    assert len(photos) == 2
    assert [each.fields["alt_text"] for each in photos] == ["Picture 0", "Picture 1"]
    assert all(each.fields["story"] == platform.copies()[0] for each in photos)


def test_a_staged_photo_that_expired_is_staged_afresh(platform):
    platform.standin.switches.add("staged-expire")
    first = platform.attempt(call_off={"go": 1})
    with pytest.raises(CalledOff):
        platform.adapter.publish(platform.rendered(pictures=1), first)
    platform.clock.advance(timedelta(hours=25))
    again = platform.attempt(made=tuple(each for each in first.made if each.platform_id))
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == 1
    assert len(of(again, ArtefactKind.PHOTO)) == 2


def test_pictures_that_cannot_be_told_apart_are_staged_afresh(platform):
    first = platform.attempt(call_off={"go": 1})
    rendered = platform.rendered(pictures=2)
    same = replace(rendered, pictures=tuple(replace(each, alt_text="The same") for each in rendered.pictures))
    with pytest.raises(CalledOff):
        platform.adapter.publish(same, first)
    again = platform.attempt(made=tuple(each for each in first.made if each.platform_id))
    platform.adapter.publish(same, again)
    post = platform.standin.objects[platform.copies()[0]]
    assert not set(post.fields["photos"]) & {each.platform_id for each in of(first, ArtefactKind.PHOTO)}


def test_a_photo_that_already_belongs_to_a_post_stops_a_second_one(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = platform.attempt()
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    platform.mend()
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(pictures=1), platform.attempt(made=attempt.made))
    assert raised.value.code == "already-posted"
    assert len(platform.copies()) == 1


def test_a_duplicate_refusal_is_in_doubt_since_the_first_may_be_ours(platform):
    up(platform)
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(), platform.attempt())
    assert raised.value.code == "graph-506"


@pytest.mark.parametrize("change", [{"text": "a" * 63_207}, {"text": " "}])
def test_text_that_facebook_would_refuse_is_refused_before_anything_is_sent(platform, change):
    with pytest.raises(Rejected):
        platform.adapter.publish(replace(platform.rendered(), **change), platform.attempt())
    assert platform.standin.calls == []


def test_pictures_that_facebook_would_refuse_are_refused_before_anything_is_sent(platform):
    with pytest.raises(Rejected):
        platform.adapter.publish(platform.rendered(pictures=11), platform.attempt())
    platform.picture = b"x" * 10_000_001
    with pytest.raises(Rejected):
        platform.adapter.publish(platform.rendered(pictures=1), platform.attempt())
    assert platform.standin.calls == []


def test_a_user_token_cannot_publish_and_is_said_to_be_the_wrong_one(platform):
    adapter = FacebookAdapter(settings(token="rehearsal-user-token"), clock=platform.clock)
    with pytest.raises(Unauthorised):
        adapter.publish(platform.rendered(), platform.attempt())
    with pytest.raises(Unauthorised) as raised:
        adapter.check()
    assert raised.value.code == "wrong-page"


def test_an_edit_is_read_back_and_not_sent_twice(platform):
    attempt = up(platform)
    new = platform.rendered(words="Corrected words.")
    platform.adapter.edit(attempt.made, new, platform.attempt())
    platform.standin.calls.clear()
    platform.adapter.edit(attempt.made, new, platform.attempt())
    assert [method for _, method, _ in platform.standin.calls] == ["GET"]
    assert platform.standin.objects[platform.copies()[0]].fields["text"] == new.text


def test_an_edit_that_shows_nothing_is_in_doubt(platform):
    attempt = up(platform)
    platform.standin.rules.append(Rule(fault=Fault.LIE, method="POST", path=platform.copies()[0], times=0))
    with pytest.raises(InDoubt) as raised:
        platform.adapter.edit(attempt.made, platform.rendered(words="New."), platform.attempt())
    assert raised.value.code == "edit-not-seen"


def test_an_edit_that_is_called_off_changes_nothing(platform):
    attempt = up(platform)
    with pytest.raises(CalledOff):
        platform.adapter.edit(attempt.made, platform.rendered(words="New."), platform.attempt(call_off={"go": 1}))
    assert platform.standin.objects[platform.copies()[0]].fields["text"] == platform.rendered().text


def test_a_post_of_another_app_cannot_be_edited(platform):
    stray = platform.standin.plant("By hand")
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id=stray.id)
    with pytest.raises(Unauthorised):
        platform.adapter.edit((row,), platform.rendered(), platform.attempt())
