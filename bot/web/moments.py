"""Days and times of London's clock, as people type them into three or four fields."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from bot.web.errors import Errors
from policies.retention import LONDON, london_midnight

PARTS = ("day", "month", "year")


def typed(name: str, at: datetime) -> dict[str, str]:
    """What the fields of a day and a time hold at this moment."""
    local = at.astimezone(LONDON)
    said = {"day": str(local.day), "month": str(local.month), "year": str(local.year), "time": f"{local:%H:%M}"}
    return {f"{name}-{part}": value for part, value in said.items()}


def day(form: Mapping[str, str], name: str, errors: Errors, *, needed: bool = False) -> date | None:
    """The day; None where it was left out or is none, which is then told."""
    said = [form.get(f"{name}-{part}", "").strip() for part in PARTS]
    if not any(said):
        if needed:
            errors.add(name, "Give a day, such as 27 3 2026")
        return None
    if all(part.isascii() and part.isdecimal() for part in said) and len(said[2]) == 4:
        try:
            return date(int(said[2]), int(said[1]), int(said[0]))
        except ValueError:
            pass
    errors.add(name, "It is not a day. Write it such as 27 3 2026")
    return None


def moment(form: Mapping[str, str], name: str, errors: Errors) -> datetime | None:
    """The day and the time as one instant; None where either is wrong, which is then told."""
    on = day(form, name, errors, needed=True)
    try:
        clock = time.fromisoformat(form.get(f"{name}-time", "").strip().replace(".", ":").zfill(5))
    except ValueError:
        errors.add(f"{name}-time", "It is not a time. Write it such as 14:30")
        return None
    return None if on is None else datetime.combine(on, clock.replace(tzinfo=None), LONDON)


def begins(on: date | None) -> datetime | None:
    """The midnight at which the day begins."""
    return None if on is None else london_midnight(on)


def ends(on: date | None) -> datetime | None:
    """The midnight at which the day ends."""
    return None if on is None else london_midnight(on + timedelta(days=1))
