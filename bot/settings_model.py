"""What can be set, section by section, with design.md's safe values as defaults.

Everything is frozen and an unknown key is an error. Where a value comes from is `bot.settings_layers`; which values
only a rehearsal may have is `bot.settings_safe`.
"""

from datetime import date, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings_law import LawSettings
from bot.settings_values import (
    WEEK,
    AbsolutePath,
    BaseUrl,
    Contact,
    Duration,
    Hidden,
    Link,
    PlatformId,
    Port,
    Secret,
    Section,
    Span,
    Weekday,
    Words,
)
from policies.terms import RETENTION, Channel

# Policy 5.7.4(e), with its "(contact ...)" kept apart because the contact is configuration (R61).
INFORMATIVE = (
    "This information is made available for a limited period in order to promote the openness, transparency and "
    "accountability of the Council’s enforcement activities, in the public interest. It is made available solely on "
    "the basis that it is for the individual use of the person who has accessed this page. The information on this "
    "web page must not be stored, recorded, republished, or otherwise processed, without the explicit agreement of "
    "{council}"
)
POLICY_CONTACT = "comms@dartford.gov.uk"


class LedgerSettings(Section):
    folder: AbsolutePath
    url: Annotated[str, Field(pattern=r"^sqlite:///.+")]
    key_file: AbsolutePath


class SiteSettings(Section):
    root: AbsolutePath
    public_url: BaseUrl = "http://127.0.0.1:8480"
    host: Words = "127.0.0.1"
    port: Port = 8480


class ServeSettings(Section):
    """Where health and metrics are answered."""

    host: Words = "127.0.0.1"
    port: Port = 8481


class ConsoleSettings(Section):
    """The console and the HTTP API. `public_url` is how people reach it: https, but for loopback."""

    public_url: BaseUrl = "http://127.0.0.1:8484"
    host: Words = "127.0.0.1"
    port: Port = 8484
    session_for: Annotated[Span, Field(le=timedelta(days=90))] = timedelta(days=30)
    """However active: then everybody signs in again."""
    idle_for: Annotated[Span, Field(le=timedelta(days=30))] = timedelta(days=7)
    strong_for: Annotated[Span, Field(le=timedelta(minutes=30))] = timedelta(minutes=10)
    """How long a proof of identity counts for approving."""
    scan_command: tuple[str, ...] = ()
    """The council's virus scanner, as words: it gets each picture sent on its standard input (ASVS 5.4.3)."""
    scan_for: Annotated[Span, Field(le=timedelta(seconds=30))] = timedelta(seconds=5)
    help_line: str = ""
    """Whom to ring when the network is down; printed on the case sheet."""
    entra_metadata_url: Link | None = None
    """The tenant's own OpenID metadata; `common` is refused (stack: pitfall 12)."""
    entra_client_id: str | None = None
    entra_client_secret: Hidden | None = None
    entra_strong_context: Annotated[str, Field(pattern=r"^c\d{1,2}$")] | None = None
    """The authentication context of the tenant that asks for a second factor; for approving."""

    @field_validator("scan_command")
    @classmethod
    def _absolute(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        if command and not command[0].startswith("/"):
            raise ValueError("begin it with the absolute path of a program; no shell looks for one")
        return command


class Service(Section):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Words


class Informative(Section):
    """Policy 5.7.4(e). `version` is part of what a Director approves."""

    text: Words
    version: Words
    contact: Words = POLICY_CONTACT
    contact_approved_by: str = ""
    contact_approved_at: date | None = None

    @property
    def verbatim(self) -> str:
        """The informative as it must stand in every notice, contact included."""
        return f"{self.text} [contact {self.contact}]"


class CouncilSettings(Section):
    name: Words
    ref_prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    informative: Informative
    how_to_apply: Words
    contacts: Annotated[tuple[Contact, ...], Field(min_length=1)]
    """Telephone numbers and e-mail addresses that a text may give; one of them stands in each image appeal (6.6)."""
    privacy_notice_url: Link
    complaints_url: Link
    services: Annotated[tuple[Service, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _services_differ(self) -> Self:
        names = [service.name for service in self.services]
        if len(set(names)) != len(names):
            raise ValueError("services: two have the same name")
        return self


class RetentionSettings(Section):
    period: Annotated[Span, Field(le=RETENTION)] = RETENTION
    lead: Duration = timedelta(hours=2)
    minimum_display: Duration = timedelta(days=1)
    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEK[:5]
    working_from: time = time(9)
    working_until: time = time(17)
    last_start: time = time(14)
    bank_holidays: bool = True
    approval_lapses: Span = timedelta(days=7)
    confirmation_valid: Span = timedelta(hours=24)

    @property
    def weekdays(self) -> frozenset[int]:
        """The working days as `date.weekday()` counts them."""
        return frozenset(WEEK.index(day) for day in self.working_days)


class RecordSettings(Section):
    """When what a notice was about is erased; the record of the decision stays (R66, R67)."""

    pictures_after: Span = timedelta(days=30)
    content_after: Span = timedelta(days=180)
    content_at_latest: Span = timedelta(days=730)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.pictures_after <= self.content_after <= self.content_at_latest:
            raise ValueError("pictures_after, content_after and content_at_latest must not get shorter in this order")
        return self


Delays = Annotated[tuple[Span, ...], Field(min_length=1)]


def _seconds(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=n) for n in numbers)


class LoopSettings(Section):
    """The sweep. After the last of `trace_delays` and `removal_retry_delays` that last delay goes on."""

    poll: Span = timedelta(seconds=5)
    late_after: Span = timedelta(seconds=60)
    lease: Span = timedelta(minutes=5)
    publish_deadline: Span = timedelta(seconds=120)
    call_deadline: Span = timedelta(seconds=30)
    workers: Annotated[int, Field(ge=1, le=64)] = 5
    urgent_slots: Annotated[int, Field(ge=1, le=64)] = 4
    trace_delays: Delays = _seconds(2, 5, 10, 30, 60)
    second_look: Duration = timedelta(minutes=1)
    removal_retry_delays: Delays = _seconds(2, 5, 10, 30, 60)
    marker_slack: Duration = timedelta(minutes=2)
    leave_to_expire: Span = timedelta(hours=24)
    recheck_after: Span = timedelta(minutes=10)
    recheck_every: Span = timedelta(days=1)
    recheck_for: Span = timedelta(days=30)
    compare_every: Span = timedelta(minutes=15)
    compare_every_x: Span = timedelta(hours=1)
    compare_overlap: Duration = timedelta(hours=1)
    seen_at_max_age: Span = timedelta(seconds=60)
    alert_removal: Span = timedelta(minutes=15)
    alert_urgent: Span = timedelta(seconds=60)
    alert_urgent_second: Span = timedelta(minutes=15)
    alert_doubt: Span = timedelta(minutes=15)
    alert_page_unseen: Span = timedelta(minutes=10)
    alert_approval_waiting: Span = timedelta(days=1)
    alert_approval_lapsing: Span = timedelta(days=1)
    alert_credential: Delays = (timedelta(days=14), timedelta(days=7), timedelta(days=1))


class ChannelSettings(Section):
    enabled: bool = False
    settle: Duration = timedelta(minutes=15)
    deadline: Span = timedelta(seconds=30)
    """For one HTTP call in all; `loop.call_deadline` where the channel does not say."""
    proxy: Hidden | None = None

    @property
    def proxies(self) -> dict[str, str]:
        """As `EdgeSession` takes them."""
        return {} if self.proxy is None else dict.fromkeys(("http", "https"), self.proxy.get_secret_value())


class WebsiteSettings(ChannelSettings):
    """The embedded static site; its folder and address are the section `site`."""

    enabled: bool = True
    settle: Duration = timedelta()


class FacebookSettings(ChannelSettings):
    base_url: BaseUrl = "https://graph.facebook.com"
    version: Annotated[str, Field(pattern=r"^v\d{1,3}\.\d$")] = "v26.0"
    page_id: PlatformId | None = None
    app_id: PlatformId | None = None
    app_secret: Hidden | None = None
    access_token: Hidden | None = None


class InstagramSettings(ChannelSettings):
    base_url: BaseUrl = "https://graph.facebook.com"
    version: Annotated[str, Field(pattern=r"^v\d{1,3}\.\d$")] = "v26.0"
    user_id: PlatformId | None = None
    app_id: PlatformId | None = None
    app_secret: Hidden | None = None
    access_token: Hidden | None = None
    delete_token: Hidden | None = None
    """For deletions where Meta wants another kind of token; None uses `access_token`."""


class XSettings(ChannelSettings):
    """OAuth 1.0a only (design.md section 9)."""

    base_url: BaseUrl = "https://api.x.com"
    version: Literal["2"] = "2"
    user_id: PlatformId | None = None
    consumer_key: Hidden | None = None
    consumer_secret: Hidden | None = None
    access_token: Hidden | None = None
    access_token_secret: Hidden | None = None


class ChannelsSettings(Section):
    website: WebsiteSettings = WebsiteSettings()
    facebook: FacebookSettings = FacebookSettings()
    x: XSettings = XSettings()
    instagram: InstagramSettings = InstagramSettings()

    def of(self, channel: Channel) -> ChannelSettings:
        chosen: ChannelSettings = getattr(self, channel.value)
        return chosen

    @property
    def enabled(self) -> tuple[Channel, ...]:
        return tuple(channel for channel in Channel if self.of(channel).enabled)


class AlertsSettings(Section):
    """Addresses in apprise's notation, which hold passwords; "log://" writes a line to our own log."""

    urls: Annotated[tuple[Hidden, ...], Field(min_length=1)] = (Secret("log://"),)
    second_urls: tuple[Hidden, ...] = ()
    repeat_every: Span = timedelta(hours=1)
    ping_url: Hidden | None = None
    link_base: BaseUrl | None = None


class Settings(BaseSettings):
    """All of it. `rehearsal` is the ledger's permanent mark, never a setting somebody chooses."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rehearsal: bool
    ledger: LedgerSettings
    site: SiteSettings
    council: CouncilSettings
    law: LawSettings
    serve: ServeSettings = ServeSettings()
    console: ConsoleSettings = ConsoleSettings()
    retention: RetentionSettings = RetentionSettings()
    record: RecordSettings = RecordSettings()
    loop: LoopSettings = LoopSettings()
    channels: ChannelsSettings = ChannelsSettings()
    alerts: AlertsSettings = AlertsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings passes all five by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `bot.settings.load` has gathered: it alone knows where each value came from."""
        return (init_settings,)
