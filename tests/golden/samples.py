"""One fictional notice of every kind, as the council would publish it, on every channel."""

from datetime import timedelta
from pathlib import Path

from adapters.base import Capabilities, Edit, PictureRules
from adapters.x_posts import measure
from bot.render import SiteWords, render
from policies.terms import Channel, Kind, Publication
from tests.policies.samples import COMPANY, CONTENT, INFORMATIVE, notice

FOLDER = Path(__file__).parent
MARKER = "DBC-7K3Q9M-1"

SITE = SiteWords(
    council="Dartford Borough Council",
    informative=INFORMATIVE,
    how_to_apply=(
        "If you think this notice should be taken down, or that something in it is wrong, write to "
        "comms@dartford.gov.uk and quote the reference at its foot."
    ),
    privacy_notice_url="https://www.dartford.gov.uk/privacy-notices/data-protection-policy",
    complaints_url="https://www.dartford.gov.uk/complaints",
    public_url="https://notices.example/",
)

PICTURES = PictureRules(max_bytes=1_000_000, max_side=2048, max_count=4)


def _channel(text_limit: int, measured: object = len) -> Capabilities:
    return Capabilities(text_limit=text_limit, measure=measured, pictures=PICTURES, edit=Edit.NONE, settle=timedelta(0))


CAPABILITIES = {
    Channel.WEBSITE: _channel(1_000_000),
    Channel.FACEBOOK: _channel(63_206),
    Channel.X: _channel(280, measure),
    Channel.INSTAGRAM: _channel(2_200),
}


def sample(kind: Kind) -> Publication:
    subjects = notice(kind=kind).subjects
    if kind is Kind.CASE_OUTCOME:
        subjects = (*subjects, COMPANY)
    return notice(kind=kind, content=CONTENT[kind], subjects=subjects, channels=tuple(Channel))


def rendered(kind: Kind, channel: Channel) -> str:
    return render(sample(kind), channel, CAPABILITIES[channel], marker=MARKER, site=SITE)


def golden(kind: Kind, channel: Channel) -> Path:
    return FOLDER / f"{kind}.{channel}.{'html' if channel is Channel.WEBSITE else 'txt'}"
