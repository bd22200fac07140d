"""What of Microsoft’s answer counts as a second factor, and who is asked for the code that is kept here."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import accounts
from bot.web.access import COOKIE
from store import signins
from tests.bot.web.browser import Browser
from tests.bot.web.compiled import console_of
from tests.bot.web.entra.trips import NOT_FRESH, SORRY, TWICE, second_trip, shown, strong, through
from tests.bot.web.issuer import OBJECT, TENANT, Says


@pytest.mark.parametrize("by", ["amr", "acrs"])
def test_a_second_factor_there_is_a_strong_proof_here(desk, issuer, director, office, by):
    desk.has_login(director, "director")
    issuer.says = strong(office, by=by)
    through(desk, issuer)
    assert desk.get("/account/password").status_code == 200
    office.clock.advance(office.bot.settings.console.strong_for + timedelta(seconds=1))
    assert desk.get("/account/password").status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"amr": ["pwd"], "auth_time": 0},
        {"amr": ["mfa"]},
        {"acrs": ["c2"], "auth_time": 1},
        {"amr": ["mfa"], "auth_time": 10**18},
        {"amr": ["mfa"], "auth_time": -1},
        {"amr": ["mfa"], "auth_time": True},
    ],
)
def test_anything_less_is_not_strong(desk, issuer, officer, claims):
    issuer.says = Says(claims=claims)
    through(desk, issuer)
    assert desk.is_in
    assert desk.get("/account/password").headers["Location"].startswith("/prove?")


def test_proving_again_makes_entra_ask_and_the_session_goes_on_under_a_new_secret(desk, issuer, director, office):
    desk.has_login(director, "director")
    issuer.says = Says(claims=TWICE)
    through(desk, issuer)
    old = desk.cookie(COOKIE)
    assert "Confirm with Microsoft" in desk.get("/prove").text
    issuer.says = strong(office)
    answer = through(desk, issuer, again="1", next="/account/password")
    assert issuer.seen["prompt"] == "login"
    assert issuer.seen["max_age"] == "0"
    assert '"c1"' in issuer.seen["claims"]
    assert answer.headers["Location"] == "/account/password"
    assert desk.get("/account/password").status_code == 200
    assert desk.cookie(COOKIE) != old
    with office.bot.ledger.read() as tx:
        assert len(signins.sessions_of(tx, director.id)) == 1


def test_a_proof_of_long_ago_or_of_somebody_else_proves_nothing(desk, issuer, director, office):
    issuer.says = Says(claims=TWICE)
    through(desk, issuer)
    issuer.says = strong(office, away=-office.bot.settings.console.strong_for - timedelta(seconds=1))
    assert NOT_FRESH in through(desk, issuer, again="1").text
    other = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"
    accounts.link(office.bot, office.staff.admin, office.staff.deputy.id, tenant=TENANT, subject=other)
    issuer.says = strong(office)
    issuer.says.claims["oid"] = other
    assert NOT_FRESH in through(desk, issuer, again="1").text
    assert desk.get("/account/password").headers["Location"].startswith("/prove")
    assert [entry.event for entry in office.journal(director.id)][-2:] == ["proof_refused"] * 2


@pytest.mark.parametrize("who", ["director", "admin"])
def test_whoever_needs_a_second_factor_is_sent_to_show_it_and_comes_in_with_it(desk, issuer, office, who):
    person = getattr(office.staff, who)
    accounts.link(office.bot, office.staff.admin, person.id, tenant=TENANT, subject=OBJECT)
    answer = through(desk, issuer, next="/list/waiting")
    assert not desk.is_in
    back = issuer.authorize(answer.headers["Location"])
    assert json.loads(issuer.seen["claims"]) == {"id_token": {"acrs": {"essential": True, "value": "c1"}}}
    assert "prompt" not in issuer.seen
    issuer.says = Says(claims=TWICE)
    answer = desk.get(back)
    assert answer.headers["Location"] == "/list/waiting"
    assert desk.is_in


def test_an_officer_is_not_asked_for_what_the_role_does_not_need(desk, issuer, officer):
    assert through(desk, issuer).status_code == 303
    assert desk.is_in


@pytest.mark.parametrize(
    "claims",
    [{}, {"acrs": ["c2"]}, {"acrs": "c1"}, {"acrs": []}, {"acrs": [None]}, {"amr": ["pwd"]}, {"acr": "c1"}],
)  # fmt: skip
def test_where_microsoft_shows_one_factor_only_a_director_gives_the_code_kept_here(
    desk, issuer, office, code_at_hand, claims
):
    issuer.says = Says(claims=claims)
    assert second_trip(desk, issuer).headers["Location"] == "/entra/code"
    assert not desk.is_in
    assert "Code from your authenticator app" in desk.get("/entra/code").text
    for wrong in ("", "000000", shown(office, timedelta(minutes=-5))):
        assert desk.post("/entra/code", {"code": wrong}).status_code == 403
        assert not desk.is_in
    answer = desk.post("/entra/code", {"code": shown(office)})
    assert answer.headers["Location"] == "/list/waiting"
    assert desk.is_in
    # Which counts for coming in; approving still takes a fresh proof.
    assert desk.get("/account/password").headers["Location"].startswith("/prove?")
    assert desk.get("/entra/code").status_code == 403


def test_without_a_context_a_director_is_asked_for_the_code_at_once_and_never_for_a_proof_there(
    desk, issuer, office, director, code_at_hand
):
    desk = without_context(office)
    issuer.says = Says(claims={"acrs": [None, "c1"]})
    assert through(desk, issuer).headers["Location"] == "/entra/code"
    assert desk.post("/entra/code", {"code": shown(office)}).status_code == 303
    assert "Confirm with Microsoft" not in desk.get("/prove").text


def without_context(office):
    settings = office.bot.settings
    console = settings.console.model_copy(update={"entra_strong_context": None})
    plain = replace(office.bot, settings=settings.model_copy(update={"console": console}))
    return Browser(replace(office, bot=plain), console_of(plain))


def test_a_director_without_any_second_factor_is_refused_and_told_the_remedy(desk, issuer, office, director):
    for browser, come in ((desk, second_trip), (without_context(office), through)):
        answer = come(browser, issuer)
        assert answer.status_code == 403
        assert "downdate person invite" in answer.text
        assert "console.entra_strong_context" in answer.text
        assert not browser.is_in
        assert browser.get("/entra/code").status_code == 403


def test_codes_after_microsoft_are_counted_and_each_works_once(desk, issuer, office, director, code_at_hand):
    second_trip(desk, issuer)
    statuses = [desk.post("/entra/code", {"code": "000000"}).status_code for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2
    office.clock.advance(timedelta(minutes=1))
    assert desk.post("/entra/code", {"code": shown(office)}).status_code == 303
    desk.post("/sign-out")
    second_trip(desk, issuer)
    assert desk.post("/entra/code", {"code": shown(office)}).status_code == 403


def test_the_page_for_the_code_is_good_for_five_minutes_and_for_the_browser_that_came(
    desk, issuer, office, director, code_at_hand
):
    second_trip(desk, issuer)
    stranger = Browser(office, desk.app)
    assert SORRY in stranger.post("/entra/code", {"code": shown(office)}).text
    office.clock.advance(timedelta(minutes=5, seconds=1))
    assert SORRY in desk.post("/entra/code", {"code": shown(office)}).text
    assert not desk.is_in


def test_the_roles_that_the_token_left_out_stay_out_after_the_code(desk, issuer, office, director, code_at_hand):
    issuer.says = Says(claims={"roles": ["Director"]})
    second_trip(desk, issuer)
    desk.post("/entra/code", {"code": shown(office)})
    with office.bot.ledger.read() as tx:
        (session,) = signins.sessions_of(tx, director.id)
    assert session.only == ["director"]


def test_a_role_that_the_token_does_not_bring_along_asks_for_no_second_factor(desk, issuer, office):
    accounts.link(office.bot, office.staff.admin, office.staff.deputy.id, tenant=TENANT, subject=OBJECT)
    issuer.says = Says(claims={"roles": ["Comms"]})
    assert through(desk, issuer).status_code == 303
