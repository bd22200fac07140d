"""Every outward call has its intent and its outcome on record, however it ended."""

from dataclasses import replace

import pytest

from adapters.base import InDoubt
from adapters.standin.core import Fault, Rule
from policies.terms import Channel
from store import artefacts, journal, posts
from tests.bot.works import MINUTE, Works
from tests.policies.samples import NOW, notice


def test_r44_every_outward_call_has_its_intent_before_and_its_outcome_after(facebook):
    publication_id = facebook.approved()
    facebook.pass_time(MINUTE)
    facebook.retract(publication_id)
    facebook.pass_time(MINUTE)
    with facebook.ledger.read() as tx:
        told = [entry.event for entry in journal.entries(tx) if entry.subject.startswith("DBC-")]
        assert journal.verify_ledger(tx).whole
    assert told == [
        "created",
        "claimed",
        "intend",
        "go",
        "noted",
        "accepted",
        "due_down",
        "remove",
        "removal_answered",
        "proven_gone",
    ]


@pytest.mark.parametrize(
    ("fault", "told"),
    [(Fault.LOSE_AFTER, "in_doubt"), (Fault.THROTTLE, "edit_answered"), (Fault.REVOKE, "edit_answered")],
)
def test_i6_an_edit_that_did_not_succeed_has_its_outcome_on_record(tmp_path, fault, told):
    works = Works(tmp_path, channels=(Channel.WEBSITE,))
    given = notice(channels=(Channel.WEBSITE,), service="environment")
    publication_id = works.approved(given)
    works.pass_time(MINUTE)
    works.fakes[Channel.WEBSITE].rules.append(Rule(fault=fault, method="edit"))
    works.approved(replace(given, revision=2))
    with works.ledger.write() as tx:
        live = posts.of_publication(tx, publication_id)[0]
        posts.change(tx, live.id, live.epoch, revision=2, due_at=works.clock())
    works.run(1)
    assert told in outcomes_told(works)
    works.ledger.close()


def outcomes_told(works):
    with works.ledger.read() as tx:
        return [entry.event for entry in journal.entries(tx)]


@pytest.mark.parametrize("code", ["accepted", "timeout"])
def test_i6_a_call_that_was_overtaken_has_its_outcome_on_record(facebook, code):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()

    def retracted_meanwhile(called, when):
        if (called, when) == ("publish", "after"):
            fake.on_call = lambda *_: None
            facebook.retract(publication_id)
            if code != "accepted":
                raise InDoubt(code)

    fake.on_call = retracted_meanwhile
    facebook.run()
    with facebook.ledger.read() as tx:
        assert [entry.codes["code"] for entry in journal.entries(tx) if entry.event == "overtaken"] == [code]


def test_i6_what_is_withdrawn_while_in_doubt_has_its_outcome_on_record(facebook):
    fake = facebook.fakes[Channel.FACEBOOK]
    publication_id = facebook.approved()
    facebook.fakes[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    facebook.run()
    with facebook.ledger.write() as tx:
        row = artefacts.of_post(tx, posts.of_publication(tx, publication_id)[0].id)[0]
        known = next(iter(fake.objects))
        artefacts.note(tx, row.id, platform_id=known, url=None, created_at=NOW, now=facebook.clock(), actor="daemon")
    facebook.retract(publication_id)
    facebook.run()
    told = outcomes_told(facebook)
    assert told.count("remove") == told.count("removal_answered") > 0
