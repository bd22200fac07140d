"""The year's figures in words: what each counts, and what it is counted by."""

from collections.abc import Callable, Mapping

from bot.web.naming import ALLEGATIONS, REQUEST_KINDS, because, event_name, kind_name, service_name
from bot.web.notices import NAMES
from bot.web.words import sentence

FIGURES: dict[str, str] = {
    "submitted": "Notices submitted",
    "amended": "Notices amended",
    "refused": "Refused by the policy",
    "refused_by_clause": "Refused by clause",
    "approved": "Approved by a Director",
    "sent_back": "Sent back by a Director",
    "notices_up": "Notices that went up",
    "notices_by_kind": "Notices that went up, by kind",
    "notices_by_service": "Notices that went up, by service",
    "copies_up_by_channel": "Copies that went up, by channel",
    "called_off": "Copies called off before they went up",
    "copies_removed": "Copies taken down and proven gone",
    "copies_removed_by_reason": "Copies taken down, by reason",
    "retracted": "Notices retracted",
    "retracted_by_reason": "Notices retracted, by reason",
    "late": "Copies not proven gone before their date",
    "greatest_lateness": "The latest was late by",
    "longest_urgent_removal": "The longest urgent removal took",
    "unverified_now": "Copies not proven gone now",
    "strays_adopted": "Copies found that were not on record",
    "came_back": "Copies seen again after they were gone",
    "events_by_type": "Events of cases",
    "equality": "Notices, by the known protected characteristics of whom they name",
    "notices_without_known_characteristic": "Notices without any known protected characteristic",
    "by_kind": "Requests of the public, by kind",
    "removals_by_allegation": "Requests for removal, by what they allege",
    "decisions": "Requests decided",
    "undecided": "Requests not decided yet",
}
_DECISIONS = {"upheld": "Granted", "rejected": "Not granted"}


def _from(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: names.get(code, code)


_BY: dict[str, Callable[[str], str]] = {
    "notices_by_kind": kind_name,
    "notices_by_service": service_name,
    "copies_up_by_channel": _from({each.value: name for each, name in NAMES.items()}),
    "copies_removed_by_reason": because,
    "retracted_by_reason": because,
    "events_by_type": event_name,
    "by_kind": _from({each.value: name for each, name in REQUEST_KINDS.items()}),
    "removals_by_allegation": _from({each.value: name for each, name in ALLEGATIONS.items()}),
    "decisions": _from(_DECISIONS),
}


def figure_of(name: str, code: str) -> str:
    """What one count of a figure is of."""
    said = _BY[name](code) if name in _BY else code
    return sentence(said.replace("_", " "))
