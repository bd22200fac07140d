"""Short ways to write a row's questions and consequences, and the groups of kinds that rows are for."""

from collections.abc import Iterable
from typing import Any

from policies.effects import Effect
from policies.questions import ALL, Asks, Consequence, Option, Question
from policies.terms import Kind

CONVICTIONS = frozenset({Kind.CASE_OUTCOME, Kind.CBO, Kind.POST_CONVICTION_IMAGE})
OUTCOMES = CONVICTIONS | {Kind.INJUNCTION}
RESTRICTABLE = OUTCOMES | {Kind.SUCCESSFUL_APPEAL_NOTICE}
IMAGES = frozenset({Kind.IMAGE_APPEAL, Kind.POST_CONVICTION_IMAGE})
# A correction holds no personal data and says only that something was withdrawn (6.4).
NOT_CORRECTION = ALL - {Kind.CORRECTION_NOTICE}

Answers = Iterable[tuple[str, str]] | tuple[Option, ...]


def line(name: str, label: str, **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.LINE, **more)


def tell(name: str, label: str, **more: Any) -> Question:
    """A question answered in sentences."""
    return Question(name=name, label=label, asks=Asks.TEXT, **more)


def lines(name: str, label: str, **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.LINES, **more)


def day(name: str, label: str, **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.DATE, **more)


def choice(name: str, label: str, answers: Answers, **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.CHOICE, options=_options(answers), **more)


def choices(name: str, label: str, answers: Answers, **more: Any) -> Question:
    return Question(name=name, label=label, asks=Asks.CHOICES, options=_options(answers), **more)


def _options(answers: Answers) -> tuple[Option, ...]:
    return tuple(each if isinstance(each, Option) else Option(code=each[0], label=each[1]) for each in answers)


def refuse(question: str, answers: set[str], what: str, remedy: str, **more: Any) -> Consequence:
    """What these answers forbid for good, as the notice stands."""
    return Consequence(
        question=question, answers=frozenset(answers), effect=Effect.REFUSE, what=what, remedy=remedy, **more
    )


def hold(question: str, answers: set[str], what: str, remedy: str, **more: Any) -> Consequence:
    """What these answers hold back until something named has happened."""
    return Consequence(
        question=question, answers=frozenset(answers), effect=Effect.HOLD, what=what, remedy=remedy, **more
    )


def sign_off(question: str, answers: set[str], what: str, remedy: str, **more: Any) -> Consequence:
    """What these answers leave to named people to sign."""
    return Consequence(
        question=question, answers=frozenset(answers), effect=Effect.SIGN_OFF, what=what, remedy=remedy, **more
    )
