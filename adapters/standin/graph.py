"""A stand-in of the Graph API for one Page and its Instagram account: stateful, closed parameter lists, proofs verified.

What is unknown until tried on a live account is a switch (platforms: meta, section 10). Without switches it does the
first thing of each row:

| Question                              | By default                      | Switches |
|---------------------------------------|---------------------------------|----------|
| photo after its post is deleted       | stays readable and public       | photo-goes-with-post |
| DELETE of what is gone                | 100/33, HTTP 400                | redelete-says-false, redelete-false, redelete-success |
| DELETE of a photo                     | success                         | photo-delete-false |
| DELETE of another app's post          | success                         | foreign-delete-refused |
| DELETE that says yes                  | deletes                         | delete-lies |
| Instagram DELETE                      | success                         | ig-delete-unsupported, ig-delete-unsupported-33, ig-delete-type, ig-delete-fatal, ig-delete-scope, ig-delete-restricted |
| Instagram DELETE by token kind        | any                             | ig-delete-user-token-only, ig-delete-page-token-only |
| second media_publish of one container | 100                             | republish-returns-media |
| media_publish error although live     | none                            | publish-blocked-but-live, publish-unknown-but-live |
| does a deleted post free quota        | no                              | deleted-frees-quota |
| trash, Recently Deleted               | deleted for good                | deleted-returns (after `lag`) |
| editing a direct photo upload's story | changes the post only           | edit-changes-photo, edit-direct-refused |
| public edit history                   | hidden                          | edit-history-public |
| several quick direct photos           | separate posts                  | bundles-photos |
| staged photos never used              | stay                            | staged-expire (after 24 h) |
| staged photo already used             | 1366051                         | used-photo-accepted |
| duplicate text                        | 506 after the same live text    | duplicate-accepted |
| listing after publish or delete       | up to date                      | listing-lags (for `lag`) |
| empty page with a following one       | never                           | empty-pages |
| 100/33 on reads                       | only what is gone               | spurious-33 (every first, third, ... read) |
| HTTP status of 4, 10, 17, 32, 190, 200 | 400                            | status-401, status-403, status-500 |
| past data_access_expires_at           | works                           | data-access-enforced |
| old field; root `?ids=`               | 100                             | old-field-12 |
| expired or missing version            | oldest served                   | pinned-version-expired (whatever is asked) |
| default type of /photos               | profile                         | photos-default-uploaded |
| lowest ratio                          | 4:5                             | ratio-3-4 |
| a container that cannot be made       | never                           | container-error |
| closing comments                      | works                           | comments-stay-open |
| debug_token by POST, taken as a GET   | works                           | debug-token-get-only |

Answers that are lost, garbled or late are fault rules (`adapters.standin.core`).
"""  # noqa: E501

import json
from collections.abc import Iterable
from typing import Any

from adapters.standin.core import Answer, Object, Request, json_answer
from adapters.standin.graph_instagram import InstagramEdges
from adapters.standin.graph_page import PageEdges
from adapters.standin.graph_state import OFFERED, GraphToken
from adapters.standin.graph_wire import Call, GraphError, bad, not_there, public_page


class GraphStandin(PageEdges, InstagramEdges):
    """Graph, and what anyone sees at `/public/page`, `/public/instagram` and `/public/pictures/<id>`."""

    name = "graph"

    def answer(self, request: Request) -> Answer:
        self.pass_time()
        if request.path.startswith("/public"):
            return self._public(request)
        try:
            call = Call.read(request)
            answered = self._asked(call, request.method)
            answer = Answer(
                body=json.dumps(answered).encode(), headers={"content-type": "application/json; charset=UTF-8"}
            )
        except GraphError as error:
            answer = self.refuse(error)
        served = _served(request.path, ended="pinned-version-expired" in self.switches)
        headers = {**answer.headers, "facebook-api-version": served}
        return Answer(status=answer.status, body=answer.body, headers=headers)

    def _asked(self, call: Call, sent_as: str) -> Any:
        token = self.authorise(call)
        match call.method, call.path:
            case "GET", ("debug_token",):
                if sent_as != "GET" and "debug-token-get-only" in self.switches:
                    raise not_there("post", "debug_token")
                return self._debug_token(call)
            case "GET", ():
                raise bad("The parameter ids is not supported")
            case "GET", (key,):
                return self._node(key, call, token)
            case "POST", (key,):
                return self._change(key, call, token)
            case "DELETE", (key,):
                return self._delete(key, call, token)
            case _, (key, edge):
                return self._edge(key, edge, call, token)
            case _:
                raise not_there(call.method, "/".join(call.path))

    def _edge(self, key: str, edge: str, call: Call, token: GraphToken) -> Any:
        page, instagram = self.account.page_id, self.account.instagram_id
        edges = {
            ("POST", page, "photos"): self.stage_photo,
            ("POST", page, "feed"): self.post_to_feed,
            ("GET", page, "published_posts"): self.published_posts,
            ("GET", page, "feed"): self.published_posts,
            ("GET", page, "posts"): self.published_posts,
            ("GET", page, "photos"): self.page_photos,
            ("POST", instagram, "media"): self.make_container,
            ("POST", instagram, "media_publish"): self.publish_container,
            ("GET", instagram, "media"): self.media_list,
            ("GET", instagram, "content_publishing_limit"): self.publishing_limit,
        }
        asked = edges.get((call.method, key, edge))
        if asked is None:
            raise not_there(call.method, key)
        return asked(call, token)

    def _node(self, key: str, call: Call, token: GraphToken) -> dict[str, Any]:
        call.close()
        account = self.account
        if key == "me":
            kind = "page" if token.kind == "page" else "user"
            known = {"id": account.page_id if kind == "page" else account.user_id, "name": account.page_name}
            return {name: known.get(name) for name in self.fields_of(call, kind, "id,name")}
        if key == account.page_id:
            known = {"id": key, "name": account.page_name}
            return {name: known.get(name) for name in self.fields_of(call, "page", "id,name")}
        if key == account.instagram_id:
            self.require(token, "instagram_basic")
            known = {"id": key, "username": account.instagram_name}
            return {name: known.get(name) for name in self.fields_of(call, "instagram", "id")}
        return self._object(key, call, token)

    def _object(self, key: str, call: Call, token: GraphToken) -> dict[str, Any]:
        self.reads[key] = self.reads.get(key, 0) + 1
        if "spurious-33" in self.switches and self.reads[key] % 2:
            raise not_there("get", key)
        found = self.live(key, "get")
        self.require(token, "pages_read_engagement" if found.kind in ("post", "photo") else "instagram_basic")
        wanted = [*self.fields_of(call, found.kind, "id"), "id"]
        match found.kind:
            case "post":
                return self.post_node(found, wanted, call.origin)
            case "photo":
                return self.photo_node(found, wanted, call.origin)
            case "media":
                return self.media_node(found, wanted, call.origin)
        status = self.status(found)
        known = {"id": key, "status_code": status, "status": f"{status.title()}: the container's state."}
        return {name: known[name] for name in wanted}

    def _change(self, key: str, call: Call, token: GraphToken) -> dict[str, Any]:
        found = self.live(key, "post")
        if found.kind == "post":
            return self.edit_post(found, call, token)
        if found.kind == "media":
            return self.set_comments(found, call, token)
        raise not_there("post", key)

    def _delete(self, key: str, call: Call, token: GraphToken) -> Any:
        call.close()
        known = self.objects.get(key)
        if known is not None and known.deleted_at is not None:
            for switch, said in (("redelete-says-false", {"success": False}), ("redelete-false", False)):
                if switch in self.switches:
                    return said
            if "redelete-success" in self.switches:
                return {"success": True}
        found = self.live(key, "delete")
        if found.kind in ("post", "photo"):
            return self.delete_from_page(found, token)
        if found.kind == "media":
            return self.delete_media(found, token)
        raise not_there("delete", key)

    def _debug_token(self, call: Call) -> dict[str, Any]:
        call.close("input_token")
        token = self.account.tokens.get(call.given.get("input_token", ""))
        now = int(self.clock().timestamp())
        if token is None or self.revoked or 0 < token.expires_at <= now:
            dead = {"code": 190, "message": "Error validating access token", "subcode": 460}
            return {"data": {"is_valid": False, "error": dead, "scopes": []}}
        return {
            "data": {
                "app_id": self.account.app_id,
                "type": token.kind.upper(),
                "is_valid": True,
                "expires_at": token.expires_at,
                "data_access_expires_at": token.data_access_expires_at,
                "scopes": sorted(token.scopes),
                "granular_scopes": [{"scope": each} for each in sorted(token.scopes)],
                **({"profile_id": self.account.page_id} if token.kind == "page" else {}),
            }
        }

    def _public(self, request: Request) -> Answer:
        parts = [each for each in request.path.split("/") if each][1:]
        old = "edit-history-public" in self.switches
        match parts:
            case ["page", *only]:
                return self._shown(f"Facebook (stand-in): {self.account.page_name}", ("post", "photo"), only, old=old)
            case ["instagram", *only]:
                return self._shown(f"Instagram (stand-in): {self.account.instagram_name}", ("media",), only, old=old)
            case ["pictures", key, *number]:
                picture = self._picture_of(self.objects.get(key), int(number[0]) if number else 0)
                if picture:
                    return Answer(body=picture, headers={"content-type": "image/jpeg", "cache-control": "no-store"})
        return json_answer(404, {"error": "This content is not available right now"})

    def _shown(self, title: str, kinds: tuple[str, ...], only: Iterable[str], *, old: bool) -> Answer:
        wanted = set(only)
        seen = [each for each in reversed(self.objects.values()) if each.visible and each.kind in kinds]
        shown = {each.id: each for each in seen if not wanted or each.id in wanted}
        if wanted and not shown:
            return json_answer(404, {"error": "This content is not available right now"})
        pictures: dict[str, list[Object]] = {}
        loose: list[Object] = []
        for each in seen:
            if each.kind == "media" and each.fields.get("pictures"):
                pictures[each.id] = [each]
            elif each.kind == "photo":
                # A photo whose post is gone is still somewhere for people to see.
                story = each.fields.get("story")
                pictures.setdefault(story if story in shown else each.id, []).append(each)
                loose += [each] if story not in shown and each.id in shown else []
        posts = [each for each in shown.values() if each.kind != "photo"]
        return public_page(title, [*posts, *loose], pictures, old=old)

    def _picture_of(self, found: Object | None, number: int) -> bytes | None:
        if found is None or not found.visible:
            return None
        pictures = found.fields.get("pictures")
        picture: bytes | None = pictures[number][0] if pictures else found.fields.get("picture")
        return picture


def _served(path: str, *, ended: bool) -> str:
    """The version asked for if it is still offered, else the oldest, without a word."""
    asked = path.split("/")[1] if path.count("/") else ""
    return asked if asked in OFFERED and not ended else OFFERED[0]
