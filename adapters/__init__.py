"""The channels: an explicit registry, without discovery. See the README for adding one."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter
from policies.terms import Channel

if TYPE_CHECKING:
    from adapters.facebook import FacebookSettings
    from adapters.instagram import InstagramSettings
    from adapters.website import WebsiteSettings
    from adapters.x import XSettings


def build(
    *,
    clock: Callable[[], datetime],
    website: "WebsiteSettings | None" = None,
    facebook: "FacebookSettings | None" = None,
    instagram: "InstagramSettings | None" = None,
    x: "XSettings | None" = None,
    on_comments_open: Callable[[str, str], None],
) -> dict[Channel, Adapter]:
    """An adapter for each channel that has settings; Instagram needs the website, which hosts its pictures.

    Each SDK is imported only with its channel.
    """
    from adapters.facebook import FacebookAdapter
    from adapters.hosting import SitePictureHost
    from adapters.instagram import InstagramAdapter
    from adapters.website import WebsiteAdapter
    from adapters.x import XAdapter

    built: dict[Channel, Adapter] = {}
    if website is not None:
        built[Channel.WEBSITE] = WebsiteAdapter(website, clock)
    if facebook is not None:
        built[Channel.FACEBOOK] = FacebookAdapter(facebook, clock=clock)
    if instagram is not None:
        if website is None:
            raise ValueError("channels.instagram needs channels.website: Meta fetches the picture from our own site")
        host = SitePictureHost(
            root=website.root, public_url=website.public_url, deadline=website.deadline, proxies=website.proxies
        )
        built[Channel.INSTAGRAM] = InstagramAdapter(instagram, host, clock=clock, on_comments_open=on_comments_open)
    if x is not None:
        built[Channel.X] = XAdapter(x, clock=clock)
    return built
