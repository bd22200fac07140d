"""What Instagram says of a container and of a post, and how a post is asked to go (meta, sections 4.1 and 4.3)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from adapters.base import AdapterError, Artefact, ArtefactKind, Artefacts, ByHand, InDoubt, Throttled
from adapters.graph import GraphCallError, GraphClient
from adapters.graph_errors import ACCOUNT_RESTRICTED, DELETE_TYPE_UNSUPPORTED, outcome

MEDIA_FIELDS = "id,caption,timestamp,permalink,media_type,media_url,children{media_type,media_url}"
# A listing may be a little behind or disagree by a little about times.
SLACK = timedelta(days=1)
SLOWEST_POLL = 15.0
CONTAINER_MISSING = "24"
UNSUPPORTED = 100
STEPS = "Sign in to Instagram as the account, open the link, delete the post, then delete it from Recently Deleted."


class Container(StrEnum):
    """`status_code` of a container, and what stands in for it where it cannot be read."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    UNREADABLE = "UNREADABLE"


def status_of(client: GraphClient, key: str) -> Container:
    """UNREADABLE where Graph names it as missing, which is no proof that it was not published."""
    try:
        node = client.look(key, "id,status_code")
    except AdapterError as error:
        if error.code.split("-")[:2] == ["graph", CONTAINER_MISSING]:
            return Container.UNREADABLE
        raise
    try:
        return Container.UNREADABLE if node is None else Container(str(node.get("status_code")))
    except ValueError:
        raise InDoubt("container-status-unknown") from None


def wait_for(
    client: GraphClient, key: str, patience: timedelta, wait: Callable[[float], object], clock: Callable[[], datetime]
) -> timedelta:
    """Returns once the container is finished, with the patience left. A slow one is taken up again by a later try.

    The time the answers take counts as well, since the picture is public meanwhile.
    """
    left, pause, until = patience.total_seconds(), 1.0, clock() + patience
    while True:
        status = status_of(client, key)
        left = min(left, (until - clock()).total_seconds())
        match status:
            case Container.FINISHED:
                return timedelta(seconds=max(left, 0.0))
            case Container.PUBLISHED:
                raise InDoubt("already-published")
            case Container.ERROR | Container.EXPIRED:
                why = "Instagram could not make the container: is the public site readable by Meta?"
                raise Throttled("container-failed", why, after=timedelta(minutes=5))
            case Container.IN_PROGRESS | Container.UNREADABLE if left <= 0:
                raise Throttled("container-in-progress", "Instagram is slow.", after=timedelta(minutes=1))
        wait(min(pause, left))
        left -= pause
        pause = min(pause * 2, SLOWEST_POLL)


def listed_ids(client: GraphClient, user_id: str, missing: list[Artefact]) -> set[str]:
    """The ids among the account's media since the oldest of the missing was made, or all of them."""
    made = [each.created_at for each in missing]
    since = min((each for each in made if each), default=None) if all(made) else None
    items = client.listing(user_id, "media", "id,timestamp", "timestamp", since - SLACK if since else None)
    return {str(each["id"]) for each in items}


def delete_media(
    client: GraphClient, artefact: Artefact, *, absent: Callable[[Artefact], bool], link: Callable[[], str]
) -> None:
    """Ask for a post's deletion. Raises ByHand where Instagram will not do it for us."""
    assert artefact.platform_id is not None
    for last in (False, True):
        try:
            client.delete(artefact.platform_id)
        except GraphCallError as error:
            final = error.failure.pair == DELETE_TYPE_UNSUPPORTED or error.code == ACCOUNT_RESTRICTED
            said_no = error.failure.why == "graph-said-false"
            if not final and not said_no and error.code != UNSUPPORTED:
                raise outcome(error.failure) from None
            # Gone already is success; and a refusal may pass (section 10).
            if absent(artefact):
                return
            if said_no and last:
                raise InDoubt("graph-said-false") from None
            if final or last:
                raise ByHand(error.failure.name, steps=STEPS, link=link()) from None
        else:
            return


def addresses(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the pictures of a post are. A film's address is the film's, which is not fetched."""
    children = node.get("children")
    items = children.get("data") if isinstance(children, dict) else None
    shown = [node, *(each for each in (items if isinstance(items, list) else []) if isinstance(each, dict))]
    found = [str(each["media_url"]) for each in shown if each.get("media_url") and each.get("media_type") != "VIDEO"]
    return tuple(dict.fromkeys(found))


def containers(artefacts: Artefacts) -> list[str]:
    return [each.platform_id for each in artefacts if each.kind is ArtefactKind.CONTAINER and each.platform_id]
