"""An office with something in every list: coming down by hand, waiting, refused, amended; tasks, requests, drafts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.standin.core import Fault, Rule
from bot import alarms, audit, drafting, duties, intake
from bot.intake_requests import acknowledge_request, decide_request, log_request
from policies.answers import Consultee
from policies.requests import Allegation, Decision, RequestKind
from policies.terms import Channel, Kind, Reason
from store import desk, publications
from tests.bot.office import Office, document
from tests.bot.web.test_tasks import SAID

# As long as headlines come, with a word that fits into no line of a phone.
LONG = f"Two fined for leaving builders’ waste beside the river path at {'Llanfair' * 9} in Sample Lane"
UNDER_18 = {"subjects__0__date_of_birth": "2010-01-01"}


@dataclass(frozen=True, kw_only=True)
class Busy:
    """What there is to look at: references by what they show, task numbers by what they ask, drafts by kind."""

    refs: dict[str, str]
    case: str
    tasks: dict[str, int]
    drafts: dict[Kind, str]
    written: str
    refused: str
    person: str


def busy(office: Office) -> Busy:
    refs = _notices(office)
    _requests(office, refs["up"])
    with office.bot.ledger.write() as tx:
        duties.keep(tx, office.clock())
        desk.set_account(tx, Channel.X, expires_at=office.clock() + timedelta(days=12))
        desk.set_account(tx, Channel.INSTAGRAM, can_remove=False, problem="token-revoked")
    intake.pause(office.bot, office.staff.second, Channel.X)
    office.channels[Channel.FACEBOOK].plant(SAID)
    audit.compare(office.bot, Channel.FACEBOOK)
    with office.bot.ledger.write() as tx:
        alarms.raise_alarms(office.bot, tx, office.clock())
        tasks = {task.what.partition(":")[0]: task.id for task in desk.open_tasks(tx)}
        known = publications.find(tx, refs["by-hand"])
    assert known is not None
    writer = office.staff.second
    return Busy(
        refs=refs,
        case=known.case_key,
        tasks=tasks,
        drafts={kind: drafting.begin(office.bot, writer, begun(kind)) for kind in Kind},
        written=drafting.begin(office.bot, writer, document(case_ref="EH/2026/0900")),
        refused=drafting.begin(office.bot, writer, document(case_ref="EH/2026/0901", **UNDER_18)),
        person=office.staff.comms.id,
    )


def begun(kind: Kind) -> dict[str, Any]:
    """So much of a draft that each of its parts can be opened."""
    somebody = {"number": "S1", "category": "convicted", "convictions": [{"offence": "Fly-tipping"}]}
    return drafting.empty(kind) | {"subjects": [somebody]}


def _notices(office: Office) -> dict[str, str]:
    by_hand = office.up(case_ref="EH/2026/0001", channels=["website", "facebook"])
    for item in office.channels[Channel.FACEBOOK].objects:
        never = Rule(fault=Fault.FAIL_BEFORE, method="remove", path=item, status=400, times=0)
        office.channels[Channel.FACEBOOK].rules.append(never)
    intake.retract(office.bot, office.staff.second, ref=by_hand, reason=Reason.INACCURATE, note="The wrong street")
    office.run(by_hand, step=timedelta(minutes=5))
    amended = office.up(case_ref="EH/2026/0002", channels=["website", "facebook"])
    office.amend(amended, case_ref="EH/2026/0002", channels=["website"], content__headline=LONG)
    held = office.submit(case_ref="EH/2026/0003", channels=["website"]).ref
    intake.advise(office.bot, office.staff.dpo, held, role=Consultee.DPO, cleared=False, note="Leave out the street")
    sent_back = office.submit(case_ref="EH/2026/0004", channels=["website"]).ref
    intake.send_back(office.bot, office.staff.director, sent_back, "The street is another one", read=1)
    down = office.up(case_ref="EH/2026/0005", channels=["website"])
    intake.retract(office.bot, office.staff.second, ref=down, reason=Reason.APPEAL_LODGED)
    office.run(down)
    return {
        "by-hand": by_hand,
        "amended": amended,
        "held": held,
        "sent-back": sent_back,
        "down": down,
        "refused": office.submit(case_ref="EH/2026/0006", channels=["website"], **UNDER_18).ref,
        "waiting": office.submit(case_ref="EH/2026/0007").ref,
        "up": office.up(case_ref="EH/2026/0008", channels=["website", "x"], content__headline=LONG),
    }


def _requests(office: Office, ref: str) -> None:
    """One of each kind, and one that was decided."""
    for kind in (RequestKind.REMOVAL, RequestKind.REUSE, RequestKind.COMPLAINT, RequestKind.REMOVAL):
        log_request(
            office.bot,
            office.staff.second,
            kind,
            ref=ref,
            case=None,
            allegation=Allegation.OTHER,
            received_at=office.clock() - timedelta(hours=2),
            note="A caller says that the street is wrong",
        )
    acknowledge_request(office.bot, office.staff.second, 4, note="By letter")
    decide_request(
        office.bot, office.staff.second, 4, Decision.REJECTED, with_person=office.staff.dpo.id, note="It is right"
    )
