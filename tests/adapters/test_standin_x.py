"""The stand-in of X behaves as documented, refuses what X refuses, and tells the whole truth afterwards."""

import base64
import threading
from datetime import UTC, datetime, timedelta
from time import time

import pytest
import requests
import responses
from requests_oauthlib import OAuth1

from adapters.http import EdgeSession
from adapters.standin.core import Fault, Rule, mount
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from adapters.standin.x_wire import XAccount
from tests.adapters.contract import JPEG
from tests.adapters.fake import Clock

BASE = "https://x.example"
ACCOUNT = XAccount()


def keys(account: XAccount = ACCOUNT) -> OAuth1:
    secrets = (account.consumer_key, account.consumer_secret, account.access_token, account.access_token_secret)
    return OAuth1(*secrets, decoding=None)


class Caller:
    """Signed requests to a stand-in."""

    def __init__(self, standin: XStandin, base: str) -> None:
        self.standin = standin
        self.base = base
        self.session = EdgeSession(deadline=timedelta(seconds=5))

    def __call__(self, method: str, path: str, json=None, auth=None, **params) -> requests.Response:
        return self.session.request(method, self.base + path, json=json, params=params or None, auth=auth or keys())

    def post(self, text: str = "A court outcome.", **more) -> str:
        answer = self("POST", "/2/tweets", {"text": text, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["id"]

    def upload(self, picture: bytes = JPEG) -> requests.Response:
        body = {"media": base64.b64encode(picture).decode(), "media_category": "tweet_image"}
        return self("POST", "/2/media/upload", body)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def call(clock):
    standin = XStandin(clock=clock)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(standin, mock, BASE)
        yield Caller(standin, BASE)


@pytest.fixture
def socketed(clock):
    standin = XStandin(clock=clock)
    with serving(standin) as base:
        yield Caller(standin, base)


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


FORGED = {
    "another consumer": XAccount(consumer_key="other"),
    "another token": XAccount(access_token="other"),
    "guessed consumer secret": XAccount(consumer_secret="other"),
    "guessed token secret": XAccount(access_token_secret="other"),
}


@pytest.mark.parametrize("front", ["call", "socketed"])
@pytest.mark.parametrize("account", FORGED.values(), ids=FORGED.keys())
def test_a_forged_signature_is_refused(front, account, request):
    call = request.getfixturevalue(front)
    answer = call("POST", "/2/tweets", {"text": "x"}, auth=keys(account))
    assert answer.status_code == 401
    assert call.standin.visible() == []


@pytest.mark.parametrize("header", ["", "Bearer None", "OAuth", "OAuth nonsense", 'OAuth oauth_timestamp="x"'])
def test_an_unsigned_request_is_refused(call, header):
    headers = {"authorization": header} if header else {}
    assert requests.Session().get(BASE + "/2/users/me", headers=headers).status_code == 401


def test_a_signature_for_another_request_does_not_fit(call):
    signed = requests.Request("GET", BASE + "/2/tweets?ids=20", auth=keys()).prepare()
    header = {"authorization": str(signed.headers["Authorization"])}
    assert requests.Session().get(BASE + "/2/tweets?ids=20", headers=header).status_code == 200
    assert requests.Session().get(BASE + "/2/tweets?ids=21", headers=header).status_code == 401
    assert requests.Session().delete(BASE + "/2/tweets/20", headers=header).status_code == 401


def test_a_clock_that_is_off_is_refused_where_x_minds(clock):
    clock.now = datetime.fromtimestamp(time(), UTC)
    standin = XStandin(clock=clock, switches=frozenset({"clock-tolerance"}))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(standin, mock, BASE)
        call = Caller(standin, BASE)
        assert call("GET", "/2/users/me").status_code == 200
        clock.advance(timedelta(minutes=6))
        answer = call("GET", "/2/users/me")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, 135)


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


MISSING = [
    ("", 404, lambda body: "title" not in body and body["errors"][0]["type"].endswith("/resource-not-found")),
    ("delete-missing-titled", 404, lambda body: body["title"] == "Not Found Error"),
    ("delete-missing-true", 200, lambda body: body == {"data": {"deleted": True}}),
    ("delete-missing-false", 200, lambda body: body == {"data": {"deleted": False}}),
    ("delete-missing-errors", 200, lambda body: "data" not in body and body["errors"]),
]


@pytest.mark.parametrize(("switch", "status", "fits"), MISSING)
def test_deleting_twice_answers_as_switched(call, switch, status, fits):
    call.standin.switches.add(switch)
    made = call.post()
    call("DELETE", f"/2/tweets/{made}")
    answer = call("DELETE", f"/2/tweets/{made}")
    assert answer.status_code == status
    assert fits(answer.json())


def test_a_bare_404_has_no_body(call):
    call.standin.switches.add("delete-missing-bare")
    answer = call("DELETE", "/2/tweets/20")
    assert (answer.status_code, answer.content) == (404, b"")


def test_another_accounts_post_is_not_ours_to_delete_nor_on_our_timeline(call):
    theirs = call.standin.plant("theirs", author="42")
    assert call("DELETE", f"/2/tweets/{theirs.id}").status_code == 403
    assert call("GET", f"/2/users/{ACCOUNT.id}/tweets").json() == {"meta": {"result_count": 0}}
    assert call("GET", "/2/users/42/tweets").json()["errors"][0]["type"].endswith("/not-authorized-for-resource")


@pytest.mark.parametrize(
    ("switch", "status", "kind"),
    [
        ("get-missing-404", 404, "application/json"),
        ("get-missing-html", 404, "text/html"),
        ("not-authorized", 200, "application/json"),
    ],
)
def test_reading_a_missing_post_answers_as_switched(call, switch, status, kind):
    call.standin.switches.add(switch)
    for answer in (call("GET", "/2/tweets/20"), call("GET", "/2/tweets", ids="20,21")):
        assert (answer.status_code, answer.headers["content-type"]) == (status, kind)


def test_a_delete_may_lie_lag_or_be_undone(call, clock):
    made = call.post()
    call.standin.switches.add("delete-lies")
    assert call("DELETE", f"/2/tweets/{made}").json() == {"data": {"deleted": True}}
    assert [each.id for each in call.standin.visible()] == [made]
    call.standin.switches = {"delete-lags", "delete-returns"}
    call("DELETE", f"/2/tweets/{made}")
    assert call.standin.visible() == []
    assert "data" in call("GET", f"/2/tweets/{made}").json()
    clock.advance(call.standin.lag)
    assert [each.id for each in call.standin.visible()] == [made]
    call("DELETE", f"/2/tweets/{made}")
    clock.advance(call.standin.lag)
    assert call.standin.visible() == []


def test_a_picture_may_outlive_its_post(call):
    call.standin.switches.add("media-outlives-post")
    media = call.upload().json()["data"]["id"]
    made = call.post(media={"media_ids": [media]})
    call("DELETE", f"/2/tweets/{made}")
    assert [each.id for each in call.standin.visible()] == [media]
    assert requests.Session().get(f"{BASE}/media/{media}").status_code == 200


def test_the_timeline_pages_filters_and_may_lag(call, clock):
    ids = []
    for number in range(12):
        ids.append(call.standin.plant(f"notice {number}").id)
        clock.advance(timedelta(seconds=10))
    path = f"/2/users/{ACCOUNT.id}/tweets"
    first = call("GET", path, max_results="5").json()
    second = call("GET", path, max_results="5", pagination_token=first["meta"]["next_token"]).json()
    third = call("GET", path, max_results="5", pagination_token=second["meta"]["next_token"]).json()
    assert [e["id"] for page in (first, second, third) for e in page["data"]] == ids[::-1]
    assert "next_token" not in third["meta"]
    since = call.standin.objects[ids[9]].created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [e["id"] for e in call("GET", path, start_time=since).json()["data"]] == ids[:8:-1]
    assert [e["id"] for e in call("GET", path, since_id=ids[9]).json()["data"]] == ids[:9:-1]
    call.standin.switches.add("timeline-lags")
    assert len(call("GET", path).json()["data"]) == 7


@pytest.mark.parametrize(
    "query", [{"max_results": "4"}, {"max_results": "101"}, {"colour": "red"}, {"post.fields": "id"}]
)
def test_unknown_or_impossible_query_parameters_are_a_400(call, query):
    assert call("GET", f"/2/users/{ACCOUNT.id}/tweets", **query).status_code == 400


def test_the_new_naming_refuses_the_old(call):
    call.standin.switches.add("post-naming")
    made = call.post()
    assert call("GET", f"/2/tweets/{made}", **{"post.fields": "id"}).json()["data"]["edit_history_post_ids"] == [made]
    assert call("GET", f"/2/tweets/{made}", **{"tweet.fields": "id"}).status_code == 400


@pytest.mark.parametrize("ids", ["", "20,x", "20," * 100 + "20"])
def test_ids_are_1_to_100_strings_of_digits(call, ids):
    assert call("GET", "/2/tweets", ids=ids).status_code == 400


def test_fifty_deletes_fit_one_window(call, clock):
    made = [call.standin.plant(f"notice {number}").id for number in range(51)]
    answers = [call("DELETE", f"/2/tweets/{each}") for each in made]
    assert [each.status_code for each in answers] == [200] * 50 + [429]
    assert answers[0].headers["x-rate-limit-remaining"] == "49"
    assert answers[-1].headers["x-rate-limit-reset"] == str(int((clock() + timedelta(minutes=15)).timestamp()))
    clock.advance(timedelta(minutes=15))
    assert call("DELETE", f"/2/tweets/{made[-1]}").status_code == 200


def test_refused_requests_count_only_where_switched(clock):
    for switches, status in ((frozenset(), 404), (frozenset({"quota-counts-all"}), 429)):
        standin = XStandin(clock=clock, switches=switches, quotas={"delete": 1})
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mount(standin, mock, BASE)
            call = Caller(standin, BASE)
            call("DELETE", "/2/tweets/20")
            assert call("DELETE", "/2/tweets/20").status_code == status


def test_the_429_has_either_body_and_may_lack_its_reset(call):
    call.standin.quotas["me"] = 0
    plain = call("GET", "/2/users/me")
    assert (plain.json()["title"], "x-rate-limit-reset" in plain.headers) == ("Too Many Requests", True)
    call.standin.switches |= {"throttle-code-88", "throttle-without-reset"}
    bare = call("GET", "/2/users/me")
    assert (bare.json()["errors"][0]["code"], "x-rate-limit-reset" in bare.headers) == (88, False)


def test_the_daily_cap_names_its_own_reset_besides_the_window(clock):
    standin = XStandin(clock=clock, switches=frozenset({"day-headers"}), daily=1)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mount(standin, mock, BASE)
        call = Caller(standin, BASE)
        call.post()
        capped = call("POST", "/2/tweets", {"text": "another"})
        assert capped.status_code == 429
        assert capped.headers["x-user-limit-24hour-remaining"] == "0"
        assert int(capped.headers["x-user-limit-24hour-reset"]) > int(capped.headers["x-rate-limit-reset"])


def test_a_read_only_token_reads_and_says_so(call):
    call.standin.switches.add("read-only")
    assert call("GET", "/2/users/me").headers["x-access-level"] == "read"
    refused = call("DELETE", "/2/tweets/20")
    assert (refused.status_code, refused.json()["type"].endswith("/oauth1-permissions")) == (403, True)


@pytest.mark.parametrize(
    ("switch", "title"), [("no-credits", "CreditsDepleted"), ("no-credits-payment", "Payment Required")]
)
def test_without_credits_nothing_is_written_and_deleting_may_be_free(call, switch, title):
    made = call.post()
    call.standin.switches.add(switch)
    refused = call("DELETE", f"/2/tweets/{made}")
    assert (refused.status_code, refused.json()["title"]) == (402, title)
    call.standin.switches.add("delete-is-free")
    assert call("DELETE", f"/2/tweets/{made}").status_code == 200
    assert call("POST", "/2/tweets", {"text": "x"}).status_code == 402


@pytest.mark.parametrize(("switch", "status"), [("", 404), ("v1-403", 403), ("v1-410", 410)])
def test_the_old_api_is_not_there(call, switch, status):
    call.standin.switches.add(switch)
    assert call("POST", "/1.1/statuses/update.json").status_code == status


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/2/tweets"), ("GET", "/2/tweets/1/likes"), ("GET", "/2/nothing")]
)
def test_an_unknown_request_is_not_found(call, method, path):
    assert call(method, path).status_code == 404


def test_the_problem_host_can_be_the_old_one(call):
    call.standin.switches.add("problem-host-twitter")
    kind = call("GET", "/2/tweets/20").json()["errors"][0]["type"]
    assert kind == "https://api.twitter.com/2/problems/resource-not-found"


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


def test_a_revoked_token_is_refused_everywhere_and_the_public_still_reads(call):
    made = call.post()
    call.standin.revoked = True
    assert call("GET", "/2/users/me").status_code == 401
    assert call("DELETE", f"/2/tweets/{made}").status_code == 401
    assert requests.Session().get(f"{BASE}/samplecouncil/status/{made}").status_code == 200


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
