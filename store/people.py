"""Who may act: people, their dated roles, and their tokens, of which only hashes are kept."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, or_, select, update

from policies.terms import Person, Role
from store.ledger import Tx
from store.schema import people, roles, tokens
from store.schema_console import token_scopes

TOKEN_PREFIX = "dd_"  # noqa: S105  # a prefix, not a secret


def _hash(token: str) -> str:
    # A token holds 256 random bits, so a plain hash cannot be guessed back.
    return hashlib.sha256(token.encode()).hexdigest()


def add(
    tx: Tx,
    *,
    name: str,
    held: list[tuple[Role, str | None]],
    now: datetime,
    system: bool = False,
    answers_for_it: str | None = None,
) -> tuple[Person, str]:
    """Add a person with roles from now on; returns the person and the token, which is shown once and never kept."""
    number = (tx.c.scalar(select(func.count()).select_from(people)) or 0) + 1
    person_id = f"p{number}"
    tx.c.execute(
        insert(people).values(
            id=person_id,
            name=tx.seal(name, "person"),
            system=system,
            answers_for_it=answers_for_it,
            created_at=now,
        )
    )
    for role, service in held:
        tx.c.execute(insert(roles).values(person_id=person_id, role=role, service=service, starts_at=now))
    return Person(id=person_id, name=name, roles=frozenset(held), system=system), issue_token(tx, person_id, now)


def issue_token(tx: Tx, person_id: str, now: datetime, *, scopes: Collection[str] | None = None) -> str:
    """A new token for the person; shown once. With `scopes` it opens those of the API alone, and no command."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    tx.c.execute(insert(tokens).values(hash=_hash(token), person_id=person_id, created_at=now))
    if scopes is not None:
        tx.c.execute(insert(token_scopes).values(hash=_hash(token), scopes=sorted(scopes)))
    return token


def revoke_tokens(tx: Tx, person_id: str, now: datetime) -> None:
    tx.c.execute(update(tokens).where(tokens.c.person_id == person_id).values(revoked_at=now))


def disable(tx: Tx, person_id: str, now: datetime) -> list[str]:
    """The person may no longer act, nor may the systems they answer for, which are returned; what they did stays."""
    answered = people.c.disabled_at.is_(None) & (people.c.answers_for_it == person_id)
    systems = tx.c.scalars(select(people.c.id).where(answered).order_by(people.c.id)).all()
    for each in (person_id, *systems):
        tx.c.execute(update(people).where(people.c.id == each).values(disabled_at=now))
        revoke_tokens(tx, each, now)
    return list(systems)


def lasting_admins(tx: Tx) -> set[str]:
    """The administrators whose role has no end."""
    held = select(roles.c.person_id).join(people, people.c.id == roles.c.person_id)
    lasting = held.where(roles.c.role == Role.ADMIN, roles.c.ends_at.is_(None), people.c.disabled_at.is_(None))
    return set(tx.c.scalars(lasting))


def grant(
    tx: Tx, person_id: str, role: Role, service: str | None, *, starts: datetime, ends: datetime | None = None
) -> None:
    """A role between two instants, such as a deputy's."""
    tx.c.execute(insert(roles).values(person_id=person_id, role=role, service=service, starts_at=starts, ends_at=ends))


def revoke(tx: Tx, person_id: str, role: Role, service: str | None, now: datetime) -> bool:
    """End the role now, and whatever of it was still to begin; False where the person has neither."""
    ended = tx.c.execute(
        update(roles)
        .where(
            roles.c.person_id == person_id,
            roles.c.role == role,
            roles.c.service.is_(None) if service is None else roles.c.service == service,
            or_(roles.c.ends_at.is_(None), roles.c.ends_at > now),
        )
        .values(ends_at=now)
    )
    return ended.rowcount > 0


@dataclass(frozen=True, kw_only=True)
class HeldRole:
    """A role of somebody's between two instants. `ends_at` None: until it is revoked."""

    role: Role
    service: str | None
    starts_at: datetime
    ends_at: datetime | None


def roles_of(tx: Tx, person_id: str, now: datetime) -> list[HeldRole]:
    """The roles in force and those that are still to begin."""
    query = select(roles.c.role, roles.c.service, roles.c.starts_at, roles.c.ends_at).where(
        roles.c.person_id == person_id, or_(roles.c.ends_at.is_(None), roles.c.ends_at > now)
    )
    return [
        HeldRole(role=Role(row.role), service=row.service, starts_at=row.starts_at, ends_at=row.ends_at)
        for row in tx.c.execute(query.order_by(roles.c.starts_at, roles.c.id))
    ]


def get(tx: Tx, person_id: str, now: datetime) -> Person | None:
    """The person with the roles in force now; None where there is none or they were disabled."""
    row = tx.c.execute(select(people).where(people.c.id == person_id, people.c.disabled_at.is_(None))).one_or_none()
    if row is None:
        return None
    in_force = tx.c.execute(
        select(roles.c.role, roles.c.service).where(
            roles.c.person_id == person_id,
            roles.c.starts_at <= now,
            or_(roles.c.ends_at.is_(None), roles.c.ends_at > now),
        )
    )
    held = frozenset((Role(each.role), each.service) for each in in_force)
    return Person(id=row.id, name=tx.open(row.name, "person"), roles=held, system=row.system)


def by_token(tx: Tx, token: str, now: datetime) -> Person | None:
    """Whoever holds the token; None where it is unknown, revoked or its person disabled."""
    person_id = tx.c.scalar(
        select(tokens.c.person_id).where(tokens.c.hash == _hash(token), tokens.c.revoked_at.is_(None))
    )
    return get(tx, person_id, now) if person_id else None


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Whoever sent a token. `scopes` is None for a personal one, which opens whatever the person's roles do."""

    person: Person
    scopes: frozenset[str] | None


def bearer(tx: Tx, token: str, now: datetime) -> Bearer | None:
    """The person with what the token is limited to; None where `by_token` finds nobody."""
    person = by_token(tx, token, now)
    if person is None:
        return None
    limited = tx.c.scalar(select(token_scopes.c.scopes).where(token_scopes.c.hash == _hash(token)))
    return Bearer(person=person, scopes=None if limited is None else frozenset(limited))


def author_behind(tx: Tx, person_id: str) -> str:
    """The human who answers: a system's token counts as the person behind it (design: section 4)."""
    return tx.c.scalar(select(people.c.answers_for_it).where(people.c.id == person_id)) or person_id


def everyone(tx: Tx, now: datetime) -> list[Person]:
    ids = tx.c.scalars(select(people.c.id).order_by(people.c.created_at, people.c.id)).all()
    return [person for person in (get(tx, each, now) for each in ids) if person]
