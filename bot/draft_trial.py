"""What stands in the way of a draft that is only partly written: its gaps, and what the policy says of the rest."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.context import Bot, law_of
from bot.drafting import received
from bot.intake_foresee import foresee
from bot.intake_refusals import Conflict
from bot.intake_writing import Reserved
from bot.submission import SubmissionRefused
from bot.submission_checks import Problem
from policies.cautions import Caution
from policies.dossier import Objection
from policies.effects import Tick
from policies.retention import LONDON
from policies.terms import Person
from store.drafts import Draft

# Each round mends what the one before has shown.
_ROUNDS = 6


@dataclass(frozen=True, kw_only=True)
class Way:
    """`problems`: why it cannot be taken in yet. The rest is what the rules say, as if the gaps were filled somehow."""

    problems: tuple[Problem, ...] = ()
    objections: tuple[Objection, ...] = ()
    cautions: tuple[Caution, ...] = ()
    ticks: tuple[Tick, ...] = ()


def in_the_way(bot: Bot, person: Person, draft: Draft, body: Mapping[str, Any]) -> Way:
    """What the rules say of `body` as the draft's words. Pictures are not drawn, so whether they fit is not asked."""
    problems: tuple[Problem, ...] = ()
    trial = json.loads(json.dumps(body))
    for round_ in range(_ROUNDS):
        try:
            written = received(bot, trial, drawn=False)
        except SubmissionRefused as refused:
            problems = problems if round_ else refused.problems
            for problem in refused.problems:
                _mend(bot, trial, problem.path)
            continue
        name = Reserved(ref=draft.ref, page_id=draft.page_id)
        try:
            seen = foresee(bot, person, written, amends=draft.amends, reserved=name).preview
        except (SubmissionRefused, Conflict) as refused:
            return Way(problems=problems + refused.problems)
        return Way(problems=problems, objections=seen.objections, cautions=seen.cautions, ticks=seen.ticks)
    return Way(problems=problems)


def _mend(bot: Bot, body: dict[str, Any], path: str) -> None:
    """Put something there that can be read, or take away what cannot."""
    *above, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    here: Any = body
    for key in above:
        if isinstance(here, dict) and isinstance(key, str):
            here = here.setdefault(key, {})
        elif isinstance(here, dict):
            here = here.get(str(key))
        elif isinstance(here, list) and isinstance(key, int) and key < len(here):
            here = here[key]
    if not isinstance(here, dict):
        return
    stand_in = _stand_in(bot, path)
    if stand_in is not None and here.get(str(last)) != stand_in:
        here[str(last)] = stand_in
    else:
        here.pop(str(last), None)


def _stand_in(bot: Bot, path: str) -> Any:
    """Something of the right form for a field that has to be there."""
    settings, number = bot.settings, re.match(r"subjects\.(\d+)\.", path)
    law = law_of(settings)
    found: dict[str, Any] = {
        "court_event": {},
        "case_ref": secrets.token_hex(8),
        "service": settings.council.services[0].name,
        "number": f"S{int(number[1]) + 1}" if number else None,
        "category": "third_party",
        "type": next(iter(law.orders if path.endswith("order.type") else law.sentences)),
        "channels": [],
        "subjects": [],
        "subject": "S1",
        "source": "council",
    }
    found |= dict.fromkeys(("on", "convicted_on", "made_on"), bot.now.astimezone(LONDON).date().isoformat())
    found |= dict.fromkeys(("document", "headline", "body", "offence", "alt_text"), "")
    return found.get(path.rsplit(".", 1)[-1])
