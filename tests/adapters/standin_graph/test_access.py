"""Who may ask Graph's stand-in for what: tokens, scopes, versions and limits."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Request, Rule
from adapters.standin.graph_state import INSTAGRAM_SCOPES, PAGE_SCOPES, GraphAccount, GraphToken
from tests.adapters.contract import JPEG
from tests.adapters.fake import Clock
from tests.adapters.standin_graph.graph import HOST, PAGE, PICTURE_URL, SECRET, USER, Graph


def account(**tokens: GraphToken) -> GraphAccount:
    return replace(GraphAccount(), tokens={name.replace("_", "-"): token for name, token in tokens.items()})


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
