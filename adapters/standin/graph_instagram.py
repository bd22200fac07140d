"""Instagram's side of Graph's stand-in: containers that really fetch their picture, publication, media, deletion."""

from datetime import timedelta
from typing import Any

import requests

from adapters.http import EdgeSession
from adapters.standin.core import Object
from adapters.standin.graph_state import DAY, GraphState, GraphToken
from adapters.standin.graph_wire import Call, GraphError, bad, is_jpeg, jpeg_size, not_there

PICTURE_LIMIT = 8 * 1024 * 1024
CAPTION_LIMIT = 2200
FETCH_DEADLINE = timedelta(seconds=5)


def _failed(subcode: int, message: str, code: int = -1) -> GraphError:
    return GraphError(code=code, subcode=subcode, message=message)


def fetched(url: str) -> tuple[int, bytes]:
    """Get a picture as Instagram does: once, without following redirects."""
    with EdgeSession(deadline=FETCH_DEADLINE) as session:
        response = session.get(url)
    return response.status_code, response.content


class InstagramEdges(GraphState):
    """A container's state follows from its times: made, processed, published, expired."""

    def make_container(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self.require(token, "instagram_content_publish")
        call.close("image_url", "caption", "alt_text", "is_carousel_item", "media_type", "children")
        if len(call.given.get("caption", "")) > CAPTION_LIMIT:
            raise _failed(2207010, "The caption is too long.", 36004)
        if call.given.get("media_type") == "CAROUSEL":
            return {"id": self._carousel(call).id}
        if "image_url" not in call.given:
            raise bad("The parameter image_url is required")
        picture = self._picture(call.given["image_url"])
        made = self.add(
            "container",
            public=False,
            pictures=((picture, call.given.get("alt_text", "")),),
            text=call.given.get("caption", ""),
            child=call.flag("is_carousel_item", default=False),
            media=None,
        )
        return {"id": made.id}

    def _carousel(self, call: Call) -> Object:
        children = [self.live(each, "post") for each in call.given.get("children", "").split(",") if each]
        if not 2 <= len(children) <= 10 or not all(each.fields.get("child") for each in children):
            raise bad("Param children must hold 2 to 10 carousel items")
        if any(self.status(each) != "FINISHED" for each in children):
            raise _failed(2207027, "The media is not ready for publishing, please wait for a moment", 9007)
        pictures = tuple(each.fields["pictures"][0] for each in children)
        return self.add(
            "container", public=False, pictures=pictures, text=call.given.get("caption", ""), child=False, media=None
        )

    def _picture(self, url: str) -> bytes:
        try:
            status, picture = (self.fetch or fetched)(url)
        except requests.RequestException:
            status, picture = 0, b""
        if status != 200 or picture.lstrip()[:1] == b"<":
            raise _failed(2207052, "The media could not be fetched from this URI", 9004)
        if len(picture) > PICTURE_LIMIT:
            raise _failed(2207004, "The image is too large to download. It should be less than 8 MiB.", 36000)
        if not is_jpeg(picture):
            raise _failed(2207005, "The image format is not supported.", 36001)
        size = jpeg_size(picture)
        lowest = 0.75 if "ratio-3-4" in self.switches else 0.8
        if size is not None and not lowest - 0.001 <= size[0] / size[1] <= 1.911:
            raise _failed(2207009, "The image's aspect ratio does not fall within the acceptable range.", 36003)
        return picture

    def status(self, container: Object) -> str:
        if container.fields["media"] is not None:
            return "PUBLISHED"
        now = self.clock()
        if container.created_at + DAY <= now:
            return "EXPIRED"
        if container.created_at + self.processing > now:
            return "IN_PROGRESS"
        return "ERROR" if "container-error" in self.switches else "FINISHED"

    def publish_container(self, call: Call, token: GraphToken) -> Any:
        self.require(token, "instagram_content_publish")
        call.close("creation_id")
        container = self.objects.get(call.given.get("creation_id", ""))
        if container is None or container.kind != "container" or container.fields["child"]:
            raise _failed(2207006, "The requested resource does not exist", 24)
        status = self.status(container)
        if status == "PUBLISHED":
            if "republish-returns-media" in self.switches:
                return {"id": container.fields["media"]}
            raise bad("The media has already been published")
        if status == "EXPIRED":
            raise _failed(2207020, "The media you are trying to access has expired.", -2)
        if status == "ERROR":
            raise _failed(2207032, "Create media failed, please try to re-create media")
        if status == "IN_PROGRESS":
            raise _failed(2207027, "The media is not ready for publishing, please wait for a moment", 9007)
        if self.used() >= self.quota:
            raise _failed(2207042, "You reached maximum number of posts that is allowed to be published.", 9)
        media = self._publish(container)
        if "publish-blocked-but-live" in self.switches:
            raise _failed(2207051, "Action is blocked", 4)
        if "publish-unknown-but-live" in self.switches:
            raise GraphError(code=1, message="An unknown error occurred", transient=True, status=500)
        return {"id": media.id}

    def _publish(self, container: Object) -> Object:
        media = self.add(
            "media",
            public=True,
            text=container.fields["text"],
            pictures=container.fields["pictures"],
            app=self.account.app_id,
            comments=True,
        )
        container.fields["media"] = media.id
        return media

    def used(self) -> int:
        """Posts published within a moving day; whether a deleted one still counts is unknown."""
        since = self.clock() - DAY
        frees = "deleted-frees-quota" in self.switches
        media = [each for each in self.objects.values() if each.kind == "media" and each.created_at > since]
        return sum(1 for each in media if not (frees and each.deleted_at))

    def publishing_limit(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self.require(token, "instagram_content_publish")
        call.close()
        config = {"quota_total": self.quota, "quota_duration": 86400}
        return {"data": [{"quota_usage": self.used(), "config": config}]}

    def media_node(self, media: Object, wanted: list[str], origin: str) -> dict[str, Any]:
        pictures = media.fields.get("pictures", ())
        known = {
            "id": media.id,
            "caption": media.fields["text"],
            "timestamp": f"{media.created_at:%Y-%m-%dT%H:%M:%S+0000}",
            "permalink": f"{origin}/public/instagram/{media.id}",
            "media_type": "CAROUSEL_ALBUM" if len(pictures) > 1 else "IMAGE",
            "media_url": f"{origin}/public/pictures/{media.id}",
            "is_comment_enabled": media.fields["comments"],
            "alt_text": pictures[0][1] if pictures else "",
            "children": self._children(media, origin) if len(pictures) > 1 else None,
        }
        return {name: known[name] for name in wanted if known[name] not in ("", None)}

    def _children(self, media: Object, origin: str) -> dict[str, Any]:
        address = f"{origin}/public/pictures/{media.id}"
        numbers = range(len(media.fields["pictures"]))
        return {
            "data": [{"id": f"{media.id}{n}", "media_type": "IMAGE", "media_url": f"{address}/{n}"} for n in numbers]
        }

    def media_list(self, call: Call, token: GraphToken) -> dict[str, Any]:
        self.require(token, "instagram_basic")
        call.close("limit", "after", "before", "since", "until")
        wanted = self.fields_of(call, "media", "id")
        return self.page_of(
            call, [self.media_node(each, [*wanted, "id"], call.origin) for each in self.listed("media")]
        )

    def set_comments(self, media: Object, call: Call, token: GraphToken) -> dict[str, Any]:
        self.require(token, "instagram_basic")
        call.close("comment_enabled")
        if "comment_enabled" not in call.given:
            raise bad("The parameter comment_enabled is required")
        if "comments-stay-open" in self.switches:
            raise bad("Comments cannot be changed on this media")
        media.fields["comments"] = call.flag("comment_enabled", default=True)
        return {"success": True}

    def delete_media(self, media: Object, token: GraphToken) -> Any:
        self.require(token, "instagram_basic")
        self.require(token, "instagram_manage_contents")
        switches = self.switches
        wrong_kind = (token.kind != "user" and "ig-delete-user-token-only" in switches) or (
            token.kind == "user" and "ig-delete-page-token-only" in switches
        )
        if wrong_kind or "ig-delete-unsupported-33" in switches:
            raise not_there("delete", media.id)
        if "ig-delete-unsupported" in switches:
            raise bad("Unsupported delete request.")
        if "ig-delete-type" in switches:
            raise _failed(2207073, "Media Type Not Supported")
        if "ig-delete-fatal" in switches:
            raise _failed(2207085, "Fatal")
        if "ig-delete-scope" in switches:
            raise GraphError(code=10, message="(#10) Application does not have permission for this action")
        if "ig-delete-restricted" in switches:
            raise _failed(2207050, "The Instagram account is restricted.", 25)
        if "delete-lies" not in switches:
            media.deleted_at = self.clock()
        return {"success": True, "deleted_id": media.id}
