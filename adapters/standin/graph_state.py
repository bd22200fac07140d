"""What Graph's stand-in holds, who may use it, and what shows when. Switches: `adapters.standin.graph`."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.standin.core import Answer, Object, Standin, json_answer
from adapters.standin.graph_wire import STATUS_SWITCHES, STATUS_UNKNOWN, Call, GraphError, bad, not_there

DAY = timedelta(days=1)
OFFERED = ("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")
PAGE_SCOPES = frozenset({"pages_manage_posts", "pages_read_engagement", "pages_show_list"})
INSTAGRAM_SCOPES = frozenset({"instagram_basic", "instagram_content_publish", "instagram_manage_contents"})
NODE_FIELDS: dict[str, frozenset[str]] = {
    "page": frozenset({"id", "name", "link", "username"}),
    "user": frozenset({"id", "name"}),
    "instagram": frozenset({"id", "username", "name", "media_count"}),
    "post": frozenset(
        [
            "id",
            "message",
            "created_time",
            "updated_time",
            "permalink_url",
            "is_published",
            "is_hidden",
            "status_type",
            "attachments",
        ]
    ),
    "photo": frozenset(
        ["id", "name", "created_time", "updated_time", "link", "page_story_id", "alt_text", "alt_text_custom", "images"]
    ),
    "container": frozenset({"id", "status", "status_code"}),
    "media": frozenset(
        [
            "id",
            "caption",
            "timestamp",
            "permalink",
            "media_type",
            "media_url",
            "is_comment_enabled",
            "alt_text",
            "children",
        ]
    ),
}
OLD_FIELDS = frozenset({"type", "object_id", "source", "description", "picture"})


@dataclass(frozen=True, kw_only=True)
class GraphToken:
    """One access token. `kind` is page, user or system; ends are seconds since 1970, 0 for never."""

    kind: str
    scopes: frozenset[str] = PAGE_SCOPES | INSTAGRAM_SCOPES
    expires_at: int = 0
    data_access_expires_at: int = 0


def _tokens() -> dict[str, GraphToken]:
    return {"rehearsal-page-token": GraphToken(kind="page"), "rehearsal-user-token": GraphToken(kind="user")}


@dataclass(frozen=True, kw_only=True)
class GraphAccount:
    """One app, one Page and its Instagram account, as a rehearsal is configured."""

    app_id: str = "1001"
    app_secret: str = field(default="rehearsal-app-secret", repr=False)
    page_id: str = "2001"
    page_name: str = "Sample Council"
    instagram_id: str = "3001"
    instagram_name: str = "samplecouncil"
    user_id: str = "5001"
    tokens: dict[str, GraphToken] = field(default_factory=_tokens, repr=False)
    require_proof: bool = True


class GraphState(Standin):
    """Objects are of kind "post" and "photo" (Page), "container" and "media" (Instagram)."""

    name = "graph"

    def __init__(
        self,
        *,
        account: GraphAccount | None = None,
        clock: Callable[[], datetime] | None = None,
        switches: frozenset[str] = frozenset(),
        latency: timedelta = timedelta(0),
        lag: timedelta = timedelta(minutes=1),
        processing: timedelta = timedelta(0),
        quota: int = 100,
        fetch: Callable[[str], tuple[int, bytes]] | None = None,
    ) -> None:
        super().__init__(clock=clock, switches=switches, latency=latency)
        self.account = account or GraphAccount()
        self.lag = lag
        self.processing = processing
        self.quota = quota
        self.fetch = fetch
        self.numbers = 0
        self.reads: dict[str, int] = {}

    def visible(self) -> list[Object]:
        with self.lock:
            self._land_late_effects()
            self.pass_time()
            return [each for each in self.objects.values() if each.visible]

    def throttled(self, reset: datetime | None) -> Answer:
        answer = self.refuse(GraphError(code=4, message="(#4) Application request limit reached", transient=True))
        if reset is None:
            return answer
        minutes = max(1, round((reset - self.clock()) / timedelta(minutes=1)))
        usage = (
            f'{{"{self.account.page_id}":[{{"type":"pages","call_count":100,"total_cputime":25,"total_time":25,'
            f'"estimated_time_to_regain_access":{minutes}}}]}}'
        )
        return Answer(
            status=answer.status, body=answer.body, headers={**answer.headers, "x-business-use-case-usage": usage}
        )

    def refuse(self, error: GraphError) -> Answer:
        status = error.status
        for switch, other in STATUS_SWITCHES.items():
            if switch in self.switches and error.code in STATUS_UNKNOWN:
                status = other
        self.numbers += 1
        return json_answer(status, error.body(f"Atrace{self.numbers}"))

    def add(self, kind: str, *, public: bool, prefix: str = "", **fields: Any) -> Object:
        self.numbers += 1
        now = self.clock()
        key = f"{prefix}{10_000 + self.numbers}"
        made = Object(
            id=key, kind=kind, created_at=now, fields=fields, public=public, published_at=now if public else None
        )
        self.objects[key] = made
        return made

    def plant(
        self, text: str, *, kind: str = "post", created_at: datetime | None = None, pictures: tuple[bytes, ...] = ()
    ) -> Object:
        """A post that someone made by hand, not with our app."""
        with self.lock:
            prefix = f"{self.account.page_id}_" if kind == "post" else ""
            shown = [(each, "") for each in pictures]
            made = self.add(kind, public=True, prefix=prefix, text=text, app=None, photos=(), comments=True)
            if kind == "post":
                added = [
                    self.add("photo", public=True, picture=each, text="", alt_text="", app=None, story=made.id)
                    for each in pictures
                ]
                made.fields["photos"] = tuple(each.id for each in added)
            else:
                made.fields["pictures"] = tuple(shown)
            made.created_at = made.published_at = created_at or made.created_at
            return made

    def pass_time(self) -> None:
        """What happens by itself: unused staged photos may expire, and deleted things may come back."""
        now = self.clock()
        for each in self.objects.values():
            staged = each.kind == "photo" and not each.fields.get("story") and each.deleted_at is None
            if "staged-expire" in self.switches and staged and each.created_at + DAY <= now:
                each.deleted_at = each.created_at + DAY
            if "deleted-returns" in self.switches and each.public and each.deleted_at and not each.fields.get("back"):
                if each.deleted_at + self.lag > now:
                    continue
                each.deleted_at = None
                each.fields["back"] = True

    def live(self, key: str, verb: str) -> Object:
        found = self.objects.get(key)
        if found is None or found.deleted_at is not None:
            raise not_there(verb, key)
        return found

    def authorise(self, call: Call) -> GraphToken:
        """The token of a call, alive, with its proof. Raises as Graph does."""
        if call.token is None:
            raise GraphError(code=104, message="An access token is required to request this resource.", status=401)
        token = self.account.tokens.get(call.token)
        if call.token == f"{self.account.app_id}|{self.account.app_secret}":
            token = GraphToken(kind="app", scopes=frozenset())
        if token is None:
            raise GraphError(code=190, message="Invalid OAuth access token - Cannot parse access token")
        if token.kind != "app":
            self._require_alive(token)
        proof = hmac.new(self.account.app_secret.encode(), call.token.encode(), hashlib.sha256).hexdigest()
        given = call.given.get("appsecret_proof")
        if given is None and self.account.require_proof:
            raise GraphError(
                code=100,
                kind="GraphMethodException",
                message="API calls from the server require an appsecret_proof argument",
            )
        if given is not None and not hmac.compare_digest(given, proof):
            raise GraphError(
                code=100,
                kind="GraphMethodException",
                message="Invalid appsecret_proof provided in the API argument",
            )
        return token

    def _require_alive(self, token: GraphToken) -> None:
        now = int(self.clock().timestamp())
        if self.revoked:
            raise GraphError(
                code=190, subcode=460, message="Error validating access token: The session has been invalidated."
            )
        ended = 0 < token.data_access_expires_at <= now and "data-access-enforced" in self.switches
        if 0 < token.expires_at <= now or ended:
            raise GraphError(code=190, subcode=463, message="Error validating access token: Session has expired.")

    def require(self, token: GraphToken, scope: str, *, code: int = 10) -> None:
        if scope not in token.scopes:
            raise GraphError(code=code, message=f"(#{code}) Requires {scope} permission to manage the object.")

    def fields_of(self, call: Call, kind: str, default: str) -> list[str]:
        """The fields asked for, each of which must exist."""
        given = call.given.get("fields", default)
        # A node below this one is given whole, whatever is asked of it: `children{media_url}`.
        wanted = [each for each in re.sub(r"\{[^{}]*\}", "", given).split(",") if each]
        for each in wanted:
            if each in OLD_FIELDS and "old-field-12" in self.switches:
                raise GraphError(code=12, message=f"(#12) {each} is deprecated for versions v3.3 and higher")
            if each not in NODE_FIELDS[kind]:
                raise bad(f"Tried accessing nonexisting field ({each}) on node type ({kind.title()})")
        return wanted

    def page_of(self, call: Call, items: list[Any]) -> dict[str, Any]:
        """One page of a listing with cursors; the address of the following page holds the token, as Graph's does."""
        limit = int(call.given.get("limit", "25"))
        if not 1 <= limit <= 100:
            raise bad("Param limit must be between 1 and 100")
        start = int(call.given.get("after", "0"))
        if "empty-pages" in self.switches and "after" not in call.given:
            shown, following = [], 0
        else:
            shown, following = items[start : start + limit], start + limit
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(following)}}
        if following < len(items):
            wanted = f"&fields={call.given['fields']}" if "fields" in call.given else ""
            address = f"{call.origin}/{call.version}/{'/'.join(call.path)}?access_token={call.token}"
            paging["next"] = f"{address}{wanted}&limit={limit}&after={following}"
        return {"data": shown, "paging": paging}

    def listed(self, kind: str) -> list[Object]:
        """Newest first; a lagging listing misses what is new and still shows what has just gone."""
        lag = self.lag if "listing-lags" in self.switches else timedelta(0)
        now = self.clock()
        return [
            each
            for each in reversed(self.objects.values())
            if each.kind == kind
            and each.public
            and each.created_at + lag <= now
            and (each.deleted_at is None or each.deleted_at + lag > now)
        ]
