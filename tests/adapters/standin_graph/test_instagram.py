"""Instagram at Graph's stand-in: documented answers by default, every unknown behind its switch."""

from datetime import timedelta

import pytest

from adapters.standin.core import Answer, Request, Standin
from adapters.standin.server import serving
from tests.adapters.contract import JPEG
from tests.adapters.standin_graph.graph import PAGE, PICTURE_URL, USER, Graph


def jpeg(width: int, height: int) -> bytes:
    head = bytes.fromhex("ffe00004aaaaffc0000b08")
    return b"\xff\xd8" + head + height.to_bytes(2) + width.to_bytes(2) + bytes.fromhex("01011100ffd9")


def test_the_picture_is_fetched_while_the_container_is_made():
    graph = Graph()
    made = graph.container(caption="Words", alt_text="A door")
    assert graph.fetched == [PICTURE_URL]
    assert graph.ok("GET", made, token=USER, fields="status_code")["status_code"] == "FINISHED"
    assert graph.standin.visible() == []
    media = graph.ok("POST", "3001/media_publish", token=USER, creation_id=made)["id"]
    assert graph.ok("GET", made, token=USER, fields="status_code")["status_code"] == "PUBLISHED"
    node = graph.ok("GET", media, token=USER, fields="caption,alt_text,is_comment_enabled,permalink,media_type")
    assert (node["caption"], node["alt_text"], node["is_comment_enabled"]) == ("Words", "A door", True)
    assert graph.public(f"instagram/{media}").status == 200


@pytest.mark.parametrize(
    ("picture", "given", "code"),
    [
        ((404, b""), {}, (9004, 2207052)),
        ((302, JPEG), {}, (9004, 2207052)),
        ((200, b"<!doctype html>"), {}, (9004, 2207052)),
        ((200, b"\x89PNG"), {}, (36001, 2207005)),
        ((200, JPEG + b"\0" * 8 * 1024 * 1024), {}, (36000, 2207004)),
        ((200, jpeg(300, 900)), {}, (36003, 2207009)),
        ((200, jpeg(900, 300)), {}, (36003, 2207009)),
        ((200, JPEG), {"caption": "a" * 2201}, (36004, 2207010)),
        ((200, JPEG), {"media_type": "CAROUSEL", "children": "1"}, (100, 33)),
        ((200, JPEG), {"media_type": "CAROUSEL"}, (100, None)),
    ],
)
def test_a_bad_picture_or_caption_is_refused_while_the_container_is_made(picture, given, code):
    graph = Graph()
    graph.picture = picture
    assert graph.refused("POST", "3001/media", token=USER, image_url=PICTURE_URL, **given) == code
    assert graph.standin.objects == {}


def test_three_to_four_is_too_tall_unless_switched():
    for graph, status in ((Graph(), 400), (Graph("ratio-3-4"), 200)):
        graph.picture = (200, jpeg(600, 800))
        assert graph.ask("POST", "3001/media", token=USER, image_url=PICTURE_URL)[0] == status
        graph.picture = (200, jpeg(800, 1000))
        assert graph.ask("POST", "3001/media", token=USER, image_url=PICTURE_URL)[0] == 200


def test_the_picture_is_really_fetched_over_http():
    class Site(Standin):
        def answer(self, request: Request) -> Answer:
            return Answer(body=JPEG) if request.path == "/h/1.jpg" else Answer(status=404)

    graph = Graph()
    graph.standin.fetch = None
    with serving(Site()) as site:
        assert graph.container(image_url=f"{site}/h/1.jpg")
        assert graph.refused("POST", "3001/media", token=USER, image_url=f"{site}/h/2.jpg") == (9004, 2207052)
    assert graph.refused("POST", "3001/media", token=USER, image_url=f"{site}/h/1.jpg") == (9004, 2207052)


def test_a_container_goes_through_its_states():
    graph = Graph(processing=timedelta(minutes=2))
    made = graph.container()

    def status() -> str:
        return graph.ok("GET", made, token=USER, fields="status_code")["status_code"]

    assert status() == "IN_PROGRESS"
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=made) == (9007, 2207027)
    graph.clock.advance(timedelta(minutes=2))
    assert status() == "FINISHED"
    graph.clock.advance(timedelta(hours=24))
    assert status() == "EXPIRED"
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=made) == (-2, 2207020)
    graph = Graph("container-error")
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=graph.container()) == (-1, 2207032)
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id="999") == (24, 2207006)


def test_a_carousel_is_one_post_and_its_pages_are_none():
    graph = Graph()
    pages = [graph.container(is_carousel_item="true") for _ in range(2)]
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=pages[0])[0] == 24
    parent = graph.ok("POST", "3001/media", token=USER, media_type="CAROUSEL", children=",".join(pages))["id"]
    media = graph.ok("POST", "3001/media_publish", token=USER, creation_id=parent)["id"]
    assert graph.ok("GET", media, token=USER, fields="media_type")["media_type"] == "CAROUSEL_ALBUM"
    assert graph.standin.used() == 1
    loose = [graph.container(), graph.container()]
    assert graph.refused("POST", "3001/media", media_type="CAROUSEL", children=",".join(loose))[0] == 100


def test_pages_still_in_progress_make_no_carousel():
    graph = Graph(processing=timedelta(minutes=2))
    pages = [graph.container(is_carousel_item="true") for _ in range(2)]
    assert graph.refused("POST", "3001/media", media_type="CAROUSEL", children=",".join(pages)) == (9007, 2207027)


def test_a_container_is_published_once():
    graph = Graph()
    made = graph.container()
    media = graph.ok("POST", "3001/media_publish", token=USER, creation_id=made)["id"]
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=made)[0] == 100
    graph.standin.switches.add("republish-returns-media")
    assert graph.ok("POST", "3001/media_publish", token=USER, creation_id=made)["id"] == media
    assert len(graph.standin.visible()) == 1


@pytest.mark.parametrize(
    ("switch", "code"), [("publish-blocked-but-live", (4, 2207051)), ("publish-unknown-but-live", (1, None))]
)
def test_an_error_may_answer_what_went_live(switch, code):
    graph = Graph(switch)
    assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=graph.container()) == code
    assert len(graph.standin.visible()) == 1


def test_the_quota_moves_with_the_day_and_deletion_may_free_it():
    for graph, used in ((Graph(quota=1), 1), (Graph("deleted-frees-quota", quota=1), 0)):
        media = graph.media()
        waiting = graph.container()
        assert graph.refused("POST", "3001/media_publish", token=USER, creation_id=waiting) == (9, 2207042)
        graph.ok("DELETE", media, token=USER)
        told = graph.ok("GET", "3001/content_publishing_limit", token=USER, fields="config,quota_usage")["data"][0]
        assert (told["quota_usage"], told["config"]["quota_total"]) == (used, 1)
        graph.clock.advance(timedelta(hours=24))
        assert graph.standin.used() == 0


def test_only_comments_of_a_post_can_be_changed():
    graph = Graph()
    media = graph.media()
    graph.ok("POST", media, token=USER, comment_enabled="false")
    assert graph.ok("GET", media, token=USER, fields="is_comment_enabled")["is_comment_enabled"] is False
    assert graph.refused("POST", media, token=USER)[0] == 100
    assert graph.refused("POST", media, token=USER, comment_enabled="true", caption="New")[0] == 100
    graph.standin.switches.add("comments-stay-open")
    assert graph.refused("POST", media, token=USER, comment_enabled="true")[0] == 100


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        ("ig-delete-unsupported", (100, None)),
        ("ig-delete-unsupported-33", (100, 33)),
        ("ig-delete-type", (-1, 2207073)),
        ("ig-delete-fatal", (-1, 2207085)),
        ("ig-delete-scope", (10, None)),
        ("ig-delete-restricted", (25, 2207050)),
        ("ig-delete-page-token-only", (100, 33)),
    ],
)
def test_every_known_refusal_of_an_instagram_delete(switch, code):
    graph = Graph(switch)
    media = graph.media()
    assert graph.refused("DELETE", media, token=USER) == code
    assert [each.id for each in graph.standin.visible()] == [media]


def test_an_instagram_delete_by_the_right_kind_of_token_says_what_it_deleted():
    graph = Graph("ig-delete-user-token-only")
    media = graph.media()
    assert graph.refused("DELETE", media, token=PAGE) == (100, 33)
    assert graph.ok("DELETE", media, token=USER) == {"success": True, "deleted_id": media}
