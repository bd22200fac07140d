"""What leaves for Graph, and what may never leave or be shown (platforms: meta, 5, 7, 8)."""

import hashlib
import hmac
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.base import ArtefactKind, Found, Rendered, RenderedPicture, Sighting
from adapters.graph import GraphOfThread, GraphSettings
from tests.adapters.graph.client import BASE, SECRET, TOKEN, answers, client


@pytest.mark.parametrize(
    "send",
    [
        lambda graph: graph.get_object("1", fields="id"),
        lambda graph: graph.put_object("1", "feed", message="Words"),
        lambda graph: graph.delete_object("1"),
        lambda graph: graph.get_connections("1", "media", limit=5),
        lambda graph: graph.change("1", message="Words"),
    ],
)
def test_the_token_is_in_the_header_and_its_proof_beside_it(wire, send):
    for method in ("GET", "POST", "DELETE"):
        wire.add(method, f"{BASE}/v26.0/1", json={"id": "1"})
        wire.add(method, f"{BASE}/v26.0/1/feed", json={"id": "1"})
        wire.add(method, f"{BASE}/v26.0/1/media", json={"data": []})
    send(client())
    sent = wire.calls[0].request
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    given = parse_qs(urlsplit(sent.url).query) | parse_qs(str(sent.body or ""))
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert given["appsecret_proof"] == [proof]
    assert "access_token" not in given
    assert TOKEN not in sent.url


def test_nested_values_and_booleans_are_json_and_nothing_is_sent_for_none(wire):
    answers(wire, {"id": "1"}, method="POST", path="/v26.0/1/feed")
    client(app_secret=None).put_object(
        "1", "feed", attached_media=[{"media_fbid": "5"}], published=False, link=None, message="£ – é"
    )
    assert parse_qs(wire.calls[0].request.body) == {
        "attached_media": ['[{"media_fbid": "5"}]'],
        "published": ["false"],
        "message": ["£ – é"],
    }


def test_lists_in_a_query_stay_lists(wire):
    answers(wire, {"id": "1"})
    client(app_secret=None).get_object("1", fields=["id"], deep=True)
    assert parse_qs(urlsplit(wire.calls[0].request.url).query) == {"fields": ["id"], "deep": ["true"]}


def test_a_post_without_arguments_is_still_a_post(wire):
    answers(wire, {"success": True}, method="POST")
    client().change("1")
    assert wire.calls[0].request.method == "POST"


def test_nothing_secret_stands_in_the_settings_repr():
    shown = repr(GraphSettings(token=TOKEN, app_secret=SECRET, delete_token=TOKEN + "2", proxies={"https": "u:p@h"}))
    assert TOKEN not in shown
    assert SECRET not in shown
    assert "u:p" not in shown


def test_nothing_the_public_reads_stands_in_a_repr():
    picture = RenderedPicture(sha256="0" * 64, alt_text="Alex Example", media_type="image/jpeg", data=b"x")
    notice = Rendered(marker="DBC-7K3Q9M-1", text="Alex Example", page_id="p", pictures=(picture,))
    seen = Sighting(kind=ArtefactKind.POST, platform_id="1", url=None, created_at=None, text="Alex Example")
    assert "Alex" not in repr((notice, Found(sightings=(seen,))))


def test_the_sdk_is_imported_without_a_warning_even_where_warnings_are_errors():
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", "import adapters.graph"],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": ".", "PYTHONPYCACHEPREFIX": "nowhere"},
    )
    assert done.returncode == 0, done.stderr.decode()


def test_each_thread_has_a_client_of_its_own():
    shared = GraphOfThread(GraphSettings(token=TOKEN))
    seen = [shared.client]
    thread = threading.Thread(target=lambda: seen.append(shared.client))
    thread.start()
    thread.join()
    assert shared.client is seen[0]
    assert seen[0] is not seen[1]
    assert seen[0].session is not seen[1].session
