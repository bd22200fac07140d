"""Drafts of the notices that are offered after an error, an elimination or a successful appeal: neutral, nameless."""

from typing import Any

from policies.events import covers
from policies.retention import LONDON
from policies.terms import EventType, Kind, Reason
from store import cases, publications
from store.ledger import Tx
from store.publications import Known

OFFERED = (Kind.CORRECTION_NOTICE, Kind.SUCCESSFUL_APPEAL_NOTICE)
_HEADLINES = {Kind.CORRECTION_NOTICE: "Correction", Kind.SUCCESSFUL_APPEAL_NOTICE: "Result of an appeal"}
_WRONG = (
    "The council has taken down a notice that it published{when}, because it was not accurate. Please disregard it."
)
_ELIMINATED = (
    "The council has taken down an appeal for information that it published{when}. The person whom it showed is no "
    "longer sought in that enquiry. Please disregard the appeal and do not share it."
)
_QUASHED = (
    "The council has taken down a notice that it published{when}. An appeal in that case has succeeded, and the "
    "conviction was quashed. Please disregard the notice and do not share it."
)


_CHANGED = (
    "The council has taken down a notice that it published{when}. The sentence in that case was changed afterwards. "
    "Please disregard the notice and do not share it."
)
_RESULTS = {EventType.APPEAL_SUCCEEDED: _QUASHED, EventType.SENTENCE_CHANGED: _CHANGED}


def kind_offered(tx: Tx, known: Known) -> Kind:
    """What the events of the case ask for: the result of the appeal once there is one, else a correction."""
    return Kind.SUCCESSFUL_APPEAL_NOTICE if _result(tx, known) else Kind.CORRECTION_NOTICE


def _result(tx: Tx, known: Known) -> str | None:
    happened = cases.events_of(tx, known.case_key)
    numbers = {clock.subject for clock in cases.clocks_of(tx, known.id)}
    found = {EventType(each.what) for each in happened if covers(each, known.case_key, numbers)}
    return next((words for what, words in _RESULTS.items() if what in found), None)


def draft(tx: Tx, known: Known, kind: Kind) -> dict[str, Any]:
    """A submission that follows the old notice and says nothing of what stood in it; its checklist is a person's."""
    revision = publications.approved_revision(tx, known.id) or publications.latest_revision(tx, known.id)
    old = publications.load(tx, known.id, revision)
    return {
        "kind": kind.value,
        "case_ref": old.case_ref,
        "service": old.service,
        "court_event": {"on": old.court_event.on.isoformat(), "document": old.court_event.document},
        "subjects": [{"number": each.number, "category": each.category.value} for each in old.subjects],
        "content": {"headline": _HEADLINES[kind], "body": _body(tx, known, kind)},
        "channels": [each.value for each in old.channels],
        "checklist": {"answers": {}},
        # R45, R55: nothing goes up while a copy of the old one may be visible, and its authors do not approve this.
        "follows": known.ref,
    }


def _body(tx: Tx, known: Known, kind: Kind) -> str:
    since = cases.first_up(tx, known.id)
    local = since.astimezone(LONDON) if since else None
    when = f" on {local.day} {local:%B %Y}" if local else ""
    retraction = publications.retraction_of(tx, known.id)
    if kind is Kind.SUCCESSFUL_APPEAL_NOTICE:
        return (_result(tx, known) or _QUASHED).format(when=when)
    eliminated = retraction is not None and retraction.reason is Reason.ELIMINATED
    return (_ELIMINATED if eliminated else _WRONG).format(when=when)
