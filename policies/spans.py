"""Months, terms and ages as the law counts them, by the calendar."""

from calendar import monthrange
from datetime import date, timedelta

from policies.sentences import Term

FULL_AGE = 18


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def after(start: date, term: Term) -> date:
    """The day after the last one of a term that begins on `start`."""
    try:
        return add_months(start, 12 * term.years + term.months) + timedelta(weeks=term.weeks, days=term.days)
    except OverflowError:
        return date.max


def possible(term: Term) -> bool:
    """Whether a court could have passed it: no part of it negative, and not nothing at all."""
    parts = (term.years, term.months, term.weeks, term.days)
    return min(parts) >= 0 and max(parts) > 0


def age_on(born: date, day: date) -> int:
    """Whole years of age. Whoever is born on 29 February turns a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def exceeds(start: date, term: Term, months: int) -> bool:
    """Whether a term that begins on `start` is longer than so many months, by the calendar."""
    return after(start, term) > add_months(start, months)
