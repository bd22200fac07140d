"""From settings to a working `Bot`: the one place where channels get their credentials."""

from collections.abc import Callable
from datetime import UTC, datetime

from adapters import build
from adapters.base import Adapter
from adapters.facebook import FacebookSettings
from adapters.graph import GraphSettings
from adapters.http import PLATFORM_TIME
from adapters.instagram import InstagramSettings
from adapters.website import WebsiteSettings
from adapters.x import XSettings
from bot import settings_model as given
from bot.alarms_rules import raise_comments_open
from bot.context import Bot, plan_of, words_of
from bot.credentials import CurrentChannels
from bot.layout import policy_version
from bot.settings import credentials_folder
from bot.settings_model import Settings
from bot.settings_values import Secret, is_loopback
from policies.terms import Channel
from store.ledger import Ledger
from store.media import MediaStore


def wall_clock() -> datetime:
    """The edge's clock: aware UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the edge


def _secret(value: Secret | None) -> str:
    return value.get_secret_value() if value is not None else ""


def _graph(channel: given.FacebookSettings | given.InstagramSettings) -> GraphSettings:
    deletes = channel.delete_token if isinstance(channel, given.InstagramSettings) else None
    return GraphSettings(
        delete_token=_secret(deletes) or None,
        token=_secret(channel.access_token),
        app_secret=_secret(channel.app_secret) or None,
        app_id=channel.app_id,
        base_url=channel.base_url,
        version=channel.version,
        deadline=channel.deadline,
        proxies=channel.proxies,
    )


def _public(base_url: str, real: str) -> str:
    """Where people see a post: beside a stand-in's API in a rehearsal."""
    host = base_url.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
    return base_url if is_loopback(host) else real


def adapters_of(
    settings: Settings, clock: Callable[[], datetime], on_comments_open: Callable[[str, str], None]
) -> dict[Channel, Adapter]:
    """The enabled channels, each with its own settings and credentials."""
    channels = settings.channels
    website, facebook, instagram, x = channels.website, channels.facebook, channels.instagram, channels.x
    return build(
        clock=clock,
        on_comments_open=on_comments_open,
        website=WebsiteSettings(
            root=settings.site.root,
            public_url=settings.site.public_url,
            deadline=website.deadline,
            settle=website.settle,
            council=settings.council.name,
            proxies=website.proxies,
        )
        if website.enabled
        else None,
        facebook=FacebookSettings(
            page_id=facebook.page_id or "",
            graph=_graph(facebook),
            public_url=_public(facebook.base_url, "https://www.facebook.com"),
            settle=facebook.settle,
        )
        if facebook.enabled
        else None,
        instagram=InstagramSettings(user_id=instagram.user_id or "", graph=_graph(instagram), settle=instagram.settle)
        if instagram.enabled
        else None,
        x=XSettings(
            consumer_key=_secret(x.consumer_key),
            consumer_secret=_secret(x.consumer_secret),
            access_token=_secret(x.access_token),
            access_token_secret=_secret(x.access_token_secret),
            account_id=x.user_id or "",
            base_url=x.base_url,
            public_url=_public(x.base_url, "https://x.com"),
            deadline=x.deadline,
            settle=x.settle,
            proxies=x.proxies,
        )
        if x.enabled
        else None,
    )


def assemble(settings: Settings, ledger: Ledger, *, clock: Callable[[], datetime] = wall_clock) -> Bot:
    """Everything one process works with."""

    def comments_open(platform_id: str, _: str) -> None:
        with ledger.write() as tx:
            raise_comments_open(tx, Channel.INSTAGRAM, platform_id, clock())

    def channels(chosen: Settings) -> dict[Channel, Adapter]:
        return adapters_of(chosen, clock, comments_open)

    folder = credentials_folder()
    # The ledger is opened before its settings are known: its mark decides which of them are allowed.
    ledger.policy = policy_version(settings)
    return Bot(
        ledger=ledger,
        adapters=channels(settings) if folder is None else CurrentChannels(settings, folder, channels),
        settings=settings,
        media=MediaStore(ledger.folder),
        words=words_of(settings),
        plan=plan_of(settings),
        clock=clock,
        platform_time=PLATFORM_TIME.now,
    )
