"""The commands by which people sign, ask why and fill in forms, as they are typed."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.assemble import wall_clock
from bot.cli_output import Exit, Misused
from bot.intake_refusals import Conflict, NotAllowedHere
from bot.settings import load, rehearsal_defaults
from bot.settings_rehearsal import as_environment
from policies.terms import Channel, Role
from store import desk, journal, people
from store.ledger import create
from store.types import make_key
from tests.bot.office import with_changes
from tests.bot.terminal import news

DAY = timedelta(days=1)


class Desk:
    """A rehearsal's ledger with people at their desks, each with a token."""

    def __init__(self, folder) -> None:
        ports = {"x_url": "http://127.0.0.1:1", "graph_url": "http://127.0.0.1:1", "site_port": 1, "serve_port": 2}
        overrides = rehearsal_defaults(folder, **ports)
        self.folder, self.env = folder, as_environment(overrides)
        settings = load(rehearsal=True, environ={}, overrides=overrides)
        self.ledger = create(settings.ledger.url, make_key(settings.ledger.key_file), folder, rehearsal=True)
        now = wall_clock()
        held = {
            "admin": [(Role.ADMIN, None)],
            "comms": [(Role.COMMS, None)],
            "dpo": [(Role.DPO, None)],
            "director": [(Role.DIRECTOR, "environment")],
            "nobody": [],
        }
        with self.ledger.write() as tx:
            added = {name: people.add(tx, name=f"Sample {name}", held=roles, now=now) for name, roles in held.items()}
            for channel in Channel:
                desk.set_account(tx, channel, can_remove=True)
        self.ids = {name: person.id for name, (person, _) in added.items()}
        self.tokens = {name: token for name, (_, token) in added.items()}

    def type(self, who, *arguments):
        """What comes out; what a command raises is raised here."""
        env = self.env | {"DOWNDATE_TOKEN": self.tokens[who]}
        done = CliRunner().invoke(cli.app, list(arguments), env=env)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    def json(self, who, *arguments):
        return json.loads(self.type(who, *arguments, "--json").stdout)

    def submit(self, **changes) -> str:
        path = self.folder / "notice.json"
        path.write_text(json.dumps(with_changes(news(), {"channels": ["website"]} | changes)))
        return self.json("comms", "submit", str(path))["ref"]

    def person(self, name):
        with self.ledger.read() as tx:
            return people.get(tx, self.ids[name], wall_clock())

    def events(self, subject):
        with self.ledger.read() as tx:
            return [entry.event for entry in journal.entries(tx, subject=subject)]


@pytest.fixture
def office(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.ledger.close()


def test_r14_advice_is_typed_by_who_holds_the_role(office):
    ref = office.submit()
    said = office.type("dpo", "advise", ref, "--as", "dpo", "--against", "--note", "Leave the street out")
    assert f"{ref}, revision 1: advised against by the Data Protection Officer." in said.output
    assert f"downdate retract {ref}" in said.output
    why = office.json("comms", "explain", ref)
    assert (why["verdict"], why["missing"]["clearances"]) == ("held", ["dpo"])
    office.type("dpo", "advise", ref, "--as", "dpo", "--clear", "--note", "Seen again")
    assert office.json("comms", "explain", ref)["missing"]["clearances"] == []
    with pytest.raises(NotAllowedHere):
        office.type("comms", "advise", ref, "--as", "dpo", "--clear", "--note", "Seen")


@pytest.mark.parametrize(("role", "option"), [("press", "--clear"), ("dpo", None)])
def test_advice_that_cannot_be_meant_is_refused(office, role, option):
    with pytest.raises(Misused):
        office.type("dpo", "advise", office.submit(), "--as", role, "--note", "Seen", *([option] if option else []))


def test_r23_confirm_prints_each_fact_and_a_dry_run_records_nothing(office):
    ref = office.submit()
    asked = office.type("comms", "confirm", ref, "--dry-run")
    assert "No appeal was lodged" in asked.stdout
    assert "confirmed" not in office.events(ref)
    assert office.json("comms", "confirm", ref, "--note", "Listing office")["confirmed"] is True
    assert "confirmed" in office.events(ref)
    assert "No conviction of S1 in it is spent. (5.7.4(a))" in office.type("comms", "confirm", ref).stdout


def test_r23_submit_preview_and_approve_show_the_days_and_the_warnings(office):
    path = office.folder / "notice.json"
    late = with_changes(news(), {"channels": ["website"]})
    late["checklist"]["answers"]["10"]["values"]["dpia_review"] = "2026-02-01"
    path.write_text(json.dumps(late))
    submitted = office.json("comms", "submit", str(path))
    ref, digest = submitted["ref"], submitted["digest"]
    shown = office.json("director", "preview", ref)
    days = submitted["days_since_court_decision"]
    assert "4.2" in {each["clause"] for each in submitted["warnings"]}
    assert shown["ticks"] == []
    said = office.type("director", "preview", ref).output
    assert f"Days since the court's decision: {days}" in said
    assert "Warning: checklist.answers.10.dpia_review (4.2)" in said
    approved = office.json("director", "approve", ref, "--digest", digest, "--note", "Necessary")
    assert approved["queued"] == ["website"]
    assert {each["clause"] for each in approved["warnings"]} >= {"4.2"}
    assert "appeal" in {each["name"] for each in approved["confirmed"]}
    assert "Warning" in office.type("director", "approve", ref, "--digest", digest).output


def test_12_1_an_administrator_dates_a_deputy_and_ends_the_role_and_directors_are_told(office):
    deputy = office.ids["nobody"]
    today = wall_clock().date()
    grant = ("person", "grant", deputy, "--role", "director", "--service", "environment")
    office.type("admin", *grant, "--from", str(today + 3 * DAY), "--until", str(today + 5 * DAY))
    assert not office.person("nobody").directs("environment")
    office.type("admin", *grant, "--until", str(today + DAY))
    assert office.person("nobody").directs("environment")
    office.type("admin", "person", "revoke", deputy, "--role", "director", "--service", "environment")
    assert not office.person("nobody").directs("environment")
    assert office.events(deputy) == ["role_granted", "role_granted", "role_revoked"]
    with office.ledger.read() as tx:
        assert [row.kind for row in desk.open_alerts(tx)].count("person_added") == 3
    with pytest.raises(Conflict):
        office.type("admin", "person", "revoke", deputy, "--role", "director", "--service", "environment")
    with pytest.raises(NotAllowedHere):
        office.type("director", *grant)


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        (("--from", "2027-02-30"), "--from"),
        (("--from", "2099-01-02", "--until", "2099-01-01"), "--until"),
        (("--until", "2020-01-01"), "--until"),
        (("--service", "parks"), "--service"),
    ],
)
def test_dates_and_services_that_cannot_be_meant_are_refused(office, extra, path):
    grant = ["person", "grant", office.ids["nobody"], "--role", "director"]
    service = [] if "--service" in extra else ["--service", "environment"]
    with pytest.raises(Misused) as caught:
        office.type("admin", *grant, *service, *extra)
    assert caught.value.problems[0].path == path


def test_12_1_the_last_administrator_keeps_the_role(office):
    with pytest.raises(Conflict):
        office.type("admin", "person", "revoke", office.ids["admin"], "--role", "admin")


def test_annex_a_the_checklist_is_printed_as_a_form_and_as_a_blank_submission(office):
    assert "34. Final approval (12.1" in office.type("nobody", "checklist", "cbo").stdout
    assert office.json("nobody", "checklist", "cbo")["kind"] == "cbo"
    with pytest.raises(Misused):
        office.type("nobody", "checklist", "press")


def test_r19_the_lesser_form_is_offered_and_printed(office):
    path = office.folder / "notice.json"
    barred = with_changes(news(), {"channels": ["website"]})
    barred["checklist"]["answers"]["16"]["values"]["identifiable"] = "yes"
    path.write_text(json.dumps(barred))
    said = office.type("comms", "submit", str(path))
    assert said.exit_code == Exit.REFUSED
    ref = said.stdout.split(",")[0]
    assert f"downdate anonymise {ref}" in said.stderr
    assert f"downdate anonymise {ref}" in office.type("comms", "explain", ref).stdout
    made = json.loads(office.type("comms", "anonymise", ref).stdout)
    assert (made["copied_from"], made["follows"]) == (ref, None)
    with pytest.raises(NotAllowedHere):
        office.type("director", "anonymise", ref)


def test_r19_a_retracted_notice_is_followed_by_its_lesser_form(office):
    ref = office.submit()
    office.type("comms", "retract", ref, "--reason", "request_upheld")
    assert json.loads(office.type("comms", "anonymise", ref).stdout)["follows"] == ref


def test_r19_a_kind_that_names_nobody_has_no_lesser_form(office):
    ref = office.submit(kind="correction_notice")
    with pytest.raises(Conflict):
        office.type("comms", "anonymise", ref)


def test_explain_asks_who_one_is(office):
    with pytest.raises(NotAllowedHere):
        office.type("nobody", "explain", office.submit())
