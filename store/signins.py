"""How people sign in: sealed password hashes and second factors, invitations, sessions that can be ended.

Secrets that travel (session cookies, invitations) are kept as hashes only. A sign-in name is kept as a keyed hash.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from store import journal
from store.ledger import Tx, fact, set_fact
from store.schema_console import attempts, identities, invitations, logins, second_factors, web_sessions


@dataclass(frozen=True, kw_only=True)
class WebSession:
    """A signed-in browser. `strong_at`: when its person last proved who they are.

    `only`: the roles an identity provider let them bring along; None where it said nothing of roles.
    `twice`: whether a second factor was shown in it; None for one of before that was kept.
    """

    hash: str
    person_id: str
    device: str
    made_at: datetime
    seen_at: datetime
    strong_at: datetime | None
    only: list[str] | None
    ended_at: datetime | None
    twice: bool | None


def hashed(secret: str) -> str:
    # It holds 256 random bits, so a plain hash cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()


def name_key(tx: Tx, name: str) -> str:
    """The sign-in name as it is looked up: nobody without the ledger's key can tell whose it is."""
    key = tx.cipher.derived("sign-in name")
    return hmac.new(key, name.strip().casefold().encode(), hashlib.sha256).hexdigest()


def set_login(tx: Tx, person_id: str, name: str, password_hash: str, now: datetime) -> bool:
    """Give a person a sign-in name and password; False where the name is somebody else's."""
    key = name_key(tx, name)
    holder = tx.c.scalar(select(logins.c.person_id).where(logins.c.name_key == key))
    if holder not in {None, person_id}:
        return False
    tx.c.execute(delete(logins).where(logins.c.person_id == person_id))
    sealed = tx.seal(password_hash, "password")
    tx.c.execute(insert(logins).values(person_id=person_id, name_key=key, password=sealed, set_at=now))
    return True


def set_password(tx: Tx, person_id: str, password_hash: str, now: datetime) -> None:
    """Another password under the same sign-in name."""
    sealed = tx.seal(password_hash, "password")
    tx.c.execute(update(logins).where(logins.c.person_id == person_id).values(password=sealed, set_at=now))


def login_of(tx: Tx, name: str) -> tuple[str, str] | None:
    """Person and password hash behind a sign-in name."""
    row = tx.c.execute(select(logins).where(logins.c.name_key == name_key(tx, name))).one_or_none()
    return None if row is None else (row.person_id, tx.open(row.password, "password"))


def password_of(tx: Tx, person_id: str) -> str | None:
    sealed = tx.c.scalar(select(logins.c.password).where(logins.c.person_id == person_id))
    return None if sealed is None else tx.open(sealed, "password")


def set_second_factor(tx: Tx, person_id: str, secret: str, now: datetime, *, used_step: int) -> None:
    tx.c.execute(delete(second_factors).where(second_factors.c.person_id == person_id))
    tx.c.execute(
        insert(second_factors).values(
            person_id=person_id, secret=tx.seal(secret, "second factor"), set_at=now, last_step=used_step
        )
    )


def drop_second_factor(tx: Tx, person_id: str) -> None:
    tx.c.execute(delete(second_factors).where(second_factors.c.person_id == person_id))


def second_factor_of(tx: Tx, person_id: str) -> str | None:
    sealed = tx.c.scalar(select(second_factors.c.secret).where(second_factors.c.person_id == person_id))
    return None if sealed is None else tx.open(sealed, "second factor")


def use_step(tx: Tx, person_id: str, step: int) -> bool:
    """Use up one time step of the second factor; False where it, or a later one, was used before (ASVS 6.5.1)."""
    done = tx.c.execute(
        update(second_factors)
        .where(
            second_factors.c.person_id == person_id,
            (second_factors.c.last_step.is_(None)) | (second_factors.c.last_step < step),
        )
        .values(last_step=step)
    )
    return done.rowcount == 1


def invite(tx: Tx, person_id: str, now: datetime, *, lasts: timedelta) -> str:
    """A one-time secret to set up a sign-in with; ends earlier invitations of the person."""
    end_invitations(tx, person_id, now)
    secret = secrets.token_urlsafe(32)
    tx.c.execute(
        insert(invitations).values(hash=hashed(secret), person_id=person_id, made_at=now, expires_at=now + lasts)
    )
    return secret


def end_invitations(tx: Tx, person_id: str, now: datetime) -> None:
    tx.c.execute(
        update(invitations)
        .where(invitations.c.person_id == person_id, invitations.c.used_at.is_(None))
        .values(used_at=now)
    )


def invited(tx: Tx, secret: str, now: datetime) -> str | None:
    """Whom an invitation is for, while it is good."""
    person_id: str | None = tx.c.scalar(
        select(invitations.c.person_id).where(
            invitations.c.hash == hashed(secret), invitations.c.used_at.is_(None), invitations.c.expires_at > now
        )
    )
    return person_id


def use_invitation(tx: Tx, secret: str, now: datetime) -> bool:
    done = tx.c.execute(
        update(invitations)
        .where(invitations.c.hash == hashed(secret), invitations.c.used_at.is_(None), invitations.c.expires_at > now)
        .values(used_at=now)
    )
    return done.rowcount == 1


def link(tx: Tx, person_id: str, *, tenant: str, subject: str, now: datetime) -> None:
    """Know a person by an identity provider's own immutable ids."""
    tx.c.execute(insert(identities).values(person_id=person_id, tenant=tenant, subject=subject, linked_at=now))


def identities_of(tx: Tx, person_id: str) -> list[tuple[str, str]]:
    """Tenant and object id of every identity the person is known by."""
    rows = tx.c.execute(select(identities.c.tenant, identities.c.subject).where(identities.c.person_id == person_id))
    return [(row.tenant, row.subject) for row in rows]


def linked(tx: Tx, *, tenant: str, subject: str) -> str | None:
    person_id: str | None = tx.c.scalar(
        select(identities.c.person_id).where(identities.c.tenant == tenant, identities.c.subject == subject)
    )
    return person_id


def begin(
    tx: Tx,
    person_id: str,
    now: datetime,
    *,
    device: str,
    strong_at: datetime | None,
    twice: bool,
    only: list[str] | None = None,
) -> str:
    """A new session; returns the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    tx.c.execute(
        insert(web_sessions).values(
            hash=hashed(secret),
            person_id=person_id,
            device=device,
            made_at=now,
            seen_at=now,
            strong_at=strong_at,
            only=only,
            twice=twice,
        )
    )
    return secret


def session_of(tx: Tx, secret: str) -> WebSession | None:
    """The session behind a cookie, ended or not."""
    row = tx.c.execute(select(web_sessions).where(web_sessions.c.hash == hashed(secret))).one_or_none()
    return None if row is None else WebSession(**row._mapping)  # noqa: SLF001


def sessions_of(tx: Tx, person_id: str) -> list[WebSession]:
    """What a person is signed in with, newest first."""
    query = select(web_sessions).where(web_sessions.c.person_id == person_id, web_sessions.c.ended_at.is_(None))
    return [WebSession(**row._mapping) for row in tx.c.execute(query.order_by(web_sessions.c.made_at.desc()))]  # noqa: SLF001


def seen(tx: Tx, session_hash: str, now: datetime) -> None:
    tx.c.execute(update(web_sessions).where(web_sessions.c.hash == session_hash).values(seen_at=now))


def proved(tx: Tx, session_hash: str, now: datetime, *, strong_at: datetime, twice: bool) -> str:
    """The session goes on, proved anew and under a new secret, which is returned; the old one ends (ASVS 7.2.4).

    `twice`: by a second factor as well; what was shown in it before stays shown.
    """
    secret = secrets.token_urlsafe(32)
    shown = {"twice": True} if twice else {}
    tx.c.execute(
        update(web_sessions)
        .where(web_sessions.c.hash == session_hash, web_sessions.c.ended_at.is_(None))
        .values(hash=hashed(secret), seen_at=now, strong_at=strong_at, **shown)
    )
    return secret


def end(tx: Tx, session_hash: str, now: datetime) -> None:
    tx.c.execute(
        update(web_sessions)
        .where(web_sessions.c.hash == session_hash, web_sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(tx: Tx, person_id: str, now: datetime, *, but: str = "") -> None:
    """End every session of a person, except perhaps the one they act in."""
    tx.c.execute(
        update(web_sessions)
        .where(web_sessions.c.person_id == person_id, web_sessions.c.ended_at.is_(None), web_sessions.c.hash != but)
        .values(ended_at=now)
    )


def failed(tx: Tx, key: str, device: str, now: datetime, *, keep: timedelta) -> None:
    """Remember a failed try; what is older than `keep` is forgotten."""
    tx.c.execute(delete(attempts).where(attempts.c.at < now - keep))
    tx.c.execute(insert(attempts).values(name_key=key, device=device, at=now))


def failures(tx: Tx, key: str, device: str, since: datetime) -> tuple[int, datetime | None]:
    """How many tries failed from this device since then, and when the last one was."""
    row = tx.c.execute(
        select(func.count(), func.max(attempts.c.at)).where(
            attempts.c.name_key == key, attempts.c.device == device, attempts.c.at >= since
        )
    ).one()
    return row[0], row[1]


def forgive(tx: Tx, key: str, device: str) -> None:
    tx.c.execute(delete(attempts).where(attempts.c.name_key == key, attempts.c.device == device))


_UNKNOWN = "unknown_sign_ins"
_TOGETHER = timedelta(hours=1)


def refused(tx: Tx, person_id: str | None, now: datetime) -> None:
    """Put a refused sign-in on record (ASVS 16.3.1): each one of somebody known, those of names nobody has as counts.

    Whoever makes up names could else grow the journal without end. In an hour the first one is an entry, then the
    tenth, the hundredth and so on, each with how many there were since the last; `tell_refused` tells the rest.
    """
    if person_id is not None:
        journal.append(tx, now=now, actor="console", event="sign_in_refused", subject=person_id)
        return
    tell_refused(tx, now)
    since, total, told = _counted(tx) or (now, 0, 0)
    total += 1
    if total >= 10 * told:
        _append(tx, total - told, now)
        told = total
    set_fact(tx, _UNKNOWN, f"{since.isoformat()} {total} {told}")


def tell_refused(tx: Tx, now: datetime) -> None:
    """Put on record what has only been counted, once its hour is over."""
    found = _counted(tx)
    if found is None:
        return
    since, total, told = found
    # A clock that went back begins anew as well.
    if not since <= now < since + _TOGETHER:
        if total > told:
            _append(tx, total - told, now)
        set_fact(tx, _UNKNOWN, "")


def _append(tx: Tx, tries: int, now: datetime) -> None:
    journal.append(tx, now=now, actor="console", event="sign_in_refused", subject="unknown", tries=tries)


def _counted(tx: Tx) -> tuple[datetime, int, int] | None:
    """Since when, how many, and how many of them are on record; None where none is counted."""
    kept = (fact(tx, _UNKNOWN) or "").split()
    return (datetime.fromisoformat(kept[0]), int(kept[1]), int(kept[2])) if kept else None
