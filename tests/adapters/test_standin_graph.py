"""The stand-in of Graph, asked as Graph is: documented answers by default, every unknown behind its switch."""

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

import adapters.standin
from adapters.standin.core import Answer, Fault, Request, Rule, Standin
from adapters.standin.graph import GraphStandin
from adapters.standin.graph_state import INSTAGRAM_SCOPES, PAGE_SCOPES, GraphAccount, GraphToken
from adapters.standin.server import serving
from tests.adapters.contract import JPEG
from tests.adapters.fake import Clock

HOST = "http://graph.example"
PAGE, USER, SECRET = "rehearsal-page-token", "rehearsal-user-token", "rehearsal-app-secret"
PICTURE_URL = "http://council.example/h/1.jpg"


def jpeg(width: int, height: int) -> bytes:
    head = bytes.fromhex("ffe00004aaaaffc0000b08")
    return b"\xff\xd8" + head + height.to_bytes(2) + width.to_bytes(2) + bytes.fromhex("01011100ffd9")


class Graph:
    """The stand-in as a client sees it. Answers are (status, JSON)."""

    def __init__(self, *switches: str, **options):
        self.clock = Clock()
        self.fetched: list[str] = []
        self.picture: tuple[int, bytes] = (200, JPEG)
        self.standin = GraphStandin(clock=self.clock, switches=frozenset(switches), fetch=self._fetch, **options)

    def _fetch(self, url: str) -> tuple[int, bytes]:
        self.fetched.append(url)
        return self.picture

    def send(self, method: str, path: str, /, *, token: str | None = PAGE, proof: str | None = None, **given) -> Answer:
        headers = {}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
            given["appsecret_proof"] = proof or hmac.new(SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        body = b""
        url = f"{HOST}/v26.0/{path}"
        if "source" in given:
            body, headers["content-type"] = _multipart(given)
        elif method == "POST":
            body, headers["content-type"] = urlencode(given).encode(), "application/x-www-form-urlencoded"
        else:
            url += f"?{urlencode(given)}"
        return self.standin.handle(Request(method=method, url=url, headers=headers, body=body))

    def ask(self, method: str, path: str, /, **given):
        answer = self.send(method, path, **given)
        return answer.status, json.loads(answer.body)

    def ok(self, method: str, path: str, /, **given):
        status, body = self.ask(method, path, **given)
        assert status == 200, body
        return body

    def refused(self, method: str, path: str, /, **given) -> tuple[int, int | None]:
        status, body = self.ask(method, path, **given)
        assert status >= 400
        assert body["error"]["fbtrace_id"]
        return body["error"]["code"], body["error"].get("error_subcode")

    def photo(self, **given) -> dict:
        return self.ok("POST", "2001/photos", **({"source": JPEG, "published": "false"} | given))

    def post(self, message: str = "Words", *photos: str) -> str:
        attached = {"attached_media": json.dumps([{"media_fbid": each} for each in photos])} if photos else {}
        return self.ok("POST", "2001/feed", message=message, **attached)["id"]

    def container(self, **given) -> str:
        return self.ok("POST", "3001/media", token=USER, **({"image_url": PICTURE_URL} | given))["id"]

    def media(self, caption: str = "Words") -> str:
        made = self.container(caption=caption)
        return self.ok("POST", "3001/media_publish", token=USER, creation_id=made)["id"]

    def public(self, path: str) -> Answer:
        return self.standin.handle(Request(method="GET", url=f"{HOST}/public/{path}", headers={}))


def _multipart(given: dict) -> tuple[bytes, str]:
    parts = b""
    for name, value in given.items():
        file = b'; filename="p.jpg"\r\ncontent-type: image/jpeg' if isinstance(value, bytes) else b""
        payload = value if isinstance(value, bytes) else str(value).encode()
        parts += b'--xx\r\ncontent-disposition: form-data; name="' + name.encode() + b'"' + file
        parts += b"\r\n\r\n" + payload + b"\r\n"
    return parts + b"--xx--\r\n", "multipart/form-data; boundary=xx"


def account(**tokens: GraphToken) -> GraphAccount:
    return replace(GraphAccount(), tokens={name.replace("_", "-"): token for name, token in tokens.items()})


# --- who may ask


def test_no_token_a_wrong_token_and_a_revoked_token_are_three_refusals():
    graph = Graph()
    assert graph.refused("GET", "me", token=None)[0] == 104
    assert graph.refused("GET", "me", token="other") == (190, None)
    graph.standin.revoked = True
    assert graph.refused("GET", "me") == (190, 460)


def test_the_proof_is_demanded_and_verified():
    graph = Graph()
    assert graph.refused("GET", "me", proof="0" * 64)[0] == 100
    bare = Request(method="GET", url=f"{HOST}/v26.0/me", headers={"authorization": f"Bearer {PAGE}"})
    assert b"appsecret_proof" in graph.standin.handle(bare).body
    graph = Graph(account=replace(GraphAccount(), require_proof=False))
    assert graph.standin.handle(bare).status == 200


@pytest.mark.parametrize(
    ("method", "path", "given", "scope", "code"),
    [
        ("POST", "2001/photos", {"source": JPEG}, "pages_manage_posts", 200),
        ("POST", "2001/feed", {"message": "Words"}, "pages_manage_posts", 200),
        ("GET", "2001/published_posts", {}, "pages_read_engagement", 10),
        ("POST", "3001/media", {"image_url": PICTURE_URL}, "instagram_content_publish", 10),
        ("GET", "3001/media", {}, "instagram_basic", 10),
        ("GET", "3001", {}, "instagram_basic", 10),
    ],
)
def test_every_call_needs_its_scope(method, path, given, scope, code):
    lacking = GraphToken(kind="page", scopes=(PAGE_SCOPES | INSTAGRAM_SCOPES) - {scope})
    assert Graph(account=account(rehearsal_page_token=lacking)).refused(method, path, **given)[0] == code
    assert Graph().ask(method, path, **given)[0] == 200


def test_a_user_token_may_not_write_to_the_page():
    assert Graph().refused("POST", "2001/feed", token=USER, message="Words")[0] == 200


def test_instagram_is_not_deleted_without_its_scope():
    lacking = GraphToken(kind="user", scopes=INSTAGRAM_SCOPES - {"instagram_manage_contents"})
    graph = Graph(account=account(rehearsal_user_token=lacking))
    assert graph.refused("DELETE", graph.media(), token=USER)[0] == 10


def test_a_token_ends_when_it_says_and_its_access_to_data_only_by_switch():
    end = int(Clock()().timestamp()) - 1
    graph = Graph(account=account(rehearsal_page_token=GraphToken(kind="page", expires_at=end)))
    assert graph.refused("GET", "me") == (190, 463)
    held = account(rehearsal_page_token=GraphToken(kind="page", data_access_expires_at=end))
    assert Graph(account=held).ask("GET", "me")[0] == 200
    assert Graph("data-access-enforced", account=held).refused("GET", "me") == (190, 463)


def test_debug_token_tells_the_app_what_a_token_may_and_that_a_dead_one_is():
    graph = Graph()
    known = graph.ok("GET", "debug_token", token=f"1001|{SECRET}", input_token=PAGE)["data"]
    assert known["is_valid"]
    assert known["profile_id"] == "2001"
    assert set(known["scopes"]) == PAGE_SCOPES | INSTAGRAM_SCOPES
    by_post = graph.ok("POST", "debug_token", token=f"1001|{SECRET}", input_token=PAGE, method="GET")["data"]
    assert by_post == known
    graph.standin.revoked = True
    assert not graph.ok("GET", "debug_token", token=f"1001|{SECRET}", input_token=PAGE)["data"]["is_valid"]
    graph.standin.switches.add("debug-token-get-only")
    assert graph.refused("POST", "debug_token", token=f"1001|{SECRET}", input_token=PAGE, method="GET") == (100, 33)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "2001/feed"), ("POST", "2001/photos"), ("POST", "3001/media"), ("POST", "3001/media_publish")],
)
def test_an_unknown_parameter_is_refused(method, path):
    assert Graph().refused(method, path, idempotency_key="1")[0] == 100


def test_unknown_nodes_edges_fields_and_the_root_are_refused():
    graph = Graph()
    assert graph.refused("GET", "999") == (100, 33)
    assert graph.refused("GET", "2001/insights") == (100, 33)
    assert graph.refused("PUT", "2001") == (100, 33)
    assert graph.refused("GET", "2001", fields="id,nonsense")[0] == 100
    assert graph.refused("GET", "", ids="1,2")[0] == 100
    assert graph.refused("GET", graph.post(), fields="source")[0] == 100
    graph.standin.switches.add("old-field-12")
    assert graph.refused("GET", graph.post("Other"), fields="source")[0] == 12


@pytest.mark.parametrize(
    ("asked", "switch", "served"),
    [
        ("v26.0", None, "v26.0"),
        ("v24.0", None, "v24.0"),
        ("v19.0", None, "v21.0"),
        ("v26.0", "pinned-version-expired", "v21.0"),
    ],
)
def test_the_version_served_is_told_and_an_ended_one_silently_replaced(asked, switch, served):
    graph = Graph(*([switch] if switch else []))
    answer = graph.standin.handle(Request(method="GET", url=f"{HOST}/{asked}/me", headers={}))
    assert answer.headers["facebook-api-version"] == served


@pytest.mark.parametrize(("switch", "status"), [("status-401", 401), ("status-403", 403), ("status-500", 500)])
def test_the_status_of_a_refusal_is_a_switch(switch, status):
    assert Graph(switch).ask("GET", "me", token="other")[0] == status
    assert Graph(switch).ask("GET", "999")[0] == 400


def test_a_limit_names_its_minutes_only_when_it_has_a_reset():
    graph = Graph()
    graph.standin.rules.append(Rule(fault=Fault.THROTTLE, delay=timedelta(minutes=9)))
    assert '"estimated_time_to_regain_access":9' in graph.send("GET", "me").headers["x-business-use-case-usage"]
    graph.standin.rules.append(Rule(fault=Fault.THROTTLE))
    assert "x-business-use-case-usage" not in graph.send("GET", "me").headers


# --- the Page


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


# --- Instagram


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


# --- what the public sees


def test_the_public_pages_show_what_is_up_and_nothing_else():
    graph = Graph()
    assert b"Nothing is public." in graph.public("page").body
    staged = graph.photo(alt_text_custom='A "door"')["id"]
    assert graph.public(f"pictures/{staged}").status == 404
    post = graph.post("<script>Words</script>\nMore", staged)
    page = graph.public("page").body.decode()
    assert "&lt;script&gt;Words&lt;/script&gt;<br>More" in page
    assert 'alt="A &quot;door&quot;"' in page
    assert graph.public(f"page/{post}").status == 200
    assert graph.public(f"pictures/{staged}").body == JPEG
    graph.ok("DELETE", post)
    left = graph.public("page").body.decode()
    assert "Words" not in left
    assert f"/public/pictures/{staged}" in left
    graph.ok("DELETE", staged)
    assert b"Nothing is public." in graph.public("page").body
    assert graph.public(f"page/{post}").status == graph.public("elsewhere").status == 404


def test_everything_ever_made_is_kept_with_its_times():
    graph = Graph()
    post = graph.post()
    graph.clock.advance(timedelta(hours=1))
    graph.ok("DELETE", post)
    held = graph.standin.objects[post]
    assert held.deleted_at - held.created_at == timedelta(hours=1)


def test_every_switch_is_in_the_table_and_every_switch_in_the_table_exists():
    import adapters.standin.graph as documented

    folder = Path(adapters.standin.__file__).parent
    code = "\n".join(path.read_text() for path in folder.glob("graph*.py")).replace(documented.__doc__, "")
    used = set(re.findall(r'"([a-z0-9-]+)" (?:not )?in (?:self\.)?switches', code))
    used |= set(re.findall(r'\("(redelete-[a-z-]+)", ', code)) | set(re.findall(r'"(status-\d+)"', code))
    cells = [line.split("|")[3] for line in documented.__doc__.splitlines() if line.count("|") >= 4]
    told = {each for cell in cells for each in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", re.sub(r"\(.*?\)", "", cell))}
    assert told == used
