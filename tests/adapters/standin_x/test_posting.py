"""The stand-in makes a post as X does, refuses what X refuses, and tells the whole truth afterwards."""

import base64
import threading
from datetime import timedelta

import pytest
import requests

from adapters.standin.core import Fault, Rule
from tests.adapters.contract import JPEG
from tests.adapters.standin_x.caller import ACCOUNT, BASE, Caller, keys


@pytest.mark.parametrize("front", ["call", "socketed"])
def test_a_post_is_made_read_listed_and_deleted_on_either_front(front, request, clock):
    call = request.getfixturevalue(front)
    made = call.post("Fines < £50 & more https://council.example.org/notices/1")
    read = call("GET", f"/2/tweets/{made}").json()["data"]
    assert read["id"] == made
    assert read["text"].startswith("Fines &lt; £50 &amp; more https://t.co/")
    listed = call("GET", f"/2/users/{ACCOUNT.id}/tweets", max_results="5").json()
    assert [each["id"] for each in listed["data"]] == [made]
    clock.advance(timedelta(minutes=1))
    assert call("DELETE", f"/2/tweets/{made}").json() == {"data": {"deleted": True}}
    assert call.standin.visible() == []
    kept = call.standin.objects[made]
    assert kept.deleted_at == kept.created_at + timedelta(minutes=1)
    gone = call("GET", "/2/tweets", ids=made)
    assert gone.status_code == 200
    assert "data" not in gone.json()
    assert gone.json()["errors"][0]["type"] == "https://api.x.com/2/problems/resource-not-found"


@pytest.mark.parametrize("front", ["call", "socketed"])
def test_the_public_page_shows_what_is_visible_now_without_a_token(front, request):
    call = request.getfixturevalue(front)
    media = call.upload().json()["data"]["id"]
    assert requests.Session().get(f"{call.base}/media/{media}").status_code == 404
    made = call.post("Fines <b> now", media={"media_ids": [media]})
    front_page = requests.Session().get(call.base + "/").text
    assert "Fines &lt;b&gt; now" in front_page
    assert requests.Session().get(f"{call.base}/samplecouncil/status/{made}").status_code == 200
    assert requests.Session().get(f"{call.base}/media/{media}").content == JPEG
    call("DELETE", f"/2/tweets/{made}")
    assert "Fines" not in requests.Session().get(call.base + "/").text
    assert requests.Session().get(f"{call.base}/samplecouncil/status/{made}").status_code == 404
    assert requests.Session().get(f"{call.base}/media/{media}").status_code == 404


BAD_BODIES = {
    "unknown field": {"text": "x", "colour": "red"},
    "unknown media field": {"text": "x", "media": {"media_ids": ["1"], "size": 1}},
    "unknown reply field": {"text": "x", "reply": {"to": "1"}},
    "number as media id": {"text": "x", "media": {"media_ids": [20]}},
    "no media ids": {"text": "x", "media": {"media_ids": []}},
    "five media ids": {"text": "x", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
    "media that is not there": {"text": "x", "media": {"media_ids": ["20"]}},
    "number as reply id": {"text": "x", "reply": {"in_reply_to_tweet_id": 20}},
    "unknown reply setting": {"text": "x", "reply_settings": "nobody"},
    "no text": {"reply_settings": "mentionedUsers"},
    "empty text": {"text": ""},
    "text as number": {"text": 5},
    "a list": ["x"],
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_the_body_of_a_post_is_closed(call, body):
    answer = call("POST", "/2/tweets", body)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/invalid-request")
    assert call.standin.visible() == []


def test_a_body_that_is_not_json_is_a_400(call):
    answer = call.session.request("POST", BASE + "/2/tweets", data=b"{", auth=keys())
    assert answer.status_code == 400


BAD_UPLOADS = {
    "no category": {"media": "AAAA"},
    "unknown category": {"media": "AAAA", "media_category": "poster"},
    "unknown field": {"media": "AAAA", "media_category": "tweet_image", "media_type": "image/jpeg"},
    "not base64": {"media": "!", "media_category": "tweet_image"},
    "not a picture": {"media": base64.b64encode(b"text").decode(), "media_category": "tweet_image"},
    "command": {"command": "INIT", "media_category": "tweet_image"},
}


@pytest.mark.parametrize("body", BAD_UPLOADS.values(), ids=BAD_UPLOADS.keys())
def test_the_body_of_an_upload_is_closed(call, body):
    assert call("POST", "/2/media/upload", body).status_code == 400


def test_the_older_rules_for_uploads_take_a_type_and_fewer_categories(call):
    call.standin.switches.add("upload-2166")
    body = {"media": base64.b64encode(JPEG).decode(), "media_category": "tweet_image", "media_type": "image/jpeg"}
    assert call("POST", "/2/media/upload", body).status_code == 200
    assert call("POST", "/2/media/upload", body | {"media_category": "tweet_video"}).status_code == 400


def test_alternative_text_is_kept_and_limited(call):
    media = call.upload().json()["data"]["id"]
    for text, status in (("A court building", 200), ("x" * 1001, 400), ("", 400)):
        body = {"id": media, "metadata": {"alt_text": {"text": text}}}
        assert call("POST", "/2/media/metadata", body).status_code == status
    assert call.standin.objects[media].fields["alt_text"] == "A court building"


def test_an_upload_serves_one_post_for_a_day(call, clock):
    first, second = (call.upload().json()["data"]["id"] for _ in range(2))
    call.post("one", media={"media_ids": [first]})
    assert call("POST", "/2/tweets", {"text": "two", "media": {"media_ids": [first]}}).status_code == 400
    clock.advance(timedelta(days=1))
    assert call("POST", "/2/tweets", {"text": "three", "media": {"media_ids": [second]}}).status_code == 400


def test_a_bad_picture_may_be_refused_only_when_it_is_posted(call):
    call.standin.switches.add("image-refused-late")
    media = call.upload(b"not a picture").json()["data"]["id"]
    answer = call("POST", "/2/tweets", {"text": "x", "media": {"media_ids": [media]}})
    assert answer.status_code == 400
    assert "Your media IDs are invalid." in answer.text


def test_too_long_is_403_or_400(call):
    assert call("POST", "/2/tweets", {"text": "a" * 281}).status_code == 403
    call.standin.switches.add("too-long-400")
    assert call("POST", "/2/tweets", {"text": "a" * 281}).status_code == 400


def test_duplicates_are_refused_while_live_or_longer_or_not_at_all(call):
    made = call.post("same")
    refused = call("POST", "/2/tweets", {"text": "same"})
    assert (refused.status_code, "duplicate content" in refused.text) == (403, True)
    call("DELETE", f"/2/tweets/{made}")
    call.standin.switches.add("duplicate-remembers-deleted")
    assert call("POST", "/2/tweets", {"text": "same"}).status_code == 403
    call.standin.switches.clear()
    call.post("same")
    call.standin.switches.add("duplicate-off")
    call.post("same")
    assert len(call.standin.visible()) == 2


def test_replies_need_an_own_readable_parent_and_outlive_it(call):
    parent = call.post("parent")
    reply = call.post("reply", reply={"in_reply_to_tweet_id": parent})
    call("DELETE", f"/2/tweets/{parent}")
    assert [each.id for each in call.standin.visible()] == [reply]
    gone = call("POST", "/2/tweets", {"text": "again", "reply": {"in_reply_to_tweet_id": parent}})
    stranger = call.standin.plant("theirs", author="42")
    theirs = call("POST", "/2/tweets", {"text": "again", "reply": {"in_reply_to_tweet_id": stranger.id}})
    call.standin.switches.add("own-reply-refused")
    own = call("POST", "/2/tweets", {"text": "again", "reply": {"in_reply_to_tweet_id": reply}})
    assert [each.status_code for each in (gone, theirs, own)] == [403, 403, 403]


def test_editing_and_quoting_are_refused(call):
    made = call.post("first")
    edit = {"text": "second", "edit_options": {"previous_post_id": made}}
    assert call("POST", "/2/tweets", edit).status_code == 403
    call.standin.switches.add("edit-400")
    assert call("POST", "/2/tweets", edit).status_code == 400
    assert call("POST", "/2/tweets", {"text": "third", "quote_tweet_id": made}).status_code == 403
    assert len(call.standin.visible()) == 1


def test_a_lie_leaves_no_post_and_a_late_effect_lands_later(call, clock):
    call.standin.rules = [Rule(fault=Fault.LIE, method="POST")]
    call.post()
    assert call.standin.objects == {}
    call.standin.rules = [Rule(fault=Fault.LATE, method="POST", delay=timedelta(minutes=1))]
    with pytest.raises(requests.ConnectionError):
        call.post("late")
    assert call.standin.visible() == []
    clock.advance(timedelta(minutes=1))
    assert [each.fields["text"] for each in call.standin.visible()] == ["late"]


def test_many_callers_at_once_get_ids_of_their_own(socketed):
    made: list[str] = []

    def post(number: int) -> None:
        made.append(Caller(socketed.standin, socketed.base).post(f"notice {number}"))

    threads = [threading.Thread(target=post, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(made)) == 8
    assert len(socketed.standin.visible()) == 8
