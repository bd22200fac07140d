"""The law's tables as settings, and which changes of them are safe: none may count a conviction as spent later."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, model_validator

from bot.settings_values import Section, Words
from policies.sentences import Band, Counts, Law, OrderType, SentenceType

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Named = tuple[tuple[str, ...], str]
"""The key of a change, and why it is refused."""

_NEVER_LATER = {Counts.AT_ONCE, Counts.IGNORED}
_ANY_BAND = 10_000


class LawSettings(Section):
    """What is in force from `in_force` on; convictions before that day are Legal's to decide."""

    in_force: date
    never_above: Annotated[int, Field(ge=1)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    sentences: Annotated[Mapping[Code, SentenceType], Field(min_length=1)]
    orders: Annotated[Mapping[Code, OrderType], Field(min_length=1)]
    no_outcome: Annotated[Mapping[Code, Words], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> "LawSettings":
        self.law()
        return self

    def law(self) -> Law:
        """The tables as the policy rules take them."""
        return Law(**{name: getattr(self, name) for name in type(self).model_fields})


def loosened(chosen: Law, shipped: Law) -> Iterator[Named]:
    """Each change of the shipped tables that could show a conviction, or a disposal, for longer than they allow."""
    if chosen.in_force < shipped.in_force:
        yield ("in_force",), f"not before {shipped.in_force}: what came before it is Legal's to decide"
    if chosen.never_above < shipped.never_above:
        yield ("never_above",), f"at least {shipped.never_above}"
    for length in sorted({band.up_to or _ANY_BAND for band in (*chosen.bands, *shipped.bands)}):
        mine, safe = _band(chosen, length), _band(shipped, length)
        if mine.adult > safe.adult or mine.youth > safe.youth:
            yield ("bands",), f"custody that falls into the shipped band of {safe.adult} months would be spent later"
            break
    for code, safe_kind in shipped.sentences.items():
        kind = chosen.sentences.get(code)
        for name, why in _looser(kind, safe_kind) if kind else ():
            yield ("sentences", code, name), why
    yield from _orders(chosen, shipped)
    for code in shipped.no_outcome.keys() & (chosen.sentences.keys() | chosen.orders.keys()):
        yield ("no_outcome", code), "is no outcome of a court (policy 5.1), so it is neither a sentence nor an order"


def _band(law: Law, length: int) -> Band:
    return next(band for band in law.bands if band.up_to is None or length <= band.up_to)


def _looser(kind: SentenceType, safe: SentenceType) -> Iterator[tuple[str, str]]:
    if safe.treatment and not kind.treatment:
        yield "treatment", "must be true: such a disposal is never published (policy 5.7.2)"
    if kind.counts is not safe.counts:
        asks = kind.counts is Counts.LEGAL_DECIDES and safe.counts not in _NEVER_LATER
        if not (asks or kind.counts in _NEVER_LATER or safe.counts is Counts.NEVER):
            yield "counts", f"must stay {safe.counts}, or the conviction could be spent later"
        return
    pairs: dict[str, Any] = {"adult": (kind.adult, safe.adult), "youth": (kind.youth, safe.youth)}
    for name, (mine, most) in pairs.items():
        if mine is not None and (most is None or mine > most):
            limit = "leave it out: Legal decides" if most is None else f"at most {most}"
            yield name, f"{limit}, or the conviction could be spent later"


def _orders(chosen: Law, shipped: Law) -> Iterator[Named]:
    for code, safe in shipped.orders.items():
        kind = chosen.orders.get(code)
        if kind is None:
            continue
        if kind.civil and not safe.civil:
            yield ("orders", code, "civil"), "must be false: a conviction stands behind it (policy 1.6)"
        most = safe.longest_for_youth
        if most is not None and (kind.longest_for_youth is None or kind.longest_for_youth > most):
            yield ("orders", code, "longest_for_youth"), f"at most {most}"
