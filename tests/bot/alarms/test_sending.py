"""How an alarm is sent, and sent again until somebody acknowledges it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import SecretStr

from bot import alarms
from bot.alerts import Sender
from policies.lifecycle import Edge
from policies.terms import Reason
from store import desk, journal, publications
from tests.bot.alarms.passes import K, acknowledge, refused, retracted_while_live, row_of
from tests.bot.alarms_samples import MINUTE, NOON, REF, SECOND, approved
from tests.store.samples import publication, stored


@contextmanager
def inbox():
    """A web hook on loopback: yields a sender to it, what arrived, and a switch for its answer."""
    arrived, answer = [], {"status": 200}

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(answer["status"])
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        url = SecretStr(f"json://127.0.0.1:{server.server_address[1]}/")
        yield Sender((url,), (), link_base=None), arrived, answer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_an_alarm_is_sent_once_and_again_until_acknowledged(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            begun = retracted_while_live(tx)
            alarms.raise_alarms(bot, tx, begun + MINUTE)
        at = begun + MINUTE
        every = bot.settings.alerts.repeat_every
        assert alarms.send_due(bot, sender, at) == 1
        assert alarms.send_due(bot, sender, at + every - SECOND) == 0
        assert alarms.send_due(bot, sender, at + every) == 1
        with bot.ledger.write() as tx:
            acknowledge(tx, K.URGENT_UNVERIFIED, at + every)
        assert alarms.send_due(bot, sender, at + 2 * every) == 0
    assert [each["title"] for each in arrived] == [f"Urgent: {REF} on x: retracted and not proven gone"] * 2
    assert "Canary" not in json.dumps(arrived)


def test_an_alarm_that_is_over_is_not_sent(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            alarms.raise_alarms(bot, tx, NOON, found={K.JOURNAL_BROKEN: True})
            alarms.raise_alarms(bot, tx, NOON, found={K.JOURNAL_BROKEN: False})
        assert alarms.send_due(bot, sender, NOON) == 0
    assert arrived == []


def test_only_a_route_that_worked_counts_as_sent(bot):
    with inbox() as (sender, arrived, answer):
        with bot.ledger.write() as tx:
            alarms.raise_once(bot, tx, K.TEST, None, None, NOON)
        answer["status"] = 500
        assert alarms.send_due(bot, sender, NOON) == 0
        with bot.ledger.read() as tx:
            assert row_of(tx, K.TEST).sent_at is None
        answer["status"] = 200
        assert alarms.send_due(bot, sender, NOON + SECOND) == 1
        with bot.ledger.read() as tx:
            assert row_of(tx, K.TEST).sent_at == NOON + SECOND
    assert len(arrived) == 2


def test_the_message_about_a_refusal_holds_its_code(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            refused(tx, Edge.REFUSED_CLEAN, Reason.REFUSED_PART_WAY)
            publications.send_back(tx, stored(tx, publication("DBC-BBBBBB")), 1, director="p1", note=None, now=NOON)
            alarms.raise_alarms(bot, tx, NOON)
        assert alarms.send_due(bot, sender, NOON) == 2
    told = {each["title"]: each["message"] for each in arrived}
    assert "Reason: text-too-long" in told[f"{REF} on x: refused, so it is not up there"]
    assert "Reason" not in told["DBC-BBBBBB: the Director sent it back"]


def test_no_transaction_is_open_while_an_alarm_is_sent(bot):
    class Watching(Sender):
        def send(self, alert):
            # Would wait for the lock, and fail, if a transaction of ours still held it.
            with bot.ledger.write() as tx:
                desk.beat(tx, "sent", NOON)
            return super().send(alert)

    with bot.ledger.write() as tx:
        alarms.raise_once(bot, tx, K.TEST, None, None, NOON)
    assert alarms.send_due(bot, Watching((SecretStr("log://"),), (), link_base=None), NOON) == 1


def test_that_an_approval_is_wanted_is_told_once_as_soon_as_it_was_handed_in(bot):
    with inbox() as (sender, arrived, answer):
        with bot.ledger.write() as tx:
            stored(tx)
            journal.append(tx, now=NOON, actor="p1", event="submitted", subject=REF, revision=1)
            alarms.raise_alarms(bot, tx, NOON)
        answer["status"] = 500
        assert alarms.send_due(bot, sender, NOON) == 0
        answer["status"] = 200
        for at in (NOON + SECOND, NOON + bot.settings.alerts.repeat_every + SECOND):
            with bot.ledger.write() as tx:
                alarms.raise_alarms(bot, tx, at)
            alarms.send_due(bot, sender, at)
        with bot.ledger.read() as tx:
            assert desk.open_alerts(tx) == []
    assert [each["title"] for each in arrived] == [f"{REF}: a Director's approval is wanted"] * 2


def test_that_an_approval_is_wanted_is_told_again_once_a_consultee_has_cleared_it(bot):
    with inbox() as (sender, arrived, _):
        for event, codes in (("submitted", {}), ("advised", {"cleared": False}), ("advised", {"cleared": True})):
            with bot.ledger.write() as tx:
                if event == "submitted":
                    stored(tx)
                journal.append(tx, now=NOON, actor="p1", event=event, subject=REF, revision=1, **codes)
                alarms.raise_alarms(bot, tx, NOON)
            alarms.send_due(bot, sender, NOON)
    assert len(arrived) == 2


def test_that_an_approval_is_wanted_is_not_told_once_it_was_given_nor_for_what_the_policy_refuses(bot):
    with inbox() as (sender, arrived, _):
        with bot.ledger.write() as tx:
            approved(tx)
            journal.append(tx, now=NOON, actor="p1", event="submitted", subject=REF, revision=1)
            journal.append(tx, now=NOON, actor="p1", event="refused", subject="DBC-BBBBBB", revision=1)
            alarms.raise_alarms(bot, tx, NOON)
            alarms.raise_alarms(bot, tx, NOON)
        assert alarms.send_due(bot, sender, NOON) == 0
    assert arrived == []
