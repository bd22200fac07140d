"""A Facebook Page over the wire: the contract, then what Graph is known or feared to answer (platforms: meta)."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from adapters.base import (
    Absent,
    Artefact,
    ArtefactKind,
    ByHand,
    CalledOff,
    Found,
    InDoubt,
    Presence,
    Rejected,
    Throttled,
    Unauthorised,
    Unreachable,
    Unsure,
)
from adapters.facebook import FacebookAdapter, FacebookSettings
from adapters.graph import GraphSettings
from adapters.standin.core import Fault, Rule
from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from adapters.standin.graph_state import PAGE_SCOPES, GraphAccount, GraphToken
from adapters.standin.server import serving
from tests.adapters.contract import JPEG, MARKER, AdapterContract, Platform
from tests.adapters.fake import Clock, FakeAttempt

BASE = "https://graph.example"
TOKEN = "rehearsal-page-token"
STEPS = {"publish": ("POST", "/feed"), "remove": ("DELETE", "/"), "read": ("GET", "/v26.0/")}


def settings(base_url: str = BASE, **graph) -> FacebookSettings:
    given = {
        "token": TOKEN,
        "app_id": "1001",
        "app_secret": "rehearsal-app-secret",
        "base_url": base_url,
        "deadline": timedelta(seconds=2),
    }
    return FacebookSettings(page_id="2001", graph=GraphSettings(**(given | graph)))


def platform_at(base_url: str, standin: GraphStandin, clock: Clock) -> Platform:
    return Platform(adapter=FacebookAdapter(settings(base_url), clock=clock), standin=standin, clock=clock, steps=STEPS)


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def platform(wire) -> Platform:
    clock = Clock()
    standin = GraphStandin(clock=clock)
    put_on_wire(standin, wire, BASE)
    return platform_at(BASE, standin, clock)


class TestFacebook(AdapterContract):
    """Through `responses`, without pictures."""


class TestFacebookWithPictures(AdapterContract):
    pictures = 2


class TestFacebookOnASocket(AdapterContract):
    pictures = 1

    @pytest.fixture
    def platform(self):
        clock = Clock()
        standin = GraphStandin(clock=clock)
        with serving(standin) as base_url:
            yield platform_at(base_url, standin, clock)


def up(platform: Platform, marker: str = MARKER, **options) -> FakeAttempt:
    attempt = platform.attempt()
    platform.adapter.publish(platform.rendered(marker, **options), attempt)
    return attempt


def of(attempt: FakeAttempt, kind: ArtefactKind) -> list[Artefact]:
    return [each for each in attempt.made if each.kind is kind]


# --- publishing


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


# --- tracing


def test_a_lost_post_is_found_by_its_photo_even_where_the_listing_lags(platform):
    platform.standin.switches.add("listing-lags")
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = platform.attempt()
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    trace = platform.adapter.trace(platform.rendered(pictures=1), attempt)
    assert isinstance(trace, Found)
    assert [each.platform_id for each in trace.sightings] == platform.copies()
    assert trace.sightings[0].parts == ((ArtefactKind.PHOTO, of(attempt, ArtefactKind.PHOTO)[0].platform_id, None),)


def test_every_page_of_the_listing_is_read_and_an_empty_page_is_not_its_end(platform):
    platform.standin.switches.add("empty-pages")
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = platform.attempt()
    with pytest.raises(InDoubt):
        platform.adapter.publish(platform.rendered(), attempt)
    for number in range(150):
        platform.standin.plant(f"Bin day {number}")
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)
    assert [each.platform_id for each in trace.sightings] == [platform.copies()[0]]


def test_two_copies_are_both_found(platform):
    attempt = up(platform)
    extra = platform.standin.plant(platform.rendered().text)
    trace = platform.adapter.trace(platform.rendered(), attempt)
    assert isinstance(trace, Found)
    assert {each.platform_id for each in trace.sightings} == {attempt.made[0].platform_id, extra.id}


def test_a_post_from_before_the_attempt_is_not_this_attempts(platform):
    platform.standin.plant(platform.rendered().text, created_at=platform.clock() - timedelta(hours=1))
    assert isinstance(platform.adapter.trace(platform.rendered(), platform.attempt()), Absent)


def test_a_listing_that_fails_makes_the_trace_unsure_not_absent(platform):
    platform.fail("read", Fault.FAIL_BEFORE, times=0)
    assert isinstance(platform.adapter.trace(platform.rendered(), platform.attempt()), Unsure)


def test_photos_of_an_album_are_named_as_parts_of_a_stray(platform):
    attempt = up(platform, pictures=3)
    (seen,) = platform.adapter.recent(platform.clock() - timedelta(minutes=2))
    assert [each[1] for each in seen.parts] == [each.platform_id for each in of(attempt, ArtefactKind.PHOTO)]


def test_a_long_past_is_not_read_to_its_end(platform):
    for number in range(600):
        platform.standin.plant(f"Bin day {number}", created_at=platform.clock() - timedelta(days=30))
    up(platform)
    platform.standin.calls.clear()
    assert len(list(platform.adapter.recent(platform.clock() - timedelta(minutes=2)))) == 1
    assert len(platform.standin.calls) == 3


# --- removal and proof


def test_the_post_goes_first_and_then_every_photo(platform):
    attempt = up(platform, pictures=2)
    platform.standin.calls.clear()
    platform.adapter.remove(attempt.made)
    deleted = [path.rsplit("/", 1)[1] for _, method, path in platform.standin.calls if method == "DELETE"]
    posts, photos = of(attempt, ArtefactKind.POST), of(attempt, ArtefactKind.PHOTO)
    assert deleted == [each.platform_id for each in (*posts, *photos)]
    assert platform.standin.visible() == []


def test_a_photo_that_outlives_its_post_is_still_seen(platform):
    attempt = up(platform, pictures=1)
    platform.adapter.remove(tuple(of(attempt, ArtefactKind.POST)))
    seen = platform.adapter.presence(attempt.acknowledged())
    assert seen == {
        of(attempt, ArtefactKind.PHOTO)[0].id: Presence.VISIBLE,
        of(attempt, ArtefactKind.POST)[0].id: Presence.GONE,
    }


@pytest.mark.parametrize(
    "switch",
    ["photo-goes-with-post", "redelete-says-false", "redelete-false", "redelete-success", "status-403", "status-500"],
)
def test_every_way_of_saying_already_gone_is_success(platform, switch):
    platform.standin.switches.add(switch)
    attempt = up(platform, pictures=1)
    platform.adapter.remove(attempt.made)
    platform.adapter.remove(attempt.made)
    assert set(platform.adapter.presence(attempt.acknowledged()).values()) == {Presence.GONE}
    assert platform.standin.visible() == []


def test_a_photo_that_facebook_says_false_to_is_in_doubt_and_its_post_goes(platform):
    platform.standin.switches.add("photo-delete-false")
    attempt = up(platform, pictures=1)
    with pytest.raises(InDoubt):
        platform.adapter.remove(attempt.made)
    assert platform.copies() == []
    assert platform.adapter.presence(attempt.acknowledged())[1] is Presence.VISIBLE


def test_another_apps_post_that_cannot_be_deleted_is_for_a_person_with_its_link(platform):
    platform.standin.switches.add("foreign-delete-refused")
    stray = platform.standin.plant(platform.rendered().text)
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id=stray.id, url="https://www.facebook.com/stray")
    with pytest.raises(ByHand) as raised:
        platform.adapter.remove((row,))
    assert raised.value.link == "https://www.facebook.com/stray"
    assert platform.adapter.presence((row,)) == {1: Presence.VISIBLE}


def test_a_refusal_that_passes_is_asked_again(platform):
    platform.standin.switches.add("spurious-33")
    attempt = up(platform, pictures=1)
    assert set(platform.adapter.presence(attempt.made).values()) == {Presence.VISIBLE}


def test_absence_is_not_believed_before_it_has_settled(platform):
    platform.standin.switches.add("redelete-success")
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="2001_77", created_at=platform.clock())
    assert platform.adapter.presence((row,)) == {1: Presence.UNSURE}
    platform.clock.advance(timedelta(minutes=15))
    assert platform.adapter.presence((row,)) == {1: Presence.GONE}


def test_a_post_unreadable_by_id_but_listed_is_visible(platform):
    platform.standin.switches.add("listing-lags")
    attempt = up(platform)
    platform.clock.advance(timedelta(minutes=2))
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}
    platform.clock.advance(timedelta(minutes=2))
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}


def test_a_post_that_returns_from_the_trash_is_seen_again(platform):
    platform.standin.switches.add("deleted-returns")
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.GONE}
    platform.clock.advance(timedelta(minutes=2))
    assert platform.adapter.presence(attempt.acknowledged()) == {1: Presence.VISIBLE}


def test_a_working_token_of_another_page_proves_nothing_gone(platform):
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    other = replace(settings(), page_id="2002")
    assert FacebookAdapter(other, clock=platform.clock).presence(attempt.acknowledged()) == {1: Presence.UNSURE}


def test_a_photo_is_not_believed_gone_with_the_token_of_another_page(platform):
    attempt = up(platform, pictures=1)
    platform.adapter.remove(attempt.made)
    (photo,) = (each for each in attempt.acknowledged() if each.kind is ArtefactKind.PHOTO)
    other = FacebookAdapter(replace(settings(), page_id="2002"), clock=platform.clock)
    assert other.presence((photo,)) == {photo.id: Presence.UNSURE}
    assert platform.adapter.presence((photo,)) == {photo.id: Presence.GONE}


def test_a_photo_is_not_believed_gone_without_the_right_to_read_it(wire):
    blind = GraphAccount(tokens={TOKEN: GraphToken(kind="page", scopes=PAGE_SCOPES - {"pages_read_engagement"})})
    clock = Clock()
    put_on_wire(GraphStandin(clock=clock, account=blind), wire, BASE)
    photo = Artefact(
        id=1, kind=ArtefactKind.PHOTO, platform_id="17", created_at=clock() - timedelta(days=1), acknowledged=True
    )
    assert platform_at(BASE, GraphStandin(), clock).adapter.presence((photo,)) == {1: Presence.UNSURE}


def test_a_refused_delete_of_what_is_still_there_is_asked_once_more(wire):
    missing = {"error": {"code": 100, "error_subcode": 33}}
    wire.add("DELETE", f"{BASE}/v26.0/2001_7", json=missing, status=400)
    wire.add("DELETE", f"{BASE}/v26.0/2001_7", json={"success": True})
    wire.add("GET", f"{BASE}/v26.0/2001_7", json={"id": "2001_7"})
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="2001_7")
    FacebookAdapter(settings(), clock=Clock()).remove((row,))
    assert [call.request.method for call in wire.calls] == ["DELETE", "GET", "DELETE"]


def test_an_artefact_without_an_id_stays_unsure_and_is_not_asked_for(platform):
    row = Artefact(id=4, kind=ArtefactKind.PHOTO, platform_id=None)
    platform.adapter.remove((row,))
    assert platform.adapter.presence((row,)) == {4: Presence.UNSURE}
    assert platform.standin.calls == []


# --- editing


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


# --- the account


def with_token(wire, clock, **token) -> FacebookAdapter:
    account = GraphAccount(tokens={TOKEN: GraphToken(kind="page", **token)})
    put_on_wire(GraphStandin(clock=clock, account=account), wire, BASE)
    return FacebookAdapter(settings(), clock=clock)


def test_check_names_the_page_and_both_rights(platform):
    health = platform.adapter.check()
    assert (health.account, health.can_post, health.can_remove) == ("Sample Council", True, True)
    assert health.expires_at is None


@pytest.mark.parametrize("missing", ["pages_manage_posts", "pages_read_engagement"])
def test_without_a_scope_it_may_neither_post_nor_remove(wire, missing):
    health = with_token(wire, Clock(), scopes=PAGE_SCOPES - {missing}).check()
    assert (health.can_post, health.can_remove) == (False, False)


def test_the_earlier_of_the_two_ends_counts(wire):
    clock = Clock()
    soon, later = (int((clock() + timedelta(days=days)).timestamp()) for days in (3, 60))
    health = with_token(wire, clock, expires_at=later, data_access_expires_at=soon).check()
    assert health.expires_at == clock() + timedelta(days=3)


def test_ended_access_to_data_is_a_dead_token(wire):
    clock = Clock()
    past = int((clock() - timedelta(days=1)).timestamp())
    with pytest.raises(Unauthorised) as raised:
        with_token(wire, clock, data_access_expires_at=past).check()
    assert raised.value.code == "token-expired"


def test_a_version_that_is_served_instead_is_noticed(platform):
    platform.standin.switches.add("pinned-version-expired")
    with pytest.raises(Unauthorised) as raised:
        platform.adapter.check()
    assert raised.value.code == "version-not-served"


def test_a_wrong_app_secret_is_said_to_be_a_matter_of_credentials(platform):
    adapter = FacebookAdapter(settings(app_secret="wrong"), clock=platform.clock)
    with pytest.raises(Unauthorised):
        adapter.check()


def test_where_graph_takes_no_post_for_it_the_token_is_inspected_as_documented(platform):
    platform.standin.switches.add("debug-token-get-only")
    assert platform.adapter.check().can_remove


def test_an_unreachable_graph_is_unreachable():
    with serving(GraphStandin()) as base_url:
        pass
    with pytest.raises(Unreachable):
        FacebookAdapter(settings(base_url), clock=Clock()).check()


def test_a_limit_is_told_with_its_time(platform):
    platform.fail("publish", Fault.THROTTLE, delay=timedelta(minutes=30))
    with pytest.raises(Throttled) as raised:
        platform.adapter.publish(platform.rendered(), platform.attempt())
    assert raised.value.after == timedelta(minutes=30)


# --- what other items of the Page show


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_listing_leads_to_the_pictures_of_each_item_once(platform, count):
    pictures = tuple(JPEG + bytes([number]) for number in range(count))
    platform.standin.plant("By hand", pictures=pictures)
    (seen,) = platform.adapter.recent(platform.clock() - timedelta(minutes=2))
    assert [fetch() for fetch in seen.pictures] == [*pictures]
    assert len(seen.parts) == count
