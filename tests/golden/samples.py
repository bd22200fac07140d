"""One fictional notice of every kind, as the council would publish it, on every channel."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.base import Capabilities, Edit, PictureRules
from adapters.x_posts import measure
from bot.render import SiteWords, render
from policies.pictures import Picture
from policies.terms import Category, Channel, Content, Facts, Kind, Publication, Subject
from tests.policies.samples import INFORMATIVE, notice

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

PHOTO = Picture(sha256="5e" * 32, alt_text="A person in a dark coat beside a white van, from the side")
FINED = Facts(
    subject="S1",
    name="Alex Example",
    age=42,
    offence="Fly-tipping",
    summary_address="Sample Lane, Dartford",
    outcome="Fined £400 and ordered to pay £85 costs",
)
ORDERED = replace(FINED, offence="Harassment", outcome="Criminal behaviour order until 15 November 2028")
COMPANY = Facts(subject="S2", name="Example Haulage Ltd", offence="Fly-tipping", outcome="Fined £2,000")

CONTENT: dict[Kind, Content] = {
    Kind.CASE_OUTCOME: Content(
        headline="Two fined for fly-tipping in Sample Lane",
        body="Waste was left in Sample Lane on 3 May 2026.\n\nDartford Magistrates’ Court sentenced both\non 16 November 2026.",
        facts=(FINED, COMPANY),
    ),
    Kind.CBO: Content(
        headline="Order made against a man from Sample Lane",
        body="He may not enter Sample Park while the order is in force.",
        facts=(ORDERED,),
    ),
    Kind.INJUNCTION: Content(
        headline="Court forbids noise at night in Sample Street",
        body="The county court made a final order on 16 November 2026. It is not a conviction.",
        facts=(
            Facts(
                subject="S1",
                name="Alex Example",
                age=42,
                offence="Loud music at night",
                outcome="Injunction until 15 May 2027",
            ),
        ),
    ),
    Kind.IMAGE_APPEAL: Content(
        headline="Waste left in Sample Lane on 3 May 2026",
        body="We would like to speak to the person in this picture.\n\nPlease call 01632 960001.",
        facts=(Facts(subject="S1", offence="Fly-tipping"),),
        pictures=(PHOTO,),
    ),
    Kind.POST_CONVICTION_IMAGE: Content(
        headline="Fined for fly-tipping in Sample Lane",
        body="Waste was left in Sample Lane on 3 May 2026.",
        facts=(FINED,),
        pictures=(PHOTO,),
    ),
    Kind.SUCCESSFUL_APPEAL_NOTICE: Content(
        headline="Conviction quashed",
        body="On 16 November 2026 the Crown Court quashed a conviction that we had published.",
        facts=(Facts(subject="S1", name="Alex Example", outcome="Conviction quashed"),),
    ),
    Kind.CORRECTION_NOTICE: Content(
        headline="A notice of 9 November 2026 was wrong",
        body="It gave a wrong address. The person who lives there has nothing to do with the case. We apologise.",
    ),
}

UNNAMED = Subject(number="S1", category=Category.SUSPECT)


def sample(kind: Kind) -> Publication:
    subjects = (UNNAMED,) if kind is Kind.IMAGE_APPEAL else notice().subjects
    if kind is Kind.CASE_OUTCOME:
        subjects = (*subjects, Subject(number="S2", category=Category.COMPANY, name="Example Haulage Ltd"))
    return notice(kind=kind, content=CONTENT[kind], subjects=subjects, channels=tuple(Channel))


def rendered(kind: Kind, channel: Channel) -> str:
    return render(sample(kind), channel, CAPABILITIES[channel], marker=MARKER, site=SITE)


def golden(kind: Kind, channel: Channel) -> Path:
    return FOLDER / f"{kind}.{channel}.{'html' if channel is Channel.WEBSITE else 'txt'}"
