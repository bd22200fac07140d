"""Attesting: two persons, only where the platform can no longer be read, shown as what it is and looked at again."""

from datetime import timedelta

import pytest

from bot import intake
from bot.standing import publication_standing
from bot.submission_checks import InputRefused
from bot.urgent import copies
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import attestations, desk, journal, publications

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def suspended(office):
    """A notice coming down on a channel whose account has been suspended."""
    ref = office.up(channels=["website", "facebook"])
    office.channels[Channel.FACEBOOK].revoked = True
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD)
    office.run(ref)
    return ref


def attest(office, ref, by, note="Seen signed out at noon: the address answers that it is not there"):
    return intake.attest(office.bot, getattr(office.staff, by), ref, Channel.FACEBOOK, note)


def facebook(office, ref):
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        standing = publication_standing(office.bot, tx, known, office.clock())
    (shown,) = [each.posts[-1] for each in standing.channels if each.channel is Channel.FACEBOOK]
    return shown


def words(office, ref):
    return {each.word for each in copies(office.bot, [office.last(ref)[Channel.FACEBOOK].id])}


def test_two_persons_close_what_the_platform_no_longer_shows_and_it_is_called_attested(office, suspended):
    assert not attest(office, suspended, "second").closed
    assert facebook(office, suspended).state is State.REMOVING
    assert attest(office, suspended, "dpo").closed
    shown = facebook(office, suspended)
    assert (shown.state, shown.attested) == (State.REMOVED, True)
    assert words(office, suspended) == {"Attested"}
    with office.bot.ledger.read() as tx:
        told = [each for each in journal.entries(tx) if each.event == attestations.EVIDENCE]
        assert {each.actor for each in told} == {office.staff.second.id, office.staff.dpo.id}
        assert journal.verify_ledger(tx).whole
        assert [task for task in desk.open_tasks(tx) if task.key.startswith("by-hand:")] == []


def test_what_was_attested_is_looked_at_until_it_is_proven_however_long_that_takes(office, suspended):
    attest(office, suspended, "second")
    attest(office, suspended, "dpo")
    office.clock.advance(40 * DAY)
    office.run(suspended)
    assert facebook(office, suspended).attested
    fake = office.channels[Channel.FACEBOOK]
    fake.revoked = False
    for each in fake.objects.values():
        each.deleted_at = office.clock()
    office.clock.advance(HOUR)
    office.run(suspended)
    shown = facebook(office, suspended)
    assert (shown.state, shown.attested) == (State.REMOVED, False)
    assert words(office, suspended) == {"Gone"}


def test_what_was_attested_and_is_seen_after_all_comes_down_and_takes_two_new_words(office, suspended):
    attest(office, suspended, "second")
    attest(office, suspended, "dpo")
    office.channels[Channel.FACEBOOK].revoked = False
    office.clock.advance(HOUR)
    office.run(suspended)
    assert facebook(office, suspended).state is State.REMOVED
    assert not facebook(office, suspended).attested
    assert office.channels[Channel.FACEBOOK].visible() == []
    with office.bot.ledger.read() as tx:
        assert attestations.by_whom(tx, office.last(suspended)[Channel.FACEBOOK]) == frozenset()


def test_one_person_counts_once(office, suspended):
    attest(office, suspended, "second")
    with pytest.raises(intake.Conflict) as caught:
        attest(office, suspended, "second")
    assert "already" in caught.value.problems[0].what
    assert facebook(office, suspended).state is State.REMOVING


@pytest.mark.parametrize("by", ["auditor", "system"])
def test_who_may_not_take_down_may_not_attest(office, suspended, by):
    with pytest.raises(intake.NotAllowedHere):
        attest(office, suspended, by)


def test_nobody_attests_without_saying_what_was_seen(office, suspended):
    with pytest.raises(InputRefused, match="--note"):
        attest(office, suspended, "second", note="  ")


def test_nobody_attests_while_the_platform_can_be_read(office, suspended):
    office.channels[Channel.FACEBOOK].revoked = False
    before = office.everything()
    with pytest.raises(intake.Conflict) as caught:
        attest(office, suspended, "second")
    assert "can still be read" in caught.value.problems[0].what
    assert office.everything() == before


def test_nobody_attests_of_what_is_not_coming_down(office):
    ref = office.up(channels=["website", "facebook"])
    with pytest.raises(intake.Conflict) as caught:
        attest(office, ref, "second")
    assert "Nothing of it is coming down" in caught.value.problems[0].what
