"""What the stand-in of X holds, who may use it, how often, and which headers say so. Switches: `adapters.standin.x`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.standin import x_wire as wire
from adapters.standin.core import Answer, Object, Request, Standin, json_answer
from adapters.standin.x_wire import Refused, XAccount

WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
QUOTAS = {"create": 100, "delete": 50, "one": 900, "some": 5000, "timeline": 900, "me": 75, "upload": 500, "alt": 500}
WRITES = frozenset({"create", "delete", "upload", "alt"})


def headed(answer: Answer, more: Mapping[str, str]) -> Answer:
    """The answer with headers added; those it has stay."""
    return Answer(status=answer.status, body=answer.body, headers={**more, **answer.headers})


class XState(Standin):
    """What X holds and allows. Objects are of kind "post" or "media"; media is public while a visible post shows it."""

    name = "x"

    def __init__(
        self,
        *,
        account: XAccount | None = None,
        clock: Callable[[], datetime] | None = None,
        switches: frozenset[str] = frozenset(),
        latency: timedelta = timedelta(0),
        lag: timedelta = timedelta(minutes=1),
        quotas: Mapping[str, int] | None = None,
        daily: int = 10_000,
    ) -> None:
        super().__init__(clock=clock, switches=switches, latency=latency)
        self.account = account or XAccount()
        self.lag = lag
        self.quotas = {**QUOTAS, **(quotas or {})}
        self.daily = daily
        self.windows: dict[str, tuple[datetime, int]] = {}
        self.numbers = 0

    def throttled(self, reset: datetime | None) -> Answer:
        if "throttle-code-88" in self.switches:
            answer = json_answer(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]})
        else:
            answer = wire.plain_problem(429, "Too Many Requests", "Too Many Requests")
        if reset is None or "throttle-without-reset" in self.switches:
            return answer
        return headed(answer, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(reset.timestamp()))})

    def visible(self) -> list[Object]:
        with self.lock:
            self._land_late_effects()
            self.bring_back()
            return [each for each in self.objects.values() if each.visible]

    def plant(
        self,
        text: str,
        *,
        author: str | None = None,
        created_at: datetime | None = None,
        pictures: tuple[bytes, ...] = (),
    ) -> Object:
        """A post that someone made by hand, on this account or, with `author`, on another."""
        with self.lock:
            media = [self.add("media", created_at, picture=each, alt_text=None) for each in pictures]
            for each in media:
                each.public, each.published_at = True, each.created_at
            ids = tuple(each.id for each in media)
            return self.add(
                "post", created_at, text=text, author=author or self.account.id, media_ids=ids, reply_to=None
            )

    def add(self, kind: str, created_at: datetime | None = None, **fields: Any) -> Object:
        at = created_at or self.clock()
        self.numbers += 1
        number = ((int(at.timestamp() * 1000) - wire.ID_EPOCH_MS) << 22) | self.numbers
        public = kind == "post"
        made = Object(
            id=str(number),
            kind=kind,
            created_at=at,
            fields=fields,
            public=public,
            published_at=at if public else None,
        )
        self.objects[made.id] = made
        return made

    def bring_back(self) -> None:
        if "delete-returns" not in self.switches:
            return
        for each in self.objects.values():
            returned = each.fields.get("returned")
            if not returned and each.deleted_at is not None and each.deleted_at + self.lag <= self.clock():
                each.deleted_at = None
                each.fields["returned"] = True

    def authorise(self, request: Request, route: str) -> None:
        signed = wire.signed_at(request, self.account)
        if signed is None or self.revoked:
            raise Refused(wire.plain_problem(401, "Unauthorized", "Unauthorized"))
        if "clock-tolerance" in self.switches and abs(signed - self.clock()) > timedelta(seconds=300):
            raise Refused(json_answer(401, {"errors": [{"code": 135, "message": "Timestamp out of bounds."}]}))
        if route not in WRITES:
            return
        if "read-only" in self.switches:
            kind = f"{wire.problem_host(self.switches)}/2/problems/oauth1-permissions"
            detail = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
            raise Refused(wire.plain_problem(403, "Forbidden", detail, kind))
        if route == "delete" and "delete-is-free" in self.switches:
            return
        host = wire.problem_host(self.switches)
        if "no-credits" in self.switches:
            raise Refused(wire.plain_problem(402, "CreditsDepleted", "No credits left.", f"{host}/2/problems/credits"))
        if "no-credits-payment" in self.switches:
            kind = f"{host}/2/problems/credits-depleted"
            raise Refused(wire.plain_problem(402, "Payment Required", "No credits left.", kind))

    def window(self, route: str) -> tuple[datetime, int]:
        start, used = self.windows.get(route, (self.clock(), 0))
        return (start, used) if self.clock() < start + WINDOW else (self.clock(), 0)

    def used(self, route: str) -> int:
        return self.window(route)[1]

    def count(self, route: str) -> None:
        start, used = self.window(route)
        self.windows[route] = (start, used + 1)

    def today(self) -> int:
        return len([each for each in self.own() if each.created_at > self.clock() - DAY])

    def with_headers(self, answer: Answer, route: str) -> Answer:
        start, used = self.window(route)
        added = {"server": "cloudflare envoy"}
        if "no-access-level" not in self.switches:
            added["x-access-level"] = "read" if "read-only" in self.switches else "read-write"
        if answer.status != 429 or "throttle-without-reset" not in self.switches:
            added |= {
                "x-rate-limit-limit": str(self.quotas[route]),
                "x-rate-limit-remaining": str(max(0, self.quotas[route] - used)),
                "x-rate-limit-reset": str(int((start + WINDOW).timestamp())),
            }
        if "day-headers" in self.switches and route == "create":
            oldest = min((each.created_at for each in self.own()), default=self.clock())
            added |= {
                "x-user-limit-24hour-limit": str(self.daily),
                "x-user-limit-24hour-remaining": str(max(0, self.daily - self.today())),
                "x-user-limit-24hour-reset": str(int((oldest + DAY).timestamp())),
            }
        return headed(answer, added)

    def own(self) -> list[Object]:
        return [e for e in self.objects.values() if e.kind == "post" and e.fields["author"] == self.account.id]

    def readable(self, post: Object | None) -> bool:
        if post is None or post.kind != "post":
            return False
        if post.deleted_at is None:
            return True
        return "delete-lags" in self.switches and self.clock() < post.deleted_at + self.lag
