"""May it go up? Every objection at once, each with its clause and remedy; no objection means it may."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from policies import (
    approval_rules,
    checklist_rules,
    content_rules,
    image_rules,
    outcome_rules,
    people_rules,
    spent_rules,
    text_rules,
)
from policies.answers import Advice, Consultee
from policies.dossier import Availability, Dossier, KnownClock, Layout, Objection, Rule, Stage, TimedRule
from policies.effects import Effect, Tick
from policies.lifecycle import Standing
from policies.terms import Approval

C = TypeVar("C")

__all__ = [
    "RULES",
    "TIMED_RULES",
    "Availability",
    "Dossier",
    "Effect",
    "KnownClock",
    "Layout",
    "Objection",
    "Rule",
    "Stage",
    "Tick",
    "before_approval",
    "clearance_reasons",
    "clearances_missing",
    "objections",
    "tick_reasons",
    "ticks_needed",
]

# Asked in this order at every stage; each rule knows at which stage it speaks. A further rule is a function here.
RULES: tuple[Rule, ...] = (
    approval_rules.service_known,
    content_rules.subjects_numbered,
    content_rules.words_present,
    content_rules.pictures_of_the_kind,
    content_rules.pictures_described,
    content_rules.suspects_unnamed,
    people_rules.categories_fit,
    people_rules.words_fit_the_category,
    people_rules.others_declared,
    people_rules.second_pair_of_eyes,
    people_rules.born_is_known,
    outcome_rules.outcome_stated,
    outcome_rules.outcomes_of_courts_only,
    outcome_rules.orders_final,
    outcome_rules.injunction_named_as_civil,
    outcome_rules.earlier_convictions_listed,
    outcome_rules.treatment_unsaid,
    outcome_rules.youth_cbo_tells_the_order_only,
    outcome_rules.appeal_notice_brief,
    text_rules.basic_details_only,
    text_rules.address_summary,
    text_rules.protected_words_absent,
    text_rules.protected_not_in_facts,
    text_rules.anonymity_kept,
    text_rules.restrictions_narrow,
    text_rules.correction_neutral,
    text_rules.appeal_says_how_to_tell,
    image_rules.pictures_stated,
    image_rules.people_in_kinds_for_it,
    image_rules.pictures_from_open_sources,
    image_rules.pictures_good_enough,
    image_rules.only_who_is_needed,
    image_rules.no_child_shown,
    image_rules.described_neutrally,
    content_rules.material_not_barred,
    checklist_rules.checklist_answered,
    checklist_rules.answers_allow,
    content_rules.channels_chosen,
    content_rules.channels_usable,
    content_rules.informative_verbatim,
    text_rules.linked_text_neutral,
    content_rules.text_fits,
    approval_rules.no_event_against,
    approval_rules.no_request_undecided,
    approval_rules.follows_what_is_down,
    approval_rules.court_event_dated,
    approval_rules.subjects_recognised,
    approval_rules.approval_given,
    approval_rules.approver_not_author,
    approval_rules.approver_directs_the_service,
    approval_rules.approval_covers_this,
    approval_rules.approval_last,
    approval_rules.advice_heeded,
    approval_rules.consultations_followed,
)

# These depend on the hour as well.
TIMED_RULES: tuple[TimedRule, ...] = (
    spent_rules.facts_hold_together,
    spent_rules.nothing_spent,
    approval_rules.run_again_after_fresh_steps,
    approval_rules.window_open,
    approval_rules.time_enough_left,
    approval_rules.approval_fresh,
    approval_rules.facts_confirmed,
    people_rules.ages_answered,
    people_rules.stated_ages_true,
)


def objections(dossier: Dossier, now: datetime) -> list[Objection]:
    """All objections at the dossier's stage, in the order of the rules; empty means it may be done."""
    lasting = [objection for rule in RULES for objection in rule(dossier)]
    return lasting + [objection for rule in TIMED_RULES for objection in rule(dossier, now)]


def ticks_needed(dossier: Dossier, now: datetime) -> tuple[Tick, ...]:
    """What the Director has to confirm by name, whatever has been ticked already: each of them lifts something."""
    return tuple(tick_reasons(dossier, now))


def tick_reasons(dossier: Dossier, now: datetime) -> dict[Tick, tuple[Objection, ...]]:
    """Each tick that is needed with what it lifts."""
    everything = frozenset(Tick)
    return _lifted(tuple(Tick), lambda ticks: objections(_ticked(dossier, ticks, now), now), everything)


def clearances_missing(dossier: Dossier, now: datetime) -> tuple[Consultee, ...]:
    """Whose clearance would lift something: not asked yet, or advised against (row 33)."""
    return tuple(clearance_reasons(dossier, now))


def clearance_reasons(dossier: Dossier, now: datetime) -> dict[Consultee, tuple[Objection, ...]]:
    """Each consultee whose clearance is missing with what it would lift."""
    everybody = frozenset(Consultee)
    return _lifted(tuple(Consultee), lambda roles: objections(_cleared(dossier, roles, now), now), everybody)


def _lifted(
    each_of: tuple[C, ...], asked: Callable[[frozenset[C]], list[Objection]], everything: frozenset[C]
) -> dict[C, tuple[Objection, ...]]:
    whole = asked(everything)
    without = {one: asked(everything - {one}) for one in each_of}
    return {one: tuple(each for each in found if each not in whole) for one, found in without.items() if found != whole}


def before_approval(dossier: Dossier, now: datetime) -> Standing:
    """How a whole submission stands now: what a Director alone can lift awaits approval, anything else holds it."""
    effects = {each.effect for each in objections(dossier, now)}
    if Effect.REFUSE in effects:
        return Standing.REFUSED
    waits = Effect.HOLD in effects or (Effect.SIGN_OFF in effects and clearances_missing(dossier, now))
    return Standing.HELD if waits else Standing.AWAITING_APPROVAL


def _ticked(dossier: Dossier, ticks: frozenset[Tick], now: datetime) -> Dossier:
    approval = dossier.approval or Approval(director="", given_at=now, digest=dossier.digest)
    return replace(dossier, approval=replace(approval, ticks=ticks))


def _cleared(dossier: Dossier, roles: Collection[Consultee], now: datetime) -> Dossier:
    at = dossier.approval.given_at if dossier.approval else now
    cleared = tuple(Advice(role=role, person="", at=at, cleared=True) for role in roles)
    return replace(dossier, advice=dossier.advice + cleared)
