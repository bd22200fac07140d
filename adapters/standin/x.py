"""A stand-in of the X API v2: stateful, closed bodies, OAuth 1.0a signatures verified, quotas, and a public page.

What is unknown until tried on a live account is a switch (platforms: x, section 11). Without switches it does the first
thing of each row:

| Question                         | By default                          | Switches |
|----------------------------------|-------------------------------------|----------|
| delete of a gone or unknown post | 404, problem in `errors[]`          | delete-missing-titled, delete-missing-bare, delete-missing-true, delete-missing-false, delete-missing-errors |
| read of a gone post              | 200, `errors[]`, no `data`          | get-missing-404, get-missing-html, not-authorized |
| a delete that says yes           | deletes                             | delete-lies |
| how soon a delete shows in reads | at once                             | delete-lags (for `lag`) |
| a deleted post reappears         | never                               | delete-returns (after `lag`) |
| how soon a post is in the timeline | at once                           | timeline-lags (for `lag`) |
| duplicate text                   | 403 while the first is live         | duplicate-remembers-deleted, duplicate-off |
| naming                           | edit_history_tweet_ids, tweet.fields | post-naming |
| problem type                     | https://api.x.com/...               | problem-host-twitter, problem-about-blank |
| rules for uploads                | 2.167                               | upload-2166 |
| replying to one's own post       | allowed                             | own-reply-refused |
| editing                          | 403                                 | edit-400 |
| too-long text                    | 403 generic                         | too-long-400 |
| bad picture                      | refused at upload                   | image-refused-late |
| returned text                    | t.co, escaped, trailing media link  | text-raw-links, text-unescaped, text-no-media-link |
| 24 h limit headers               | absent                              | day-headers |
| 429                              | with reset, problem body            | throttle-without-reset, throttle-code-88 |
| which requests count             | those that were obeyed              | quota-counts-all |
| OAuth clock tolerance            | none enforced                       | clock-tolerance (300 s, code 135) |
| token without write permission   | may write                           | read-only |
| x-access-level header            | sent                                | no-access-level |
| credits                          | enough                              | no-credits, no-credits-payment, delete-is-free |
| v1.1 endpoints                   | 404                                 | v1-403, v1-410 |
| picture file after its post      | gone                                | media-outlives-post |

Replies stay when their parent is deleted.
"""  # noqa: E501

import re
from collections.abc import Sequence
from typing import Any

from twitter_text import parse_tweet

from adapters.standin import x_wire as wire
from adapters.standin.core import Answer, Object, Request, json_answer
from adapters.standin.x_state import DAY, WINDOW, XState
from adapters.standin.x_wire import Refused

ROUTES = (
    ("POST", re.compile(r"/2/tweets"), "create"),
    ("DELETE", re.compile(r"/2/tweets/([^/]+)"), "delete"),
    ("GET", re.compile(r"/2/tweets"), "some"),
    ("GET", re.compile(r"/2/tweets/([^/]+)"), "one"),
    ("GET", re.compile(r"/2/users/me"), "me"),
    ("GET", re.compile(r"/2/users/([^/]+)/tweets"), "timeline"),
    ("POST", re.compile(r"/2/media/upload"), "upload"),
    ("POST", re.compile(r"/2/media/metadata"), "alt"),
)
FIELD_PARAMETERS = frozenset({"expansions", "media.fields", "place.fields", "poll.fields", "user.fields"})
PAGING = frozenset({"max_results", "pagination_token", "since_id", "until_id", "start_time", "end_time", "exclude"})


class XStandin(XState):
    """The X API v2 for one account, and the public page of what is visible now at `/` and `/<account>/status/<id>`."""

    name = "x"

    def answer(self, request: Request) -> Answer:
        self.bring_back()
        if request.path.startswith("/1.1/"):
            status = 410 if "v1-410" in self.switches else 403 if "v1-403" in self.switches else 404
            return json_answer(status, {"errors": [{"code": 34, "message": "Sorry, that page does not exist."}]})
        if not request.path.startswith("/2/"):
            return self._public(request)
        route, arguments = _routed(request)
        if route is None:
            return wire.plain_problem(404, "Not Found", "Not Found")
        try:
            self.authorise(request, route)
        except Refused as refused:
            return self.with_headers(refused.answer, route)
        if self.used(route) >= self.quotas[route] or (route == "create" and self.today() >= self.daily):
            return self.with_headers(self.throttled(self.window(route)[0] + WINDOW), route)
        try:
            answer: Answer = getattr(self, f"_{route}")(request, *arguments)
            self.count(route)
        except Refused as refused:
            answer = refused.answer
            if "quota-counts-all" in self.switches:
                self.count(route)
        return self.with_headers(answer, route)

    def _create(self, request: Request) -> Answer:
        body = self._body(request, wire.CREATE_FIELDS)
        if "edit_options" in body:
            raise Refused(
                json_answer(400, {"title": "Invalid Request", "detail": "Editing is not allowed."})
                if "edit-400" in self.switches
                else wire.plain_problem(403, "Forbidden", "You are not permitted to perform this action.")
            )
        if body.get("quote_tweet_id"):
            raise Refused(wire.plain_problem(403, "Forbidden", "Quoting is not available to this app."))
        settings = body.get("reply_settings")
        if settings is not None and settings not in wire.REPLY_SETTINGS:
            raise wire.invalid("$.reply_settings: is not one of the values", "reply_settings", settings, self.switches)
        text = body.get("text", "")
        media = self._media_in(body)
        if not isinstance(text, str) or not (text or media):
            raise wire.invalid("$.text: is missing", "text", "", self.switches)
        reply_to = self._reply_in(body)
        self._require_length(text)
        self._require_new(text)
        post = self.add(
            "post",
            text=text,
            author=self.account.id,
            media_ids=tuple(each.id for each in media),
            reply_to=reply_to,
            reply_settings=settings,
        )
        for each in media:
            each.public, each.published_at = True, post.created_at
        return json_answer(201, {"data": self._shown(post)})

    def _media_in(self, body: dict[str, Any]) -> list[Object]:
        if "media" not in body:
            return []
        media = wire.closed(body["media"], wire.MEDIA_FIELDS, "media.", self.switches)
        ids = media.get("media_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 4:
            raise wire.invalid("$.media.media_ids: 1 to 4 items", "media_ids", ids, self.switches)
        found = [self.objects.get(wire.id_in(each, "media.media_ids", self.switches)) for each in ids]
        usable = [each for each in found if each is not None and self._usable(each)]
        if len(usable) < len(ids):
            raise wire.invalid("Your media IDs are invalid.", "media_ids", ids, self.switches)
        return usable

    def _usable(self, media: Object) -> bool:
        fresh = media.created_at + DAY > self.clock() and media.published_at is None
        return media.kind == "media" and fresh and bool(media.fields["acceptable"])

    def _reply_in(self, body: dict[str, Any]) -> str | None:
        if "reply" not in body:
            return None
        reply = wire.closed(body["reply"], wire.REPLY_FIELDS, "reply.", self.switches)
        parent_id = wire.id_in(reply.get("in_reply_to_tweet_id"), "reply.in_reply_to_tweet_id", self.switches)
        parent = self.objects.get(parent_id)
        own = parent is not None and self.readable(parent) and parent.fields["author"] == self.account.id
        if not own or "own-reply-refused" in self.switches:
            detail = "Reply to this conversation is not allowed because you have not been mentioned by the author."
            raise Refused(wire.plain_problem(403, "Forbidden", detail))
        return parent_id

    def _require_length(self, text: str) -> None:
        if not text or parse_tweet(text).valid:
            return
        if "too-long-400" in self.switches:
            raise wire.invalid("$.text: is too long", "text", "...", self.switches)
        raise Refused(wire.plain_problem(403, "Forbidden", "You are not permitted to perform this action."))

    def _require_new(self, text: str) -> None:
        if "duplicate-off" in self.switches or not text:
            return
        for each in self.own():
            remembered = each.deleted_at is None or "duplicate-remembers-deleted" in self.switches
            if remembered and each.fields["text"] == text:
                detail = "You are not allowed to create a Tweet with duplicate content."
                raise Refused(wire.plain_problem(403, "Forbidden", detail))

    def _delete(self, _request: Request, given: str) -> Answer:
        post_id = wire.id_in(given, "id", self.switches)
        post = self.objects.get(post_id)
        if post is None or post.kind != "post" or post.deleted_at is not None:
            return self._delete_missing(post_id)
        if post.fields["author"] != self.account.id:
            raise Refused(wire.plain_problem(403, "Forbidden", "You are not authorized to delete this Tweet."))
        if "delete-lies" not in self.switches:
            post.deleted_at = self.clock()
            for each in post.fields["media_ids"] if "media-outlives-post" not in self.switches else ():
                self.objects[each].deleted_at = self.clock()
        return json_answer(200, {"data": {"deleted": True}})

    def _delete_missing(self, post_id: str) -> Answer:
        problem = wire.not_found(post_id, "id", self.switches)
        if "delete-missing-true" in self.switches:
            return json_answer(200, {"data": {"deleted": True}})
        if "delete-missing-false" in self.switches:
            return json_answer(200, {"data": {"deleted": False}})
        if "delete-missing-errors" in self.switches:
            return json_answer(200, {"errors": [problem]})
        if "delete-missing-bare" in self.switches:
            raise Refused(Answer(status=404))
        if "delete-missing-titled" in self.switches:
            named = {key: problem[key] for key in ("title", "detail", "type")}
            raise Refused(json_answer(404, {**named, "status": 404, "errors": [problem]}))
        raise Refused(json_answer(404, {"errors": [problem]}))

    def _one(self, request: Request, given: str) -> Answer:
        self._query(request, frozenset())
        return self._read([wire.id_in(given, "id", self.switches)], "id")

    def _some(self, request: Request) -> Answer:
        ids = self._query(request, frozenset({"ids"})).get("ids", "").split(",")
        if not 1 <= len(ids) <= 100:
            raise wire.invalid("ids: 1 to 100 items", "ids", len(ids), self.switches)
        return self._read([wire.id_in(each, "ids", self.switches) for each in ids], "ids")

    def _read(self, ids: Sequence[str], parameter: str) -> Answer:
        if "not-authorized" in self.switches:
            return json_answer(200, {"errors": [wire.not_authorised(each, parameter, self.switches) for each in ids]})
        found = [post for post in map(self.objects.get, ids) if post is not None and self.readable(post)]
        known = {each.id for each in found}
        errors = [wire.not_found(each, parameter, self.switches) for each in ids if each not in known]
        if not found and "get-missing-html" in self.switches:
            raise Refused(Answer(status=404, body=b"<html>Not found</html>", headers={"content-type": "text/html"}))
        if not found and "get-missing-404" in self.switches:
            raise Refused(json_answer(404, {"errors": errors}))
        body: dict[str, Any] = {}
        if found:
            shown = [self._shown(each) for each in found]
            body["data"] = shown if parameter == "ids" else shown[0]
        if errors:
            body["errors"] = errors
        return json_answer(200, body)

    def _me(self, request: Request) -> Answer:
        self._query(request, frozenset())
        return json_answer(
            200, {"data": {"id": self.account.id, "name": "Sample Council", "username": self.account.username}}
        )

    def _timeline(self, request: Request, user: str) -> Answer:
        query = self._query(request, PAGING)
        if user != self.account.id or "not-authorized" in self.switches:
            problem = wire.not_authorised(user, "id", self.switches) | {"resource_type": "user"}
            return json_answer(200, {"errors": [problem]})
        limit = query.get("max_results", "10")
        if not limit.isdecimal() or not 5 <= int(limit) <= 100:
            raise wire.invalid("max_results: 5 to 100", "max_results", limit, self.switches)
        posts = sorted((each for each in self.own() if self._in_timeline(each, query)), key=lambda e: -int(e.id))
        some, more = posts[: int(limit)], posts[int(limit) :]
        meta: dict[str, Any] = {"result_count": len(some)}
        if some:
            meta |= {"newest_id": some[0].id, "oldest_id": some[-1].id}
        if more:
            meta["next_token"] = f"t{some[-1].id}"
        listed: dict[str, Any] = {"data": [self._shown(each) for each in some]} if some else {}
        if query.get("expansions") == "attachments.media_keys":
            origin = request.url.partition("/2/")[0]
            for shown, post in zip(listed.get("data", ()), some, strict=True):
                if post.fields["media_ids"]:
                    shown["attachments"] = {"media_keys": [f"3_{each}" for each in post.fields["media_ids"]]}
            media = [each for post in some for each in post.fields["media_ids"]]
            if media:
                listed["includes"] = {"media": [wire.media_node(each, origin, query) for each in media]}
        return json_answer(200, {**listed, "meta": meta})

    def _in_timeline(self, post: Object, query: dict[str, str]) -> bool:
        at = wire.stamp(post.created_at)
        before = query.get("pagination_token", "").removeprefix("t") or query.get("until_id")
        shown = "timeline-lags" not in self.switches or post.created_at + self.lag <= self.clock()
        return (
            shown
            and self.readable(post)
            and (before is None or int(post.id) < int(before))
            and int(post.id) > int(query.get("since_id", "0"))
            and at[:19] >= query.get("start_time", "")[:19]
            and ("end_time" not in query or at[:19] < query["end_time"][:19])
        )

    def _upload(self, request: Request) -> Answer:
        rules = "2.166" if "upload-2166" in self.switches else "2.167"
        body = self._body(request, wire.UPLOAD_FIELDS[rules])
        category = body.get("media_category")
        if category not in wire.CATEGORIES[rules]:
            raise wire.invalid("$.media_category: is missing or unknown", "media_category", category, self.switches)
        picture = wire.picture_in(body.get("media"), self.switches)
        made = self.add("media", acceptable=wire.acceptable(picture), picture=picture, alt_text=None)
        data = {"id": made.id, "media_key": f"3_{made.id}", "size": len(picture), "expires_after_secs": 86400}
        return json_answer(200, {"data": data})

    def _alt(self, request: Request) -> Answer:
        body = self._body(request, frozenset({"id", "metadata"}))
        metadata = wire.closed(body.get("metadata"), frozenset({"alt_text"}), "metadata.", self.switches)
        alt = wire.closed(metadata.get("alt_text"), frozenset({"text"}), "metadata.alt_text.", self.switches)
        text = alt.get("text")
        media = self.objects.get(wire.id_in(body.get("id"), "id", self.switches))
        if media is None or media.kind != "media" or not isinstance(text, str) or not 1 <= len(text) <= 1000:
            raise wire.invalid("$.metadata.alt_text.text: 1 to 1000 characters", "text", "...", self.switches)
        media.fields["alt_text"] = text
        return json_answer(200, {"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": text}}}})

    def _shown(self, post: Object) -> dict[str, Any]:
        history = "edit_history_post_ids" if "post-naming" in self.switches else "edit_history_tweet_ids"
        return {"id": post.id, "text": wire.as_returned(post, self.switches), history: [post.id]}

    def _body(self, request: Request, allowed: frozenset[str]) -> dict[str, Any]:
        try:
            body = request.json()
        except ValueError:
            raise wire.invalid("$: is not JSON", "body", "...", self.switches) from None
        return wire.closed(body, allowed, "", self.switches)

    def _query(self, request: Request, allowed: frozenset[str]) -> dict[str, str]:
        named = "post.fields" if "post-naming" in self.switches else "tweet.fields"
        for each in request.query.keys() - allowed - FIELD_PARAMETERS - {named}:
            raise wire.invalid(f"The query parameter [{each}] is not one of the allowed", each, "", self.switches)
        return request.query

    def _public(self, request: Request) -> Answer:
        shown = {each.id: each for each in self.objects.values() if each.visible}
        posts = [each for each in shown.values() if each.kind == "post"]
        if request.path == "/":
            return wire.page("X (stand-in): visible now", posts, self.account.username)
        folder, _, name = request.path.rpartition("/")
        if folder == "/media" and name in shown:
            return Answer(body=shown[name].fields["picture"], headers={"content-type": "image/jpeg"})
        named = [each for each in posts if folder.endswith("/status") and each.id == name]
        return wire.page("X (stand-in)", named, self.account.username) if named else wire.missing_page()


def _routed(request: Request) -> tuple[str | None, tuple[str, ...]]:
    for method, pattern, route in ROUTES:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            return route, match.groups()
    return None, ()
