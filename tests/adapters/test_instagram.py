"""Instagram over the wire: the contract, then what it is known or feared to answer (platforms: meta, sections 4, 10)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
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
    Unsure,
)
from adapters.graph import GraphSettings
from adapters.http import EdgeSession
from adapters.instagram import InstagramAdapter, InstagramSettings, PictureHost
from adapters.instagram_media import addresses
from adapters.standin.core import Answer, Fault, Request, Rule, Standin
from adapters.standin.core import mount as put_on_wire
from adapters.standin.graph import GraphStandin
from adapters.standin.graph_state import INSTAGRAM_SCOPES, PAGE_SCOPES, GraphAccount, GraphToken
from adapters.standin.server import serving
from tests.adapters.contract import JPEG, MARKER, AdapterContract, Platform
from tests.adapters.fake import Clock, FakeAttempt

BASE = "https://graph.example"
SITE = "https://council.example"
TOKEN = "rehearsal-user-token"
STEPS = {"publish": ("POST", "/media_publish"), "remove": ("DELETE", "/"), "read": ("GET", "/v26.0/")}


class Hosting(Standin):
    """A public site in memory, and the PictureHost on it. `stuck` pictures stay readable; `order` is what happened."""

    def __init__(self, public_url: str = SITE) -> None:
        super().__init__()
        self.public_url = public_url
        self.files: dict[str, bytes] = {}
        self.cached: dict[str, bytes] = {}
        self.stuck = False
        self.order: list[str] = []
        self.on_the_wire = False

    def path_for(self, sha256: str) -> str:
        self.numbers = getattr(self, "numbers", 0) + 1
        return f"h/{self.numbers:032x}.jpg"

    def put(self, path: str, data: bytes) -> str:
        self.order.append("put")
        self.files[path] = data
        return f"{self.public_url}/{path}"

    def take_down(self, path: str) -> None:
        self.order.append("take_down")
        picture = self.files.pop(path, None)
        if self.stuck and picture is not None:
            self.cached[path] = picture

    def presence(self, path: str) -> Presence:
        self.order.append("presence")
        if self.on_the_wire:
            with EdgeSession(deadline=timedelta(seconds=2)) as session:
                status = session.get(f"{self.public_url}/{path}").status_code
        else:
            status = self.fetch(f"{self.public_url}/{path}")[0]
        return {200: Presence.VISIBLE, 404: Presence.GONE}[status]

    def fetch(self, url: str) -> tuple[int, bytes]:
        path = url.removeprefix(f"{self.public_url}/")
        picture = self.files.get(path) or self.cached.get(path)
        self.order.append("fetched" if picture else "missed")
        return (200, picture) if picture else (404, b"")

    def answer(self, request: Request) -> Answer:
        status, picture = self.fetch(f"{self.public_url}{request.path}")
        return Answer(status=status, body=picture)


def settings(base_url: str = BASE, **graph) -> InstagramSettings:
    given = {
        "token": TOKEN,
        "app_id": "1001",
        "app_secret": "rehearsal-app-secret",
        "base_url": base_url,
        "deadline": timedelta(seconds=2),
    }
    return InstagramSettings(user_id="3001", graph=GraphSettings(**(given | graph)))


def platform_at(base_url: str, standin: GraphStandin, clock: Clock, host: PictureHost) -> Platform:
    adapter = InstagramAdapter(
        settings(base_url), host, clock=clock, wait=lambda seconds: clock.advance(timedelta(seconds=seconds))
    )
    return Platform(
        adapter=adapter,
        standin=standin,
        clock=clock,
        steps=STEPS,
        post_kinds=frozenset({"media"}),
        short_lived=frozenset({ArtefactKind.FILE}),
    )


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def host() -> Hosting:
    return Hosting()


@pytest.fixture
def platform(wire, host) -> Platform:
    clock = Clock()
    standin = GraphStandin(clock=clock, fetch=host.fetch)
    put_on_wire(standin, wire, BASE)
    return platform_at(BASE, standin, clock, host)


class TestInstagram(AdapterContract):
    """Through `responses`, one picture."""

    pictures = 1


class TestInstagramCarousel(AdapterContract):
    pictures = 3


class TestInstagramOnASocket(AdapterContract):
    """Graph's stand-in really fetches the picture over HTTP."""

    pictures = 1

    @pytest.fixture
    def platform(self):
        clock, host = Clock(), Hosting()
        standin = GraphStandin(clock=clock)
        with serving(host) as site, serving(standin) as base_url:
            host.public_url, host.on_the_wire = site, True
            yield platform_at(base_url, standin, clock, host)


def up(platform: Platform, marker: str = MARKER, *, pictures: int = 1, **options) -> FakeAttempt:
    attempt = platform.attempt(**options)
    platform.adapter.publish(platform.rendered(marker, pictures=pictures), attempt)
    return attempt


def tried(platform: Platform, error: type[Exception], **options) -> FakeAttempt:
    """An attempt that ends with this error."""
    attempt = platform.attempt(**options)
    with pytest.raises(error):
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    return attempt


def of(attempt: FakeAttempt, kind: ArtefactKind) -> list[Artefact]:
    return [each for each in attempt.made if each.kind is kind]


def containers(platform: Platform) -> list[str]:
    return [each.id for each in platform.standin.objects.values() if each.kind == "container"]


def watching(platform: Platform, step: str, look: Callable[[], object]) -> list:
    """What `look` shows each time the attempt calls `step`."""
    seen: list = []
    attempt = platform.attempt(watch=lambda call: seen.append(look()) if call == step else None)
    platform.adapter.publish(platform.rendered(pictures=1), attempt)
    return seen


# --- the picture and the container


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


# --- publication


def test_a_published_container_stops_a_second_publication(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    again = tried(platform, InDoubt, made=attempt.made)
    assert len(platform.copies()) == len(containers(platform)) == 1
    assert again.order == []


@pytest.mark.parametrize("switch", ["publish-blocked-but-live", "publish-unknown-but-live"])
def test_an_error_for_a_post_that_went_live_is_in_doubt_and_found(platform, switch):
    platform.standin.switches.add(switch)
    attempt = tried(platform, InDoubt)
    trace = platform.adapter.trace(platform.rendered(pictures=1), attempt)
    assert isinstance(trace, Found)
    assert [each.platform_id for each in trace.sightings] == platform.copies()


def test_a_refusal_of_a_container_that_is_published_is_in_doubt(platform):
    """The answer to the first request is lost on the way and its effect lands before the second one."""
    attempt = platform.attempt()
    standin = platform.standin

    def publish_first(call: str) -> None:
        if call == "go" and containers(platform):
            standin._publish(standin.objects[containers(platform)[0]])

    attempt._watch = publish_first
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    assert raised.value.code == "published-though-refused"
    assert len(platform.copies()) == 1


def test_a_refusal_of_a_container_that_nobody_can_read_any_more_is_in_doubt(platform):
    attempt = platform.attempt()
    standin = platform.standin

    def consume(call: str) -> None:
        if call == "go" and containers(platform):
            standin._publish(standin.objects[containers(platform)[0]])
            standin.objects.pop(containers(platform)[0])
            standin.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="POST", path="/media_publish", status=400))

    attempt._watch = consume
    with pytest.raises(InDoubt) as raised:
        platform.adapter.publish(platform.rendered(pictures=1), attempt)
    assert raised.value.code == "published-though-refused"
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Found)


def test_a_container_nobody_can_read_is_not_replaced_while_it_may_be_live(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    hidden = platform.standin.objects.pop(containers(platform)[0])
    tried(platform, InDoubt, made=attempt.made)
    assert containers(platform) == []
    assert hidden.fields["media"] in platform.copies()


def test_an_unreadable_container_that_was_never_asked_for_is_replaced(platform):
    attempt = tried(platform, CalledOff, call_off={"intend": 3})
    platform.standin.objects.clear()
    again = platform.attempt(made=tuple(each for each in attempt.made if each.platform_id))
    platform.adapter.publish(platform.rendered(pictures=1), again)
    assert len(platform.copies()) == 1


def test_comments_are_closed_after_the_id_was_noted(platform):
    up(platform)
    assert platform.standin.objects[platform.copies()[0]].fields["comments"] is False


def test_comments_are_closed_on_a_post_that_is_found_after_its_answer_was_lost(platform):
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    (post,) = platform.copies()
    assert platform.standin.objects[post].fields["comments"] is True
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Found)
    assert platform.standin.objects[post].fields["comments"] is False


def test_comments_that_stay_open_on_a_post_that_was_found_are_told(platform, host):
    told: list[tuple[str, str]] = []
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    platform.standin.switches.add("comments-stay-open")
    adapter = InstagramAdapter(settings(), host, clock=platform.clock, on_comments_open=lambda *each: told.append(each))
    assert isinstance(adapter.trace(platform.rendered(pictures=1), attempt), Found)
    assert told == [(platform.copies()[0], "graph-100")]


def test_comments_that_stay_open_do_not_fail_the_publication_but_are_told(platform, host):
    told: list[tuple[str, str]] = []
    platform.standin.switches.add("comments-stay-open")
    adapter = InstagramAdapter(settings(), host, clock=platform.clock, on_comments_open=lambda *each: told.append(each))
    attempt = platform.attempt()
    adapter.publish(platform.rendered(pictures=1), attempt)
    assert told == [(platform.copies()[0], "graph-100")]
    assert of(attempt, ArtefactKind.POST)[0].platform_id == platform.copies()[0]


def test_comments_that_stay_open_are_logged_where_nobody_asked_to_be_told(platform, caplog):
    platform.standin.switches.add("comments-stay-open")
    up(platform)
    assert "comments could not be closed: graph-100" in caplog.text


def test_a_permalink_that_cannot_be_read_does_not_lose_the_id(platform):
    # The fourth read of the publication: quota, container, and then the new media.
    platform.standin.rules.append(Rule(fault=Fault.LOSE_BEFORE, method="GET", path="/v26.0/", nth=3, times=2))
    attempt = up(platform)
    (post,) = of(attempt, ArtefactKind.POST)
    assert (post.platform_id, post.url) == (platform.copies()[0], None)


def test_the_permalink_and_instagrams_own_time_are_noted(platform):
    (post,) = of(up(platform), ArtefactKind.POST)
    assert post.url == f"{BASE}/public/instagram/{post.platform_id}"
    assert post.created_at == platform.clock()


# --- tracing


def test_a_published_container_that_the_listing_does_not_show_is_unsure_not_absent(platform):
    platform.standin.switches.add("listing-lags")
    platform.fail("publish", Fault.LOSE_AFTER)
    attempt = tried(platform, InDoubt)
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Unsure)
    platform.clock.advance(timedelta(minutes=2))
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Found)


def test_the_newest_item_is_not_ours_unless_it_carries_our_marker(platform):
    attempt = tried(platform, CalledOff, call_off={"go": 2})
    platform.standin.plant("Summer fair", kind="media")
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Absent)


def test_a_picture_hosted_when_the_power_went_comes_down_with_the_first_look(platform, host):
    attempt = tried(platform, CalledOff, call_off={"intend": 2})
    (hosted,) = of(attempt, ArtefactKind.FILE)
    host.put(hosted.platform_id, JPEG)
    platform.revoke()
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Unsure)
    assert host.files == {}


def test_a_trace_without_a_working_token_is_unsure(platform):
    attempt = up(platform)
    platform.revoke()
    assert isinstance(platform.adapter.trace(platform.rendered(pictures=1), attempt), Unsure)


# --- removal and proof


@pytest.mark.parametrize(
    "switch", ["ig-delete-unsupported", "ig-delete-unsupported-33", "ig-delete-type", "ig-delete-restricted"]
)
def test_a_post_instagram_will_not_delete_is_for_a_person_with_its_permalink(platform, switch):
    attempt = up(platform)
    platform.standin.switches.add(switch)
    with pytest.raises(ByHand) as raised:
        platform.adapter.remove(attempt.made)
    assert raised.value.link == of(attempt, ArtefactKind.POST)[0].url
    assert "Recently Deleted" in raised.value.steps
    assert platform.adapter.presence(tuple(of(attempt, ArtefactKind.POST))) == {3: Presence.VISIBLE}


def test_a_permalink_never_noted_is_asked_for_when_a_person_needs_it(platform):
    attempt = up(platform)
    platform.standin.switches.add("ig-delete-type")
    (post,) = of(attempt, ArtefactKind.POST)
    with pytest.raises(ByHand) as raised:
        platform.adapter.remove((replace(post, url=None),))
    assert raised.value.link == post.url


@pytest.mark.parametrize(("switch", "error"), [("ig-delete-fatal", InDoubt), ("ig-delete-scope", Unauthorised)])
def test_a_deletion_that_may_work_later_is_no_matter_for_a_person_yet(platform, switch, error):
    attempt = up(platform)
    platform.standin.switches.add(switch)
    with pytest.raises(error):
        platform.adapter.remove(attempt.made)
    platform.standin.switches.clear()
    platform.adapter.remove(attempt.made)
    assert platform.copies() == []


@pytest.mark.parametrize("switch", ["redelete-says-false", "redelete-false", "redelete-success", "status-500"])
def test_every_way_of_saying_already_gone_is_success(platform, switch):
    platform.standin.switches.add(switch)
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    platform.adapter.remove(attempt.made)
    assert platform.adapter.presence(tuple(attempt.acknowledged()))[3] is Presence.GONE


def test_a_refused_delete_of_what_is_still_there_is_asked_once_more(wire, host):
    missing = {"error": {"code": 100, "error_subcode": 33}}
    wire.add("DELETE", f"{BASE}/v26.0/17", json=missing, status=400)
    wire.add("DELETE", f"{BASE}/v26.0/17", json={"success": True})
    wire.add("GET", f"{BASE}/v26.0/17", json={"id": "17"})
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="17")
    InstagramAdapter(settings(), host, clock=Clock()).remove((row,))
    assert [call.request.method for call in wire.calls] == ["DELETE", "GET", "DELETE"]


def test_the_token_for_deleting_may_be_another_one(platform, host):
    attempt = up(platform)
    platform.standin.switches.add("ig-delete-page-token-only")
    with pytest.raises(ByHand):
        platform.adapter.remove(attempt.made)
    other = InstagramAdapter(settings(delete_token="rehearsal-page-token"), host, clock=platform.clock)
    other.remove(attempt.made)
    assert platform.copies() == []


def test_a_hosted_picture_left_by_a_crash_is_taken_down_and_seen_gone(platform, host):
    host.put("h/left.jpg", JPEG)
    left = Artefact(id=9, kind=ArtefactKind.FILE, platform_id="h/left.jpg")
    assert platform.adapter.presence((left,)) == {9: Presence.VISIBLE}
    platform.adapter.remove((left,))
    assert platform.adapter.presence((left,)) == {9: Presence.GONE}


def test_a_hosted_picture_is_taken_down_even_where_the_token_is_dead(platform, host):
    attempt = up(platform)
    host.put(of(attempt, ArtefactKind.FILE)[0].platform_id, JPEG)
    platform.revoke()
    with pytest.raises(Unauthorised):
        platform.adapter.remove(attempt.made)
    assert host.files == {}


def test_containers_are_neither_deleted_nor_asked_for(platform):
    attempt = up(platform)
    (container,) = of(attempt, ArtefactKind.CONTAINER)
    platform.standin.calls.clear()
    platform.adapter.remove((container,))
    assert platform.adapter.presence((container,)) == {container.id: Presence.UNSURE}
    assert platform.standin.calls == []


def test_absence_is_not_believed_before_it_has_settled(platform):
    row = Artefact(id=1, kind=ArtefactKind.POST, platform_id="179", created_at=platform.clock())
    assert platform.adapter.presence((row,)) == {1: Presence.UNSURE}
    platform.clock.advance(timedelta(minutes=15))
    assert platform.adapter.presence((row,)) == {1: Presence.GONE}


def test_a_post_that_returns_is_seen_again_and_a_passing_refusal_is_not_believed(platform):
    platform.standin.switches.update({"deleted-returns", "spurious-33"})
    attempt = up(platform)
    platform.adapter.remove(attempt.made)
    posts = tuple(each for each in attempt.acknowledged() if each.kind is ArtefactKind.POST)
    assert platform.adapter.presence(posts) == {3: Presence.GONE}
    platform.clock.advance(timedelta(minutes=2))
    assert platform.adapter.presence(posts) == {3: Presence.VISIBLE}


# --- the account


def with_tokens(wire, host, *, delete_token: str | None = None, **scopes: frozenset[str]) -> InstagramAdapter:
    tokens = {name.replace("_", "-"): GraphToken(kind="user", scopes=given) for name, given in scopes.items()}
    clock = Clock()
    put_on_wire(GraphStandin(clock=clock, account=GraphAccount(tokens=tokens)), wire, BASE)
    return InstagramAdapter(settings(token="posting", delete_token=delete_token), host, clock=clock)


def test_check_names_the_account_and_both_rights(platform):
    health = platform.adapter.check()
    assert (health.account, health.can_post, health.can_remove) == ("@samplecouncil", True, True)


def test_without_manage_contents_it_may_post_but_never_remove(wire, host):
    health = with_tokens(wire, host, posting=INSTAGRAM_SCOPES - {"instagram_manage_contents"}).check()
    assert (health.can_post, health.can_remove) == (True, False)


def test_the_right_to_remove_is_the_deleting_tokens(wire, host):
    adapter = with_tokens(
        wire, host, delete_token="deleting", posting=INSTAGRAM_SCOPES, deleting=PAGE_SCOPES | {"instagram_basic"}
    )
    assert adapter.check().can_remove is False


def test_a_token_that_does_not_reach_the_account_is_unauthorised(platform, host):
    other = InstagramAdapter(replace(settings(), user_id="3002"), host, clock=platform.clock)
    with pytest.raises(Unauthorised) as raised:
        other.check()
    assert raised.value.code == "account-not-reached"


def test_a_version_that_is_served_instead_is_noticed(platform):
    platform.standin.switches.add("pinned-version-expired")
    with pytest.raises(Unauthorised):
        platform.adapter.check()


def test_no_token_stands_in_any_url(platform, wire):
    attempt = up(platform)
    platform.adapter.check()
    platform.adapter.remove(attempt.made)
    platform.adapter.presence(attempt.acknowledged())
    assert len(wire.calls) > 10
    assert all(TOKEN not in str(call.request.url) for call in wire.calls)


def test_the_hosting_of_these_tests_answers_as_a_site_does():
    hosting = Hosting()
    with serving(hosting) as site:
        hosting.public_url = site
        url = hosting.put("h/a.jpg", JPEG)
        assert requests.Session().get(url, timeout=2).content == JPEG
        hosting.take_down("h/a.jpg")
        assert requests.Session().get(url, timeout=2).status_code == 404


# --- what other items of the account show


@pytest.mark.parametrize("count", [1, 3])
def test_the_listing_leads_to_the_pictures_of_each_item(platform, count):
    pictures = tuple(JPEG + bytes([number]) for number in range(count))
    platform.standin.plant("By hand", kind="media", pictures=pictures)
    (seen,) = platform.adapter.recent(platform.clock() - timedelta(minutes=2))
    assert {fetch() for fetch in seen.pictures} == {*pictures}


def test_a_film_is_not_fetched():
    still = {"media_type": "IMAGE", "media_url": "https://cdn.example/still.jpg"}
    film = {"media_type": "VIDEO", "media_url": "https://cdn.example/film.mp4"}
    assert addresses(film) == ()
    assert addresses({"media_type": "CAROUSEL_ALBUM", "children": {"data": [film, still, "?"]}}) == (
        still["media_url"],
    )
