"""The Page of Graph's stand-in: documented answers by default, every unknown behind its switch."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.standin.core import Fault, Rule
from tests.adapters.contract import JPEG
from tests.adapters.standin_graph.graph import PAGE, Graph


def test_a_staged_photo_is_unseen_until_its_post():
    graph = Graph()
    photo = graph.photo(alt_text_custom="A door")
    assert set(photo) == {"id"}
    assert graph.standin.visible() == []
    post = graph.post("Words", photo["id"])
    assert graph.ok("GET", photo["id"], fields="page_story_id,alt_text_custom")["page_story_id"] == post
    assert {each.id for each in graph.standin.visible()} == {photo["id"], post}


def test_forgetting_published_publishes_at_once_with_two_ids():
    graph = Graph()
    made = graph.ok("POST", "2001/photos", source=JPEG)
    assert {each.id for each in graph.standin.visible()} == {made["id"], made["post_id"]}
    assert set(graph.ok("POST", "2001/photos", source=JPEG, no_story="true")) == {"id"}


def test_quick_direct_photos_may_become_one_post():
    apart, merged = Graph(), Graph("bundles-photos")
    for graph, count in ((apart, 2), (merged, 1)):
        posts = {graph.ok("POST", "2001/photos", source=JPEG, caption=f"Words {n}")["post_id"] for n in range(2)}
        assert len(posts) == count


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"published": "false"}, (324, None)),
        ({"source": b"GIF89a"}, (324, 2069019)),
        ({"source": JPEG + b"\0" * 10_000_000}, (324, 1366046)),
        ({"source": JPEG, "published": "False"}, (100, None)),
        ({"source": JPEG, "message": "deprecated"}, (100, None)),
    ],
)
def test_a_bad_photo_is_refused(given, code):
    assert Graph().refused("POST", "2001/photos", **given) == code


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"attached_media": "media_fbid"},
        {"attached_media": '[{"id":"1"}]'},
        {"message": "a" * 63_207},
        {"attached_media": '[{"media_fbid":"999"}]'},
    ],
)
def test_a_bad_post_is_refused(given):
    assert Graph().refused("POST", "2001/feed", **given)[0] == 100


def test_a_used_photo_is_refused_or_accepted():
    graph = Graph()
    photo = graph.photo()["id"]
    graph.post("One", photo)
    attached = json.dumps([{"media_fbid": photo}])
    assert graph.refused("POST", "2001/feed", message="Two", attached_media=attached)[1] == 1366051
    graph.standin.switches.add("used-photo-accepted")
    assert graph.ok("POST", "2001/feed", message="Two", attached_media=attached)["id"]


def test_a_staged_photo_stays_or_expires():
    for graph, status in ((Graph(), 200), (Graph("staged-expire"), 400)):
        photo = graph.photo()["id"]
        graph.clock.advance(timedelta(hours=25))
        assert graph.ask("GET", photo)[0] == status


def test_a_duplicate_text_is_refused_or_becomes_a_second_post():
    graph = Graph()
    graph.post()
    assert graph.refused("POST", "2001/feed", message="Words")[0] == 506
    graph.standin.switches.add("duplicate-accepted")
    graph.post()
    assert len(graph.standin.visible()) == 2


def test_a_listing_is_paged_newest_first_with_the_token_in_its_address():
    graph = Graph()
    posts = [graph.post(f"Words {number}") for number in range(3)]
    first = graph.ok("GET", "2001/published_posts", limit=2, fields="id,message")
    assert [each["id"] for each in first["data"]] == posts[:0:-1]
    following = parse_qs(urlsplit(first["paging"]["next"]).query)
    assert following["access_token"] == [PAGE]
    rest = graph.ok("GET", "2001/published_posts", limit=2, after=following["after"][0])
    assert [each["id"] for each in rest["data"]] == posts[:1]
    assert "next" not in rest["paging"]
    assert graph.refused("GET", "2001/published_posts", limit=101)[0] == 100
    graph.standin.switches.add("empty-pages")
    empty = graph.ok("GET", "2001/published_posts")
    assert empty["data"] == []
    assert empty["paging"]["next"]


def test_a_lagging_listing_misses_the_new_and_keeps_the_gone():
    graph = Graph("listing-lags")
    post = graph.post()
    assert graph.ok("GET", "2001/published_posts")["data"] == []
    graph.clock.advance(timedelta(minutes=1))
    graph.ok("DELETE", post)
    assert [each["id"] for each in graph.ok("GET", "2001/published_posts")["data"]] == [post]
    graph.clock.advance(timedelta(minutes=1))
    assert graph.ok("GET", "2001/published_posts")["data"] == []


def test_uploaded_photos_are_listed_only_when_asked_for():
    graph = Graph()
    photo = graph.photo()["id"]
    graph.post("Words", photo)
    assert graph.ok("GET", "2001/photos")["data"] == []
    assert [each["id"] for each in graph.ok("GET", "2001/photos", type="uploaded")["data"]] == [photo]
    graph.standin.switches.add("photos-default-uploaded")
    assert len(graph.ok("GET", "2001/photos")["data"]) == 1


def test_editing_changes_the_post_and_keeps_what_it_said():
    graph = Graph()
    post = graph.post("Old <words>")
    assert graph.ok("POST", post, message="New words") == {"success": True}
    assert graph.ok("GET", post, fields="message")["message"] == "New words"
    assert b"Old" not in graph.public("page").body
    graph.standin.switches.add("edit-history-public")
    assert b"<del>Old &lt;words&gt;</del>" in graph.public("page").body


def test_only_our_apps_posts_can_be_edited_and_photos_never():
    graph = Graph()
    assert graph.refused("POST", graph.standin.plant("By hand").id, message="x")[0] == 200
    assert graph.refused("POST", graph.photo()["id"], message="x") == (100, 33)


@pytest.mark.parametrize(
    ("switch", "status", "photo_text"),
    [(None, 200, "Old"), ("edit-changes-photo", 200, "New"), ("edit-direct-refused", 400, "Old")],
)
def test_editing_a_direct_upload_varies(switch, status, photo_text):
    graph = Graph(*([switch] if switch else []))
    made = graph.ok("POST", "2001/photos", source=JPEG, caption="Old")
    assert graph.ask("POST", made["post_id"], message="New")[0] == status
    assert graph.ok("GET", made["id"], fields="name")["name"] == photo_text


def test_a_photo_outlives_its_post_or_goes_with_it():
    for graph, status in ((Graph(), 200), (Graph("photo-goes-with-post"), 400)):
        photo = graph.photo()["id"]
        graph.ok("DELETE", graph.post("Words", photo))
        assert graph.ask("GET", photo)[0] == status
        assert graph.public(f"pictures/{photo}").status == (200 if status == 200 else 404)


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        (None, None),
        ("redelete-says-false", {"success": False}),
        ("redelete-false", False),
        ("redelete-success", {"success": True}),
    ],
)
def test_a_second_delete_varies(switch, said):
    graph = Graph(*([switch] if switch else []))
    for key in (graph.post(), graph.photo()["id"], graph.media()):
        graph.ok("DELETE", key)
        status, body = graph.ask("DELETE", key)
        if said is None:
            assert (status, body["error"]["error_subcode"]) == (400, 33)
        else:
            assert (status, body) == (200, said)


def test_deletes_that_do_nothing():
    graph = Graph("delete-lies")
    post, media = graph.post(), graph.media()
    assert graph.ok("DELETE", post)["success"]
    assert graph.ok("DELETE", media)["success"]
    assert len(graph.standin.visible()) == 2
    graph = Graph("photo-delete-false")
    assert graph.ok("DELETE", graph.photo()["id"]) == {"success": False}


def test_another_apps_post_is_deleted_or_refused_while_live():
    graph = Graph("foreign-delete-refused")
    post = graph.standin.plant("By hand").id
    assert graph.refused("DELETE", post) == (100, 33)
    assert graph.ask("GET", post)[0] == 200
    graph.standin.switches.clear()
    assert graph.ok("DELETE", post)["success"]


def test_what_was_deleted_may_return_once():
    graph = Graph("deleted-returns")
    post = graph.post()
    graph.ok("DELETE", post)
    assert graph.standin.visible() == []
    graph.clock.advance(timedelta(minutes=1))
    assert [each.id for each in graph.standin.visible()] == [post]
    graph.ok("DELETE", post)
    graph.clock.advance(timedelta(hours=1))
    assert graph.standin.visible() == []


def test_every_other_read_may_be_spuriously_missing():
    graph = Graph("spurious-33")
    post = graph.post()
    assert [graph.ask("GET", post)[0] for _ in range(4)] == [400, 200, 400, 200]


def test_a_lie_leaves_no_trace():
    graph = Graph()
    graph.standin.rules.append(Rule(fault=Fault.LIE, method="POST", path="/feed"))
    post = graph.post()
    assert graph.refused("GET", post) == (100, 33)
    assert graph.standin.visible() == []
