"""Notices that are offered after an error, an elimination or an appeal: drafts that name nobody."""

import json
from datetime import timedelta

import pytest

from bot import corrections, intake
from policies.lifecycle import State
from policies.terms import Kind
from store import cases, desk, publications
from tests.policies.samples import answered

WORDS_OF_THE_OLD_NOTICE = ("Alex", "Example", "Haulage", "Sample Lane", "fly-tipping", "fined", "1984", "Fined")


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website", "facebook"]}
    return office


def happened(office, what, case="EH/2026/0417"):
    intake.record_event(office.bot, office.staff.second, case, what, happened_at=office.clock())


def draft(office, ref, kind=None):
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        return corrections.draft(tx, known, kind or corrections.kind_offered(tx, known))


def offered(office):
    with office.bot.ledger.read() as tx:
        return [
            (each.what, each.owner, publications.by_id(tx, each.publication_id).ref)
            for each in desk.open_tasks(tx)
            if "_offered" in each.what
        ]


def complete(made):
    """The draft with its checklist answered, as an officer does it."""
    answers = {
        number: {
            "values": {name: list(value) if isinstance(value, tuple) else value for name, value in each.values.items()}
        }
        for number, each in answered(Kind(made["kind"])).answers.items()
    }
    return made | {"checklist": {"answers": answers}}


def submit(office, made, by="comms"):
    return intake.submit(office.bot, getattr(office.staff, by), office.read(made))


@pytest.mark.parametrize(
    ("what", "kind", "task", "says"),
    [
        ("inaccurate", "correction_notice", "correction_offered:inaccurate", "not accurate"),
        (
            "appeal_succeeded",
            "successful_appeal_notice",
            "successful_appeal_notice_offered:appeal_succeeded",
            "quashed",
        ),
        (
            "sentence_changed",
            "successful_appeal_notice",
            "successful_appeal_notice_offered:sentence_changed",
            "sentence",
        ),
    ],
)
def test_6_4_r52_r55_a_neutral_notice_is_offered_and_never_published_by_itself(office, what, kind, task, says):
    ref = office.up()
    happened(office, what)
    assert offered(office) == [(task, "comms", ref)]
    with office.bot.ledger.read() as tx:
        assert [each.ref for each in publications.everything(tx)] == [ref]
    made = draft(office, ref)
    assert (made["kind"], made["follows"], made["channels"]) == (kind, ref, ["website", "facebook"])
    assert says in made["content"]["body"]
    written = json.dumps(made["content"]) + json.dumps(made["subjects"])
    assert not any(word in written for word in WORDS_OF_THE_OLD_NOTICE)
    assert "pictures" not in made["content"]


def test_6_4_after_an_elimination_it_says_that_nobody_is_sought_any_more(office):
    ref = office.up("image_appeal", channels=["website"])
    happened(office, "eliminated", "EH/2026/0533")
    assert offered(office) == [("correction_offered:eliminated", "comms", ref)]
    assert "no longer sought" in draft(office, ref)["content"]["body"]


def test_6_4_what_nobody_has_seen_needs_no_correction(office):
    office.approved()
    happened(office, "inaccurate")
    assert offered(office) == []


def test_r55_the_correction_waits_for_the_old_notice_and_then_has_its_own_28_days(office):
    ref = office.up()
    office.clock.advance(timedelta(days=3))
    happened(office, "inaccurate")
    made = complete(draft(office, ref))
    assert "follows" in [each.path for each in submit(office, made).objections]
    office.run(ref)
    new = submit(office, made)
    assert new.objections == ()
    with pytest.raises(intake.Refused, match="R21"):
        intake.approve(office.bot, _author_too(office, new.ref), new.ref, new.digest)
    office.approve(new.ref)
    office.run(new.ref)
    assert {post.state for post in office.posts(new.ref)} == {State.LIVE}
    with office.bot.ledger.read() as tx:
        starts = [cases.first_up(tx, publications.find(tx, each).id) for each in (ref, new.ref)]
    assert starts[1] - starts[0] >= timedelta(days=3)


def _author_too(office, ref):
    """The deputy, once a revision is the deputy's."""
    intake.amend(office.bot, office.staff.deputy, ref, office.read(complete(draft_of(office, ref))))
    return office.staff.deputy


def draft_of(office, ref):
    with office.bot.ledger.read() as tx:
        return corrections.draft(tx, publications.find(tx, publications.find(tx, ref).follows), Kind.CORRECTION_NOTICE)


def test_r52_the_result_of_an_appeal_goes_up_with_the_usual_approval_though_the_case_is_closed_to_all_else(office):
    ref = office.up()
    happened(office, "appeal_succeeded")
    office.run(ref)
    with pytest.raises(intake.Refused):
        office.approve(office.submit(follows=ref).ref, by=office.staff.deputy)
    new = submit(office, complete(draft(office, ref)))
    assert new.objections == ()
    office.approve(new.ref)
    office.run(new.ref)
    assert {post.state for post in office.posts(new.ref)} == {State.LIVE}
