"""Signing in with Microsoft Entra ID, against an issuer on loopback: what is believed, and what is not."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from adapters.standin.core import Fault, Rule
from bot import accounts
from bot.signing_in import resume
from bot.web.access import COOKIE
from store import people
from tests.bot.web.browser import Browser
from tests.bot.web.compiled import console_of
from tests.bot.web.entra.trips import SORRY, TWICE, through, went
from tests.bot.web.issuer import CLIENT, OBJECT, SECRET, TENANT, Says


def test_a_person_who_is_linked_signs_in_and_goes_on_where_they_wanted(office, desk, issuer, officer):
    answer = through(desk, issuer, next="/list/waiting")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/list/waiting"
    assert desk.get("/").text.count("Sign out Sample second") == 1
    assert [entry.event for entry in office.journal(officer.id)][-1] == "signed_in"


def test_the_sign_in_page_offers_it_where_it_is_set_up_only(desk, office):
    assert "Sign in with Microsoft" in desk.get("/sign-in").text
    settings = office.bot.settings
    console = settings.console.model_copy(update={"entra_metadata_url": None})
    plain = replace(office.bot, settings=settings.model_copy(update={"console": console}))
    without = Browser(replace(office, bot=plain), console_of(plain))
    assert "Microsoft" not in without.get("/sign-in").text
    assert without.get("/entra").status_code == 404
    assert without.get("/entra/back?code=x&state=y").status_code == 403


def test_no_secret_of_the_exchange_stands_in_the_address_it_begins_with(desk):
    address = went(desk)
    assert SECRET not in address
    assert "code_verifier" not in address
    assert parse_qs(urlsplit(address).query)["redirect_uri"] == [f"{desk.origin}/entra/back"]


WRONG = {
    "another audience": Says(claims={"aud": "another-client"}),
    "another party": Says(claims={"aud": [CLIENT, "another-client"], "azp": "another-client"}),
    "another issuer": Says(claims={"iss": "https://elsewhere.example/v2.0"}),
    "another nonce": Says(claims={"nonce": "replayed"}),
    "no nonce": Says(without=("nonce",)),
    "no audience": Says(without=("aud",)),
    "no issuer": Says(without=("iss",)),
    "no end": Says(without=("exp",)),
    "an end of the wrong kind": Says(claims={"exp": "tomorrow"}),
    "another tenant": Says(claims={"tid": "99999999-2222-3333-4444-555555555555"}),
    "no tenant": Says(without=("tid",)),
    "no object id": Says(without=("oid",)),
    "an object id of the wrong kind": Says(claims={"oid": ["aaaaaaaa"]}),
    "methods of the wrong kind": Says(claims={"amr": "mfa"}),
    "a time of the wrong kind": Says(claims={"acrs": ["c1"], "auth_time": "now"}),
    "no signature": Says(alg="none"),
    "the public key as a shared secret": Says(alg="HS256"),
    "a key that is not published": Says(key="second", published=("first",)),
    "no keys": Says(published=()),
    "an error": Says(error="invalid_client"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_in_order_signs_nobody_in_and_says_nothing_of_why(desk, issuer, officer, office, wrong):
    issuer.says = WRONG[wrong]
    before = office.everything()
    with structlog.testing.capture_logs() as logged:
        answer = through(desk, issuer)
    assert answer.status_code == 403
    assert SORRY in answer.text
    assert not desk.is_in
    assert office.everything() == before
    refused = [line for line in logged if line["event"] == "entra_refused"]
    assert len(refused) == 1
    for told in (answer.text, str(logged)):
        assert "canary" not in told
        assert OBJECT not in told
        assert "elsewhere" not in told


@pytest.mark.parametrize("late", [timedelta(hours=1, minutes=2), timedelta(days=30)])
def test_a_token_that_has_expired_is_refused(desk, issuer, officer, office, late):
    issuer.says = Says(claims={"iat": 0, "nbf": 0, "exp": int((office.clock() - late).timestamp())})
    assert SORRY in through(desk, issuer).text


def test_the_answer_counts_for_the_browser_that_asked_and_once(desk, issuer, officer, office):
    back = issuer.authorize(went(desk))
    stranger = Browser(office, desk.app)
    assert SORRY in stranger.get(back).text
    assert not stranger.is_in
    went(stranger)
    assert SORRY in stranger.get(back).text
    assert desk.get(back).status_code == 303
    assert SORRY in desk.get(back).text
    assert desk.is_in


def test_another_state_is_refused_and_ends_the_try(desk, issuer, officer):
    back = issuer.authorize(went(desk))
    for spoilt in (back + "x", back.replace("state=", "other="), back.replace("code=", "error=")):
        assert SORRY in desk.get(spoilt).text
        back = issuer.authorize(went(desk))


def test_who_takes_too_long_begins_again(desk, issuer, officer, office):
    back = issuer.authorize(went(desk))
    office.clock.advance(timedelta(minutes=16))
    assert SORRY in desk.get(back).text


def test_a_person_who_calls_it_off_there_is_told_plainly(desk, issuer, director):
    address = parse_qs(urlsplit(went(desk)).query)
    answer = desk.get("/entra/back", query_string={"state": address["state"][0], "error": "access_denied"})
    assert SORRY in answer.text


def test_a_key_that_was_replaced_is_believed_at_once_and_the_old_one_no_more(desk, issuer, officer):
    assert through(desk, issuer).status_code == 303
    issuer.says = Says(key="second", published=("second",))
    assert through(desk, issuer).status_code == 303
    issuer.says = Says(key="first", published=("second",))
    assert SORRY in through(desk, issuer).text


@pytest.mark.parametrize("part", ["openid-configuration", "keys", "token"])
@pytest.mark.parametrize("fault", [Fault.FAIL_BEFORE, Fault.LOSE_BEFORE, Fault.GARBLE])
def test_an_issuer_that_is_down_or_broken_signs_nobody_in(desk, issuer, officer, part, fault):
    back = issuer.authorize(went(desk))
    issuer.rules.append(Rule(fault=fault, path=part, times=0))
    with structlog.testing.capture_logs() as logged:
        answer = desk.get(back)
    assert answer.status_code == 403
    assert SORRY in answer.text
    assert next(line["event"] for line in logged if line["log_level"] == "warning") == "entra_refused"


def test_a_password_still_works_while_the_issuer_is_down(desk, issuer, director, office):
    issuer.rules.append(Rule(fault=Fault.LOSE_BEFORE, times=0))
    assert SORRY in desk.get("/entra").text
    desk.has_login(office.staff.second, "second")
    assert desk.sign_in("second").status_code == 303


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"authorization_endpoint": "https://elsewhere.example/authorize"},
        {"jwks_uri": None},
        {"token_endpoint": 7},
    ],
)
def test_metadata_that_leads_elsewhere_is_not_followed(desk, issuer, director, metadata):
    issuer.metadata = metadata
    assert SORRY in desk.get("/entra").text


def test_an_unknown_identity_is_told_what_an_administrator_has_to_link(desk, issuer, office):
    answer = through(desk, issuer)
    assert answer.status_code == 403
    assert f"downdate person link ID --tenant {TENANT} --subject {OBJECT}" in answer.text
    assert not desk.is_in
    assert [entry.event for entry in office.journal("unknown")] == ["sign_in_refused"]
    accounts.link(office.bot, office.staff.admin, office.staff.comms.id, tenant=TENANT.upper(), subject=OBJECT.upper())
    assert through(desk, issuer).status_code == 303


def test_hostile_ids_are_shown_as_text(desk, issuer):
    issuer.says = Says(claims={"oid": '"><script>alert(1)</script>{{7*7}}'})
    page = through(desk, issuer).text
    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_a_person_who_was_disabled_or_has_no_role_is_refused(desk, issuer, officer, office):
    through(desk, issuer)
    with office.bot.ledger.write() as tx:
        people.disable(tx, officer.id, office.clock())
    assert not desk.is_in
    assert SORRY in through(desk, issuer).text


@pytest.mark.parametrize(
    ("roles", "opens"),
    [
        (None, True),
        (["Director"], True),
        (["Approver"], True),
        (["Admin", "Comms"], False),
        ([], False),
        ("Director", False),
    ],
)
def test_the_tokens_roles_can_take_away_and_never_give(desk, issuer, director, roles, opens):
    issuer.says = Says(claims=TWICE if roles is None else TWICE | {"roles": roles})
    answer = through(desk, issuer)
    assert desk.is_in == opens
    assert (SORRY in answer.text) == (not opens)


def test_the_tokens_roles_narrow_a_session_for_as_long_as_it_lasts(desk, issuer, office):
    accounts.link(office.bot, office.staff.admin, office.staff.deputy.id, tenant=TENANT, subject=OBJECT)
    issuer.says = Says(claims={"roles": ["Comms"]})
    through(desk, issuer)
    found = resume(office.bot, desk.cookie(COOKIE), office.bot.settings.console, office.clock())
    assert {role.value for role, _ in found.person.roles} == {"comms"}


def test_the_tenants_secret_is_nowhere_to_be_seen(desk, issuer, director, office):
    with structlog.testing.capture_logs() as logged:
        answers = [desk.get("/sign-in"), through(desk, issuer), desk.get("/")]
        issuer.says = Says(error="invalid_client")
        answers.append(through(desk, issuer))
    for told in (*(each.text + str(each.headers) for each in answers), str(logged), office.everything()[0]):
        assert SECRET not in told
        assert "canary-claim-name" not in told
