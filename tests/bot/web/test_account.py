"""Your devices, and what administrators do about sign-ins from the command line."""

import json
import re
from datetime import timedelta

import pyotp
import pytest
from typer.testing import CliRunner

from adapters.standin.core import Standin
from bot import accounts, cli, signing_in
from bot.intake_refusals import Conflict, NotAllowedHere, NotFound
from bot.settings import as_environment, rehearsal_defaults
from bot.web.access import COOKIE
from bot.web.pages.account import known_as
from store import desk as alerts
from store import people, signins
from tests.bot.web.browser import PASSWORD, words
from tests.bot.web.issuer import OBJECT, TENANT
from tests.bot.web.sign_in.codes import SECRET, code

NEW = "orchard velvet thimble quarry"


@pytest.fixture
def second(desk, office):
    desk.has_login(office.staff.second, "second")
    return office.staff.second


def marks(desk):
    return re.findall(r'name="device" value="([0-9a-f]+)"', desk.get("/account").text)


def test_the_page_lists_ones_own_browsers_with_times_and_nobody_elses(desk, office, open_browser, second):
    open_browser().as_(office.staff.director)
    office.clock.advance(timedelta(hours=1))
    desk.sign_in("second", headers={"Origin": desk.origin})
    phone = open_browser().as_(second)
    answer = phone.get("/account")
    page = answer.text
    assert len(marks(phone)) == 2
    assert page.count("(this one)") == 1
    assert "A test" in page
    assert "Signed in 2 March 2026, 1pm" in words(answer)
    # What identifies a session on the page opens nothing.
    assert phone.cookie(COOKIE) not in page
    assert signins.hashed(phone.cookie(COOKIE)) not in page


def test_the_name_a_browser_gives_itself_is_shown_as_text(desk, office, second):
    hostile = "<script>alert(1)</script>{{7*7}}\u202e\u200b"
    desk.post(
        "/sign-in",
        {"name": "second", "password": PASSWORD},
        headers={"Origin": desk.origin, "User-Agent": hostile.encode("utf-8").decode("latin-1")},
    )
    page = desk.get("/account").text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


@pytest.mark.parametrize(
    ("says", "known"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari on iPhone"),
        ("curl/8.5", "curl/8.5"),
        ("", "A browser that does not say what it is"),
    ],
)
def test_a_browser_is_named_as_its_owner_would(says, known):
    assert known_as(says) == known


def test_one_signs_out_of_one_browser_and_the_others_go_on(desk, open_browser, second):
    desk.as_(second)
    phone, tablet = open_browser().as_(second), open_browser().as_(second)
    theirs = signins.hashed(phone.cookie(COOKIE))[: accounts.MARK]
    assert desk.post("/account/end", {"device": theirs}).headers["Location"] == "/account"
    assert "Signed out there." in desk.get("/account").text
    assert [each.is_in for each in (desk, phone, tablet)] == [True, False, True]


def test_signing_out_of_this_browser_ends_at_the_sign_in_page(desk, second):
    desk.as_(second)
    assert desk.post("/account/end", {"device": marks(desk)[0]}).headers["Location"] == "/sign-in"
    assert not desk.is_in


def test_nobody_ends_a_session_of_somebody_else(desk, open_browser, office, second):
    theirs = open_browser().as_(office.staff.director)
    desk.as_(second)
    for mark in (signins.hashed(theirs.cookie(COOKIE))[: accounts.MARK], "", "%", "0" * 16):
        desk.post("/account/end", {"device": mark})
    assert theirs.is_in


def test_one_signs_out_everywhere_else(desk, open_browser, second):
    desk.as_(second)
    others = [open_browser().as_(second) for _ in range(3)]
    desk.post("/account/end-others")
    assert desk.is_in
    assert not any(each.is_in for each in others)


def test_a_password_is_changed_after_a_fresh_proof_and_signs_out_everywhere_else(desk, open_browser, office, second):
    desk.as_(second, strong=False)
    phone = open_browser().as_(second)
    assert desk.get("/account/password").headers["Location"] == "/prove?next=/account/password"
    assert desk.post("/account/password", {"password": NEW}).headers["Location"] == "/prove?next=/account/password"
    desk.post("/prove", {"password": PASSWORD, "next": "/account/password"})
    assert desk.post("/account/password", {"password": "short"}).status_code == 400
    answer = desk.post("/account/password", {"password": NEW})
    assert answer.headers["Location"] == "/account"
    assert desk.is_in
    assert not phone.is_in
    assert open_browser().sign_in("second").status_code == 403
    assert open_browser().sign_in("second", NEW).status_code == 303
    assert "password_changed" in [entry.event for entry in office.journal(second.id)]


def test_an_authenticator_is_replaced_by_one_that_shows_the_right_code(desk, open_browser, office):
    desk.has_login(office.staff.director, "director", secret=SECRET)
    desk.as_(office.staff.director)
    phone = open_browser().as_(office.staff.director)
    key = re.search(r'name="secret" value="([A-Z2-7]{32})"', desk.get("/account/authenticator").text)[1]
    wrong = desk.post("/account/authenticator", {"secret": key, "code": "000000"})
    assert wrong.status_code == 400
    assert key in wrong.text
    assert desk.post("/account/authenticator", {"secret": "A", "code": "000000"}).status_code == 400
    shown = pyotp.TOTP(key).at(office.clock())
    assert desk.post("/account/authenticator", {"secret": key, "code": shown}).headers["Location"] == "/account"
    assert not phone.is_in
    # That code is used up, and the old authenticator's codes are worth nothing.
    assert open_browser().sign_in("director", code=shown).status_code == 403
    assert open_browser().sign_in("director", code=code(office)).status_code == 403
    office.clock.advance(timedelta(seconds=30))
    assert open_browser().sign_in("director", code=pyotp.TOTP(key).at(office.clock())).status_code == 303


def test_who_signs_in_with_microsoft_only_has_no_password_to_change(desk, office):
    desk.as_(office.staff.director)
    assert "With Microsoft" in desk.get("/account").text
    for path in ("/account/password", "/account/authenticator"):
        assert desk.get(path).headers["Location"] == "/account"
        assert desk.post(path, {"password": NEW}).headers["Location"] == "/account"


@pytest.fixture
def command(office, tmp_path):
    """Runs a command as the administrator, in the office's own ledger."""
    over = rehearsal_defaults(
        tmp_path, x_url="http://127.0.0.1:1", graph_url="http://127.0.0.1:1", site_port=1, serve_port=2
    )
    with office.bot.ledger.write() as tx:
        token = people.issue_token(tx, office.staff.admin.id, office.clock())
    environ = as_environment(over) | {"DOWNDATE_TOKEN": token}

    def run(*arguments, token=None):
        return CliRunner().invoke(
            cli.app, ["person", *arguments], env=environ | ({"DOWNDATE_TOKEN": token} if token else {})
        )

    return run


def told(office):
    """How many alarms about people the Directors have been sent."""
    with office.bot.ledger.read() as tx:
        return len([row for row in alerts.open_alerts(tx) if row.kind == "person_added"])


def test_an_invitation_is_printed_once_told_to_the_directors_and_kept_as_a_hash(command, office, desk):
    person = office.staff.second.id
    answer = command("invite", person)
    assert answer.exit_code == 0
    address = answer.stdout.strip()
    assert address.startswith(f"{desk.origin}/set-up/")
    secret = address.rpartition("/")[2]
    assert len(secret) == 43
    assert secret not in office.everything()[0]
    assert told(office) == 1
    assert [entry.event for entry in office.journal(person)] == ["person_invited"]
    assert "Set up your sign-in" in desk.get(f"/set-up/{secret}").text


def test_an_identity_is_linked_once_and_told_to_the_directors(command, office):
    answer = command("link", office.staff.second.id, "--tenant", TENANT, "--subject", OBJECT.upper())
    assert answer.exit_code == 0
    assert told(office) == 1
    with office.bot.ledger.read() as tx:
        assert signins.linked(tx, tenant=TENANT, subject=OBJECT) == office.staff.second.id
    again = command("link", office.staff.comms.id, "--tenant", TENANT, "--subject", OBJECT)
    assert isinstance(again.exception, Conflict)
    assert isinstance(command("link", "p99", "--tenant", TENANT, "--subject", OBJECT).exception, NotFound)
    assert isinstance(
        command("link", office.staff.comms.id, "--tenant", "common", "--subject", OBJECT).exception, cli.Misused
    )


def test_a_person_who_is_disabled_loses_sessions_and_invitations(command, office, desk):
    person = office.staff.second
    desk.as_(person)
    secret = accounts.invite(office.bot, office.staff.admin, person.id)
    assert command("disable", person.id).exit_code == 0
    assert not desk.is_in
    with office.bot.ledger.read() as tx:
        assert signins.sessions_of(tx, person.id) == []
        assert signins.invited(tx, secret, office.clock()) is None


def test_sessions_of_a_person_are_listed_and_ended(command, office, desk, open_browser):
    person = office.staff.second
    for each in (desk, open_browser()):
        each.put(signing_in.begin(office.bot, person, device="A phone", strong=False, now=wall()))
    listed = json.loads(command("sessions", person.id, "--json").stdout)
    assert [each["device"] for each in listed] == ["A phone", "A phone"]
    assert set(listed[0]) == {"device", "since", "last_seen"}
    assert command("sessions", person.id).stdout.count("A phone") == 2
    assert "signed out of 2 browsers" in command("sessions", person.id, "--end").stderr
    assert "not signed in anywhere" in command("sessions", person.id).stderr
    assert not desk.is_in
    assert "sessions_ended" in [entry.event for entry in office.journal(person.id)]


def wall():
    """The commands read the real clock, as a stand-in does."""
    return Standin().clock()


def test_only_administrators_do_any_of_it(command, office):
    with office.bot.ledger.write() as tx:
        token = people.issue_token(tx, office.staff.director.id, office.clock())
    before = office.everything()
    person = office.staff.director.id
    for arguments in (
        ["invite", person],
        ["link", person, "--tenant", TENANT, "--subject", OBJECT],
        ["sessions", person],
        ["sessions", person, "--end"],
    ):
        assert isinstance(command(*arguments, token=token).exception, NotAllowedHere)
    assert office.everything() == before


def test_a_system_is_neither_invited_nor_linked(command, office):
    assert isinstance(command("invite", office.staff.system.id).exception, Conflict)
    linked = command("link", office.staff.system.id, "--tenant", TENANT, "--subject", OBJECT)
    assert isinstance(linked.exception, Conflict)
