"""Tasks and alarms at the desk: what is asked in words, answered with its own answers, and what an answer takes down."""

import re
from datetime import timedelta

import pytest

from bot import alarms, audit, duties, intake
from bot.alert_kinds import AlertKind
from bot.cli_output import BY_HAND
from policies.lifecycle import CLOSED
from policies.terms import Channel, Reason
from store import desk as tasks
from store import publications
from tests.bot.web.browser import words
from tests.bot.web.test_text_and_secrets import HOSTILE, raw

# Where a notice tells what is left to be done by hand.
SEEN = ("?all=1", "/progress")
SAID = "Dartford Magistrates’ Court fined both on 16 February 2026."


@pytest.fixture
def ref(office):
    """A notice that is up, with what it asks of people."""
    made = office.up(channels=["website"])
    with office.bot.ledger.write() as tx:
        duties.keep(tx, office.clock())
    return made


@pytest.fixture
def comms(desk, office, ref):
    return desk.as_(office.staff.comms)


def open_tasks(office):
    with office.bot.ledger.read() as tx:
        return {task.what: task for task in tasks.open_tasks(tx)}


def appeal(office):
    return next(task for what, task in open_tasks(office).items() if what.startswith("appeal_check"))


def retraction(office, ref):
    with office.bot.ledger.read() as tx:
        return publications.retraction_of(tx, publications.find(tx, ref).id)


def test_a_task_says_what_it_asks_under_which_clause_by_when_and_leads_to_its_notice(office, comms, ref):
    task = appeal(office)
    page = words(comms.get("/tasks"))
    assert "Ask the court whether an appeal was lodged." in page
    assert "5.6" in page
    assert "Due 3 March 2026" in page
    assert f'href="/notices/{ref}"' in comms.get("/tasks").text
    assert "An appeal was lodged" in words(comms.get(f"/tasks/{task.id}"))


def test_what_is_overdue_stands_first_in_words_and_is_counted_in_the_menu(office, comms):
    later = office.clock() + timedelta(days=2)
    with office.bot.ledger.write() as tx:
        tasks.open_task(tx, key="x:later", what="incident:x", owner="comms", now=office.clock(), due_at=later)
    office.clock.advance(timedelta(days=1, hours=2))
    page = words(comms.get("/tasks"))
    assert page.index("Overdue (1)") < page.index("To do (1)")
    assert "Was due 3 March 2026" in page
    assert "2 hours ago" in page
    assert re.search(r"Tasks \(1 overdue\)", page)


def test_one_sees_ones_own_and_on_asking_everybodys(office, desk, ref):
    desk.as_(office.staff.dpo)
    assert "Nothing to do." in words(desk.get("/tasks"))
    assert "Ask the court" in words(desk.get("/tasks?all=1"))


def test_an_answer_is_put_on_record_with_its_note_and_nothing_comes_down(office, comms, ref):
    task = appeal(office)
    answer = comms.post(f"/tasks/{task.id}", {"answer": "no_appeal", "note": "CANARY: rang the court"})
    assert answer.headers["Location"] == "/tasks"
    assert "On record." in comms.get("/tasks").text
    assert task.what not in open_tasks(office)
    assert retraction(office, ref) is None
    assert "CANARY" not in office.everything()[0]
    assert comms.get(f"/tasks/{task.id}").headers["Location"] == "/tasks"
    assert "That task is not open any more" in words(comms.get("/tasks"))


def test_that_an_appeal_was_lodged_takes_the_notice_down_at_once_and_shows_its_progress(office, comms, ref):
    answer = comms.post(f"/tasks/{appeal(office).id}", {"answer": "appeal_lodged"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/cases/")
    assert answer.headers["Location"].endswith("/progress")
    assert retraction(office, ref).reason is Reason.APPEAL_LODGED
    assert comms.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "given", [{}, {"answer": "perhaps"}, {"answer": "paid"}, {"answer": "no_appeal", "subject": "99"}]
)
def test_a_mistake_is_told_in_the_summary_and_beside_its_field_and_keeps_the_note(office, comms, given):
    task, before = appeal(office), office.journal("task-1")
    answer = comms.post(f"/tasks/{task.id}", given | {"note": "rang at noon"})
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert "govuk-error-message" in answer.text
    assert "rang at noon" in answer.text
    assert office.journal("task-1") == before


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_note_comes_back_as_text(office, comms, kind):
    answer = comms.post(f"/tasks/{appeal(office).id}", {"answer": HOSTILE[kind], "note": HOSTILE[kind]})
    assert answer.status_code == 400
    assert not raw(answer.text.replace(HOSTILE[kind], ""))


def test_an_auditor_reads_tasks_and_answers_none(office, desk, ref):
    desk.as_(office.staff.auditor)
    task = appeal(office)
    assert "<textarea" not in desk.get(f"/tasks/{task.id}").text
    assert desk.post(f"/tasks/{task.id}", {"answer": "no_appeal"}).status_code == 403
    assert task.what in open_tasks(office)


def test_a_task_that_asks_no_question_is_simply_done(office, comms):
    with office.bot.ledger.write() as tx:
        due = office.clock() + timedelta(days=1)
        tasks.open_task(tx, key="incident:x", what="incident:inaccurate", owner="dpo", now=office.clock(), due_at=due)
    number = open_tasks(office)["incident:inaccurate"].id
    assert "It is done" in comms.get(f"/tasks/{number}").text
    assert comms.post(f"/tasks/{number}", {}).status_code == 303
    assert "incident:inaccurate" not in open_tasks(office)


def test_a_removal_by_hand_ends_by_proof_and_not_here(office, comms):
    with office.bot.ledger.write() as tx:
        due = office.clock()
        tasks.open_task(tx, key="by-hand:1", what="by_hand:x:forbidden", owner="officer", now=due, due_at=due)
    number = open_tasks(office)["by_hand:x:forbidden"].id
    page = comms.get(f"/tasks/{number}")
    assert "Take it down by hand on X" in words(page)
    assert "<form" not in page.text.partition("<footer")[0].partition("<main")[2]
    assert comms.post(f"/tasks/{number}", {}).status_code == 400
    assert "by_hand:x:forbidden" in open_tasks(office)


@pytest.mark.parametrize("channel", Channel)
def test_what_is_done_by_hand_begins_with_a_capital_wherever_it_is_told(office, comms, channel):
    made = office.up(channels=list(dict.fromkeys(["website", channel.value])), case_ref="EH/2026/0999")
    office.channels[channel].revoked = True
    intake.retract(office.bot, office.staff.second, ref=made, reason=Reason.INACCURATE)
    office.run(made, step=timedelta(minutes=5))
    what = f"by_hand:{channel.value}:forbidden"
    with office.bot.ledger.write() as tx:
        due = office.clock()
        tasks.open_task(tx, key="by-hand:1", what=what, owner="officer", now=due, due_at=due)
    steps = BY_HAND[channel]
    for path in (f"/tasks/{open_tasks(office)[what].id}", "/tasks?all=1", *(f"/notices/{made}{part}" for part in SEEN)):
        page = words(comms.get(path))
        assert steps[:1].upper() + steps[1:] in page, path
        assert not re.search(rf"(?<!By hand)[.:>] {re.escape(steps)}", page), path


@pytest.fixture
def stray(office):
    """An item without our marker that shows what a notice shows, and the task about it."""
    ref = office.up(channels=["facebook"])
    item = office.channels[Channel.FACEBOOK].plant(SAID)
    audit.compare(office.bot, Channel.FACEBOOK)
    return ref, item, open_tasks(office)["picture_elsewhere:facebook"].id


def test_a_stray_is_left_with_a_reason_and_only_with_one(office, desk, stray):
    _, item, number = stray
    desk.as_(office.staff.second)
    assert "An item on Facebook shows what this notice shows" in words(desk.get(f"/tasks/{number}"))
    assert "Say why the item may stay" in desk.post(f"/tasks/{number}", {"answer": "leave", "note": " "}).text
    assert "Choose whether it comes down or stays" in desk.post(f"/tasks/{number}", {}).text
    assert desk.post(f"/tasks/{number}", {"answer": "leave", "note": "A press release"}).status_code == 303
    assert item in office.channels[Channel.FACEBOOK].visible()
    assert open_tasks(office).get("picture_elsewhere:facebook") is None


def test_a_stray_is_taken_down_and_the_notice_stays(office, desk, stray):
    ref, item, number = stray
    desk.as_(office.staff.second)
    answer = desk.post(f"/tasks/{number}", {"answer": "take-down"})
    assert answer.headers["Location"].endswith("/progress")
    office.run(ref, step=timedelta(minutes=5))
    assert item.id not in {each.id for each in office.channels[Channel.FACEBOOK].visible()}
    assert retraction(office, ref) is None
    assert len([post for post in office.posts(ref) if post.state not in CLOSED]) == 1


def test_alarms_stand_with_what_to_do_and_are_acknowledged_once(office, comms, ref):
    with office.bot.ledger.write() as tx:
        alarms.raise_once(office.bot, tx, AlertKind.TEXT_CHANGED, ref, Channel.WEBSITE, office.clock())
    page = words(comms.get("/alarms"))
    assert f"{ref} on Website: its text was changed on the platform" in page
    assert "If in doubt, retract it." in page
    key = f"text_changed:{ref}:website"
    for _ in range(2):
        assert comms.post("/alarms", {"key": key}).headers["Location"] == "/alarms"
    assert f"Acknowledged by {office.staff.comms.name}" in words(comms.get("/alarms"))
    assert [entry.event for entry in office.journal(key)] == ["acknowledged"]


def test_an_alarm_that_is_over_is_said_to_be_over(comms):
    comms.post("/alarms", {"key": "none-such"})
    assert "That alarm is over." in comms.get("/alarms").text
