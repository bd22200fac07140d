"""Commands that look: status, sweep, audit, check, tasks, alerts. Each also as one document, and without a name."""

from datetime import timedelta

import pytest

from adapters.standin.core import Fault, Rule
from bot.assemble import wall_clock
from tests.bot.terminal import EVERYWHERE, NOTICE, NOWHERE

SAMPLE_NAMES = ("Alex", "Haulage", "Sample comms")


def past(**span):
    """An instant as the ledger writes it."""
    return (wall_clock() - timedelta(**span)).strftime("%Y-%m-%d %H:%M:%S.%f")


def overdue(downdate):
    """The notice's clock began so long ago that all its copies are past their date, and X says yes to nothing."""
    downdate.x.rules.append(Rule(fault=Fault.LIE, method="DELETE", times=0))
    downdate.tamper(
        "drop trigger posts_removed_needs_proof",
        f"update clocks set first_up_at = '{past(days=40)}'",
        f"update posts set due_at = '{past(days=1)}'",
    )


def stray(downdate):
    """A copy on X that carries our marker and that the ledger does not know, as after an old backup was restored."""
    tracked = next(each for each in downdate.x.visible() if downdate.up in str(each.fields))
    downdate.x.objects["999"] = type(tracked)(
        id="999",
        kind=tracked.kind,
        created_at=wall_clock(),
        fields=tracked.fields | {"text": "A notice DBC-ZZZZZZ-1"},
        public=True,
    )


@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        (["status"], dict), (["status", "REF"], dict), (["preview", "REF"], dict), (["sweep"], dict),
        (["audit"], dict), (["check"], dict), (["doctor"], dict), (["tasks"], list), (["alerts"], list),
        (["journal", "verify"], dict), (["journal", "export"], list), (["ledger", "export"], list),
        (["ledger", "export", "--with-content"], list), (["config", "show"], dict), (["person", "list"], list),
        (["backup", "FOLDER"], dict),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)  # fmt: skip
def test_whatever_reads_prints_one_document(argv, kind, downdate, tmp_path):
    given = [{"REF": downdate.up, "FOLDER": str(tmp_path / "copy")}.get(each, each) for each in argv]
    # On a busy machine the council may have been made longer ago than a loop may be silent.
    downdate.done("sweep")
    ran = downdate.done(*given, "--json", by="admin")
    assert isinstance(ran.json, kind)
    assert ran.out.endswith("\n")
    if argv[0] != "preview" and "--with-content" not in argv:
        assert not [name for name in SAMPLE_NAMES if name in ran.out]


def test_status_groups_every_notice_and_says_when_each_comes_down(downdate):
    waiting = downdate.submitted()
    downdate.done("retract", downdate.approved(case_ref="EH/2026/0700"), "--reason", "inaccurate", by="officer")
    told = downdate.done("status").out
    assert told.startswith("Overdue: 0\n")
    assert [line for line in told.splitlines() if line and line[0] not in " O"] == [
        "Live (1)", "Waiting (1)", "Down (1)",
    ]  # fmt: skip
    assert "(27 days left)" in told
    assert f"{waiting}  case outcome, environment: Waits for a Director's approval" in told
    assert "If it goes up, down by" in told.partition(waiting)[2]
    assert not [name for name in SAMPLE_NAMES if name in told]
    document = downdate.done("status", "--json").json
    assert document["overdue"] == 0
    assert [each["group"] for each in document["publications"]] == ["Live", "Waiting", "Down"]


def test_status_of_one_notice_shows_every_object_there_ever_was(downdate):
    told = downdate.done("status", downdate.up).out
    assert "Every object on a platform:" in told
    objects = downdate.done("status", downdate.up, "--json").json["objects"]
    assert {each["channel"] for each in objects} == set(EVERYWHERE)
    assert len(objects) == downdate.rows("select count(*) from artefacts")[0][0]


def test_check_is_one_line_with_figures_and_says_by_its_code_how_it_stands(downdate):
    downdate.done("sweep")
    well = downdate.done("check")
    assert well.out.startswith("DOWNDATE OK; 4 live, 0 overdue, last sweep ")
    assert well.out.endswith("| overdue=0 live=4\n")
    assert len(well.out.splitlines()) == 1
    downdate.tamper(f"update heartbeats set at = '{past(hours=2)}'")
    late = downdate("check")
    assert late.code == 1
    assert "CRITICAL: loop-late" in late.out
    overdue(downdate)
    found = downdate("check", "--json")
    assert found.code == 5
    assert found.json["overdue"] == 4


def test_a_broken_journal_fails_the_check_once_the_loop_has_found_it(downdate):
    downdate.tamper(
        "insert into alerts (key, kind, raised_at) "
        f"values ('journal_broken:-:-:-', 'journal_broken', '{past(seconds=1)}')"
    )
    found = downdate("check")
    assert found.code == 1
    assert "journal-broken" in found.out


def test_a_check_sees_a_changed_end_of_the_journal_by_itself(downdate):
    downdate.tamper("drop trigger journal_no_update", "update journal set actor = 'p9' where seq = 20")
    found = downdate("check")
    assert found.code == 1
    assert "journal-broken" in found.out


def test_a_draft_that_the_policy_refused_waits_for_its_author_and_for_no_director(downdate):
    refused = downdate("submit", downdate.write(service="parks", case_ref="EH/2026/0800"), "--json", by="comms")
    assert refused.code == 3
    told = downdate.done("status", refused.json["ref"])
    assert "Refused by the policy: amend it" in told.out


def test_a_sweep_takes_down_what_is_past_its_date_and_ends_with_5_while_a_copy_is_left(downdate):
    overdue(downdate)
    ran = downdate("sweep", "--patience", "1s", "--json")
    assert ran.code == 5
    assert ran.json["overdue"] == 1
    assert [each["channel"] for each in ran.json["unproven"]] == ["x"]
    assert downdate.visible(downdate.up) == NOWHERE | {"x": 1}
    told = downdate.done("status").out
    assert told.startswith("Overdue: 1\n")
    assert "Stuck (1)" in told
    assert "!" in told
    downdate.x.rules.clear()
    done = downdate("sweep", "--patience", "20s")
    assert done.code == 0
    assert done.out.endswith("Overdue: 0\n")
    assert downdate.visible(downdate.up) == NOWHERE
    assert "retention_ended" in downdate.done("status", downdate.up).out


def test_a_sweep_ends_with_4_while_a_removal_in_time_is_not_proven(downdate):
    downdate.x.rules.append(Rule(fault=Fault.LIE, method="DELETE", times=0))
    assert downdate("retract", downdate.up, "--reason", "inaccurate", "--patience", "0s", by="officer").code == 4
    ran = downdate("sweep", "--patience", "0s")
    assert ran.code == 4
    assert f"Not proven gone yet: {downdate.up}-1 on x" in ran.out


def test_a_copy_that_nobody_tracks_is_found_and_taken_down(downdate):
    stray(downdate)
    ran = downdate.done("audit", "--everything", "--json")
    assert ran.json == {"accounts": 4, "not_compared": 0, "strays": 1, "all_gone": True}
    assert not downdate.x.objects["999"].visible
    assert downdate.visible(downdate.up) == EVERYWHERE
    assert "unknown_copy" in {each["kind"] for each in downdate.done("alerts", "--json").json}


def test_an_audit_ends_with_4_while_such_a_copy_is_left_and_with_1_where_an_account_is_silent(downdate):
    stray(downdate)
    downdate.x.rules.append(Rule(fault=Fault.LIE, method="DELETE", times=0))
    left = downdate("audit", "--patience", "500ms")
    assert left.code == 4
    assert "downdate status" in left.err
    assert "a copy of a notice that this ledger does not know" in downdate.done("status").out
    downdate.x.rules[:] = [Rule(fault=Fault.FAIL_BEFORE, path="/2/users", times=0)]
    downdate.x.objects.pop("999")
    silent = downdate("audit", "--patience", "5s", "--json")
    assert silent.json["not_compared"] == 1
    assert silent.code == 1


def test_a_task_is_done_by_name_and_a_removal_by_hand_only_by_proof(downdate):
    downdate.done("event", NOTICE, "inaccurate", "--subject", "S1", by="officer")
    tasks = downdate.done("tasks", "--json").json
    assert {"comms", "dpo"} <= {each["owner"] for each in tasks}
    tasks = [each for each in tasks if each["owner"] == "comms"]
    first = str(tasks[0]["id"])
    assert first in downdate.done("tasks").out
    assert downdate.done("tasks", "done", first, by="comms").out == f"Task {first}: done.\n"
    assert downdate.journal(f"task-{first}")[0]["event"] == "task_done"
    again = downdate("tasks", "done", first, by="comms")
    assert again.code == 3
    downdate.tamper(f"update tasks set key = 'by-hand:1' where id = {tasks[1]['id']}")
    by_hand = downdate("tasks", "done", str(tasks[1]["id"]), by="comms")
    assert by_hand.code == 3
    assert "5.7.4" in by_hand.err


def test_an_alarm_can_be_sent_to_see_whether_it_arrives(downdate):
    sent = downdate.done("alerts", "test", by="admin")
    key = sent.out.split()[-1]
    assert key.startswith("test:")
    downdate.done("alerts", "ack", key, by="admin")
    assert downdate("alerts", "test", by="auditor").code == 3
    nowhere = type(downdate)(**{**vars(downdate), "environ": downdate.environ | {"DOWNDATE__ALERTS__URLS": "[]"}})
    failed = nowhere("alerts", "test", by="admin")
    assert failed.code == 1
    assert "alerts.urls" in failed.err
    wrong = type(downdate)(
        **{**vars(downdate), "environ": downdate.environ | {"DOWNDATE__ALERTS__URLS": '["pigeon://secret"]'}}
    )
    failed = wrong("alerts", "test", by="admin")
    assert failed.code == 1
    assert "secret" not in failed.err


def test_an_alarm_is_acknowledged_once_and_stays_raised_while_its_reason_lasts(downdate):
    key = "person_added:-:-:p2"
    assert key in downdate.done("alerts").out
    downdate.done("alerts", "ack", key, by="dpo")
    downdate.done("alerts", "ack", key, by="dpo")
    assert len(downdate.journal(key)) == 1
    row = next(each for each in downdate.done("alerts", "--json").json if each["key"] == key)
    assert row["acknowledged_by"] == "p6"
    assert f"{key}, acknowledged by p6" in downdate.done("alerts").out
    downdate.tamper("delete from alerts")
    assert downdate.done("alerts").out == "No alarm is raised.\n"
    downdate.tamper("delete from tasks")
    assert downdate.done("tasks").out == "Nothing to do.\n"
