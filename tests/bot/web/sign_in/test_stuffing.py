"""A thousand guesses at one name, and one at each of a thousand, from a thousand addresses: slowed, and of no harm."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from policies.terms import Reason, Role
from store import people, signins
from tests.bot.web.browser import PASSWORD, words
from tests.bot.web.sign_in.codes import WRONG

MANY = 1000


@pytest.fixture
def guess(open_browser):
    """A wrong password for a name, each time from another address, as fast as an attacker's program sends it."""
    attacker = open_browser()
    token, turn = attacker.token(), iter(range(10**6))

    def guessed(name):
        number = next(turn)
        address = f"198.51.{number // 250}.{number % 250 + 1}"
        headers = {"Origin": attacker.origin, "X-Forwarded-For": address, "Forwarded": f"for={address}"}
        data = {"csrf_token": token, "name": name, "password": f"a wrong guess, number {number}"}
        more = {"environ_overrides": {"REMOTE_ADDR": address}}
        return attacker.ask("POST", "/sign-in", data=data, headers=headers, **more)

    return guessed


def retracts(browser, ref):
    answer = browser.post(f"/notices/{ref}/retract", {"reason": Reason.INACCURATE.value, "scope": "notice"})
    return answer.status_code == 303 and "/sign-in" not in answer.headers["Location"]


def test_of_a_thousand_guesses_at_one_name_a_hundred_count_and_the_officer_retracts_meanwhile(
    office, second, guess, given, open_browser
):
    desk = open_browser()
    desk.sign_in("second")
    desk.post("/sign-out")
    open_one = open_browser().as_(second)
    statuses, inside = [], []
    for number in range(MANY):
        statuses.append(guess("second").status_code)
        office.clock.advance(timedelta(hours=1) / MANY)
        if number % 250 == 249:
            # Whoever is signed in goes on; whoever has signed in on this browser before gets in.
            inside += [open_one.is_in, desk.sign_in("second").status_code == 303, desk.is_in]
            desk.post("/sign-out")
    assert set(statuses) == {403, 429}
    assert 80 <= statuses.count(403) <= 100
    assert inside == [True] * 12
    assert desk.sign_in("second").status_code == 303
    assert retracts(desk, given["ref"])


def test_one_guess_at_each_of_a_thousand_names_tells_nothing_and_locks_nobody_out(office, guess, given, open_browser):
    stored = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with office.bot.ledger.write() as tx:
        for number in range(MANY):
            person, _ = people.add(tx, name=f"Sample {number}", held=[(Role.OFFICER, None)], now=office.clock())
            assert signins.set_login(tx, person.id, f"officer-{number}", stored, office.clock())
    answers = {words(guess(f"officer-{number}")) for number in range(MANY)}
    # One that nobody has gets the same.
    answers.add(words(guess("officer-of-none")))
    assert len(answers) == 1
    assert WRONG in answers.pop()
    # Each of them gets in at once, and on a browser that has never been seen.
    for number in (0, MANY // 2, MANY - 1):
        officer = open_browser()
        assert officer.sign_in(f"officer-{number}").status_code == 303
        assert officer.is_in
    assert retracts(officer, given["ref"])
