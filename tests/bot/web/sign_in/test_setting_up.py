"""Setting up a sign-in by an invitation, and what a password may be."""

from datetime import timedelta

import pyotp
import pytest

from bot import accounts, signing_in
from bot.signing_in import PasswordUnfit
from tests.bot.web.browser import PASSWORD
from tests.bot.web.sign_in.codes import SECRET, code


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "Use 15"),
        ("fourteen chars", "Use 15"),
        ("x" * 201, "Use 15"),
        ("aaaaaaaaaaaaaaaaaaaa", "different"),
        ("ababababababababab", "different"),
        ("passwordpassword1", "Do not build"),
        ("Dartford Borough Council", "Do not build"),
        ("correcthorsebatterystaple", "Do not build"),
        ("second@council.example", "Do not build"),
        ("Sample second 2026", "Do not build"),
        # Of a list with hundreds of thousands; neither capitals nor spaces make another of it (ASVS 6.2.4).
        ("whateverstudebaker", "break-ins"),
        ("Whatever Studebaker", "break-ins"),
        ("procesadores123", "break-ins"),
    ],
)
def test_a_password_that_is_short_simple_or_guessable_is_refused(office, password, why):
    about = ("second@council.example", "Sample second", office.bot.settings.council.name)
    with pytest.raises(PasswordUnfit, match=why):
        signing_in.fit(password, about=about)


@pytest.mark.parametrize("password", [PASSWORD, "grün 鍵 ﷽ spaced out", "x3$ nq~ 7Lp! vv02 ", "a" * 190 + "bcdefghij"])
def test_any_character_counts_in_a_password(office, password):
    signing_in.fit(password, about=("name",))


@pytest.fixture
def invitation(office):
    return accounts.invite(office.bot, office.staff.admin, office.staff.director.id)


def set_up(desk, invitation, office, **changes):
    given = {"name": "the.director", "password": PASSWORD, "secret": SECRET, "code": code(office)} | changes
    return desk.post(f"/set-up/{invitation}", given)


def test_an_invitation_sets_up_a_sign_in_once(office, desk, invitation, open_browser):
    assert SECRET not in desk.get(f"/set-up/{invitation}").text
    answer = set_up(desk, invitation, office)
    assert answer.headers["Location"] == "/sign-in"
    assert desk.get(f"/set-up/{invitation}").status_code == 404
    assert set_up(open_browser(), invitation, office, name="another").status_code == 404
    office.clock.advance(timedelta(seconds=30))
    assert desk.sign_in("the.director", code=code(office)).status_code == 303


def test_an_invitation_is_good_for_three_days(office, desk, invitation):
    office.clock.advance(timedelta(days=3) - timedelta(seconds=1))
    assert desk.get(f"/set-up/{invitation}").status_code == 200
    office.clock.advance(timedelta(seconds=1))
    assert desk.get(f"/set-up/{invitation}").status_code == 404
    assert set_up(desk, invitation, office).status_code == 404


def test_a_later_invitation_makes_the_earlier_one_void(office, desk, invitation):
    later = accounts.invite(office.bot, office.staff.admin, office.staff.director.id)
    assert desk.get(f"/set-up/{invitation}").status_code == 404
    assert desk.get(f"/set-up/{later}").status_code == 200


def test_a_mistake_while_setting_up_keeps_what_was_typed_and_the_invitation(office, desk, invitation):
    unfit = set_up(desk, invitation, office, password="short")
    assert unfit.status_code == 400
    assert 'value="the.director"' in unfit.text
    assert SECRET in unfit.text
    assert set_up(desk, invitation, office, code="000000").status_code == 400
    assert set_up(desk, invitation, office, code="").status_code == 400
    assert set_up(desk, invitation, office).status_code == 303


def test_a_key_that_the_page_could_not_have_made_is_not_taken(office, desk, invitation):
    for key in ("", "A", "A" * 16, "not base 32", "=" * 32):
        assert set_up(desk, invitation, office, secret=key).status_code == 400


def test_a_name_of_somebody_else_cannot_be_taken(office, desk, invitation, second):
    assert set_up(desk, invitation, office, name="Second").status_code == 400
    assert desk.sign_in("second").status_code == 303


def test_setting_up_anew_ends_what_was_there_before(office, desk, invitation, director, open_browser):
    desk.sign_in("director", code=code(office))
    office.clock.advance(timedelta(seconds=30))
    other = "KRSXG5BAKRSXG5BAKRSXG5BAKRSXG5BA"
    set_up(open_browser(), invitation, office, secret=other, code=pyotp.TOTP(other).at(office.clock()))
    assert not desk.is_in
    office.clock.advance(timedelta(seconds=60))
    assert desk.sign_in("director", code=code(office)).status_code == 403
    assert desk.sign_in("the.director", code=code(office)).status_code == 403
    assert desk.sign_in("the.director", code=pyotp.TOTP(other).at(office.clock())).status_code == 303
