"""The commands about tasks and requests, as an officer types them, on an office whose clock stands."""

import json
from contextlib import contextmanager

import pytest
import typer
from typer.testing import CliRunner

from bot import cli_requests, cli_tasks, duties, intake
from bot.intake_refusals import NotAllowedHere
from policies.lifecycle import State
from store import desk, people


class Doorway:
    """Leads to the office instead of to a folder."""

    def __init__(self, office):
        self._office = office

    @contextmanager
    def bot(self):
        yield self._office.bot


@pytest.fixture
def office(office):
    office.usual = {"channels": ["website", "facebook"]}
    return office


@pytest.fixture
def typed(office, monkeypatch):
    """Run a command as somebody of the staff."""
    app = typer.Typer()
    app.add_typer(cli_tasks.commands)
    app.add_typer(cli_requests.commands)

    def run(*arguments, by="second"):
        with office.bot.ledger.write() as tx:
            token = people.issue_token(tx, getattr(office.staff, by).id, office.clock())
        monkeypatch.setenv("DOWNDATE_TOKEN", token)
        return CliRunner().invoke(app, arguments, obj=Doorway(office))

    return run


def keep(office):
    with office.bot.ledger.write() as tx:
        duties.keep(tx, office.clock())
        return desk.open_tasks(tx)


def states(office, ref):
    return {post.state for post in office.posts(ref)}


def test_tasks_are_listed_by_due_time_with_what_they_ask(office, typed):
    ref = office.up()
    keep(office)
    listed = typed("tasks").stdout
    assert ref in listed
    assert "Answer: appeal_lodged or no_appeal." in listed
    told = json.loads(typed("tasks", "--json").stdout)
    assert [each["due_at"] for each in told] == sorted(each["due_at"] for each in told)
    assert {each["clause"] for each in told} == {"5.6", "5.7.4(e)"}
    assert not any(each["overdue"] for each in told)


def test_mine_are_those_of_my_number_my_roles_and_my_service(office, typed):
    ref = office.up(channels=["website"])
    keep(office)
    typed("request", "reuse", ref)
    typed("request", "removal", ref, "--allegation", "other")
    mine = {
        by: {each["what"].partition(":")[0] for each in json.loads(typed("tasks", "--mine", "--json", by=by).stdout)}
        for by in ("comms", "second", "dpo", "director", "other_director")
    }
    assert mine == {
        "comms": {"appeal_check"},
        "second": {"acknowledge_request"},
        "dpo": {"decide_request"},
        "director": {"decide_reuse"},
        "other_director": set(),
    }


def test_an_answer_that_is_an_appeal_takes_down_before_the_command_ends(office, typed):
    ref = office.up()
    task = next(each for each in keep(office) if each.what == "appeal_check:day0")
    ended = typed("tasks", "done", str(task.id), "--answer", "appeal_lodged", "--note", "The court's office")
    assert (ended.exit_code, "appeal_lodged" in ended.stdout) == (0, True)
    assert states(office, ref) == {State.REMOVED}


def test_a_grave_request_takes_down_before_the_command_ends_and_is_decided_later(office, typed):
    ref = office.up()
    ended = typed("request", "removal", ref, "--allegation", "mistaken_identity", "--note", "By telephone")
    assert ended.exit_code == 0
    assert "Request 1: logged; to be decided by" in ended.stdout
    assert states(office, ref) == {State.REMOVED}
    (listed,) = json.loads(typed("requests", "--json").stdout)
    assert (listed["allegation"], listed["decision"], listed["note"]) == ("mistaken_identity", None, "By telephone")
    decided = typed("request", "decide", "1", "--reject", "--with", office.staff.dpo.id, "--note", "Another person")
    assert decided.exit_code == 0
    assert "rejected" in typed("requests").stdout


def test_an_ordinary_request_is_acknowledged_and_upheld(office, typed):
    ref = office.up()
    typed("request", "removal", ref, "--allegation", "other")
    assert states(office, ref) == {State.LIVE}
    assert typed("request", "acknowledge", "1").exit_code == 0
    assert (
        typed(
            "request", "decide", "1", "--uphold", "--with", office.staff.second.id, "--note", "Fair", by="dpo"
        ).exit_code
        == 0
    )
    assert states(office, ref) == {State.REMOVED}
    assert typed("tasks").stdout == "Nothing to do.\n"


def test_a_complaint_is_logged_and_listed(office, typed):
    assert typed("requests").stdout == "Nobody has asked for anything.\n"
    assert typed("request", "complaint", "--note", "Too small to read").exit_code == 0
    assert "complaint" in typed("requests").stdout
    assert office.bot.now


def test_the_draft_of_a_correction_can_be_submitted_as_it_is_printed(office, typed):
    ref = office.up()
    intake.record_event(office.bot, office.staff.second, "EH/2026/0417", "inaccurate", happened_at=office.clock())
    printed = typed("correction", ref)
    draft = json.loads(printed.stdout)
    assert (draft["kind"], draft["follows"]) == ("correction_notice", ref)
    submitted = intake.submit(office.bot, office.staff.comms, office.read(draft))
    assert {each.path.partition(".")[0] for each in submitted.objections} <= {"checklist", "follows"}
    chosen = json.loads(typed("correction", ref, "--kind", "successful_appeal_notice").stdout)
    assert chosen["kind"] == "successful_appeal_notice"
    assert isinstance(typed("correction", ref, by="auditor").exception, NotAllowedHere)


@pytest.mark.parametrize(
    "arguments",
    [
        ("request", "removal", "DBC-AAAAAA", "--allegation", "gossip"),
        ("request", "decide", "1", "--note", "Both or neither"),
        ("request", "reuse", "DBC-AAAAAA", "--received", "yesterday"),
        ("correction", "DBC-AAAAAA", "--kind", "cbo"),
    ],
)
def test_a_value_that_cannot_be_meant_is_told(typed, arguments):
    assert isinstance(typed(*arguments).exception, intake.InputRefused)
