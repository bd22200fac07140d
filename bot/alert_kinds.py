"""Every alarm there is, what it says and what it asks a person to do. Runbooks are the pages in config/runbooks."""

from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    """Every alarm there is."""

    REMOVAL_UNVERIFIED = "removal_unverified"
    URGENT_UNVERIFIED = "urgent_unverified"
    URGENT_SECOND_PERSON = "urgent_second_person"
    OVERDUE = "overdue"
    BY_HAND = "by_hand"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CHANNEL_REFUSED = "channel_refused"
    CALLED_OFF = "called_off"
    HELD = "held"
    APPROVAL_WANTED = "approval_wanted"
    APPROVAL_WAITING = "approval_waiting"
    APPROVAL_LAPSING = "approval_lapsing"
    APPROVAL_LAPSED = "approval_lapsed"
    SENT_BACK = "sent_back"
    FACTS_UNCONFIRMED = "facts_unconfirmed"
    CREDENTIAL_EXPIRING = "credential_expiring"
    CREDENTIAL_REVOKED = "credential_revoked"
    CREDENTIAL_CANNOT_REMOVE = "credential_cannot_remove"
    UNKNOWN_COPY = "unknown_copy"
    PICTURE_ELSEWHERE = "picture_elsewhere"
    POST_RETURNED = "post_returned"
    REMOVED_OUTSIDE = "removed_outside"
    TEXT_CHANGED = "text_changed"
    COMMENTS_OPEN = "comments_open"
    COMMENTS_TO_MODERATE = "comments_to_moderate"
    PAGE_UNSEEN = "page_unseen"
    JOURNAL_BROKEN = "journal_broken"
    CLOCK_WRONG = "clock_wrong"
    LOOP_LATE = "loop_late"
    PERSON_ADDED = "person_added"
    TASK_OVERDUE = "task_overdue"
    APPEAL_UNCHECKED = "appeal_unchecked"
    REQUEST_OVERDUE = "request_overdue"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What a kind of alarm says. In `title`, {what} becomes the reference and the channel."""

    title: str
    do: str
    runbook: str | None = None
    second: bool = False
    """Goes over the second route as well, so that a second person hears of it."""


_REFUSES = "platform-refuses-deletion"
_TOKEN = "token-lost"  # noqa: S105  # the name of a page
_STOLEN = "token-stolen"
_DEAD = "daemon-dead"
_WRONG = "wrong-person"
_RESTORE = "restore-from-backup"
_CLOCK = "clock-wrong"
_JOURNAL = "journal-broken"
_APPEAL = "appeal-unchecked"
_REQUEST = "removal-request"

ADVICE: dict[AlertKind, Advice] = {
    AlertKind.REMOVAL_UNVERIFIED: Advice(
        title="{what}: not proven gone, 15 minutes after its removal began",
        do="Look at the copy. If it is still up, take it down by hand as the runbook says; Downdate goes on checking.",
        runbook=_REFUSES,
    ),
    AlertKind.URGENT_UNVERIFIED: Advice(
        title="Urgent: {what}: retracted and not proven gone",
        do="Look at the copy now. If it is still up, take it down by hand as the runbook says.",
        runbook=_REFUSES,
    ),
    AlertKind.URGENT_SECOND_PERSON: Advice(
        title="Urgent, second person: {what}: retracted and still not proven gone",
        do="Ring the first person. Between you, take the copy down by hand as the runbook says.",
        runbook=_REFUSES,
        second=True,
    ),
    AlertKind.OVERDUE: Advice(
        title="Overdue: {what}: past its date and not proven gone",
        do="Take it down by hand now, then tell the Data Protection Officer.",
        runbook=_REFUSES,
        second=True,
    ),
    AlertKind.BY_HAND: Advice(
        title="{what}: the platform does not let Downdate take it down",
        do="Take it down by hand; the task behind the link holds the steps. Downdate checks until it is gone.",
        runbook=_REFUSES,
    ),
    AlertKind.OUTCOME_UNKNOWN: Advice(
        title="{what}: nobody knows whether it is up",
        do="Look for the reference on the account. Downdate will not post it again before it knows.",
        runbook=_REFUSES,
    ),
    AlertKind.CHANNEL_REFUSED: Advice(
        title="{what}: refused, so it is not up there",
        do="Read the reason behind the link, mend it, then requeue the channel.",
    ),
    AlertKind.CALLED_OFF: Advice(
        title="{what}: called off before it went up",
        do="Read the reason behind the link. If it should still go up, submit it again.",
    ),
    AlertKind.HELD: Advice(
        title="{what}: waits, because something it needs is missing",
        do="Read what is missing behind the link and supply it.",
    ),
    AlertKind.APPROVAL_WANTED: Advice(
        title="{what}: a Director's approval is wanted",
        do="Read it behind the link and approve it, or send it back with a reason.",
    ),
    AlertKind.APPROVAL_WAITING: Advice(
        title="{what}: waits for a Director's approval",
        do="Read it and approve it, or send it back with a reason.",
    ),
    AlertKind.APPROVAL_LAPSING: Advice(
        title="{what}: its approval lapses soon",
        do="Cure what keeps it from going up, or have it approved again.",
    ),
    AlertKind.APPROVAL_LAPSED: Advice(
        title="{what}: its approval has lapsed, so it will not go up",
        do="Have it approved again, or withdraw it. What is up already comes down as planned.",
    ),
    AlertKind.SENT_BACK: Advice(
        title="{what}: the Director sent it back",
        do="Read the reason behind the link, amend it and submit it for approval again.",
    ),
    AlertKind.FACTS_UNCONFIRMED: Advice(
        title="{what}: facts that may have changed are not confirmed",
        do="Check them and run `downdate confirm`.",
    ),
    AlertKind.CREDENTIAL_EXPIRING: Advice(
        title="{what}: its credential expires soon",
        do="Make a new one now. Without it nothing there can be taken down.",
        runbook=_TOKEN,
    ),
    AlertKind.CREDENTIAL_REVOKED: Advice(
        title="{what}: its credential is no longer accepted",
        do="Make a new one now. Until then nothing there can be taken down but by hand.",
        runbook=_TOKEN,
        second=True,
    ),
    AlertKind.CREDENTIAL_CANNOT_REMOVE: Advice(
        title="{what}: its credential may not remove",
        do="Give it the right to remove. Until then the channel is not used, and what is up comes down by hand.",
        runbook=_TOKEN,
        second=True,
    ),
    AlertKind.UNKNOWN_COPY: Advice(
        title="{what}: a copy the ledger did not know; it is being taken down",
        do="Find out who posted it. After a restored backup this is expected; at any other time see token-stolen.",
        runbook=_RESTORE,
    ),
    AlertKind.PICTURE_ELSEWHERE: Advice(
        title="{what}: an item on the account shows what a notice shows",
        do="Decide behind the link whether it must come down. Downdate leaves it alone until a person says so.",
        runbook=_STOLEN,
    ),
    AlertKind.POST_RETURNED: Advice(
        title="{what}: was gone and is visible again; it is being taken down",
        do="Find out whether somebody restored it from the platform's trash.",
        runbook=_REFUSES,
    ),
    AlertKind.REMOVED_OUTSIDE: Advice(
        title="{what}: somebody took it down, and Downdate did not",
        do="Find out why. Downdate does not put it up again.",
    ),
    AlertKind.TEXT_CHANGED: Advice(
        title="{what}: its text was changed on the platform",
        do="Compare it with the approved text behind the link. If in doubt, retract it.",
        runbook=_WRONG,
    ),
    AlertKind.COMMENTS_OPEN: Advice(
        title="{what}: comments could not be closed",
        do="Close them by hand, and hide what was written meanwhile.",
    ),
    AlertKind.COMMENTS_TO_MODERATE: Advice(
        title="{what}: is up with comments open",
        do="Watch its comments until it comes down: the platform has no way to close them.",
    ),
    AlertKind.PAGE_UNSEEN: Advice(
        title="{what}: the public cannot see its page, so the post that links to it waits",
        do="Open the page from outside the council. Mend the web server, the name or the certificate.",
    ),
    AlertKind.JOURNAL_BROKEN: Advice(
        title="The journal does not verify",
        do="Copy the ledger before anything else, then follow the runbook. Removals go on.",
        runbook=_JOURNAL,
        second=True,
    ),
    AlertKind.CLOCK_WRONG: Advice(
        title="The machine's clock is wrong",
        do="Set it right. Down dates are computed from it.",
        runbook=_CLOCK,
        second=True,
    ),
    AlertKind.LOOP_LATE: Advice(
        title="The loop has stopped: nothing is taken down",
        do="Restart the service, and look at what is due today.",
        runbook=_DEAD,
        second=True,
    ),
    AlertKind.PERSON_ADDED: Advice(
        title="A person's role or token has changed",
        do="If you did not expect it, have an administrator look at the journal.",
    ),
    AlertKind.TASK_OVERDUE: Advice(
        title="{what}: a task was not done in time",
        do="Run `downdate tasks`, and do it or have it done.",
    ),
    AlertKind.APPEAL_UNCHECKED: Advice(
        title="{what}: nobody has confirmed that no appeal was lodged",
        do="Ask the court now, and answer the task. If nobody can be asked, take the notice down.",
        runbook=_APPEAL,
        second=True,
    ),
    AlertKind.REQUEST_OVERDUE: Advice(
        title="{what}: a removal request was not decided in time",
        do="Decide it now, two people of whom one is the Data Protection Officer. If in doubt, uphold it.",
        runbook=_REQUEST,
        second=True,
    ),
    AlertKind.TEST: Advice(
        title="Test: alarms reach you",
        do="Nothing. Acknowledge it, so that the record shows that it arrived.",
    ),
}
