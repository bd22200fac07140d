"""Mistakes in a form: told in a summary at the top and beside each field, with what to do."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Response, make_response, render_template, request

from bot.submission_checks import InputRefused
from bot.web.kept import readable
from bot.web.remedies import here

LONGEST = 10_000
"""Characters of a note."""


def too_late(title: str, do: str) -> Response:
    """What a form was about is over; what was typed into it is shown, to be copied."""
    return make_response(render_template("error.html", title=title, do=do, lost=readable(request.form)), 409)


@dataclass
class Errors:
    """What is wrong with a form, by field, in the order in which it was found."""

    told: dict[str, list[str]] = field(default_factory=dict)
    anchors: dict[str, str] = field(default_factory=dict)
    """Where the summary leads, for a field whose first input is called otherwise."""

    def add(self, name: str, text: str) -> None:
        self.told.setdefault(name, []).append(here(text))

    def too_long(self, name: str, text: str) -> None:
        """Tell of a text that is longer than any note: it is never cut without a word."""
        if len(text) > LONGEST:
            self.add(name, f"It is {len(text) - LONGEST:,} characters too long. Write at most {LONGEST:,}")

    def refused(self, name: str, no: InputRefused) -> None:
        """What an act said when it refused, beside the field that a person would change."""
        for problem in no.problems:
            self.add(name, f"{problem.what} {problem.remedy}")

    def __bool__(self) -> bool:
        return bool(self.told)

    def of(self, name: str) -> dict[str, str] | None:
        """As the macros of GOV.UK Frontend take it; None where the field is in order."""
        return {"text": ". ".join(text.rstrip(".") for text in self.told[name])} if name in self.told else None

    def summary(self) -> list[dict[str, str]]:
        return [{"text": text, "href": f"#{self.anchors.get(name, name)}"} for name, text in self._each()]

    def _each(self) -> Iterator[tuple[str, str]]:
        for name, texts in self.told.items():
            for text in texts:
                yield name, text
