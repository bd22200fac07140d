"""Guesses at a sign-in: slowed, counted and on record, and nobody who was there before waits for them."""

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest

from bot import accounts, signing_in
from bot.hashing import KNOWN, STRANGERS, TooBusyError
from bot.signing_in import SignInRefused, TooManyTries
from policies.terms import Reason
from store import journal, signins
from tests.bot.web.browser import PASSWORD, words
from tests.bot.web.sign_in.codes import WRONG


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


def unknown(office):
    """How many tries with a name that nobody has each entry of the journal tells."""
    return [entry.codes["tries"] for entry in office.journal("unknown") if entry.event == "sign_in_refused"]


def entries(office):
    with office.bot.ledger.read() as tx:
        return journal.head(tx)[0]


def test_guesses_at_names_that_nobody_has_are_counted_together(office):
    before = entries(office)
    for number in range(12):
        with pytest.raises(SignInRefused):
            signing_in.sign_in(office.bot, f"made-up-{number}", "a wrong guess", "", device="x", now=office.clock())
    assert unknown(office) == [1, 9]
    assert entries(office) == before + 2


def test_a_thousand_of_them_make_a_handful_of_entries_that_say_how_many(office):
    before = entries(office)
    with office.bot.ledger.write() as tx:
        for _ in range(1300):
            signins.refused(tx, None, office.clock())
    assert unknown(office) == [1, 9, 90, 900]
    # The rest is told when the hour is over, by the loop or with the next one.
    office.clock.advance(timedelta(hours=1))
    with office.bot.ledger.write() as tx:
        signins.tell_refused(tx, office.clock())
        signins.tell_refused(tx, office.clock())
    assert sum(unknown(office)) == 1300
    assert entries(office) == before + 5


def test_the_next_hour_counts_anew_and_tells_what_was_left(office, desk):
    for _ in range(2):
        for number in range(3):
            desk.sign_in(f"made-up-{number}", "a wrong guess at it")
        office.clock.advance(timedelta(hours=2))
    assert unknown(office) == [1, 2, 1]
    office.clock.advance(-timedelta(days=1))
    desk.sign_in("made-up-9", "a wrong guess at it")
    assert unknown(office) == [1, 2, 1, 2, 1]


def test_each_failure_of_an_account_that_is_there_stays_an_entry_of_its_own(office, desk, second):
    looked_at = guesses(office, "second", timedelta(minutes=10))
    assert looked_at > 10
    assert [entry.event for entry in office.journal(second.id)] == ["sign_in_refused"] * looked_at


def test_every_try_is_on_record_without_the_name_that_was_typed(office, desk, second):
    desk.sign_in("second", "a wrong guess at it")
    desk.sign_in("somebody.else@council.example", "a wrong guess at it")
    desk.sign_in("second")
    events = [entry.event for entry in office.journal(second.id)]
    assert events[-2:] == ["sign_in_refused", "signed_in"]
    assert [entry.event for entry in office.journal("unknown")] == ["sign_in_refused"]
    assert "somebody.else" not in office.everything()[0]
