"""Convictions under the shipped law, written as shortly as the policy's requirements write them."""

from datetime import date

from bot.settings_safe import shipped_law
from policies.sentences import Component, Conviction, Term

LAW = shipped_law().law()


def day(text: str) -> date:
    return date.fromisoformat(text)


def part(code: str, **facts: object) -> Component:
    dates = {"starts", "completed", "ends", "paid_on", "checked_on"}
    given = {name: day(value) if name in dates and isinstance(value, str) else value for name, value in facts.items()}
    term = given.get("term")
    return Component(type=code, **(given | ({"term": Term(**term)} if isinstance(term, dict) else {})))


def conviction(convicted_on: str, *sentence: Component, **facts: object) -> Conviction:
    return Conviction(offence="Fly-tipping", convicted_on=day(convicted_on), sentence=sentence, **facts)
