"""Amendments: what is edited, kept, replaced or waits, and that a draft changes nothing that is up."""

from datetime import timedelta

import pytest

from adapters.base import ArtefactKind
from adapters.standin.core import Fault, Rule
from bot import intake
from bot.intake_successors import only_wording
from bot.reconcile import run_post
from policies.lifecycle import State
from policies.terms import Channel, Reason
from store import artefacts, posts, publications
from tests.bot.office import unnamed
from tests.policies.samples import notice

SETTLED = timedelta(minutes=20)
WORDING = (
    "Waste was found in Sample Lane on 3 December 2025.\n\nDartford Magistrates’ Court fined both on 16 February 2026."
)
FACT = "Waste was left in Sample Lane on 4 December 2025."


def by_channel(office, ref):
    return {
        channel: [(post.revision, post.state) for post in office.posts(ref) if post.channel is channel]
        for channel in Channel
    }


def settle(office, ref):
    queued = []
    for _ in range(3):
        office.clock.advance(SETTLED)
        office.run(ref)
        with office.bot.ledger.write() as tx:
            queued += intake.due_successors(office.bot, tx, office.clock())
    office.clock.advance(SETTLED)
    office.run(ref)
    return queued


def calls(office):
    return {channel: list(fake.calls) for channel, fake in office.channels.items()}


def test_a_draft_revision_changes_nothing_that_is_up(office):
    ref = office.up()
    before = office.posts(ref)
    office.amend(ref, content__body=FACT)
    assert office.posts(ref) == before
    office.run(ref)
    assert by_channel(office, ref) == {channel: [(1, State.LIVE)] for channel in Channel}


def test_a_changed_fact_is_edited_on_the_page_replaced_on_the_networks_and_leaves_the_link(office):
    ref = office.up()
    office.amend(ref, content__body=FACT)
    quiet = calls(office)[Channel.X]
    office.approve(ref)
    assert by_channel(office, ref) == {
        Channel.WEBSITE: [(2, State.LIVE)],
        Channel.FACEBOOK: [(1, State.REMOVING), (2, State.QUEUED)],
        Channel.X: [(2, State.LIVE)],
        Channel.INSTAGRAM: [(1, State.REMOVING), (2, State.QUEUED)],
    }
    kept = office.last(ref)[Channel.X]
    assert (kept.marker, kept.shown_revision) == (f"{ref}-1", 2)
    assert calls(office)[Channel.X] == quiet
    settle(office, ref)
    gone, up = [(1, State.REMOVED)], (2, State.LIVE)
    assert by_channel(office, ref) == {
        Channel.WEBSITE: [up],
        Channel.FACEBOOK: [*gone, up],
        Channel.X: [up],
        Channel.INSTAGRAM: [*gone, up],
    }
    assert {post.shown_revision for post in office.last(ref).values()} == {2}
    (page,) = office.channels[Channel.WEBSITE].visible()
    assert "4 December" in page.fields["text"]
    assert all(len(fake.visible()) == 1 for fake in (office.channels[Channel.FACEBOOK], office.channels[Channel.X]))


def test_a_successor_is_not_posted_while_the_old_copy_may_be_up(office):
    ref = office.up()
    office.amend(ref, content__body=FACT)
    office.approve(ref)
    successor = office.last(ref)[Channel.FACEBOOK]
    run_post(office.bot, successor.id, owner="daemon@test")
    with office.bot.ledger.read() as tx:
        assert posts.get(tx, successor.id).held_for == "sibling"


def test_mere_wording_is_edited_where_an_edit_keeps_its_history(office):
    ref = office.up()
    office.amend(ref, content__body=WORDING)
    office.approve(ref)
    assert by_channel(office, ref)[Channel.FACEBOOK] == [(2, State.LIVE)]
    assert by_channel(office, ref)[Channel.INSTAGRAM] == [(1, State.REMOVING), (2, State.QUEUED)]
    settle(office, ref)
    (shown,) = office.channels[Channel.FACEBOOK].visible()
    assert "was found" in shown.fields["text"]


@pytest.mark.parametrize(
    ("body", "same"),
    [
        ("Waste was put in Sample Lane on 3 May 2026.", True),
        ("Waste was left in Sample Lane on 4 May 2026.", False),
        ("Waste was left in Other Lane on 3 May 2026.", False),
        ("Waste was left in Sample Lane on 3 May 2026. Alex knew.", False),
    ],
)
def test_a_word_that_may_be_a_name_or_a_fact_is_no_mere_wording(body, same):
    old = notice()
    content = type(old.content)(headline=old.content.headline, body=body, facts=old.content.facts)
    assert only_wording(old, notice(content=content)) is same
    assert not only_wording(old, notice(content=type(content)(headline="Fined", body=old.content.body)))


def test_an_approval_while_a_copy_is_in_doubt_leaves_the_successor_to_the_sweep(office):
    office.channels[Channel.FACEBOOK].rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    ref = office.approved()
    office.run(ref, rounds=1, step=timedelta(0))
    assert by_channel(office, ref)[Channel.FACEBOOK] == [(1, State.POSTING)]
    office.amend(ref, content__body=FACT)
    office.approve(ref)
    assert by_channel(office, ref)[Channel.FACEBOOK] == [(1, State.POSTING)]
    with office.bot.ledger.write() as tx:
        assert intake.due_successors(office.bot, tx, office.clock()) == []
    queued = settle(office, ref)
    assert [post.id for post in office.posts(ref) if post.channel is Channel.FACEBOOK][-1:] == queued
    assert by_channel(office, ref)[Channel.FACEBOOK] == [(1, State.REMOVED), (2, State.LIVE)]
    with office.bot.ledger.write() as tx:
        assert intake.due_successors(office.bot, tx, office.clock()) == []


def test_a_copy_in_doubt_that_would_not_change_stands_for_the_new_revision(office):
    office.channels[Channel.X].rules.append(Rule(fault=Fault.LOSE_AFTER, method="publish"))
    ref = office.approved()
    office.run(ref, rounds=2, step=timedelta(0))
    assert office.last(ref)[Channel.X].state is State.POSTING
    office.amend(ref, content__body=FACT)
    office.approve(ref)
    settle(office, ref)
    assert by_channel(office, ref)[Channel.X] == [(2, State.LIVE)]
    assert office.channels[Channel.X].calls.count("publish") == 1


def test_a_post_still_queued_takes_the_new_revision_over(office):
    ref = office.approved()
    office.amend(ref, content__body=FACT)
    assert office.approve(ref).queued == ()
    assert {(post.revision, post.marker, post.state) for post in office.posts(ref)} == {(2, f"{ref}-2", State.QUEUED)}
    office.run(ref)
    assert len(office.channels[Channel.FACEBOOK].objects) == 1


def test_what_an_earlier_try_left_is_removed_and_not_used_for_the_new_revision(office):
    ref = office.approved()
    post = office.last(ref)[Channel.FACEBOOK]
    with office.bot.ledger.write() as tx:
        artefacts.intend(tx, post, ArtefactKind.PHOTO, now=office.clock(), actor="daemon", platform_id="staged")
    office.amend(ref, content__body=FACT)
    office.approve(ref)
    assert by_channel(office, ref)[Channel.FACEBOOK] == [(1, State.REMOVING), (2, State.QUEUED)]


def test_a_channel_left_out_comes_down_and_one_added_goes_up(office):
    ref = office.up(channels=["website", "facebook"])
    office.amend(ref, channels=["website", "x"])
    office.approve(ref)
    assert by_channel(office, ref) == {
        Channel.WEBSITE: [(2, State.LIVE)],
        Channel.FACEBOOK: [(1, State.REMOVING)],
        Channel.X: [(2, State.QUEUED)],
        Channel.INSTAGRAM: [],
    }
    assert office.last(ref)[Channel.FACEBOOK].reason is Reason.SUPERSEDED
    settle(office, ref)
    assert by_channel(office, ref)[Channel.FACEBOOK] == [(1, State.REMOVED)]
    # The page had been up for long when the link to it began to wait for a look at it.
    assert by_channel(office, ref)[Channel.X] == [(2, State.LIVE)]


@pytest.mark.parametrize(("ticks", "then"), [([], [1]), (["post_again"], [1, 2])], ids=["without", "with"])
def test_a_copy_taken_down_by_hand_gets_a_successor_only_if_the_director_says_so(office, ticks, then):
    ref = office.up()
    office.taken_down_by_hand(ref, Channel.FACEBOOK)
    office.amend(ref, content__body=FACT)
    office.approve(ref, ticks=ticks)
    assert [revision for revision, _ in by_channel(office, ref)[Channel.FACEBOOK]] == then
    settle(office, ref)
    assert [revision for revision, _ in by_channel(office, ref)[Channel.FACEBOOK]] == then


def test_a_channel_that_no_longer_shows_what_it_was_to_keep_needs_another_amendment(office):
    ref = office.up()
    office.amend(ref, content__body=FACT)
    office.taken_down_by_hand(ref, Channel.X)
    before = office.everything()
    with pytest.raises(intake.Conflict) as caught:
        office.approve(ref)
    assert (caught.value.problems[0].path, caught.value.problems[0].value) == ("channels.x", f"{ref}-1")
    assert office.everything() == before
    office.amend(ref, content__body=FACT)
    office.approve(ref, ticks=["post_again"])
    assert by_channel(office, ref)[Channel.X][-1] == (3, State.QUEUED)


def test_an_edit_the_platform_refuses_is_followed_by_a_successor(office):
    ref = office.up()
    office.channels[Channel.WEBSITE].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="edit", status=400))
    office.amend(ref, content__body=FACT)
    office.approve(ref)
    settle(office, ref)
    assert by_channel(office, ref)[Channel.WEBSITE] == [(2, State.REMOVED), (2, State.LIVE)]


def test_an_edit_on_its_way_is_not_mistaken_for_what_is_shown(office):
    ref = office.up(channels=["website"])
    office.amend(ref, channels=["website"], content__body=FACT)
    office.approve(ref)
    # Back to the first words before the page was edited: still an edit, for the page may show either.
    office.amend(ref, channels=["website"])
    office.approve(ref)
    assert office.last(ref)[Channel.WEBSITE].shown_revision == 1
    assert office.last(ref)[Channel.WEBSITE].marker == f"{ref}-3"
    settle(office, ref)
    assert office.last(ref)[Channel.WEBSITE].shown_revision == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "cbo"},
        {"case_ref": "EH/2"},
        {"service": "housing"},
        {"follows": "DBC-AAAAAA"},
        {"copied_from": "DBC-AAAAAA"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_amendment_stays_with_its_case_kind_service_and_predecessor(office, changes):
    ref = office.submit().ref
    before = office.everything()
    with pytest.raises(intake.SubmissionRefused) as caught:
        office.amend(ref, **changes)
    assert [each.path for each in caught.value.problems] == list(changes)
    assert office.everything() == before


def test_a_follower_amended_without_saying_so_still_follows(office):
    old = office.submit().ref
    ref = office.submit(follows=old).ref
    office.amend(ref)
    with office.bot.ledger.read() as tx:
        assert publications.load(tx, publications.find(tx, ref).id, 2).follows == old


def test_a_retracted_publication_is_not_amended(office):
    ref = office.up()
    intake.retract(office.bot, office.staff.comms, ref=ref, reason=Reason.REQUEST_UPHELD)
    before = office.everything()
    with pytest.raises(intake.Conflict):
        office.amend(ref)
    assert office.everything() == before


def test_a_subject_named_only_later_brings_its_earlier_date_along_at_the_approval_and_not_before(office):
    office.up(subjects=[unnamed("S1", "convicted")], content__facts=[])
    office.clock.advance(timedelta(days=20))
    other = [unnamed("S2", "company")]
    ref = office.submit(subjects=other, content__facts=[], channels=["website"]).ref
    office.approve(ref, ticks=["another_person"])
    office.run(ref)
    due = office.last(ref)[Channel.WEBSITE].due_at
    both = [unnamed("S1", "convicted"), unnamed("S2", "company")]
    office.amend(ref, subjects=both, content__facts=[], channels=["website"])
    office.run(ref)
    assert office.last(ref)[Channel.WEBSITE].due_at == due
    office.approve(ref)
    office.run(ref)
    assert office.last(ref)[Channel.WEBSITE].due_at <= due - timedelta(days=18)


def refused_on_facebook(office):
    office.channels[Channel.FACEBOOK].rules.append(Rule(fault=Fault.FAIL_BEFORE, method="publish", status=400))
    ref = office.up()
    assert office.last(ref)[Channel.FACEBOOK].state is State.NOT_POSTED
    return ref


def test_a_refusal_once_mended_is_queued_again(office):
    ref = refused_on_facebook(office)
    post_id = intake.requeue(office.bot, office.staff.comms, ref, Channel.FACEBOOK)
    office.run(ref)
    assert office.last(ref)[Channel.FACEBOOK].id == post_id
    assert office.last(ref)[Channel.FACEBOOK].state is State.LIVE


def requeue_refused(office, error, ref, channel):
    before = office.everything()
    with pytest.raises(error) as caught:
        intake.requeue(office.bot, office.staff.comms, ref, channel)
    assert office.everything() == before
    return caught.value


def test_what_is_up_or_was_up_once_is_never_queued_again(office):
    ref = office.up()
    assert requeue_refused(office, intake.Conflict, ref, Channel.X).problems[0].path == "--channel"
    office.taken_down_by_hand(ref, Channel.X)
    requeue_refused(office, intake.Conflict, ref, Channel.X)


def test_queueing_again_asks_every_rule_again(office):
    ref = refused_on_facebook(office)
    office.clock.advance(timedelta(days=8))
    error = requeue_refused(office, intake.Refused, ref, Channel.FACEBOOK)
    assert [each.path for each in error.objections] == ["approval.given_at"]
    intake.record_event(office.bot, office.staff.comms, "EH/2026/0417", "identified", happened_at=office.clock())
    office.clock.advance(timedelta(days=20))
    assert "window.opens" in [
        each.path for each in requeue_refused(office, intake.Refused, ref, Channel.FACEBOOK).objections
    ]


def test_only_a_channel_of_an_approved_revision_is_queued_again(office):
    ref = office.submit(channels=["website"]).ref
    requeue_refused(office, intake.Conflict, ref, Channel.WEBSITE)
    office.approve(ref)
    requeue_refused(office, intake.NotFound, ref, Channel.X)
