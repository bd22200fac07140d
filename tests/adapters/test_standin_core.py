"""The stand-ins' fault rules: each does to the answer and to the truth exactly what its name says."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
import responses

from adapters.http import EdgeSession
from adapters.standin.core import Answer, Fault, Object, Request, Rule, Standin, json_answer, mount
from adapters.standin.server import serving

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class Shelf(Standin):
    """The smallest platform: POST makes an object, DELETE removes it."""

    def answer(self, request: Request) -> Answer:
        if self.revoked:
            return json_answer(401, {})
        if request.method == "POST":
            name = str(len(self.objects) + 1)
            self.objects[name] = Object(id=name, kind="post", created_at=self.clock(), fields={}, public=True)
            return json_answer(201, {"id": name})
        self.objects[request.path.rsplit("/", 1)[-1]].deleted_at = self.clock()
        return json_answer(200, {"deleted": True})

    def throttled(self, reset: datetime | None) -> Answer:
        return json_answer(429, {}, **({"x_reset": reset.isoformat()} if reset else {}))


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(clock=Clock())


POST = Request(method="POST", url="http://shelf/posts", headers={})


@pytest.mark.parametrize(
    ("fault", "status", "dropped", "made"),
    [
        (Fault.FAIL_BEFORE, 503, False, 0),
        (Fault.FAIL_AFTER, 503, False, 1),
        (Fault.LOSE_BEFORE, 200, True, 0),
        (Fault.LOSE_AFTER, 200, True, 1),
        (Fault.LIE, 201, False, 0),
        (Fault.THROTTLE, 429, False, 0),
        (Fault.REVOKE, 401, False, 0),
        (Fault.SLOW, 201, False, 1),
        (Fault.HANG, 200, True, 1),
        (Fault.GARBLE, 200, False, 1),
    ],
)
def test_each_fault_answers_and_acts_as_named(shelf, fault, status, dropped, made):
    shelf.rules.append(Rule(fault=fault, method="POST"))
    answer = shelf.handle(POST)
    assert (answer.status, answer.drop, len(shelf.visible())) == (status, dropped, made)


def test_a_late_effect_lands_when_its_time_has_come(shelf):
    shelf.rules.append(Rule(fault=Fault.LATE, delay=timedelta(minutes=15)))
    assert shelf.handle(POST).drop
    shelf.clock.now = NOON + timedelta(minutes=14)
    assert shelf.visible() == []
    shelf.clock.now = NOON + timedelta(minutes=15)
    assert len(shelf.visible()) == 1


def test_a_lying_delete_leaves_the_object_up(shelf):
    shelf.handle(POST)
    shelf.rules.append(Rule(fault=Fault.LIE, method="DELETE"))
    answer = shelf.handle(Request(method="DELETE", url="http://shelf/posts/1", headers={}))
    assert (answer.status, len(shelf.visible())) == (200, 1)


def test_a_rule_counts_its_calls(shelf):
    shelf.rules.append(Rule(fault=Fault.FAIL_BEFORE, nth=2, times=2))
    assert [shelf.handle(POST).status for _ in range(4)] == [201, 503, 503, 201]


def test_a_deleted_object_is_kept_with_both_times(shelf):
    shelf.handle(POST)
    shelf.clock.now = NOON + timedelta(hours=1)
    shelf.handle(Request(method="DELETE", url="http://shelf/posts/1", headers={}))
    assert (shelf.objects["1"].created_at, shelf.objects["1"].deleted_at) == (NOON, NOON + timedelta(hours=1))


def test_a_lost_answer_over_a_real_socket_is_a_broken_connection(shelf):
    shelf.rules.append(Rule(fault=Fault.LOSE_AFTER))
    with serving(shelf) as base, pytest.raises(requests.ConnectionError):
        EdgeSession(deadline=timedelta(seconds=5)).post(f"{base}/posts")
    assert len(shelf.visible()) == 1


def test_mounted_on_responses_it_answers_the_same(shelf):
    with responses.RequestsMock() as mock:
        mount(shelf, mock, "http://shelf.example")
        mock.assert_all_requests_are_fired = False
        response = EdgeSession(deadline=timedelta(seconds=5)).post("http://shelf.example/posts")
    assert (response.status_code, response.json()) == (201, {"id": "1"})
