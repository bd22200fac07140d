"""What a Director confirms by name, in words."""

from policies.effects import Tick

TICKS: dict[Tick, str] = {
    Tick.ANOTHER_PERSON: "This is another person than those whom the case already has.",
    Tick.NEW_COURT_EVENT: "This is a new court event, so that a fresh 28 days may begin.",
    Tick.POST_AGAIN: "It may go up again where somebody took it down by hand.",
    Tick.OTHER_PURPOSE: "A purpose that the policy does not list is legitimate here.",
    Tick.ONLINE_PUBLICITY: "Online publicity is justified although the offence may be minor, or a first one.",
    Tick.EXTRA_DETAILS: "More than the basic details is necessary.",
    Tick.VULNERABILITY: "I have weighed that somebody may be vulnerable, and publicity is justified.",
    Tick.COMMUNITY_TENSION: "I have weighed the risk of community tension, and publicity is justified.",
    Tick.UNDER_18: "Somebody under 18 may be identified, and that is justified.",
}
