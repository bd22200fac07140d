"""Who may act, as acts of an administrator: add, give a role between two days, revoke it, disable (12.1)."""

from datetime import datetime

from bot import accounts
from bot.context import Bot
from bot.intake_refusals import Conflict, NotFound, require
from policies.authority import Act
from policies.terms import Person, Role
from store import journal, people
from store.ledger import Tx

Held = list[tuple[Role, str | None]]


def spoken(held: Held) -> str:
    return ", ".join(f"{role.value} of {service}" if service else role.value for role, service in held)


def in_order(each: Person) -> Held:
    return sorted(each.roles, key=lambda held: (held[0], held[1] or ""))


def add_person(
    bot: Bot,
    admin: Person,
    name: str,
    held: Held,
    *,
    ends: datetime | None = None,
    until: str | None = None,
    answers_for: str | None = None,
) -> tuple[Person, str]:
    """A new person with roles from now on, and the token that proves it. Every Director is told.

    `ends`, said as the day `until`, ends the roles by themselves; with `answers_for` it is a system, and that person's.
    """
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        now = bot.now
        if answers_for is not None and somebody(tx, answers_for, now).system:
            raise Conflict("--answers-for", answers_for, "That is a system itself.", "Name a person.", "12.1")
        made, token = people.add(
            tx,
            name=name,
            held=[] if ends else held,
            now=now,
            system=answers_for is not None,
            answers_for_it=answers_for,
        )
        for role, service in held if ends else []:
            people.grant(tx, made.id, role, service, starts=now, ends=ends)
        accounts.record(bot, tx, admin, "person_added", made.id, roles=spoken(held) or None, until=until)
    return made, token


def grant_role(
    bot: Bot,
    admin: Person,
    person_id: str,
    given: tuple[Role, str | None],
    *,
    begins: datetime,
    ends: datetime | None,
    since: str | None,
    until: str | None,
) -> None:
    """A further role between two instants, said as the days `since` and `until`. Every Director is told."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        if somebody(tx, person_id, bot.now).system:
            raise Conflict("ID", person_id, "A system has no other role.", "Name a person.", "12.1")
        people.grant(tx, person_id, *given, starts=begins, ends=ends)
        accounts.record(bot, tx, admin, "role_granted", person_id, roles=spoken([given]), since=since, until=until)


def revoke_role(bot: Bot, admin: Person, person_id: str, ended: tuple[Role, str | None]) -> None:
    """End a role now, also one that has not begun. Every Director is told."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        somebody(tx, person_id, bot.now)
        if ended[0] is Role.ADMIN:
            _another_admin(tx, person_id)
        if not people.revoke(tx, person_id, *ended, bot.now):
            what, remedy = "The person does not have it.", "See `downdate person list`."
            raise Conflict("--role", ended[0], what, remedy, "12.1")
        accounts.record(bot, tx, admin, "role_revoked", person_id, roles=spoken([ended]))


def disable_person(bot: Bot, admin: Person, person_id: str) -> list[str]:
    """End all a person may do, and the systems they answer for; returns the ids of all who may not act any more."""
    require(admin, Act.ADD_PERSON)
    with bot.ledger.write() as tx:
        now = bot.now
        somebody(tx, person_id, now)
        _another_admin(tx, person_id)
        ended = [person_id, *people.disable(tx, person_id, now)]
        for each in ended:
            accounts.shut_out(tx, each, now)
            journal.append(tx, now=now, actor=admin.id, event="person_disabled", subject=each)
    return ended


def somebody(tx: Tx, person_id: str, now: datetime) -> Person:
    """The person. Raises NotFound."""
    found = people.get(tx, person_id, now)
    if found is None:
        raise NotFound("ID", person_id, "See `downdate person list`.")
    return found


def _another_admin(tx: Tx, person_id: str) -> None:
    """Raises Conflict where nobody else is an administrator for good: one whose role ends could leave nobody."""
    if people.lasting_admins(tx) == {person_id}:
        remedy = "Add another administrator first, without an end."
        raise Conflict("ID", person_id, "Nobody else is an administrator for good.", remedy, "12.1")
