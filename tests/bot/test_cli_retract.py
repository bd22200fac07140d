"""`retract` and `event` as an officer in a car park sees them: at once, everywhere, only on proof, safe to repeat."""

import os
import re
import signal
from datetime import timedelta
from time import monotonic

import pytest

from adapters.standin.core import Fault, Rule
from policies.terms import CLAUSE, EventType
from tests.bot.terminal import EVERYWHERE, NOTICE, NOWHERE

LINE = re.compile(r"(\w+) +(\w+) +(Asking|Asked|Looking|Gone at \d\d:\d\d:\d\d)(  http\S+)?")


def lie(platform, path="", method="DELETE"):
    """Say yes to every deletion and do nothing."""
    platform.rules.append(Rule(fault=Fault.LIE, method=method, path=path, times=0))


def test_each_copy_turns_from_asking_to_gone_with_the_time_and_only_on_proof(downdate):
    ran = downdate.done("retract", downdate.up, "--reason", "appeal_lodged", by="officer")
    assert downdate.visible(downdate.up) == NOWHERE
    said: dict[tuple[str, str], list[str]] = {}
    for line in ran.out.splitlines():
        seen = LINE.fullmatch(line)
        assert seen, line
        said.setdefault((seen[1], seen[2]), []).append(seen[3])
    assert {channel for channel, _ in said} == set(EVERYWHERE)
    for words in said.values():
        assert words[0] in {"Asking", "Asked", "Looking"}
        assert words[-1].startswith("Gone at ")
    assert "appeal_lodged (5.6)" in ran.err
    assert ran.err.endswith("All of it is proven gone.\n")
    told = downdate.done("status", downdate.up, "--json").json
    assert told["group"] == "Down"
    assert {each["word"] for each in told["objects"]} <= {"Gone", "Expires by itself"}
    kinds = [each["event"] for each in downdate.journal(downdate.up)]
    assert "retracted" in kinds
    assert "Alex" not in ran.out + ran.err


def test_on_a_terminal_too_it_acts_at_once_and_asks_nothing(downdate):
    ours, theirs = os.openpty()
    ran = downdate.process("retract", downdate.up, "--reason", "inaccurate", by="officer", stdin=theirs, stderr=theirs)
    try:
        said, _ = ran.communicate(timeout=60)
    finally:
        ran.kill()
        os.close(theirs)
        os.close(ours)
    assert ran.returncode == 0
    assert "Gone at " in said
    assert downdate.visible(downdate.up) == NOWHERE


def test_it_is_safe_to_repeat_and_the_first_reason_stands(downdate):
    downdate.done("retract", downdate.up, "--reason", "request_upheld", by="officer")
    again = downdate.done("retract", downdate.up, "--reason", "inaccurate", "--json", by="comms")
    assert again.json == {"all_gone": True, "copies": [], "left": []}
    assert "Nothing of it is up." in again.err
    assert downdate.done("status", downdate.up, "--json").json["retracted_for"] == "request_upheld"
    assert downdate.rows("select reason from retractions") == [("request_upheld",)]


@pytest.mark.parametrize("written", [NOTICE, "eh 2026 0417", "eh/2026/0417"])
def test_a_whole_case_comes_down_however_its_reference_is_written(written, downdate):
    told = downdate.done("retract", "--case", written, "--reason", "eliminated", "--json", by="dpo").json
    assert told["all_gone"] is True
    assert {each["channel"] for each in told["copies"]} == set(EVERYWHERE)
    assert {each["word"] for each in told["copies"]} == {"Gone"}
    assert all(each["at"] for each in told["copies"])
    assert downdate.visible(downdate.up) == NOWHERE
    assert downdate.rows("select what, subject from events") == [("eliminated", None)]


def test_a_channel_that_says_yes_and_does_nothing_ends_with_4_and_the_steps_by_hand(downdate):
    lie(downdate.x)
    began = monotonic()
    ran = downdate("retract", downdate.up, "--reason", "inaccurate", "--patience", "1s", "--json", by="officer")
    assert monotonic() - began < 20
    assert ran.code == 4
    told = ran.json
    assert told["all_gone"] is False
    assert {each["channel"] for each in told["copies"] if each["word"] != "Gone"} == {"x"}
    (left,) = told["left"]
    assert left["channel"] == "x"
    assert left["url"].endswith(next(each.id for each in downdate.x.visible()))
    assert "Delete" in left["steps"]
    assert f"x: {left['steps']}. {left['url']}" in ran.err
    assert downdate.visible(downdate.up) == NOWHERE | {"x": 1}
    assert "Coming down" in downdate.done("status", downdate.up).out

    downdate.x.rules.clear()
    again = downdate("retract", downdate.up, "--reason", "inaccurate", "--patience", "15s", by="officer")
    assert again.code == 0
    assert downdate.visible(downdate.up) == NOWHERE


def test_without_any_patience_everything_is_tried_once_and_nothing_is_called_gone_unproven(downdate):
    lie(downdate.x)
    ran = downdate("retract", downdate.up, "--reason", "inaccurate", "--patience", "0s", "--json", by="officer")
    assert ran.code == 4
    assert [each["channel"] for each in ran.json["left"]] == ["x"]
    assert downdate.visible(downdate.up) == NOWHERE | {"x": 1}


def test_one_channel_that_hangs_holds_up_no_other(downdate):
    rule = Rule(fault=Fault.LOSE_BEFORE, method="DELETE", path="/2/tweets", times=0, delay=timedelta(seconds=1))
    downdate.x.rules.append(rule)
    ran = downdate("retract", downdate.up, "--reason", "inaccurate", "--patience", "1s", by="officer")
    assert ran.code == 4
    assert downdate.visible(downdate.up) == NOWHERE | {"x": 1}


def test_what_was_only_approved_is_called_off_and_never_goes_up(downdate):
    ref = downdate.approved()
    ran = downdate.done("retract", ref, "--reason", "restriction_imposed", by="officer")
    assert "Nothing of it is up." in ran.err
    downdate.done("sweep", "--patience", "1s")
    assert downdate.visible(ref) == NOWHERE
    assert downdate.visible(downdate.up) == EVERYWHERE


def test_a_director_withdraws_the_approval(downdate):
    told = downdate.done("retract", downdate.up, "--reason", "approval_withdrawn", "--json", by="director").json
    assert told["all_gone"] is True
    assert downdate.rows("select count(*) from events") == [(0,)]


def test_why_it_came_down_is_kept_sealed_and_out_of_the_journal(downdate):
    note = "Rang the custody desk"
    downdate.done("retract", downdate.up, "--reason", "inaccurate", "--note", note, "--subject", "S1", by="officer")
    dump, _ = downdate.everything()
    assert note not in dump
    assert downdate.rows("select subject from events") == [("S1",)]


def test_an_event_takes_down_what_it_covers_and_opens_the_tasks_it_asks_for(downdate):
    other = downdate.approved(case_ref="EH/2026/0600")
    ran = downdate.done(
        "event", NOTICE, "appeal_succeeded", "--at", "2026-11-01T09:00:00+00:00", "--source", "e-mail", "--json",
        by="officer",
    )  # fmt: skip
    assert ran.json["all_gone"] is True
    assert downdate.visible(downdate.up) == NOWHERE
    assert downdate.done("status", other, "--json").json["retracted_for"] is None
    assert downdate.done("status", downdate.up, "--json").json["retracted_for"] == "appeal_succeeded"
    assert {each["what"] for each in downdate.done("tasks", "--json").json} >= {
        "offline_material:appeal_succeeded", "result_in_later_publicity:appeal_succeeded",
    }  # fmt: skip
    assert "happened" in [each["event"] for each in downdate.journal()]


def test_an_event_that_ends_nothing_is_only_recorded(downdate):
    ran = downdate.done("event", NOTICE, "appeal_dismissed", "--subject", "S2", by="officer")
    assert "appeal_dismissed is on record" in ran.err
    assert "It takes down nothing that is up." in ran.err
    assert downdate.visible(downdate.up) == EVERYWHERE


def test_an_event_with_a_channel_that_does_nothing_ends_with_4(downdate):
    lie(downdate.x)
    ran = downdate("event", NOTICE, "eliminated", "--patience", "1s", by="officer")
    assert ran.code == 4
    assert "take it down by hand now" in ran.err
    assert downdate.visible(downdate.up) == NOWHERE | {"x": 1}


def test_every_reason_is_in_the_help_with_its_clause_and_every_event_too(downdate):
    def said(command):
        return re.sub(r"[\s│]+", "", downdate.done(command, "--help").out)

    for reason, clause in CLAUSE.items():
        assert f"{reason.value}({clause})" in said("retract")
    for what in EventType:
        assert what.value in said("event")


def test_it_acts_in_its_own_process_and_whoever_breaks_it_off_is_told_what_may_still_be_up(downdate):
    lie(downdate.x)
    process = downdate.process("retract", downdate.up, "--reason", "inaccurate", "--patience", "20s", by="officer")
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("x ") and "Asked" in line:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 4
    assert "take it down by hand now" in err
    assert downdate.visible(downdate.up) == NOWHERE | {"x": 1}
