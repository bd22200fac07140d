"""What an objection does, and what a Director can confirm by name."""

from enum import StrEnum


class Effect(StrEnum):
    """What an objection does. A refused post is called off; the other two leave it queued until cured."""

    REFUSE = "refuse"
    HOLD = "hold"
    SIGN_OFF = "sign_off"
    """A Director's specific tick is needed."""


class Tick(StrEnum):
    """What a Director confirms by name when approving."""

    ANOTHER_PERSON = "another_person"
    NEW_COURT_EVENT = "new_court_event"
    POST_AGAIN = "post_again"
    """A copy that somebody took down by hand may be followed by one of the new revision."""
    OTHER_PURPOSE = "other_purpose"
    """A purpose that the policy does not list is legitimate (R8)."""
    ONLINE_PUBLICITY = "online_publicity"
    """Online publicity is justified although the offence may be minor, or a first one (R13)."""
    EXTRA_DETAILS = "extra_details"
    """More than the basic details is necessary (R6)."""
    VULNERABILITY = "vulnerability"
    COMMUNITY_TENSION = "community_tension"
    UNDER_18 = "under_18"
    """Somebody under 18 may be identified (R26)."""
