"""Codes and sessions: each code once, and a session ends when it should."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot import intake_people, signing_in
from bot.web.access import COOKIE
from policies.terms import Role
from store import people, signins
from store.schema_console import web_sessions
from tests.bot.office import SERVICE
from tests.bot.web.browser import PASSWORD
from tests.bot.web.sign_in.codes import SECRET, code

LATER = timedelta(days=2)


def made(office, person, role, *, begins=None):
    """An administrator gives the person a role, at once or from later on."""
    held = (role, SERVICE if role is Role.DIRECTOR else None)
    begins = begins or office.clock()
    intake_people.grant_role(
        office.bot, office.staff.admin, person.id, held, begins=begins, ends=None, since=None, until=None
    )


def open_ones(office, person):
    with office.bot.ledger.read() as tx:
        return signins.sessions_of(tx, person.id)


@pytest.mark.parametrize("role", sorted(signing_in.TWICE))
def test_a_role_that_needs_a_second_factor_ends_what_was_begun_without_one(office, desk, second, open_browser, role):
    phone = open_browser()
    for each in (desk, phone):
        each.sign_in("second")
        assert each.is_in
    # Proved a moment ago, but by one factor.
    assert desk.post("/prove", {"password": PASSWORD, "next": "/account"}).status_code == 303
    made(office, second, role)
    for each in (desk, phone):
        answer = each.get("/account")
        assert answer.headers["Location"].startswith("/sign-in")
    assert open_ones(office, second) == []
    # For good, not for as long as the role lasts.
    with office.bot.ledger.write() as tx:
        people.revoke(tx, second.id, role, SERVICE if role is Role.DIRECTOR else None, office.clock())
    assert not phone.is_in
    assert phone.sign_in("second").status_code == 303


def test_a_role_of_another_day_ends_them_on_that_day(office, desk, second):
    desk.sign_in("second")
    made(office, second, Role.DIRECTOR, begins=office.clock() + LATER)
    assert desk.is_in
    office.clock.advance(LATER)
    assert not desk.is_in


def test_whoever_shows_the_second_factor_signs_in_anew_and_stays(office, desk, open_browser):
    person = office.staff.second
    desk.has_login(person, "second")
    desk.sign_in("second")
    made(office, person, Role.DIRECTOR)
    assert desk.sign_in("second").status_code == 403
    desk.has_login(person, "second", secret=SECRET)
    assert desk.sign_in("second", code=code(office)).status_code == 303
    assert desk.is_in
    # Another role changes nothing for it.
    made(office, person, Role.ADMIN)
    assert desk.is_in


def test_a_session_in_which_the_second_factor_was_shown_later_goes_on(office, desk):
    person = office.staff.second
    desk.has_login(person, "second")
    desk.sign_in("second")
    # An authenticator that is set up in a session proves nothing of who began it; its code, asked for anew, does.
    desk.has_login(person, "second", secret=SECRET)
    desk.post("/prove", {"password": PASSWORD, "code": code(office), "next": "/account"})
    made(office, person, Role.DIRECTOR)
    assert desk.is_in


def test_a_session_of_before_this_was_kept_counts_as_begun_without_one(office, desk, director, second, open_browser):
    desk.sign_in("director", code=code(office))
    other = open_browser()
    other.sign_in("second")
    with office.bot.ledger.write() as tx:
        tx.c.execute(update(web_sessions).values(twice=None))
    assert not desk.is_in
    assert other.is_in


def test_a_code_works_once(office, desk, director, open_browser):
    now_shown = code(office)
    assert desk.sign_in("director", code=now_shown).status_code == 303
    assert open_browser().sign_in("director", code=now_shown).status_code == 403
    # Nor does the one before it, which would otherwise still be in time.
    assert open_browser().sign_in("director", code=code(office, later=timedelta(seconds=-30))).status_code == 403
    office.clock.advance(timedelta(seconds=30))
    assert open_browser().sign_in("director", code=code(office)).status_code == 303


def test_a_code_of_another_time_is_refused(office, desk, director):
    for away in (timedelta(seconds=-90), timedelta(seconds=90), timedelta(days=1)):
        assert desk.sign_in("director", code=code(office, later=away)).status_code == 403
        office.clock.advance(timedelta(minutes=2))
    for nonsense in ("", "000000", "é", "1" * 4000, "abcdef"):
        assert desk.sign_in("director", code=nonsense).status_code == 403
        office.clock.advance(timedelta(minutes=2))


def test_a_director_or_administrator_without_a_second_factor_is_not_let_in(office, desk):
    desk.has_login(office.staff.admin, "admin")
    assert desk.sign_in("admin").status_code == 403


def test_signing_in_gives_a_new_secret_and_never_takes_one_that_was_there(office, desk, second):
    """Session fixation (ASVS 7.2.4)."""
    desk.put("chosen-by-somebody-else")
    desk.sign_in("second")
    first = desk.cookie(COOKIE)
    assert first != "chosen-by-somebody-else"
    desk.sign_in("second")
    assert desk.cookie(COOKIE) != first
    desk.put(first)
    assert not desk.is_in


def test_a_proof_of_identity_gives_the_session_a_new_secret(office, desk, director):
    desk.sign_in("director", code=code(office))
    old = desk.cookie(COOKIE)
    office.clock.advance(timedelta(minutes=30))
    answer = desk.post("/prove", {"password": PASSWORD, "code": code(office), "next": "/account/password"})
    assert answer.headers["Location"] == "/account/password"
    assert desk.get("/account/password").status_code == 200
    assert desk.cookie(COOKIE) != old
    desk.put(old)
    assert not desk.is_in


def test_guesses_at_a_proof_are_slowed_and_the_session_goes_on(office, desk, director):
    desk.sign_in("director", code=code(office))
    statuses = [
        desk.post("/prove", {"password": "a wrong guess at it", "code": "000000"}).status_code for _ in range(7)
    ]
    assert statuses == [403] * 5 + [429] * 2
    assert desk.is_in


def test_a_secret_is_of_no_use_after_signing_out(office, desk, second):
    desk.sign_in("second")
    secret = desk.cookie(COOKIE)
    desk.post("/sign-out")
    assert desk.cookie(COOKIE) is None
    desk.put(secret)
    assert not desk.is_in


def test_a_session_ends_when_nobody_came_for_a_week_and_after_a_month_whoever_came(office, desk, second):
    console = office.bot.settings.console
    desk.sign_in("second")
    office.clock.advance(console.idle_for + timedelta(seconds=1))
    assert not desk.is_in
    desk.sign_in("second")
    for _ in range(5):
        office.clock.advance(timedelta(days=6) - timedelta(minutes=1))
        assert desk.is_in
    office.clock.advance(timedelta(minutes=6))
    assert not desk.is_in


def test_a_session_is_kept_as_a_hash_only_and_its_secret_has_256_bits(office, desk, second):
    desk.sign_in("second")
    secret = desk.cookie(COOKIE)
    assert len(secret) == 43
    assert secret not in office.everything()[0]
    assert signins.hashed(secret) in office.everything()[0]
