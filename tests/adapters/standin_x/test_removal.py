"""The stand-in deletes, reads and lists as documented, and as feared where a switch says so."""

from datetime import timedelta

import pytest
import requests

from tests.adapters.standin_x.caller import ACCOUNT, BASE

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


def test_the_problem_host_can_be_the_old_one(call):
    call.standin.switches.add("problem-host-twitter")
    kind = call("GET", "/2/tweets/20").json()["errors"][0]["type"]
    assert kind == "https://api.twitter.com/2/problems/resource-not-found"
