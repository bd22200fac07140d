"""Signing in with Microsoft Entra ID, against an issuer on loopback: what is believed, and what is not."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import structlog

from adapters.standin.core import Fault, Rule
from adapters.standin.server import serving
from bot import accounts
from bot.settings import SettingsRefused, load, rehearsal_defaults
from bot.settings_values import Secret
from bot.signing_in import resume
from bot.web.access import COOKIE
from store import people, signins
from tests.bot.web.browser import Browser
from tests.bot.web.compiled import console_of
from tests.bot.web.issuer import CLIENT, OBJECT, SECRET, TENANT, Issuer, Says
from tests.bot.web.test_sign_in import SECRET as AUTHENTICATOR

SORRY = "We could not sign you in"
NOT_FRESH = "Microsoft did not show a fresh second factor"


@pytest.fixture
def issuer(office):
    return Issuer(office.clock)


@pytest.fixture
def there(issuer):
    with serving(issuer) as address:
        yield address


@pytest.fixture
def desk(office, there):
    """A console that knows the issuer."""
    console = office.bot.settings.console.model_copy(
        update={
            "entra_metadata_url": f"{there}/{TENANT}/v2.0/.well-known/openid-configuration",
            "entra_client_id": CLIENT,
            "entra_client_secret": Secret(SECRET),
            "entra_strong_context": "c1",
        }
    )
    settings = office.bot.settings.model_copy(update={"console": console})
    office.bot = replace(office.bot, settings=settings)
    return Browser(office, console_of(office.bot))


@pytest.fixture
def officer(office, desk):
    accounts.link(office.bot, office.staff.admin, office.staff.second.id, tenant=TENANT, subject=OBJECT)
    return office.staff.second


@pytest.fixture
def director(office, desk):
    accounts.link(office.bot, office.staff.admin, office.staff.director.id, tenant=TENANT, subject=OBJECT)
    return office.staff.director


# A second factor at some time, which is enough to come in and proves nothing fresh.
TWICE = {"acrs": ["c1"]}


def went(desk, **query):
    """To the issuer, and what it answers the browser with."""
    answer = desk.get("/entra", query_string=query)
    assert answer.status_code == 302
    return answer.headers["Location"]


def through(desk, issuer, **query):
    return desk.get(issuer.authorize(went(desk, **query)))


def strong(office, *, away=timedelta(), by="amr"):
    proof = {"amr": ["pwd", "mfa"]} if by == "amr" else {"acrs": ["c1"]}
    return Says(claims=proof | {"auth_time": int((office.clock() + away).timestamp())})


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


def test_the_tenants_secret_is_nowhere_to_be_seen(desk, issuer, director, office):
    with structlog.testing.capture_logs() as logged:
        answers = [desk.get("/sign-in"), through(desk, issuer), desk.get("/")]
        issuer.says = Says(error="invalid_client")
        answers.append(through(desk, issuer))
    for told in (*(each.text + str(each.headers) for each in answers), str(logged), office.everything()[0]):
        assert SECRET not in told
        assert "canary-claim-name" not in told


@pytest.fixture
def code_at_hand(desk, director):
    """The Director has set up an authenticator here."""
    desk.has_login(director, "director", secret=AUTHENTICATOR)


def shown(office, later=timedelta()):
    return pyotp.TOTP(AUTHENTICATOR).at(office.clock() + later)


def second_trip(desk, issuer):
    """Sign in by one factor: Entra is asked for the other at once; returns what comes of that."""
    answer = through(desk, issuer, next="/list/waiting")
    assert answer.status_code == 302
    assert issuer.seen.get("claims") is None
    return desk.get(issuer.authorize(answer.headers["Location"]))


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


def settings(**console):
    environ = {f"DOWNDATE__CONSOLE__{name.upper()}": value for name, value in console.items()}
    with pytest.raises(SettingsRefused) as refused:
        load(rehearsal=False, environ=environ)
    return refused.value.problems


@pytest.mark.parametrize("tenant", ["common", "organizations", "consumers", "Common", "%63ommon", "", "x/common"])
def test_an_address_for_everybodys_accounts_is_refused_at_the_start(tenant):
    url = f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration"
    problems = settings(entra_metadata_url=url, entra_client_id="x")
    place = "DOWNDATE__CONSOLE__ENTRA_METADATA_URL: console.entra_metadata_url"
    assert any(each.startswith(place) and "<tenant id>/v2.0/" in each for each in problems)


def test_tokens_of_version_1_are_refused_at_the_start():
    url = f"https://login.microsoftonline.com/{TENANT}/.well-known/openid-configuration"
    assert any("console.entra_metadata_url" in each for each in settings(entra_metadata_url=url))


def test_what_is_missing_for_entra_is_named_with_its_place():
    url = f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"
    problems = settings(entra_metadata_url=url)
    assert len(problems) == 2
    assert any("console.entra_client_id" in each and "bot.toml" in each for each in problems)
    assert any("credentials file console_entra_client_secret" in each for each in problems)
    assert any("console.entra_metadata_url" in each for each in settings(entra_client_id="x"))


def test_a_rehearsal_never_asks_the_real_entra(tmp_path):
    url = f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"
    over = rehearsal_defaults(
        tmp_path, x_url="http://127.0.0.1:1", graph_url="http://127.0.0.1:1", site_port=1, serve_port=2
    )
    environ = {"DOWNDATE__CONSOLE__ENTRA_METADATA_URL": url, "DOWNDATE__CONSOLE__ENTRA_CLIENT_ID": "x"}
    with pytest.raises(SettingsRefused) as refused:
        load(rehearsal=True, environ=environ, overrides=over)
    assert any("console.entra_metadata_url" in each and "loopback" in each for each in refused.value.problems)
