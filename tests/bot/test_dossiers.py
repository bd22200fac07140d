"""What the rules are told: only what means something, and as it is now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dossiers import dossier, unresolved_removal
from bot.intake import preview, record_event, retract
from policies.dossier import Stage
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import desk, posts, publications
from tests.bot.office import CORRECTION, document

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website", "facebook", "x"]}
    return office


def told(office, ref, *, revision=1, stage=Stage.CLAIM, claiming=None):
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        return dossier(office.bot, tx, known.id, revision, stage=stage, now=office.clock(), claiming=claiming)


def test_a_notice_in_order_is_told_in_full(office):
    ref = office.approved(channels=list(Channel))
    known = told(office, ref)
    assert set(known.layouts) == set(known.availability) == set(Channel)
    assert known.approval.digest == known.digest
    assert known.approver == office.staff.director
    assert known.informative.endswith("[contact comms@dartford.gov.uk]")
    assert "environment" in known.services
    assert all(each.length <= each.limit for each in known.layouts.values())


def test_the_digest_follows_the_version_of_the_informative_in_force(office):
    ref = office.approved()
    council = office.bot.settings.council
    newer = council.model_copy(update={"informative": council.informative.model_copy(update={"version": "2"})})
    office.bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"council": newer}))
    known = told(office, ref)
    assert known.approval.digest != known.digest


@pytest.mark.parametrize(
    ("account", "can"),
    [
        ({"can_remove": None}, False),
        ({"can_remove": False}, False),
        ({"expires_at": -MINUTE}, False),
        ({"expires_at": MINUTE}, True),
        ({}, True),
    ],
    ids=["unknown", "no", "expired", "expires soon", "yes"],
)
def test_a_channel_can_be_used_only_while_it_is_shown_that_it_can_remove(office, account, can):
    values = {k: office.clock() + v if isinstance(v, timedelta) else v for k, v in account.items()}
    ref = office.approved()
    with office.bot.ledger.write() as tx:
        desk.set_account(tx, Channel.FACEBOOK, **({"can_post": True} | values))
    assert told(office, ref, claiming=Channel.FACEBOOK).availability[Channel.FACEBOOK].can_remove is can


def test_a_channel_that_is_off_or_paused_is_told_so(office):
    ref = office.approved()
    with office.bot.ledger.write() as tx:
        desk.pause(tx, Channel.FACEBOOK, by="p1", now=office.clock())
    del office.channels[Channel.X]
    known = told(office, ref)
    assert known.availability[Channel.FACEBOOK].paused
    assert not known.availability[Channel.X].configured


def unresolved(office, channel=Channel.FACEBOOK):
    with office.bot.ledger.read() as tx:
        return unresolved_removal(office.bot, tx, channel, office.clock())


def test_a_removal_not_proven_for_15_minutes_stops_its_channel_alone(office):
    ref = office.up()
    retract(office.bot, office.staff.comms, ref=ref, reason=Reason.REQUEST_UPHELD)
    office.clock.advance(14 * MINUTE)
    assert not unresolved(office)
    office.clock.advance(2 * MINUTE)
    with office.bot.ledger.write() as tx:
        for post in posts.in_states(tx, State.REMOVING):
            if post.channel is not Channel.FACEBOOK:
                posts.change(tx, post.id, post.epoch, removing_at=office.clock())
    assert unresolved(office)
    assert not unresolved(office, Channel.X)


def test_a_removal_by_hand_stops_its_channel_at_once(office):
    ref = office.up()
    retract(office.bot, office.staff.comms, ref=ref, reason=Reason.REQUEST_UPHELD)
    post = office.last(ref)[Channel.FACEBOOK]
    with office.bot.ledger.write() as tx:
        now = office.clock()
        desk.open_task(tx, key=f"by-hand:{post.id}", what="by_hand", owner="officer", now=now, due_at=now)
    assert unresolved(office)


def test_a_copy_that_nobody_came_to_take_down_stops_its_channel(office):
    office.up()
    office.clock.advance(timedelta(days=27, hours=23))
    assert unresolved(office)


def test_a_copy_that_is_looked_at_late_is_still_wanted_and_stops_nothing(office):
    office.up()
    with office.bot.ledger.write() as tx:
        for post in posts.in_states(tx, State.LIVE):
            posts.change(tx, post.id, post.epoch, due_at=office.clock() - timedelta(hours=1))
    assert not unresolved(office)


def test_a_retracted_copy_in_doubt_for_15_minutes_stops_its_channel(office):
    ref = office.approved()
    post = office.last(ref)[Channel.FACEBOOK]
    with office.bot.ledger.write() as tx:
        posts.change(tx, post.id, post.epoch, state="posting", sent_at=office.clock())
    retract(office.bot, office.staff.comms, ref=ref, reason=Reason.REQUEST_UPHELD)
    assert not unresolved(office)
    office.clock.advance(15 * MINUTE)
    assert unresolved(office)


def test_a_draft_makes_neither_its_subject_nor_its_date_known(office):
    first = office.submit()
    assert told(office, first.ref, stage=Stage.SUBMIT).clocks == ()
    office.approve(first.ref)
    assert told(office, first.ref).clocks == ()
    second = document(subjects__0__number="S7", content__facts__0__subject="S7", court_event__on="2026-02-17")
    other = office.submit(**{k: second[k] for k in ("subjects", "court_event", "content")})
    known = told(office, other.ref, stage=Stage.SUBMIT)
    assert {(clock.event, clock.subject) for clock in known.clocks} == {
        ("outcome/2026-02-16", "S1"),
        ("outcome/2026-02-16", "S2"),
    }
    assert {each.path for each in other.objections} == {"subjects.0.number", "court_event.on"}


def test_a_retracted_predecessor_has_to_be_followed_and_be_gone(office):
    old = office.up()
    retract(office.bot, office.staff.comms, ref=old, reason=Reason.REQUEST_UPHELD)
    assert told(office, office.submit().ref, stage=Stage.SUBMIT).retracted == {old}
    follower = office.submit(follows=old)
    assert State.REMOVING in told(office, follower.ref, stage=Stage.SUBMIT).followed
    assert [each.path for each in follower.objections] == ["follows"]
    office.run(old)
    assert preview(office.bot, office.staff.comms, follower.ref).objections == ()


def test_a_publication_of_another_case_cannot_be_followed(office):
    other = office.up(case_ref="EH/2026/0999")
    assert told(office, office.submit(follows=other).ref, stage=Stage.SUBMIT).followed is None


def test_what_was_approved_before_a_mistake_was_found_may_not_be_used_again(office):
    ref = office.up()
    office.clock.advance(timedelta(days=1))
    what = {"happened_at": office.clock(), "subject": "S2"}
    record_event(office.bot, office.staff.comms, "eh 2026 0417", "inaccurate", **what)
    office.run(ref)
    record_event(
        office.bot, office.staff.comms, "EH/2026/0417", "facts_recorded", **what | {"happened_at": office.clock()}
    )
    again = office.submit(follows=ref, court_event__document="Memorandum 18/2026")
    assert [(each.clause, each.path) for each in again.objections] == [("R51", "content")]
    mended = office.submit(follows=ref, content__body="Waste was left in Sample Lane on 4 December 2025.")
    assert mended.objections == ()


def test_a_notice_that_an_event_spares_is_not_barred_from_its_own_words(office):
    correction = office.approved(**CORRECTION)
    record_event(office.bot, office.staff.comms, "EH/2026/0417", "inaccurate", happened_at=office.clock())
    assert told(office, correction).barred == frozenset()


def test_the_later_of_approval_and_confirmation_is_told(office):
    ref = office.approved()
    assert told(office, ref).confirmed_at is None
    office.clock.advance(MINUTE)
    with office.bot.ledger.write() as tx:
        publications.confirm(tx, publications.find(tx, ref).id, office.staff.comms.id, office.clock())
    assert told(office, ref).confirmed_at == office.clock()
