"""Workers of the console in two lanes: whoever takes a notice down never waits for those who do something else.

The urgent lane is for the addresses that take down, tell how it goes, or print how to; all others share the other one
(ASVS 2.4.1, 15.2.2: own workers for what must answer).
"""

import re

from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher

_URGENT = re.compile(
    r"/(?:notices|cases)/[^/]+/(?:retract|progress|progress/part|sheet)"
    r"|/cases/[^/]+/event"
    r"|/api/v1/(?:(?:notices|cases)/[^/]+/retraction|events)"
)


def is_urgent(path: str) -> bool:
    """Whether a request for this path takes something down, or says how that goes."""
    return _URGENT.fullmatch(path) is not None


class Lanes:
    """What waitress hands its requests to: each lane has a queue and workers of its own."""

    def __init__(self, *, urgent: int, others: int) -> None:
        self._urgent, self._others = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._urgent.set_thread_count(urgent)
        self._others.set_thread_count(others)

    def add_task(self, channel: HTTPChannel) -> None:
        """Called by waitress for each request that has been read whole, or cannot be read."""
        # Waitress gives no path to what it could not make out, and refuses it in its turn.
        path = getattr(channel.requests[0], "path", "")
        lane = self._urgent if is_urgent(path) else self._others
        lane.add_task(channel)

    def set_thread_count(self, count: int) -> None:
        """As waitress sets it of its own dispatcher: of each lane."""
        for lane in (self._urgent, self._others):
            lane.set_thread_count(count)

    def shutdown(self) -> None:
        """End the workers of both, as waitress asks of its dispatcher."""
        self.set_thread_count(0)
        for lane in (self._urgent, self._others):
            lane.shutdown()
