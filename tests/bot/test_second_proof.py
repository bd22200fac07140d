"""Approving by command or API: a token, and a fresh code of the Director's authenticator (12.1)."""

from dataclasses import replace

import pyotp
import pytest

from bot.second_proof import CodeRefused, prove_for_approval
from store import signins
from store.ledger import REHEARSAL, Ledger, set_fact

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def director(office):
    with office.bot.ledger.write() as tx:
        signins.set_second_factor(tx, office.staff.director.id, SECRET, office.clock(), used_step=0)
    return office.staff.director


def code(office) -> str:
    return pyotp.TOTP(SECRET).at(office.clock())


def test_12_1_a_fresh_code_counts_once(office, director):
    prove_for_approval(office.bot, director, code(office), office.clock())
    with pytest.raises(CodeRefused):
        prove_for_approval(office.bot, director, code(office), office.clock())


@pytest.mark.parametrize("given", ["", "  ", "000000", "abc"])
def test_12_1_a_missing_or_wrong_code_is_refused_with_what_to_do(office, director, given):
    with pytest.raises(CodeRefused) as refused:
        prove_for_approval(office.bot, director, given, office.clock())
    assert refused.value.problems[0].clause == "12.1"
    assert refused.value.problems[0].remedy


def test_guessing_is_slowed_and_the_right_code_counts_after_the_wait(office, director):
    with pytest.raises(CodeRefused) as refused:
        for _ in range(9):
            try:
                prove_for_approval(office.bot, director, "000000", office.clock())
            except CodeRefused as error:
                if error.wait is not None:
                    raise
    office.clock.advance(refused.value.wait)
    prove_for_approval(office.bot, director, code(office), office.clock())


def test_without_a_second_factor_only_a_rehearsal_goes_on(office):
    prove_for_approval(office.bot, office.staff.deputy, "", office.clock())
    with office.bot.ledger.write() as tx:
        set_fact(tx, REHEARSAL, "no")
    old = office.bot.ledger
    real = replace(office.bot, ledger=Ledger(old.engine, old.cipher, old.folder))
    with pytest.raises(CodeRefused) as refused:
        prove_for_approval(real, office.staff.deputy, "", office.clock())
    assert "downdate person invite" in refused.value.problems[0].remedy
    # Whoever may not approve is refused for that, by the act itself.
    prove_for_approval(real, office.staff.comms, "", office.clock())
    prove_for_approval(real, office.staff.system, "", office.clock())
