"""What people have to do beside the notices themselves: whose it is, how soon, and what its answers mean, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from policies.retention import LONDON, RetentionPlan
from policies.terms import EventType, Kind, Role

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One kind of task. `owner` None: a person whom the notice's checklist names."""

    name: str
    asks: str
    clause: str
    owner: Role | None = None
    within: timedelta = _DAY
    answers: Mapping[str, tuple[EventType, ...]] = field(default_factory=dict)
    """What may be answered, and the events of the case which that answer is; empty: it is simply done."""
    per_publication: bool = False
    """Asked for each notice that has been up, rather than once for the case."""
    ends_with: str = ""
    """The command that ends it; empty: `downdate tasks done`."""


OFFLINE_MATERIAL = Duty(
    name="offline_material",
    owner=Role.COMMS,
    asks="Find leaflets, newsletters, media releases, copies with partners and on shared drives, and shared posts; "
    "have each taken back.",
    clause="5.7.4(f)",
)
RESULT = Duty(
    name="result_in_later_publicity",
    owner=Role.COMMS,
    within=timedelta(days=7),
    asks="Include the result of the appeal in later publicity.",
    clause="5.7.4(f)",
)
APPEAL_NOTICE = Duty(
    name="successful_appeal_notice_offered",
    owner=Role.COMMS,
    within=timedelta(days=7),
    per_publication=True,
    asks="Ask the person, then submit a notice of the successful appeal, or record that none is wanted.",
    clause="5.7.4(f)",
)
INCIDENT = Duty(
    name="incident",
    owner=Role.DPO,
    # Article 33 UK GDPR; requirements R55.
    within=timedelta(hours=72),
    asks="Decide within 72 hours whether the Information Commissioner and the person must be told.",
    clause="5.7.4(g)",
)
CORRECTION = Duty(
    name="correction_offered",
    owner=Role.COMMS,
    per_publication=True,
    asks="Submit a correction notice, or record that none is wanted.",
    clause="6.4",
)
APPEAL_CHECK = Duty(
    name="appeal_check",
    asks="Ask the court whether an appeal was lodged.",
    clause="5.6",
    answers={"no_appeal": (), "appeal_lodged": (EventType.APPEAL_LODGED,)},
)
ORDER_CHECK = Duty(
    name="order_check",
    asks="Check today that the open-ended order is still in force.",
    clause="5.7.4(a)",
    answers={"in_force": (), "ended": (EventType.ORDER_ENDED, EventType.CONVICTION_SPENT)},
)
PAYMENT_CHECK = Duty(
    name="payment_check",
    asks="Check today that the compensation is not paid in full.",
    clause="5.7.4(a)",
    answers={"unpaid": (), "paid": (EventType.COMPENSATION_PAID,)},
)
COMMENTS = Duty(
    name="moderate_comments",
    asks="Watch its comments until it comes down; hide what names or threatens anybody.",
    clause="5.7.4(e)",
)
UNCHECKED = Duty(
    name="appeal_unchecked",
    asks="Nobody has confirmed that no appeal was lodged. Have it asked, or take the notice down.",
    clause="5.6",
)
ACKNOWLEDGE_REQUEST = Duty(
    name="acknowledge_request",
    asks="Tell the applicant that the request has arrived and when it is decided.",
    clause="5.5",
    ends_with="downdate request acknowledge",
)
DECIDE_REQUEST = Duty(
    name="decide_request",
    owner=Role.DPO,
    asks="Decide the removal request: a named officer, with the Data Protection Officer.",
    clause="5.5",
    ends_with="downdate request decide",
)
DECIDE_REUSE = Duty(
    name="decide_reuse",
    owner=Role.DIRECTOR,
    within=timedelta(days=7),
    asks="Decide whether the material may be used again: the Director of the service.",
    clause="5.7.4(e)",
    ends_with="downdate request decide",
)
OVERDUE_REQUEST = Duty(
    name="request_undecided",
    owner=Role.DIRECTOR,
    asks="A removal request was not decided in time. Have it decided now.",
    clause="5.5",
)

DUTIES: dict[str, Duty] = {
    each.name: each
    for each in (
        OFFLINE_MATERIAL, RESULT, APPEAL_NOTICE, INCIDENT, CORRECTION, APPEAL_CHECK, ORDER_CHECK, PAYMENT_CHECK,
        COMMENTS, UNCHECKED, ACKNOWLEDGE_REQUEST, DECIDE_REQUEST, DECIDE_REUSE, OVERDUE_REQUEST,
    )
}  # fmt: skip

# R51, R55, 6.4: what an event leaves for people to do.
OF_EVENT: dict[EventType, tuple[Duty, ...]] = {
    EventType.ELIMINATED: (OFFLINE_MATERIAL, CORRECTION),
    EventType.IDENTIFIED: (OFFLINE_MATERIAL,),
    EventType.APPEAL_LODGED: (OFFLINE_MATERIAL,),
    EventType.APPEAL_SUCCEEDED: (OFFLINE_MATERIAL, RESULT, APPEAL_NOTICE),
    EventType.SENTENCE_CHANGED: (OFFLINE_MATERIAL, RESULT, APPEAL_NOTICE),
    EventType.INACCURATE: (OFFLINE_MATERIAL, INCIDENT, CORRECTION),
    EventType.RESTRICTION_IMPOSED: (OFFLINE_MATERIAL, INCIDENT),
    EventType.PROCEEDINGS_ACTIVE: (OFFLINE_MATERIAL,),
    EventType.COMPENSATION_PAID: (OFFLINE_MATERIAL,),
    EventType.CONVICTION_SPENT: (OFFLINE_MATERIAL,),
}

# R50: as long as the notice is up. Nobody having answered the last of them is escalated.
APPEAL_CHECKS = (timedelta(), timedelta(days=7), timedelta(days=14), timedelta(days=22))
APPEAL_CHECKED = frozenset({Kind.CASE_OUTCOME, Kind.CBO, Kind.POST_CONVICTION_IMAGE})
# Part D, "safe direction": asked again weekly while it is shown.
# Asked so early that an answer can come before the week is over, weekends included (`policies.sentences.RECHECK`).
RECHECK_OPENS = timedelta(days=4)
# Answers by which what has no end of its own still holds.
STILL_SO = frozenset({"in_force", "unpaid"})
OPEN_ENDED = frozenset({ORDER_CHECK.name, PAYMENT_CHECK.name})


def duty_of(what: str) -> Duty | None:
    """The duty behind a task's `what`, which begins with its name; None for an alarm's or a removal's task."""
    return DUTIES.get(what.partition(":")[0])


def last_appeal_check(what: str) -> bool:
    """Whether it is the check on day 22, the last one before the notice comes down."""
    return what == appeal_check(APPEAL_CHECKS[-1])


def appeal_check(after: timedelta) -> str:
    return f"{APPEAL_CHECK.name}:day{after.days}"


def one_working_day_after(at: datetime, plan: RetentionPlan) -> datetime:
    """The same London time on the next working day; what comes out of hours counts from the next opening."""
    local = at.astimezone(LONDON)
    day, time = local.date(), local.time()
    if not plan.is_working_day(day) or time > plan.working_day_end:
        day, time = _next_working_day(plan, day), plan.working_day_start
    day, time = _next_working_day(plan, day), max(time, plan.working_day_start)
    return datetime.combine(day, time, LONDON).astimezone(at.tzinfo)


def _next_working_day(plan: RetentionPlan, day: date) -> date:
    day += _DAY
    while not plan.is_working_day(day):
        day += _DAY
    return day
