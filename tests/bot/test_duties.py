"""Reminders, weekly checks, comments, escalation: opened from the ledger, once each, and gone with the notice."""

from datetime import timedelta

import pytest

from bot import alarms, duties, intake
from bot.alert_kinds import AlertKind
from bot.alerts import Sender
from bot.intake_tasks import answer_task
from bot.sweep import sweep
from policies.lifecycle import State
from policies.terms import Reason
from store import cases, desk, publications

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KEY = "eh20260417"
CHECKED = "2026-02-27"
ORDER = {
    "type": "cbo",
    "made_on": "2026-02-16",
    "until_further_order": True,
    "final": "yes",
    "in_force": "yes",
    "checked_on": CHECKED,
}
CBO = {"kind": "cbo", "checklist__answers__13__values__cbo_hearing": "concluded", "subjects__0__order": ORDER}


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website", "facebook"]}
    return office


def keep(office):
    """A pass over the duties, and the open tasks after it."""
    with office.bot.ledger.write() as tx:
        duties.keep(tx, office.clock())
        return {each.what: each for each in desk.open_tasks(tx)}


def alarming(office):
    with office.bot.ledger.write() as tx:
        alarms.raise_alarms(office.bot, tx, office.clock())
        return {AlertKind(each.kind) for each in desk.open_alerts(tx)}


def day(office, ref, number):
    """Move the clock to so many days after it went up."""
    with office.bot.ledger.read() as tx:
        since = cases.first_up(tx, publications.find(tx, ref).id)
    office.clock.now = since + number * DAY


def answer(office, task, said=None, by="comms", **more):
    return answer_task(office.bot, getattr(office.staff, by), task.id, answer=said, **more)


def events(office):
    with office.bot.ledger.read() as tx:
        return {each.what for each in cases.events_of(tx, KEY)}


def states(office, ref):
    return {post.state for post in office.posts(ref)}


def sentence(office, **component):
    """The sample's first person with one more part of the sentence."""
    convicted = {
        "number": "S1",
        "category": "convicted",
        "name": "Alex Example",
        "date_of_birth": "1984-02-03",
        "convictions": [
            {
                "offence": "Fly-tipping",
                "offence_on": "2025-12-03",
                "convicted_on": "2026-02-16",
                "sentenced_on": "2026-02-16",
                "sentence": [{"type": "fine"}, component],
            }
        ],
    }
    return {"subjects__0": convicted}


def test_r50_no_appeal_is_asked_at_publishing_and_on_days_7_14_and_22_and_once_each(office):
    ref = office.up()
    asked = []
    for number in range(27):
        day(office, ref, number)
        new = [what for what in keep(office) if what.startswith("appeal_check") and what not in asked]
        asked += new
        assert len(keep(office)) == len(keep(office))
        if new:
            assert number in {0, 7, 14, 22}
    assert asked == [f"appeal_check:day{number}" for number in (0, 7, 14, 22)]


def test_r50_the_reminder_is_for_the_person_row_32_names_else_for_the_author(office):
    ref = office.up(
        checklist__answers__32={"values": {"owner": "Sample Second, on duty"}},
    )
    other = office.up(case_ref="EH/2026/0999")
    keep(office)
    with office.bot.ledger.read() as tx:
        owners = {
            publications.by_id(tx, each.publication_id).ref: each.owner
            for each in desk.open_tasks(tx)
            if each.what == "appeal_check:day0"
        }
    assert owners == {ref: office.staff.second.id, other: office.staff.comms.id}


def test_r50_the_same_for_comments_and_row_30_where_the_platform_cannot_close_them(office):
    office.up(checklist__answers__30={"values": {"seen": "yes", "comments": "Sample Dpo"}})
    task = keep(office)["moderate_comments"]
    assert task.owner == office.staff.dpo.id
    assert task.due_at == office.clock() + DAY
    office.up("image_appeal", channels=["website"])
    assert list(keep(office)) == ["moderate_comments", "appeal_check:day0"]


def test_r50_an_image_appeal_has_no_conviction_to_appeal_against(office):
    office.up("image_appeal", channels=["website"])
    assert keep(office) == {}


def test_r50_after_a_pause_only_the_newest_reminder_is_opened(office):
    ref = office.up(channels=["website"])
    day(office, ref, 16)
    assert list(keep(office)) == ["appeal_check:day14"]


def test_r50_what_is_not_up_is_not_asked_about_and_coming_down_ends_the_question(office):
    office.approved()
    assert keep(office) == {}
    ref = office.up(case_ref="EH/2026/0999")
    assert set(keep(office)) == {"appeal_check:day0", "moderate_comments"}
    intake.retract(office.bot, office.staff.second, ref=ref, reason=Reason.REQUEST_UPHELD)
    assert keep(office) == {}


def test_r50_no_appeal_is_put_on_record_and_answers_the_earlier_questions_too(office):
    ref = office.up(channels=["website"])
    keep(office)
    day(office, ref, 7)
    found = keep(office)
    answer(office, found["appeal_check:day7"], "no_appeal", note="The court's office, by telephone")
    assert keep(office) == {}
    (entry,) = office.journal(f"task-{found['appeal_check:day7'].id}")
    assert (entry.event, entry.codes["answer"], entry.codes["ref"]) == ("task_done", "no_appeal", ref)
    assert "note" in entry.codes
    assert states(office, ref) == {State.LIVE}


def test_r49_r50_an_appeal_that_was_lodged_takes_everything_down_with_the_answer(office):
    ref, cbo = office.up(), office.up(**CBO)
    task = next(each for each in keep(office).values() if each.what == "appeal_check:day0")
    down = answer(office, task, "appeal_lodged").down
    assert set(down) == {post.id for each in (ref, cbo) for post in office.posts(each)}
    assert events(office) == {"appeal_lodged"}
    office.run(ref)
    office.run(cbo)
    assert states(office, ref) | states(office, cbo) == {State.REMOVED}
    assert {what.partition(":")[0] for what in keep(office)} == {"offline_material"}


def test_r50_an_unanswered_check_on_day_22_reaches_the_director_and_the_dpo(office):
    ref = office.up(channels=["website"])
    day(office, ref, 22)
    keep(office)
    office.clock.advance(DAY - timedelta(seconds=1))
    assert {each.what for each in keep(office).values()} == {"appeal_check:day22"}
    assert AlertKind.APPEAL_UNCHECKED not in alarming(office)
    office.clock.advance(timedelta(seconds=1))
    for _ in range(2):
        keep(office)
        with office.bot.ledger.read() as tx:
            found = [(each.what.partition(":")[0], each.owner) for each in desk.open_tasks(tx)]
        assert sorted(found[1:]) == [("appeal_unchecked", "director:environment"), ("appeal_unchecked", "dpo")]
        assert AlertKind.APPEAL_UNCHECKED in alarming(office)
    task = next(each for each in keep(office).values() if each.what == "appeal_check:day22")
    assert task.escalated_at == office.clock()
    assert [entry.event for entry in office.journal(f"task-{task.id}")] == ["task_escalated"]
    answer(office, task, "no_appeal", by="director")
    assert keep(office) == {}
    assert AlertKind.APPEAL_UNCHECKED not in alarming(office)


def test_any_other_task_that_is_overdue_is_escalated_once_with_its_own_alarm(office):
    office.up(channels=["website"])
    keep(office)
    office.clock.advance(DAY)
    for _ in range(2):
        (task,) = keep(office).values()
        assert AlertKind.TASK_OVERDUE in alarming(office)
    assert [entry.event for entry in office.journal(f"task-{task.id}")] == ["task_escalated"]
    answer(office, task, "no_appeal")
    assert AlertKind.TASK_OVERDUE not in alarming(office)


@pytest.mark.parametrize(
    ("component", "asked", "answers", "event"),
    [
        (
            {"type": "cbo", "until_further_order": True, "checked_on": CHECKED},
            "order_check:S1",
            ("in_force", "ended"),
            "conviction_spent",
        ),
        (
            {"type": "compensation", "paid": "no", "checked_on": CHECKED},
            "payment_check:S1",
            ("unpaid", "paid"),
            "compensation_paid",
        ),
    ],
)
def test_part_d_what_keeps_a_conviction_unspent_is_asked_again_weekly(office, component, asked, answers, event):
    still, over = answers
    ref = office.up(channels=["website"], **sentence(office, **component))
    assert asked not in keep(office)
    day(office, ref, 4)
    answer(office, keep(office)[asked], still)
    assert asked not in keep(office)
    day(office, ref, 7)
    office.run(ref)
    assert states(office, ref) == {State.LIVE}
    day(office, ref, 9)
    down = answer(office, keep(office)[asked], over).down
    assert down == (office.posts(ref)[0].id,)
    assert events(office) == {event}
    office.run(ref)
    assert office.posts(ref)[0].reason is Reason.SPENT
    assert states(office, ref) == {State.REMOVED}


def test_r48_an_open_ended_order_that_ended_takes_the_notice_of_it_down(office):
    ref = office.up(channels=["website"], **CBO)
    day(office, ref, 4)
    assert answer(office, keep(office)["order_check:S1"], "ended").down
    assert events(office) == {"order_ended", "conviction_spent"}


def test_a_question_needs_one_of_its_answers_and_a_task_that_asks_none_takes_none(office):
    office.up()
    found = keep(office)
    for task, said, remedy in (
        (found["appeal_check:day0"], None, "appeal_lodged, no_appeal"),
        (found["appeal_check:day0"], "perhaps", "appeal_lodged, no_appeal"),
        (found["moderate_comments"], "no_appeal", "Leave it out"),
    ):
        with pytest.raises(intake.InputRefused, match="--answer") as caught:
            answer(office, task, said)
        assert remedy in caught.value.problems[0].remedy
    with pytest.raises(intake.InputRefused, match="--subject"):
        answer(office, found["appeal_check:day0"], "appeal_lodged", subject="S9")
    with pytest.raises(intake.NotFound):
        answer_task(office.bot, office.staff.comms, 999)
    with pytest.raises(intake.NotAllowedHere):
        answer(office, found["moderate_comments"], by="auditor")
    assert len(keep(office)) == 2


def test_a_removal_by_hand_ends_by_proof_and_by_no_answer(office):
    ref = office.up(channels=["website"])
    post = office.posts(ref)[0]
    with office.bot.ledger.write() as tx:
        now = office.clock()
        desk.open_task(tx, key=f"by-hand:{post.id}", what="by_hand:website:x", owner="officer", now=now, due_at=now)
        (task,) = desk.open_tasks(tx)
    with pytest.raises(intake.Conflict):
        answer(office, task)
    assert AlertKind.TASK_OVERDUE not in alarming(office)


def test_duties_are_looked_after_every_five_minutes_whoever_asks(office):
    office.up(channels=["website"])
    duties.keep_due(office.bot)
    ref = office.up(case_ref="EH/2026/0999", channels=["website"])
    duties.keep_due(office.bot)
    with office.bot.ledger.read() as tx:
        assert len(desk.open_tasks(tx)) == 1
    office.clock.advance(duties.EVERY)
    duties.keep_due(office.bot)
    with office.bot.ledger.read() as tx:
        assert publications.by_id(tx, desk.open_tasks(tx)[-1].publication_id).ref == ref


def test_a_sweep_without_the_daemon_looks_after_them_too(office):
    office.up(channels=["website"])
    sweep(office.bot, Sender((), (), link_base=None), patience=timedelta())
    with office.bot.ledger.read() as tx:
        assert [each.what for each in desk.open_tasks(tx)] == ["appeal_check:day0"]


def test_no_task_holds_a_name(office):
    office.up(checklist__answers__32={"values": {"owner": "Sample CANARY"}})
    keep(office)
    assert "CANARY" not in office.everything()[0]
