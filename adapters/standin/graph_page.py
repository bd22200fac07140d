"""The Page's side of Graph's stand-in: photos, posts, their listing, editing and deletion."""

from datetime import timedelta
from typing import Any

from adapters.standin.core import Object
from adapters.standin.graph_state import GraphState, GraphToken
from adapters.standin.graph_wire import Call, GraphError, bad, is_jpeg, json_list, not_there

PHOTO_LIMIT = 10_000_000
MESSAGE_LIMIT = 63_206
BUNDLE = timedelta(minutes=1)


class PageEdges(GraphState):
    """Writes need a Page token; the fields `story` and `photos` tie a photo and its post together."""

    def stage_photo(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self._require_page_token(token)
        call.close("published", "caption", "alt_text_custom", "no_story", "temporary", "source")
        picture = call.files.get("source")
        if picture is None:
            raise bad("Requires upload file", code=324)
        if len(picture) > PHOTO_LIMIT:
            raise bad("Photos should be smaller than 10 MB", 1366046, code=324)
        if not is_jpeg(picture) and not picture.startswith(b"\x89PNG"):
            raise bad("Missing or invalid image file", 2069019, code=324)
        published = call.flag("published", default=True)
        photo = self.add(
            "photo",
            public=published,
            picture=picture,
            app=self.account.app_id,
            text=call.given.get("caption", ""),
            alt_text=call.given.get("alt_text_custom", ""),
            story=None,
        )
        if not published or call.flag("no_story", default=False):
            return {"id": photo.id}
        return {"id": photo.id, "post_id": self._story_of(photo).id}

    def _story_of(self, photo: Object) -> Object:
        """The post of a directly published photo; several in a row may become one."""
        latest = next(iter(self.listed("post")), None)
        together = (
            "bundles-photos" in self.switches
            and latest is not None
            and latest.fields.get("direct")
            and latest.created_at + BUNDLE > self.clock()
        )
        if together and latest is not None:
            latest.fields["photos"] = (*latest.fields["photos"], photo.id)
            photo.fields["story"] = latest.id
            return latest
        return self._add_post(str(photo.fields["text"]), (photo,), direct=True)

    def _add_post(self, text: str, photos: tuple[Object, ...], *, direct: bool = False) -> Object:
        post = self.add(
            "post",
            public=True,
            prefix=f"{self.account.page_id}_",
            text=text,
            app=self.account.app_id,
            photos=tuple(each.id for each in photos),
            direct=direct,
            history=(),
        )
        for each in photos:
            each.public, each.published_at = True, self.clock()
            each.fields["story"] = post.id
        return post

    def post_to_feed(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self._require_page_token(token)
        call.close("message", "link", "attached_media", "published")
        message = call.given.get("message", "")
        attached = json_list(call.given.get("attached_media", "[]"), "attached_media")
        if not message and not attached and not call.given.get("link"):
            raise bad("Requires one of the params: message,link,attached_media")
        if len(message) > MESSAGE_LIMIT:
            raise bad("Param message must be less than 63206 characters")
        photos = tuple(self._attachable(each) for each in attached)
        latest = next((each for each in self.listed("post") if each.deleted_at is None), None)
        if latest is not None and latest.fields["text"] == message and "duplicate-accepted" not in self.switches:
            raise GraphError(code=506, message="(#506) Duplicate status message")
        post = self._add_post(message, photos)
        wanted = self.fields_of(call, "post", "id")
        return self.post_node(post, [*wanted, "id"], call.origin)

    def _attachable(self, attached: Any) -> Object:
        key = attached.get("media_fbid") if isinstance(attached, dict) else None
        if key is None:
            raise bad("Param attached_media[0] must have a media_fbid")
        photo = self.live(str(key), "post")
        if photo.kind != "photo":
            raise not_there("post", photo.id)
        if photo.fields.get("story") and "used-photo-accepted" not in self.switches:
            raise bad("These photos were already posted.", 1366051)
        return photo

    def post_node(self, post: Object, wanted: list[str], origin: str) -> dict[str, Any]:
        known = {
            "id": post.id,
            "message": post.fields["text"],
            "created_time": f"{post.created_at:%Y-%m-%dT%H:%M:%S+0000}",
            "updated_time": f"{post.created_at:%Y-%m-%dT%H:%M:%S+0000}",
            "permalink_url": f"{origin}/public/page/{post.id}",
            "is_published": True,
            "is_hidden": False,
            "status_type": "added_photos" if post.fields["photos"] else "mobile_status_update",
            "attachments": self._attachments(post, origin),
        }
        return {name: known[name] for name in wanted if known[name] not in ("", None)}

    def _attachments(self, post: Object, origin: str) -> dict[str, Any] | None:
        photos: list[dict[str, Any]] = [
            {
                "type": "photo",
                "target": {"id": each},
                "media": {"image": {"src": f"{origin}/public/pictures/{each}"}},
            }
            for each in post.fields["photos"]
        ]
        if len(photos) > 1:
            album = {"type": "album", "media": photos[0]["media"], "subattachments": {"data": photos}}
            return {"data": [album]}
        return {"data": photos} if photos else None

    def photo_node(self, photo: Object, wanted: list[str], origin: str) -> dict[str, Any]:
        known = {
            "id": photo.id,
            "name": photo.fields["text"],
            "created_time": f"{photo.created_at:%Y-%m-%dT%H:%M:%S+0000}",
            "updated_time": f"{photo.created_at:%Y-%m-%dT%H:%M:%S+0000}",
            "link": f"{origin}/public/pictures/{photo.id}",
            "page_story_id": photo.fields["story"],
            "alt_text": photo.fields["alt_text"],
            "alt_text_custom": photo.fields["alt_text"],
            "images": [{"source": f"{origin}/public/pictures/{photo.id}"}],
        }
        return {name: known[name] for name in wanted if known[name] not in ("", None)}

    def published_posts(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self.require(token, "pages_read_engagement")
        call.close("limit", "after", "before", "since", "until")
        wanted = self.fields_of(call, "post", "id,message,created_time")
        return self.page_of(call, [self.post_node(each, [*wanted, "id"], call.origin) for each in self.listed("post")])

    def page_photos(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self.require(token, "pages_read_engagement")
        call.close("limit", "after", "before", "type")
        wanted = self.fields_of(call, "photo", "id,created_time")
        kind = call.given.get("type", "uploaded" if "photos-default-uploaded" in self.switches else "profile")
        photos = self.listed("photo") if kind == "uploaded" else []
        return self.page_of(call, [self.photo_node(each, [*wanted, "id"], call.origin) for each in photos])

    def edit_post(self, post: Object, call: Call, token: GraphToken) -> dict[str, Any]:
        self._require_page_token(token)
        call.close("message")
        if post.fields["app"] != self.account.app_id:
            raise GraphError(code=200, message="(#200) Only the app that made the post may update it")
        if post.fields.get("direct") and "edit-direct-refused" in self.switches:
            raise GraphError(code=200, message="(#200) This post cannot be edited")
        post.fields["history"] = (*post.fields["history"], post.fields["text"])
        post.fields["text"] = call.given.get("message", "")
        if post.fields.get("direct") and "edit-changes-photo" in self.switches:
            for each in post.fields["photos"]:
                self.objects[each].fields["text"] = post.fields["text"]
        return {"success": True}

    def delete_from_page(self, found: Object, token: GraphToken) -> Any:
        self._require_page_token(token)
        if found.fields["app"] != self.account.app_id and "foreign-delete-refused" in self.switches:
            raise not_there("delete", found.id)
        if found.kind == "photo" and "photo-delete-false" in self.switches:
            return {"success": False}
        if "delete-lies" in self.switches:
            return {"success": True}
        found.deleted_at = self.clock()
        if found.kind == "post" and "photo-goes-with-post" in self.switches:
            for each in found.fields["photos"]:
                self.objects[each].deleted_at = self.objects[each].deleted_at or self.clock()
        return {"success": True}

    def _require_page_token(self, token: GraphToken) -> None:
        if token.kind == "user":
            raise GraphError(code=200, message="(#200) A Page access token is required for this call.")
        self.require(token, "pages_manage_posts", code=200)
