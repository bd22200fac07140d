"""Submitting, previewing, approving: who may, what is kept, what is refused, and that a refusal leaves nothing."""

import json
from datetime import timedelta

import pytest

from bot import intake
from bot.submission import receive
from policies.authority import Act
from policies.lifecycle import State
from policies.terms import Channel, Role
from store import cases, desk, people, publications
from tests.bot.office import SAMPLES, document

DAY = timedelta(days=1)
ALL = list(Channel)


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website"]}
    return office


def unchanged(office, error, act, *given, **named):
    """The act is refused with the error, and the ledger is as it was to the last byte."""
    before = office.everything()
    with pytest.raises(error) as caught:
        act(*given, **named)
    assert office.everything() == before
    return caught.value


def test_a_submission_is_kept_with_its_renditions_clocks_pictures_and_one_entry(office):
    submitted = office.submit("image_appeal", channels=ALL)
    assert submitted.objections == ()
    shown = intake.preview(office.bot, office.staff.auditor, submitted.ref)
    assert (shown.digest, shown.objections) == (submitted.digest, ())
    assert set(shown.renditions) == set(Channel)
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, submitted.ref)
        assert [clock.subject for clock in cases.clocks_of(tx, known.id)] == ["S1"]
        for rendition in shown.renditions.values():
            for picture in rendition.pictures:
                assert office.bot.media.get(tx, picture.sha256).startswith(b"\xff\xd8")
    (entry,) = office.journal(submitted.ref)
    assert (entry.event, entry.actor) == ("submitted", office.staff.comms.id)
    assert office.posts(submitted.ref) == []


def test_references_are_unambiguous_and_page_ids_of_one_length(office):
    made = [office.submit(channels=["website"], case_ref=f"EH/{n}").ref for n in range(8)]
    assert len(set(made)) == 8
    assert not set("".join(ref.removeprefix("DBC-") for ref in made)) & set("0O1ILU")
    with office.bot.ledger.read() as tx:
        assert {len(publications.find(tx, ref).page_id) for ref in made} == {32}


def test_what_the_policy_refuses_leaves_the_draft_and_one_entry_with_the_clauses(office):
    refused = office.submit(service="parks", checklist={"answers": {}}, channels=["x"])
    assert refused.refused
    assert {"service", "channels.x", "checklist.answers.5.purposes"} <= {each.path for each in refused.objections}
    (entry,) = office.journal(refused.ref)
    assert entry.event == "refused"
    assert {"12.1", "R62", "1.5"} <= set(entry.codes["clauses"].split(","))
    with office.bot.ledger.read() as tx:
        assert publications.load(tx, publications.find(tx, refused.ref).id, 1).service == "parks"
    unchanged(office, intake.NotAllowedHere, office.approve, refused.ref)


def test_the_journal_holds_no_words_of_a_notice_and_the_ledger_none_in_the_clear(office):
    office.up(content__headline="CANARYHEAD", content__body="CANARYBODY", content__facts__0__name="CANARYNAME")
    retracted = office.approved(case_ref="EH/1", subjects__0__name="CANARYSUBJECT")
    intake.retract(office.bot, office.staff.dpo, ref=retracted, reason="inaccurate", note="CANARYNOTE")
    assert "CANARY" not in office.everything()[0]
    # Sealed columns are shown as hexadecimal.
    assert b"CANARY".hex() not in office.everything()[0].lower()


def test_malformed_input_and_pictures_that_fit_nowhere_leave_nothing(office, tmp_path):
    unchanged(office, intake.SubmissionRefused, office.submit, kind="press")
    card = [{"file": "card.png", "alt_text": "A card"}]
    error = unchanged(office, intake.SubmissionRefused, office.submit, content__pictures=card * 9)
    assert (error.problems[0].path, error.problems[0].clause) == ("content.pictures", "6.3")
    error = unchanged(office, intake.SubmissionRefused, office.submit, copied_from="DBC-AAAAAA")
    assert (error.problems[0].path, error.problems[0].value) == ("copied_from", "DBC-AAAAAA")


def keyed(office, key, by=None, **changes):
    received = office.read(document(**changes))
    return intake.submit(office.bot, by or office.staff.comms, received, idempotency_key=key)


def test_the_same_key_answers_the_same_and_makes_nothing_new(office):
    first = keyed(office, "k", service="parks")
    before = office.everything()
    assert keyed(office, "k", service="parks") == first
    assert office.everything() == before
    assert keyed(office, "k", by=office.staff.second, service="parks").ref != first.ref


def test_the_same_key_with_another_body_or_picture_is_a_conflict(office, tmp_path):
    keyed(office, "k")
    error = unchanged(office, intake.Conflict, keyed, office, "k", service="housing")
    assert (error.problems[0].path, error.problems[0].value) == ("--idempotency-key", "k")
    raw = json.dumps(document("image_appeal")).encode()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "card.png").write_bytes((SAMPLES / "card.png").read_bytes())
    one = receive(raw, folder=SAMPLES, now=office.clock())
    intake.submit(office.bot, office.staff.comms, one, idempotency_key="p")
    from bot.pictures import neutral_card

    (tmp_path / "in" / "card.png").write_bytes(neutral_card("Another", "picture", "here"))
    other = receive(raw, folder=tmp_path / "in", now=office.clock())
    unchanged(office, intake.Conflict, intake.submit, office.bot, office.staff.comms, other, idempotency_key="p")


def test_an_approval_queues_one_post_a_channel_for_when_the_window_opens(office):
    opens = office.clock() + 3 * DAY
    submitted = office.submit(channels=ALL, window={"opens": opens.isoformat()})
    approved = office.approve(submitted.ref)
    made = office.posts(submitted.ref)
    assert [post.id for post in made] == list(approved.queued)
    assert {post.channel for post in made} == set(Channel)
    assert {(post.state, post.due_at, post.marker) for post in made} == {(State.QUEUED, opens, f"{submitted.ref}-1")}
    assert [entry.event for entry in office.journal(submitted.ref)] == ["submitted", "approved"]


# Who asks, for what, and what they are told.
NOT_ALLOWED = [
    ("auditor", Act.SUBMIT, lambda o, who, _: o.submit(by=who)),
    ("director", Act.SUBMIT, lambda o, who, _: o.submit(by=who)),
    ("comms", Act.APPROVE, lambda o, who, ref: o.approve(ref, by=who)),
    ("admin", Act.APPROVE, lambda o, who, ref: o.approve(ref, by=who)),
    ("system", Act.APPROVE, lambda o, who, ref: o.approve(ref, by=who)),
    ("other_director", Act.APPROVE, lambda o, who, ref: o.approve(ref, by=who)),
    ("other_director", Act.SEND_BACK, lambda o, who, ref: intake.send_back(o.bot, who, ref, "no")),
    ("system", Act.CONFIRM, lambda o, who, ref: intake.confirm(o.bot, who, ref)),
    ("auditor", Act.RETRACT, lambda o, who, ref: intake.retract(o.bot, who, ref=ref, reason="inaccurate")),
    ("system", Act.RETRACT, lambda o, who, ref: intake.retract(o.bot, who, ref=ref, reason="inaccurate")),
    ("auditor", Act.PAUSE, lambda o, who, _: intake.pause(o.bot, who)),
    ("dpo", Act.RESUME, lambda o, who, _: intake.resume(o.bot, who)),
    ("dpo", Act.REQUEUE, lambda o, who, ref: intake.requeue(o.bot, who, ref, Channel.X)),
    ("auditor", Act.AMEND, lambda o, who, ref: o.amend(ref, by=who)),
    (
        "system",
        Act.EVENT,
        lambda o, who, _: intake.record_event(o.bot, who, "EH/2026/0417", "identified", happened_at=o.clock()),
    ),
]


@pytest.mark.parametrize(("who", "act", "ask"), NOT_ALLOWED, ids=lambda v: v if isinstance(v, str) else "")
def test_who_may_not_is_told_who_may(office, who, act, ask):
    ref = office.submit().ref
    error = unchanged(office, intake.NotAllowedHere, ask, office, getattr(office.staff, who), ref)
    assert error.act is act
    assert error.remedy


def granted(office, person):
    """The person also directs the service from now on, as a deputy may."""
    with office.bot.ledger.write() as tx:
        people.grant(tx, person.id, Role.DIRECTOR, "environment", starts=office.clock())
        return people.get(tx, person.id, office.clock())


def refusal(office, ref, by):
    error = unchanged(office, intake.Refused, office.approve, ref, by=by)
    return [(each.clause, each.path) for each in error.objections]


AUTHOR = [("R21", "approval.director")]


def test_the_author_cannot_approve_though_a_director(office):
    ref = office.submit().ref
    assert refusal(office, ref, granted(office, office.staff.comms)) == AUTHOR


def test_the_second_author_cannot_approve_and_neither_can_the_first(office):
    ref = office.submit().ref
    office.amend(ref, by=office.staff.second)
    assert refusal(office, ref, granted(office, office.staff.second)) == AUTHOR
    assert refusal(office, ref, granted(office, office.staff.comms)) == AUTHOR


def test_who_answers_for_the_system_cannot_approve_what_it_wrote(office):
    ref = office.submit(by=office.staff.system).ref
    assert refusal(office, ref, office.staff.deputy) == AUTHOR
    office.approve(ref, by=office.staff.director)


def test_the_author_of_what_it_follows_or_was_copied_from_cannot_approve(office):
    old = office.submit(by=office.staff.deputy).ref
    follower = office.submit(follows=old, by=office.staff.comms).ref
    copied = office.submit(copied_from=follower, by=office.staff.comms, case_ref="EH/2").ref
    assert refusal(office, follower, office.staff.deputy) == AUTHOR
    assert refusal(office, copied, office.staff.deputy) == AUTHOR
    office.approve(copied, by=office.staff.director)


def test_r22_another_digest_is_refused_and_nothing_is_written(office):
    ref = office.submit().ref
    digest = intake.preview(office.bot, office.staff.director, ref).digest
    other = ("0" if digest[0] != "0" else "1") + digest[1:]
    error = unchanged(office, intake.Refused, intake.approve, office.bot, office.staff.director, ref, other)
    assert [(each.clause, each.path) for each in error.objections] == [("R22", "approval.digest")]


def test_the_digest_of_an_earlier_revision_approves_nothing(office):
    first = office.submit()
    office.amend(first.ref, content__headline="Two fined in Sample Lane")
    error = unchanged(
        office, intake.Refused, intake.approve, office.bot, office.staff.director, first.ref, first.digest
    )
    assert [each.path for each in error.objections] == ["approval.digest"]


def test_a_tick_nobody_knows_is_refused(office):
    ref = office.submit().ref
    error = unchanged(office, intake.InputRefused, office.approve, ref, ticks=["whatever"])
    assert (error.problems[0].path, error.problems[0].value) == ("tick", "whatever")
    assert "another_person" in error.problems[0].remedy


def test_a_sign_off_needs_its_tick(office):
    office.approved()
    other = office.submit(court_event__on="2026-02-17").ref
    assert refusal(office, other, office.staff.director) == [("R45", "court_event.on")]
    office.approve(other, ticks=["new_court_event"])


def test_r49_an_appeal_lodged_blocks_submission_and_approval_until_it_is_dismissed(office):
    ref = office.submit().ref
    case, officer = "EH/2026/0417", office.staff.second
    intake.record_event(office.bot, officer, case, "appeal_lodged", subject="S1", happened_at=office.clock())
    assert [each.clause for each in office.submit().objections] == ["5.6"]
    assert refusal(office, ref, office.staff.director) == [("5.6", "case_ref")]
    office.clock.advance(DAY)
    intake.record_event(office.bot, officer, case, "appeal_dismissed", happened_at=office.clock())
    office.approve(ref)


def test_a_retracted_draft_stays_retracted(office):
    ref = office.submit().ref
    intake.retract(office.bot, office.staff.comms, ref=ref, reason="request_upheld")
    error = unchanged(office, intake.Conflict, office.approve, ref)
    assert ref in error.problems[0].remedy


def test_what_was_sent_back_has_to_be_amended_before_it_is_approved(office):
    ref = office.submit().ref
    intake.send_back(office.bot, office.staff.director, ref, "CANARYNOTE")
    assert office.journal(ref)[-1].event == "sent_back"
    assert "CANARY" not in office.everything()[0]
    error = unchanged(office, intake.Conflict, office.approve, ref)
    assert "amended" in error.problems[0].remedy
    office.amend(ref)
    office.approve(ref)
    error = unchanged(office, intake.Conflict, intake.send_back, office.bot, office.staff.director, ref, "")
    assert "approval_withdrawn" in error.problems[0].remedy


def test_a_lapsed_approval_is_given_again_and_queues_nothing_twice(office):
    ref = office.approved(window={"opens": (office.clock() + 8 * DAY).isoformat()})
    office.clock.advance(8 * DAY)
    office.run(ref, rounds=1)
    assert {post.state for post in office.posts(ref)} == {State.QUEUED}
    assert office.approve(ref).queued == ()
    office.clock.advance(timedelta(seconds=30))
    for channel in Channel:
        with office.bot.ledger.write() as tx:
            desk.set_account(tx, channel, can_remove=True)
    office.run(ref)
    assert {post.state for post in office.posts(ref)} == {State.LIVE}
    assert len(office.posts(ref)) == 1


def test_a_confirmation_is_kept(office):
    ref = office.approved(window={"opens": (office.clock() + 2 * DAY).isoformat()})
    office.clock.advance(2 * DAY)
    office.run(ref, rounds=1)
    assert {post.held_for for post in office.posts(ref)} == {"R23"}
    intake.confirm(office.bot, office.staff.comms, ref)
    office.clock.advance(timedelta(seconds=30))
    office.run(ref)
    assert {post.state for post in office.posts(ref)} == {State.LIVE}
    assert "confirmed" in [entry.event for entry in office.journal(ref)]


def test_a_pause_holds_posts_back_until_it_is_resumed(office):
    intake.pause(office.bot, office.staff.dpo, Channel.X)
    ref = office.up(channels=["website", "x"])
    assert office.last(ref)[Channel.X].state is State.QUEUED
    intake.resume(office.bot, office.staff.comms)
    office.clock.advance(timedelta(minutes=1))
    office.run(ref)
    assert office.last(ref)[Channel.X].state is State.LIVE
    assert [entry.event for entry in office.journal("x")] == ["paused", "resumed"]


@pytest.mark.parametrize("said", ["DBC-AAAAAA", "", "nonsense", "DBC-AAAAAA-1"])
def test_a_reference_nobody_knows_is_told_with_its_remedy(office, said):
    error = unchanged(office, intake.NotFound, office.approve, said)
    assert (error.problems[0].path, error.problems[0].value) == ("REF", said)
    assert "status" in error.problems[0].remedy


def test_a_marker_copied_from_a_post_is_as_good_as_the_reference(office):
    ref = office.submit().ref
    assert intake.preview(office.bot, office.staff.comms, f" {ref.lower()}-1 ").ref == ref
