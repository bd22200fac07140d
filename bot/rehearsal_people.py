"""Sample people of a rehearsal, one for each role, with sign-ins to the console."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyotp

from bot import signing_in
from bot.context import Bot
from bot.demo_samples import sample_of
from policies.retention import LONDON
from policies.terms import Person, Role
from store import people, signins

# Fictional, and good only where everything is: on loopback, against stand-ins.
_EARLIER = timedelta(seconds=30)
PASSWORD = "rehearse lantern copper teapot"  # noqa: S105  # printed on the rehearsal's own sign-in page


@dataclass(frozen=True, kw_only=True)
class SampleSignIn:
    """What a newcomer types in; `secret` is the authenticator's, "" where the role needs none."""

    who: str
    name: str
    secret: str


def sample(now: datetime) -> dict[str, Any]:
    """The sample notice of a case of its own, with every question answered, as a draft begins with it."""
    today = now.astimezone(LONDON).date()
    return sample_of(today) | {"case_ref": f"EH/{today.year}/{secrets.randbelow(9000) + 1000}"}


def sign_ins(bot: Bot, known: dict[str, Person]) -> list[SampleSignIn]:
    """Give each of `known`, by sign-in name, and one more person for every other role a sign-in."""
    if not bot.ledger.rehearsal:
        raise ValueError("sample sign-ins are for a rehearsal ledger only")
    now = bot.now
    held = {role for person in known.values() for role, _ in person.roles}
    with bot.ledger.write() as tx:
        for role in (role for role in Role if role is not Role.SYSTEM and role not in held):
            made, _ = people.add(tx, name=f"Sample {role.value}", held=[(role, None)], now=now)
            known = known | {role.value: made}
    return [_sign_in(bot, name, person) for name, person in known.items()]


def _sign_in(bot: Bot, name: str, person: Person) -> SampleSignIn:
    now = bot.now
    secret = pyotp.random_base32() if signing_in.needs_second_factor(person) else ""
    with bot.ledger.write() as tx:
        invitation = signins.invite(tx, person.id, now, lasts=signing_in.INVITED_FOR)
    # The code before, so that the one shown on the page is still unused.
    code = pyotp.TOTP(secret).at(now - _EARLIER) if secret else ""
    signing_in.set_up(bot, invitation, name=name, password=PASSWORD, secret=secret, code=code, now=now)
    roles = ", ".join(sorted(f"{role.value} of {of}" if of else role.value for role, of in person.roles))
    return SampleSignIn(who=f"{person.name} ({roles})", name=name, secret=secret)


def shown(bot: Bot, made: list[SampleSignIn]) -> Callable[[], list[dict[str, str]]]:
    """As the sign-in page shows them, each with the code of this moment."""

    def now_shown() -> list[dict[str, str]]:
        return [
            {
                "who": each.who,
                "name": each.name,
                "password": PASSWORD,
                "code": pyotp.TOTP(each.secret).at(bot.now) if each.secret else "",
            }
            for each in made
        ]

    return now_shown
