"""The page that a form stands on, for a form that is sent to an address of its own."""

from typing import Any

from flask import request, url_for

from policies.effects import Tick
from policies.terms import Reason

_STANDS_ON: dict[str, str] = {
    "signin.leave": "live.home",
    "account.end": "account.home",
    "account.end_others": "account.home",
    "live.search": "live.home",
    "approve.send_back": "approve.form",
    "acts.requeue": "notice.page",
    "acts.evidence": "notice.page",
    "acts.attest": "notice.page",
    "drafts.remove": "drafts.tasks",
    "drafts.submit": "drafts.check",
    "drafts.discard": "drafts.tasks",
    "drafts.copy": "notice.page",
    "drafts.amend": "notice.page",
    "drafts.lesser": "notice.page",
    "drafts.correct": "notice.page",
    "record.verify": "record.home",
}
# Where on its page a form stands; the others are seen without scrolling.
_PLACE = {"approve.act": "decide", "approve.send_back": "decide", "acts.evidence": "evidence", "acts.attest": "attest"}

# What may stand in an address: codes of our own, never what somebody typed.
_CHOICES: dict[str, frozenset[str]] = {
    "reason": frozenset(Reason),
    "scope": frozenset({"notice", "case"}),
    "tick": frozenset(Tick),
}


def page_path() -> str:
    """The path of the page that the form of this request stands on; its own where that can be opened."""
    on = _STANDS_ON.get(request.endpoint or "")
    return url_for(on, **_arguments()) if on is not None else request.path


def page_query() -> dict[str, list[str]]:
    """What that page has to be asked with, so that it shows the form and what was chosen in it."""
    sent = {name: [each for each in request.form.getlist(name) if each in codes] for name, codes in _CHOICES.items()}
    chosen = {name: codes for name, codes in sent.items() if codes}
    if _STANDS_ON.get(request.endpoint or "") == "notice.page":
        chosen["all"] = ["1"]
    return chosen


def place() -> str:
    """Where on the page the form stands, as an address ends."""
    found = _PLACE.get(request.endpoint or "", "")
    channel = request.form.get("channel", "") if found in {"evidence", "attest"} else ""
    return f"#{found}-{channel}" if channel.isalpha() and channel.isascii() else f"#{found}" if found else ""


def _arguments() -> dict[str, Any]:
    return request.view_args or {}
