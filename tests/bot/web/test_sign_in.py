"""Signing in, staying in, and being put out: guesses, sessions, passwords, codes and invitations."""

import threading
from contextlib import ExitStack
from datetime import timedelta

import pyotp
import pytest

from bot import accounts, signing_in
from bot.hashing import KNOWN, STRANGERS, TooBusyError
from bot.signing_in import PasswordUnfit, SignInRefused, TooManyTries
from bot.web.access import COOKIE
from policies.terms import Reason
from store import signins
from tests.bot.web.browser import PASSWORD, words

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WRONG = "Name, password or code is not right"


def code(office, *, later=timedelta()):
    return pyotp.TOTP(SECRET).at(office.clock() + later)


@pytest.fixture
def second(desk, office):
    """An officer who can sign in as `second`."""
    desk.has_login(office.staff.second, "second")
    return office.staff.second


@pytest.fixture
def director(desk, office):
    desk.has_login(office.staff.director, "director", secret=SECRET)
    return office.staff.director


def guesses(office, name, span, *, device="unknown"):
    """How many wrong passwords are looked at in that time, by somebody who tries at every second."""
    looked_at = 0
    for _ in range(int(span.total_seconds())):
        try:
            signing_in.sign_in(office.bot, name, "a wrong guess at it", "", device=device, now=office.clock())
        except TooManyTries:
            pass
        except SignInRefused:
            looked_at += 1
        office.clock.advance(timedelta(seconds=1))
    return looked_at


def test_at_most_a_hundred_guesses_an_hour_are_looked_at(office, desk, second):
    assert 80 <= guesses(office, "second", timedelta(hours=1)) <= 100
    # Not more in a later hour either.
    assert guesses(office, "second", timedelta(minutes=10)) <= 17


def test_a_made_up_mark_gains_no_tries_of_its_own(office, desk, second, open_browser):
    for number in range(8):
        attacker = open_browser()
        attacker.client.set_cookie("dd_device", f"made-up-{number}.{'0' * 64}", domain=attacker.host)
        last = attacker.sign_in("second", "a wrong guess at it")
    assert last.status_code == 429


def test_a_mark_counts_for_the_name_it_was_given_for_only(office, desk, second, open_browser):
    desk.has_login(office.staff.comms, "comms")
    desk.sign_in("second")
    mark = desk.cookie("dd_device")
    assert signing_in.device_of(office.bot, "second", mark) == signing_in.device_of(office.bot, " SECOND ", mark)
    assert signing_in.device_of(office.bot, "second", mark) != "unknown"
    assert signing_in.device_of(office.bot, "comms", mark) == "unknown"
    for spoilt in ("", mark[:-1], mark + "0", "é.é", "." + mark.partition(".")[2]):
        assert signing_in.device_of(office.bot, "second", spoilt) == "unknown"


def test_guesses_at_the_same_moment_count_one_another(office, desk, second):
    """Else as many could be looked at at once as there are workers, each before the others have failed."""
    outcomes: list[str] = []
    together, turn = threading.Barrier(12), threading.Event()

    def guess() -> None:
        together.wait(10)
        while True:
            try:
                signing_in.sign_in(
                    office.bot, "second", "a wrong guess at it", "", device="unknown", now=office.clock()
                )
            except TooBusyError:
                turn.wait(0.01)
            except SignInRefused as refused:
                outcomes.append(type(refused).__name__)
                return

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("SignInRefused") == 5
    assert outcomes.count("TooManyTries") == 7


def test_an_officer_gets_in_and_retracts_while_somebody_guesses_at_their_name(
    office, desk, second, open_browser, given
):
    desk.sign_in("second")
    desk.post("/sign-out")
    phone = open_browser()
    phone.sign_in("second")
    assert guesses(office, "second", timedelta(minutes=3)) > 0
    assert open_browser().sign_in("second").status_code == 429
    # The browser that has signed in before gets in, and the session that is open goes on.
    assert desk.sign_in("second").status_code == 303
    for each in (desk, phone):
        assert each.get(f"/notices/{given['ref']}/retract").status_code == 200
    answer = phone.post(f"/notices/{given['ref']}/retract", {"reason": Reason.INACCURATE.value, "scope": "notice"})
    assert answer.status_code == 303


def test_a_browser_that_has_signed_in_before_never_waits_for_what_strangers_do(office, desk, second):
    """On a desk that is shared, for each who has signed in there."""
    desk.has_login(office.staff.comms, "comms")
    for name in ("second", "comms"):
        assert desk.sign_in(name).status_code == 303
    for _ in range(6):
        for name in ("second", "comms"):
            assert guesses(office, name, timedelta(minutes=2)) > 0
            assert desk.sign_in(name).status_code == 303


def test_a_browser_keeps_the_marks_of_the_latest_sixteen(office):
    marks = ""
    for number in range(20):
        marks = signing_in.marks_with(office.bot, f"name-{number}", marks)
    assert len(marks) < 3000
    known = [signing_in.device_of(office.bot, f"name-{number}", marks) != "unknown" for number in range(20)]
    assert known == [False] * 4 + [True] * 16
    again = signing_in.marks_with(office.bot, "name-19", marks)
    assert again.count("~") == marks.count("~")
    assert signing_in.device_of(office.bot, "name-19", "x~" * 5000 + again) == "unknown"


def test_whoever_is_kept_waiting_is_told_what_to_do_instead(office, desk, second, open_browser):
    guesses(office, "second", timedelta(minutes=1))
    page = words(desk.sign_in("second"))
    assert "Wait" in page
    for way in ("signed in before does not wait", "An administrator can hand you a link", "can retract it"):
        assert way in page
    assert "signed in before" not in words(open_browser().sign_in("nobody-else", "a wrong guess at it"))


def test_a_new_link_lets_a_new_browser_in_at_once_while_somebody_guesses(office, desk, second, open_browser):
    link = accounts.invite(office.bot, office.staff.admin, second.id)
    guesses(office, "second", timedelta(minutes=2))
    assert desk.sign_in("second").status_code == 429
    desk.post(f"/set-up/{link}", {"name": "second", "password": PASSWORD})
    assert desk.sign_in("second").status_code == 303
    assert open_browser().sign_in("second").status_code == 429


def test_where_too_many_sign_in_at_once_one_is_told_so_and_it_counts_as_no_try(office, desk, second, open_browser):
    known = open_browser()
    known.sign_in("second")
    known.post("/sign-out")
    with ExitStack() as stack:
        with pytest.raises(TooBusyError):
            while True:
                stack.enter_context(STRANGERS.place())
        for _ in range(9):
            busy = desk.sign_in("second")
            assert busy.status_code == 503
        assert "Wait a few seconds" in words(busy)
        assert 'value="second"' in busy.text
        # Strangers fill their own gate.
        assert known.sign_in("second").status_code == 303
    assert desk.sign_in("second").status_code == 303


def test_a_proof_or_a_new_password_that_finds_no_place_changes_nothing(office, desk, second):
    desk.sign_in("second")
    before = office.everything()
    with ExitStack() as stack:
        with pytest.raises(TooBusyError):
            while True:
                stack.enter_context(KNOWN.place())
        for path in ("/prove", "/account/password"):
            desk.as_(second)
            begun = office.everything()
            answer = desk.post(path, {"password": "orchard velvet thimble quarry"})
            assert answer.status_code == 503
            assert "Wait a few seconds" in words(answer)
            assert office.everything() == begun
    assert before != begun


def test_one_guess_at_each_of_many_names_gets_the_same_answer_as_at_a_real_one(office, desk, second, director):
    answers = {words(desk.sign_in(name, "a wrong guess at it")) for name in ("second", "director", "nobody")}
    # The password alone is not enough for a Director, and says no more than a wrong one.
    answers.add(words(desk.sign_in("director")))
    desk.has_login(office.staff.admin, "admin")
    answers.add(words(desk.sign_in("admin")))
    assert len(answers) == 1
    assert WRONG in answers.pop()


def test_an_unknown_name_waits_like_a_known_one(office, desk, second):
    for name in ("second", "nobody"):
        statuses = [desk.sign_in(name, "a wrong guess at it").status_code for _ in range(7)]
        assert statuses == [403] * 5 + [429] * 2


def test_what_was_typed_as_a_name_is_kept_and_a_password_is_not(desk, second):
    page = desk.sign_in("second", "a wrong guess at it")
    assert 'value="second"' in page.text
    assert "a wrong guess at it" not in page.text


def test_every_try_is_on_record_without_the_name_that_was_typed(office, desk, second):
    desk.sign_in("second", "a wrong guess at it")
    desk.sign_in("somebody.else@council.example", "a wrong guess at it")
    desk.sign_in("second")
    events = [entry.event for entry in office.journal(second.id)]
    assert events[-2:] == ["sign_in_refused", "signed_in"]
    assert [entry.event for entry in office.journal("unknown")] == ["sign_in_refused"]
    assert "somebody.else" not in office.everything()[0]


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
