"""What people and monitors are shown of the ledger."""

import json
from datetime import timedelta

import pytest

from bot import intake, standing
from bot.alert_kinds import AlertKind
from policies.answers import Consultee
from policies.lifecycle import Edge, Standing, State
from policies.terms import Channel, Reason, Role
from store import cases, desk, people, posts, publications
from tests.bot.alarms_samples import (
    DAY,
    END,
    HOUR,
    MINUTE,
    NOON,
    REF,
    STARTS,
    approved,
    live,
    moved,
    open_bot,
    posting,
    queued,
    removed,
    removing,
    retract,
)
from tests.bot.office import document
from tests.store.samples import publication, stored


@pytest.fixture
def bot(tmp_path):
    with open_bot(tmp_path) as made:
        yield made


def only(bot, tx, now=NOON):
    (shown,) = standing.overview(bot, tx, now).publications
    return shown


def stands(office, ref):
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        return standing.publication_standing(office.bot, tx, known, office.clock())


def answers(**rows):
    """The sample's checklist with these values changed: r22={"minor": "yes"}."""
    made = document()["checklist"]["answers"]
    for name, values in rows.items():
        made[name[1:]]["values"] |= values
    return {"answers": made}


NEIGHBOUR = answers(r17={"third_party": "yes", "who": ["A neighbour"]})
YOUNG = answers(r12={"under_18": "yes", "lifting_order": "Order 7"})


def test_a_whole_submission_awaits_approval(office):
    shown = stands(office, office.submit(channels=["website", "x"]).ref)
    assert (shown.standing, shown.revision, shown.approved_revision) == (Standing.AWAITING_APPROVAL, 1, None)
    assert [each.channel for each in shown.channels] == [Channel.WEBSITE, Channel.X]
    assert all(each.posts == () for each in shown.channels)


def test_what_only_the_directors_own_tick_can_lift_awaits_approval(office):
    ref = office.submit(checklist=answers(r22={"minor": "yes"})).ref
    assert stands(office, ref).standing is Standing.AWAITING_APPROVAL


@pytest.mark.parametrize("checklist", [NEIGHBOUR, YOUNG], ids=["a hold", "a sign-off of others too"])
def test_what_waits_for_somebody_other_than_the_director_is_held_until_they_clear_it(office, checklist):
    with office.bot.ledger.write() as tx:
        legal, _ = people.add(tx, name="Sample Legal", held=[(Role.LEGAL, None)], now=office.clock())
    ref = office.submit(checklist=checklist).ref
    assert stands(office, ref).standing is Standing.HELD
    intake.advise(office.bot, legal, ref, role=Consultee.LEGAL, cleared=True, note="Checked")
    assert stands(office, ref).standing is Standing.HELD
    intake.advise(office.bot, office.staff.dpo, ref, role=Consultee.DPO, cleared=True, note="Checked")
    assert stands(office, ref).standing is Standing.AWAITING_APPROVAL
    intake.advise(office.bot, office.staff.dpo, ref, role=Consultee.DPO, cleared=False, note="Not any more")
    assert stands(office, ref).standing is Standing.HELD


def test_5_6_an_event_refuses_what_awaited_approval_and_its_end_lets_it_wait_again(office):
    ref = office.submit().ref
    case = document()["case_ref"]
    intake.record_event(office.bot, office.staff.comms, case, "appeal_lodged", happened_at=office.clock())
    assert stands(office, ref).standing is Standing.REFUSED
    office.clock.advance(MINUTE)
    intake.record_event(office.bot, office.staff.comms, case, "appeal_dismissed", happened_at=office.clock())
    assert stands(office, ref).standing is Standing.AWAITING_APPROVAL


def test_a_submission_without_digest_is_a_draft(bot, tx):
    author, _ = people.add(tx, name="Sample Officer", held=[(Role.COMMS, None)], now=NOON)
    draft = publication()
    draft_id = publications.add(tx, draft, NOON)
    publications.add_revision(
        tx, draft_id, draft, author=author.id, digest=None, policy_version="1", laid_out=(), now=NOON
    )
    assert only(bot, tx).standing is Standing.DRAFT


def test_what_a_director_sent_back_is_shown_so(bot, tx):
    publication_id = stored(tx)
    publications.send_back(tx, publication_id, 1, director="p1", note=None, now=NOON)
    assert only(bot, tx).standing is Standing.SENT_BACK


def test_retracted_before_any_post_it_never_goes_up(bot, tx):
    publication_id = stored(tx)
    retract(tx, publication_id, at=NOON)
    shown = only(bot, tx)
    assert (shown.standing, shown.retracted_for) == (Standing.NEVER_UP, Reason.REQUEST_UPHELD)


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (queued, Standing.QUEUED),
        (posting, Standing.IN_DOUBT),
        (live, Standing.UP),
        (lambda tx, each: removing(tx, each, at=STARTS), Standing.COMING_DOWN),
        (lambda tx, each: removed(tx, removing(tx, each, at=STARTS), at=STARTS), Standing.DOWN),
        (lambda tx, each: moved(tx, queued(tx, each), Edge.CALLED_OFF, reason=Reason.CALLED_OFF), Standing.NEVER_UP),
    ],
)
def test_with_posts_the_most_worrying_one_counts(bot, tx, situation, expected):
    situation(tx, approved(tx))
    assert only(bot, tx).standing is expected


def test_each_copy_is_shown_with_its_address_and_its_dates(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id)
    queued(tx, publication_id, Channel.FACEBOOK, held_for="R57")
    desk.pause(tx, Channel.FACEBOOK, by="p1", now=NOON)
    shown = only(bot, tx)
    channels = {each.channel: each for each in shown.channels}
    # Website: named, and without a copy so far. Facebook: a copy, though the notice does not name it any more.
    assert {channel: len(each.posts) for channel, each in channels.items()} == {
        Channel.WEBSITE: 0,
        Channel.FACEBOOK: 1,
        Channel.X: 1,
    }
    (up,) = channels[Channel.X].posts
    assert (up.state, up.url, up.down_by, up.removal_starts) == (State.LIVE, "https://fake.example/1", END, STARTS)
    assert channels[Channel.FACEBOOK].posts[0].held_for == "R57"
    assert channels[Channel.FACEBOOK].paused
    assert not channels[Channel.X].paused
    assert (shown.down_by, shown.removal_starts) == (END, STARTS)


def test_nothing_shown_holds_a_name_and_all_of_it_is_json(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id)
    retract(tx, publication_id, at=NOON + HOUR)
    later = NOON + 2 * HOUR
    shown = [
        standing.overview(bot, tx, later).as_json(),
        [each.as_json() for each in standing.unverified(bot, tx, later)],
    ]
    text = json.dumps(shown)
    assert REF in text
    for canary in ("Canary", "Sample", "CANARYBODY", "dumping", "0417"):
        assert canary not in text
    assert shown[0]["publications"][0]["retracted_for"] == "request_upheld"
    assert shown[0]["publications"][0]["down_by"] == "2026-12-29T12:00:00+00:00"
    assert shown[1][0]["leaves_at"] == "2026-12-01T13:00:00+00:00"


@pytest.mark.parametrize(
    "situation",
    [posting, live, lambda tx, each: removing(tx, each, at=STARTS)],
    ids=["in doubt", "live", "coming down"],
)
def test_5_7_4_d_whatever_may_be_visible_at_the_end_is_overdue(bot, tx, situation):
    situation(tx, approved(tx))
    assert standing.overdue(bot, tx, END - timedelta(seconds=1)) == ()
    (late,) = standing.overdue(bot, tx, END)
    assert (late.ref, late.channel, late.down_by) == (REF, Channel.X, END)


def test_5_7_4_d_a_wrong_wake_up_time_hides_nothing_overdue(bot, tx):
    live(tx, approved(tx), due_at=END + 300 * DAY)
    assert [copy.ref for copy in standing.overdue(bot, tx, END)] == [REF]


def test_what_is_proven_gone_is_neither_overdue_nor_unverified(bot, tx):
    removed(tx, removing(tx, approved(tx), at=STARTS), at=STARTS)
    assert standing.overdue(bot, tx, END + DAY) == ()
    assert standing.unverified(bot, tx, END + DAY) == ()


def test_another_channels_earlier_start_makes_it_overdue_earlier(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id)
    cases.start_clocks(tx, publication_id, NOON - DAY)
    assert [copy.down_by for copy in standing.overdue(bot, tx, END - DAY)] == [END - DAY]


def test_the_earliest_date_comes_first(bot, tx):
    live(tx, approved(tx, "DBC-AAAAAA", case_ref="A1"), ref="DBC-AAAAAA", at=NOON + HOUR)
    live(tx, approved(tx, "DBC-BBBBBB", case_ref="B1"), ref="DBC-BBBBBB")
    assert [copy.ref for copy in standing.overdue(bot, tx, END + DAY)] == ["DBC-BBBBBB", "DBC-AAAAAA"]


def test_a_removal_counts_from_its_planned_start_even_when_the_loop_came_late(bot, tx):
    removing(tx, approved(tx), at=STARTS + 10 * MINUTE)
    (copy,) = standing.unverified(bot, tx, STARTS + 20 * MINUTE)
    assert (copy.leaves_at, copy.urgent) == (STARTS, False)
    assert copy.unproven_for(STARTS + 20 * MINUTE) == 20 * MINUTE


def test_a_retraction_counts_from_when_it_was_given_and_covers_what_is_in_doubt(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id, Channel.WEBSITE)
    posting(tx, publication_id, Channel.X)
    retract(tx, publication_id, at=NOON + HOUR)
    found = standing.unverified(bot, tx, NOON + 2 * HOUR)
    assert {(copy.channel, copy.state, copy.urgent, copy.leaves_at) for copy in found} == {
        (Channel.WEBSITE, State.REMOVING, True, NOON + HOUR),
        (Channel.X, State.POSTING, True, NOON + HOUR),
    }


def test_one_wanted_copy_is_no_removal(bot, tx):
    live(tx, approved(tx), due_at=NOON)
    assert standing.unverified(bot, tx, NOON + DAY) == ()


def test_a_copy_that_came_back_counts_from_when_it_was_seen(bot, tx):
    publication_id = approved(tx)
    post = removed(tx, removing(tx, publication_id, at=STARTS), at=STARTS)
    posts.reopen(tx, post, actor="daemon", now=END + DAY)
    (copy,) = standing.unverified(bot, tx, END + DAY + MINUTE)
    assert (copy.leaves_at, copy.urgent) == (END + DAY, True)


def test_a_copy_found_after_the_retraction_counts_from_when_it_was_found(bot, tx):
    publication_id = approved(tx)
    retract(tx, publication_id, at=NOON)
    posts.add_extra(tx, publication_id, Channel.X, revision=1, marker=f"{REF}-1", now=NOON + DAY)
    (copy,) = standing.unverified(bot, tx, NOON + 2 * DAY)
    assert (copy.leaves_at, copy.urgent) == (NOON + DAY, True)


@pytest.mark.parametrize("revision", [1, 7])
def test_a_copy_of_a_revision_a_restored_ledger_lacks_has_its_publications_date(bot, tx, revision):
    publication_id = approved(tx)
    cases.start_clocks(tx, publication_id, NOON)
    posts.add_extra(tx, publication_id, Channel.X, revision=revision, marker=f"{REF}-{revision}", now=NOON + DAY)
    (copy,) = standing.unverified(bot, tx, NOON + 2 * DAY)
    assert (copy.ref, copy.down_by, copy.leaves_at, copy.urgent) == (REF, END, NOON + DAY, True)


def test_a_copy_of_an_unknown_publication_is_shown_by_its_marker(bot, tx):
    posts.add_extra(tx, None, Channel.FACEBOOK, revision=2, marker="DBC-GONEGO-2", now=NOON)
    (copy,) = standing.unverified(bot, tx, NOON)
    assert (copy.ref, copy.marker, copy.down_by) == ("DBC-GONEGO", "DBC-GONEGO-2", None)


def test_a_snapshot_counts_what_a_monitor_asks_for(bot, tx):
    publication_id = approved(tx)
    live(tx, publication_id, Channel.WEBSITE)
    posting(tx, publication_id, Channel.X)
    other = approved(tx, "DBC-BBBBBB", case_ref="B1")
    removing(tx, other, Channel.X, at=NOON + HOUR, reason=Reason.SUPERSEDED, ref="DBC-BBBBBB")
    desk.pause(tx, Channel.X, by="p1", now=NOON)
    for number in ("one", "two", "three"):
        desk.raise_alert(tx, key=number, kind=AlertKind.HELD, now=NOON)
    desk.alert_sent(tx, "one", NOON)
    desk.acknowledge_alert(tx, "two", by="p1", now=NOON)
    desk.beat(tx, standing.SWEEP, NOON)
    seen = standing.snapshot(
        bot, tx, NOON + 2 * HOUR, last_sweep_age=MINUTE, journal_ok=True, clock_skew=timedelta(seconds=3)
    )
    assert (seen.overdue, seen.oldest_overdue) == (0, None)
    assert (seen.unverified_removals, seen.in_doubt) == (1, 1)
    assert (seen.alerts_open, seen.alerts_unsent, seen.paused) == (2, 1, True)
    assert (seen.last_sweep_age, seen.last_sweep_at, seen.clock_skew) == (MINUTE, NOON, timedelta(seconds=3))
    assert seen.journal_ok
    assert seen.head_seq > 0
    assert seen.posts == {
        (Channel.WEBSITE, "live"): 1,
        (Channel.X, "posting"): 1,
        (Channel.X, "removing"): 1,
    }


def test_a_snapshot_counts_as_overdue_what_is_past_its_date_or_retracted_and_not_gone_in_time(bot, tx):
    live(tx, approved(tx))
    second = approved(tx, "DBC-BBBBBB", case_ref="B1")
    live(tx, second, ref="DBC-BBBBBB", at=NOON + 20 * DAY)
    retract(tx, second, at=END + HOUR)
    urgent = bot.settings.loop.alert_urgent
    early = standing.snapshot(bot, tx, END + HOUR)
    assert (early.overdue, early.oldest_overdue) == (1, END)
    assert standing.snapshot(bot, tx, END + HOUR + urgent).overdue == 2
    # Past its date as well, it is still one copy.
    assert standing.snapshot(bot, tx, END + 21 * DAY).overdue == 2


def test_another_process_reads_the_sweeps_age_from_its_heartbeat(bot, tx):
    assert standing.snapshot(bot, tx, NOON).last_sweep_age is None
    desk.beat(tx, standing.SWEEP, NOON)
    assert standing.snapshot(bot, tx, NOON + MINUTE).last_sweep_age == MINUTE
    # A clock that went back makes no sweep young.
    assert standing.snapshot(bot, tx, NOON - HOUR).last_sweep_age == HOUR


def test_another_process_hears_of_a_broken_journal_from_its_alarm(bot, tx):
    assert standing.snapshot(bot, tx, NOON).journal_ok
    desk.raise_alert(tx, key="j", kind=AlertKind.JOURNAL_BROKEN, now=NOON)
    assert not standing.snapshot(bot, tx, NOON).journal_ok
    desk.close_alert(tx, "j", NOON)
    assert standing.snapshot(bot, tx, NOON).journal_ok
