"""Whom the stand-in of X answers, how often, and what it does not know: signatures, limits, credits, old addresses."""

from datetime import UTC, datetime, timedelta
from time import time

import pytest
import requests
import responses

from adapters.standin.core import mount
from adapters.standin.x import XStandin
from adapters.standin.x_wire import XAccount
from tests.adapters.standin_x.caller import BASE, Caller, keys

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


def test_a_revoked_token_is_refused_everywhere_and_the_public_still_reads(call):
    made = call.post()
    call.standin.revoked = True
    assert call("GET", "/2/users/me").status_code == 401
    assert call("DELETE", f"/2/tweets/{made}").status_code == 401
    assert requests.Session().get(f"{BASE}/samplecouncil/status/{made}").status_code == 200
