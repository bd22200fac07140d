"""Accounts of people who are known: invitations, identities of Entra ID, sessions and secrets that can be replaced."""

from datetime import datetime

from bot import alarms, signing_in
from bot.alert_kinds import AlertKind
from bot.context import Bot
from bot.entra import Proved
from bot.intake_refusals import Conflict, NotFound, require
from bot.signing_in import INVITED_FOR, TWICE, SignedIn, SignInRefused
from policies.authority import Act
from policies.terms import Person
from store import journal, people, signins
from store.ledger import Tx

# As much of a session's hash as tells one from another.
MARK = 16
# All codes after a sign-in with Entra count together.
_AT_ENTRA = "entra"


class UnknownIdentity(SignInRefused):
    """Entra has proved somebody whom nobody has linked to a person here."""

    def __init__(self, proved: Proved) -> None:
        super().__init__()
        self.tenant = proved.tenant
        self.subject = proved.subject


class SecondFactorMissing(SignInRefused):
    """Entra has proved a Director or an administrator, by one factor only (ASVS 6.3.3)."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.own = own
        """Whether the person has an authenticator that is known here."""


def record(bot: Bot, tx: Tx, admin: Person, event: str, subject: str, **codes: str | None) -> None:
    """Journal it, and alarm the Directors: a sign-in given away could approve what its holder has written (12.1)."""
    entry = journal.append(tx, now=bot.now, actor=admin.id, event=event, subject=subject, **codes)
    about = subject if event == "person_added" else f"{subject}-{entry.seq}"
    alarms.raise_once(bot, tx, AlertKind.PERSON_ADDED, None, None, bot.now, about=about)


def _human(tx: Tx, person_id: str, now: datetime) -> Person:
    found = people.get(tx, person_id, now)
    if found is None:
        raise NotFound("ID", person_id, "See `downdate person list`.")
    if found.system:
        raise Conflict("ID", person_id, "A system does not sign in.", "It acts with its token.", "12.1")
    return found


def invite(bot: Bot, admin: Person, person_id: str) -> str:
    """The secret of a link to set up a sign-in, good once and for three days. Every Director is told."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        _human(tx, person_id, bot.now)
        secret = signins.invite(tx, person_id, bot.now, lasts=INVITED_FOR)
        record(bot, tx, admin, "person_invited", person_id)
    return secret


def link(bot: Bot, admin: Person, person_id: str, *, tenant: str, subject: str) -> None:
    """Know a person by their tenant and object id from now on. Every Director is told."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        _human(tx, person_id, bot.now)
        holder = signins.linked(tx, tenant=tenant.lower(), subject=subject.lower())
        if holder is not None:
            what = "It is linked to this person already." if holder == person_id else f"It is linked to {holder}."
            raise Conflict("--subject", subject, what, "An identity belongs to one person for good.", "12.1")
        signins.link(tx, person_id, tenant=tenant.lower(), subject=subject.lower(), now=bot.now)
        record(bot, tx, admin, "identity_linked", person_id)


def shut_out(tx: Tx, person_id: str, now: datetime) -> None:
    """End every session and invitation of a person."""
    signins.end_all(tx, person_id, now)
    signins.end_invitations(tx, person_id, now)


def sessions(bot: Bot, admin: Person, person_id: str) -> list[signins.WebSession]:
    """What the person is signed in with and may still be used, newest first."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.read() as tx:
        _human(tx, person_id, bot.now)
        return _open(bot, tx, person_id, bot.now)


def _open(bot: Bot, tx: Tx, person_id: str, now: datetime) -> list[signins.WebSession]:
    return [each for each in signins.sessions_of(tx, person_id) if signing_in.goes_on(each, bot.settings.console, now)]


def end_sessions(bot: Bot, admin: Person, person_id: str) -> int:
    """Sign a person out everywhere; returns of how many browsers."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        _human(tx, person_id, bot.now)
        found = _open(bot, tx, person_id, bot.now)
        signins.end_all(tx, person_id, bot.now)
        journal.append(tx, now=bot.now, actor=admin.id, event="sessions_ended", subject=person_id, count=len(found))
    return len(found)


def own_sessions(bot: Bot, signed_in: SignedIn, now: datetime) -> list[signins.WebSession]:
    with bot.ledger.read() as tx:
        return _open(bot, tx, signed_in.person.id, now)


def end_own(bot: Bot, signed_in: SignedIn, mark: str, now: datetime) -> bool:
    """Sign out of one of one's own browsers; False where it is not one's own or has ended."""
    with bot.ledger.write() as tx:
        for each in signins.sessions_of(tx, signed_in.person.id):
            if each.hash[:MARK] == mark:
                signins.end(tx, each.hash, now)
                _journal_own(tx, signed_in, "signed_out", now)
                return True
    return False


def end_others(bot: Bot, signed_in: SignedIn, now: datetime) -> None:
    """Sign out of every browser but this one."""
    with bot.ledger.write() as tx:
        signins.end_all(tx, signed_in.person.id, now, but=signed_in.session.hash)
        _journal_own(tx, signed_in, "sessions_ended", now)


def _journal_own(tx: Tx, signed_in: SignedIn, event: str, now: datetime) -> None:
    journal.append(tx, now=now, actor=signed_in.person.id, event=event, subject=signed_in.person.id)


def change_password(bot: Bot, signed_in: SignedIn, password: str, now: datetime) -> None:
    """Raises PasswordUnfit. Every other browser is signed out (ASVS 7.4.3)."""
    person = signed_in.person
    made = signing_in.fit_hash(password, about=(person.name, bot.settings.council.name))
    with bot.ledger.write() as tx:
        signins.set_password(tx, person.id, made, now)
        signins.end_all(tx, person.id, now, but=signed_in.session.hash)
        _journal_own(tx, signed_in, "password_changed", now)


def replace_factor(bot: Bot, signed_in: SignedIn, secret: str, code: str, now: datetime) -> bool:
    """From now on the codes of another authenticator; False where its first code is wrong. Other browsers end."""
    step = signing_in.step_of(secret, code, now)
    if step is None:
        return False
    with bot.ledger.write() as tx:
        signins.set_second_factor(tx, signed_in.person.id, secret, now, used_step=step)
        signins.end_all(tx, signed_in.person.id, now, but=signed_in.session.hash)
        _journal_own(tx, signed_in, "second_factor_replaced", now)
    return True


def enter(bot: Bot, proved: Proved, *, device: str, now: datetime, instead_of: SignedIn | None, code: str = "") -> str:
    """A session for whom Entra has proved; returns the cookie's secret.

    `code` is of the person's authenticator, where Entra has shown no second factor and the person needs one.
    Raises SignInRefused, UnknownIdentity, SecondFactorMissing, TooManyTries.
    """
    with bot.ledger.write() as tx:
        person_id = signins.linked(tx, tenant=proved.tenant, subject=proved.subject)
        person = people.get(tx, person_id, now) if person_id else None
        held = {role for role, _ in person.roles} if person else set()
        brought = held if proved.only is None else held & proved.only
        missing = None
        if person is not None and brought & TWICE and not proved.twice:
            missing = _second_factor(tx, person, code, now)
        if person is None or not brought:
            signins.refused(tx, person_id, now)
        elif missing is None:
            if instead_of is not None:
                signins.end(tx, instead_of.session.hash, now)
            only = None if proved.only is None else sorted(role.value for role in proved.only)
            # Whoever needs a second factor has given one, there or here.
            twice = proved.twice or bool(brought & TWICE)
            secret = signins.begin(
                tx, person.id, now, device=device, strong_at=proved.strong_at, twice=twice, only=only
            )
            journal.append(tx, now=now, actor=person.id, event="signed_in", subject=person.id, by="entra")
    if person_id is None:
        raise UnknownIdentity(proved)
    if missing is not None:
        raise missing
    if not brought:
        raise SignInRefused
    return secret


def _second_factor(tx: Tx, person: Person, code: str, now: datetime) -> SignInRefused | None:
    """Use up a code of the person's authenticator; what is wrong where none was given, or not the right one."""
    known = signins.second_factor_of(tx, person.id)
    if known is None or not code.strip():
        return SecondFactorMissing(own=known is not None)
    signing_in.tried(tx, person.id, _AT_ENTRA, now)
    step = signing_in.step_of(known, code, now)
    if step is None or not signins.use_step(tx, person.id, step):
        signins.refused(tx, person.id, now)
        return SignInRefused()
    signins.forgive(tx, person.id, _AT_ENTRA)
    return None


def prove_by_entra(bot: Bot, signed_in: SignedIn, proved: Proved, now: datetime) -> str:
    """The session's new secret, proved by Entra just now. Raises SignInRefused for anybody else or a weaker proof."""
    fresh = proved.strong_at is not None and now - proved.strong_at <= bot.settings.console.strong_for
    with bot.ledger.write() as tx:
        same = signins.linked(tx, tenant=proved.tenant, subject=proved.subject) == signed_in.person.id
        if proved.strong_at is not None and same and fresh:
            return signins.proved(tx, signed_in.session.hash, now, strong_at=proved.strong_at, twice=proved.twice)
        _journal_own(tx, signed_in, "proof_refused", now)
    raise SignInRefused
