"""The second proof that approving by command or API asks for: a token says who, a fresh code that they are there."""

from datetime import datetime, timedelta

from bot.context import Bot
from bot.signing_in import TooManyTries, fresh_code, tried
from bot.submission_checks import InputRefused, Problem
from policies.terms import Person, Role
from store import journal, signins

# All tokens of a person guess against one count.
_DEVICE = "token"


class CodeRefused(InputRefused):
    """No fresh code, or a wrong one; nothing was done. `wait` says how long no further one is looked at."""

    def __init__(self, what: str, remedy: str, *, wait: timedelta | None = None) -> None:
        super().__init__([Problem(path="code", clause="12.1", what=what, remedy=remedy)])
        self.wait = wait


def prove_for_approval(bot: Bot, person: Person, code: str, now: datetime) -> None:
    """Use up a fresh code of the Director's authenticator. Raises CodeRefused.

    Whoever is no Director passes, to be refused for that. Without a second factor only a rehearsal lets one approve.
    """
    if person.system or not person.holds(Role.DIRECTOR):
        return
    with bot.ledger.read() as tx:
        known = signins.second_factor_of(tx, person.id) is not None
    if not known:
        if bot.ledger.rehearsal:
            return
        what = "You have no second factor yet, which approving needs."
        raise CodeRefused(what, "An administrator hands you a link to set it up: `downdate person invite`.")
    if not code.strip():
        raise CodeRefused("A fresh code is missing.", "Give the six digits that your authenticator shows now.")
    _look_at(bot, person, code, now)


def _look_at(bot: Bot, person: Person, code: str, now: datetime) -> None:
    try:
        with bot.ledger.write() as tx:
            tried(tx, person.id, _DEVICE, now)
    except TooManyTries as early:
        raise CodeRefused(
            "There were too many wrong codes.", "Wait a minute, then try again.", wait=early.wait
        ) from None
    right = fresh_code(bot, person, code, now)
    with bot.ledger.write() as tx:
        if right:
            signins.forgive(tx, person.id, _DEVICE)
        else:
            journal.append(tx, now=now, actor=person.id, event="proof_refused", subject=person.id)
    if not right:
        raise CodeRefused("The code is wrong, or was used before.", "Wait for the next code of your authenticator.")
