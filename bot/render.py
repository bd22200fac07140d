"""Approved content becomes the exact text of a channel: the whole page for the website, plain text elsewhere.

Rendering happens before approval; the rendered text is what a Director approves and what is sent. Two values come
later, as named placeholders on the website's page: `{down_by}` and `{picture:<sha256>}`, which the channel fills in.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.base import Capabilities
from adapters.site_page import said_in_london
from policies.terms import Channel, Facts, Kind, Publication


@dataclass(frozen=True, kw_only=True)
class SiteWords:
    """The council's own words, the same on every notice. `informative` includes the contact (policy 5.7.4(e))."""

    council: str
    informative: str
    how_to_apply: str
    privacy_notice_url: str
    complaints_url: str
    public_url: str


# What a notice is, said before its headline. R4: an injunction is named as civil.
LABEL: dict[Kind, str] = {
    Kind.CASE_OUTCOME: "Court outcome",
    Kind.CBO: "Criminal behaviour order",
    Kind.INJUNCTION: "Civil injunction",
    Kind.IMAGE_APPEAL: "Can you help us identify this person?",
    Kind.POST_CONVICTION_IMAGE: "Court outcome",
    Kind.SUCCESSFUL_APPEAL_NOTICE: "Result of an appeal",
    Kind.CORRECTION_NOTICE: "Correction",
}

# R62: no personal data, not even in what a preview shows.
NEUTRAL_LINE: dict[Kind, str] = {
    Kind.CASE_OUTCOME: "{council} has published the outcome of a court case.",
    Kind.CBO: "{council} has published a notice about a criminal behaviour order.",
    Kind.INJUNCTION: "{council} has published a notice about a civil injunction.",
    Kind.IMAGE_APPEAL: "{council} is asking for help in an investigation.",
    Kind.POST_CONVICTION_IMAGE: "{council} has published the outcome of a court case.",
    Kind.SUCCESSFUL_APPEAL_NOTICE: "{council} has published the result of an appeal.",
    Kind.CORRECTION_NOTICE: "{council} has published a correction to an earlier notice.",
}

# R2: what a suspect or a respondent is said to have done is not called an offence they committed.
_DONE: dict[Kind, str] = {Kind.IMAGE_APPEAL: "Suspected offence", Kind.INJUNCTION: "Behaviour"}
_DECIDED: dict[Kind, str] = {
    Kind.CBO: "Order",
    Kind.INJUNCTION: "Order",
    Kind.SUCCESSFUL_APPEAL_NOTICE: "Result of the appeal",
}

# Marks that turn the direction of the text around: a name could be made to read as another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _clean(text: str) -> str:
    """Without control characters (but line ends), lone surrogates and marks that turn the reading direction."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x85]", "\n", text)
    return "".join(c for c in lines if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _TURNING))


def _line(text: str) -> str:
    """On one line, so that no field can pass for another."""
    return " ".join(_clean(text).split())


def _paragraphs(text: str) -> list[list[str]]:
    blocks = re.split(r"\n\s*\n", _clean(text).strip())
    return [[line.strip() for line in block.split("\n")] for block in blocks if block.strip()]


def _said(kind: Kind, facts: Facts) -> list[tuple[str, str]]:
    """The facts that are given, each with its term."""
    given = (
        ("Name", facts.name),
        ("Age", None if facts.age is None else str(facts.age)),
        ("Address", facts.summary_address),
        (_DONE.get(kind, "Offence"), facts.offence),
        (_DECIDED.get(kind, "Outcome"), facts.outcome),
    )
    return [(term, _line(said)) for term, said in given if said]


def _unplaced(said: Any) -> Markup:
    """Escaped, braces too: approved words can neither become markup nor a placeholder."""
    return Markup(str(escape(said)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704 - escaped first


_TEMPLATES = Environment(
    loader=PackageLoader("bot"),
    autoescape=True,
    finalize=_unplaced,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _page(publication: Publication, marker: str, site: SiteWords) -> str:
    """The whole page. Title, description and address are neutral: previews of them outlive the page."""
    content = publication.content
    facts = [_said(publication.kind, each) for each in content.facts]
    return _TEMPLATES.get_template("notice.html").render(
        title=f"Enforcement notice - {site.council}",
        description=f"A notice published by {site.council} for a limited time.",
        label=LABEL[publication.kind],
        headline=_line(content.headline),
        paragraphs=_paragraphs(content.body),
        pictures=[{"sha256": each.sha256, "alt": _line(each.alt_text)} for each in content.pictures],
        facts=[lines for lines in facts if lines],
        site=site,
        marker=marker,
    )


def _plain(publication: Publication, marker: str, site: SiteWords) -> str:
    content = publication.content
    facts = ["\n".join(f"{term}: {said}" for term, said in _said(publication.kind, each)) for each in content.facts]
    blocks = [
        f"{LABEL[publication.kind]}\n{_line(content.headline)}",
        *("\n".join(lines) for lines in _paragraphs(content.body)),
        *facts,
        f"How to ask for this notice to be removed: {_line(site.how_to_apply)}",
        f"Privacy notice: {site.privacy_notice_url}",
        site.informative,
        f"Ref {marker}",
    ]
    return "\n\n".join(block for block in blocks if block)


def notice_url(site: SiteWords, page_id: str) -> str:
    """Where the website shows the notice; fixed at submission, and without personal data."""
    return f"{site.public_url.rstrip('/')}/n/{page_id}/"


def _linked(publication: Publication, marker: str, site: SiteWords) -> str:
    line = NEUTRAL_LINE[publication.kind].format(council=site.council)
    return f"{line}\n\n{notice_url(site, publication.page_id)}\n\nRef {marker}"


def render(
    publication: Publication, channel: Channel, capabilities: Capabilities, *, marker: str, site: SiteWords
) -> str:
    """The text as it will be sent. A channel too short for the informative gets a neutral line and a link (R62)."""
    if channel is Channel.WEBSITE:
        return _page(publication, marker, site)
    if capabilities.measure(site.informative) > capabilities.text_limit:
        return _linked(publication, marker, site)
    return _plain(publication, marker, site)


def fill_down_by(text: str, down_by: datetime) -> str:
    """The text with its late date, as the public reads it: "18 December 2026, 9am GMT"."""
    return text.replace("{down_by}", said_in_london(down_by))


def ref_pattern(prefix: str) -> re.Pattern[str]:
    """Finds a marker as a whole word in any text; groups `ref` and `revision`."""
    return re.compile(rf"(?<![A-Za-z0-9-])(?P<ref>{re.escape(prefix)}-[A-Z0-9]{{6}})-(?P<revision>\d+)(?![A-Za-z0-9-])")


def matches_except_marker(old_text: str, old_marker: str, new_text: str, new_marker: str) -> bool:
    """Whether nothing but the marker differs, so that the post that is up may stay (design: amendments)."""

    def unmarked(text: str, marker: str) -> list[str]:
        return re.split(rf"(?<![A-Za-z0-9-]){re.escape(marker)}(?![A-Za-z0-9-])", text)

    return unmarked(old_text, old_marker) == unmarked(new_text, new_marker)
