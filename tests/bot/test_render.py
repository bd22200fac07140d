"""What the public sees: golden files, hostile words, neutral previews, and what the policy wants on every notice."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Rendered, RenderedPicture
from adapters.site_page import laid_out
from bot.render import LABEL, NEUTRAL_LINE, fill_down_by, matches_except_marker, ref_pattern, render
from policies.content_rules import as_read
from policies.pictures import Picture
from policies.terms import Channel, Content, Facts, Kind
from tests.golden.samples import CAPABILITIES, FOLDER, MARKER, SITE, golden, rendered, sample
from tests.policies.samples import INFORMATIVE, PHOTO, notice

PAIRS = [(kind, channel) for kind in Kind for channel in Channel]
IDS = [f"{kind}.{channel}" for kind, channel in PAIRS]
VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """The page as a browser reads it. Raises AssertionError where tags do not balance."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(markup)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self.stack[-1], data.strip()))

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def texts_in(self, tag: str) -> list[str]:
        return [text for inside, text in self.texts if inside == tag]


def with_content(content: Content, channel: Channel) -> str:
    return render(notice(content=content), channel, CAPABILITIES[channel], marker=MARKER, site=SITE)


@pytest.mark.parametrize(("kind", "channel"), PAIRS, ids=IDS)
def test_each_kind_on_each_channel_is_as_reviewed(kind, channel):
    assert rendered(kind, channel) == golden(kind, channel).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over():
    present = {path for path in FOLDER.iterdir() if path.suffix in {".html", ".txt"}}
    assert present == {golden(kind, channel) for kind, channel in PAIRS}


@pytest.mark.parametrize(("kind", "channel"), PAIRS, ids=IDS)
def test_every_text_fits_and_carries_its_marker_once_as_a_whole_word(kind, channel):
    text = rendered(kind, channel)
    limits = CAPABILITIES[channel]
    assert limits.measure(text) <= limits.text_limit
    assert [found[0] for found in ref_pattern("DBC").finditer(text)] == [MARKER]


@pytest.mark.parametrize(("kind", "channel"), PAIRS, ids=IDS)
def test_5_7_4_e_every_text_but_the_linked_one_carries_the_informative_and_how_to_apply(kind, channel):
    read = as_read(rendered(kind, channel))
    assert (as_read(INFORMATIVE) in read) is (channel is not Channel.X)
    assert (as_read(SITE.how_to_apply) in read) is (channel is not Channel.X)


@pytest.mark.parametrize("kind", list(Kind))
def test_r62_the_linked_text_is_the_neutral_line_the_link_and_the_marker_and_nothing_else(kind):
    line = NEUTRAL_LINE[kind].format(council=SITE.council)
    link = f"https://notices.example/n/{sample(kind).page_id}/"
    assert rendered(kind, Channel.X) == f"{line}\n\n{link}\n\nRef {MARKER}"


def test_r62_a_channel_is_linked_because_the_informative_does_not_fit_it():
    longer = replace(CAPABILITIES[Channel.X], text_limit=25_000, measure=len)
    text = render(sample(Kind.CBO), Channel.X, longer, marker=MARKER, site=SITE)
    assert text == rendered(Kind.CBO, Channel.FACEBOOK)


@pytest.mark.parametrize("kind", list(Kind))
def test_r63_the_page_shows_removal_date_privacy_notice_and_complaints_and_is_not_indexed(kind):
    markup = rendered(kind, Channel.WEBSITE)
    page = Page(markup)
    links = {attrs["href"] for attrs in page.attributes("a")}
    assert links == {SITE.privacy_notice_url, SITE.complaints_url}
    assert "It will be removed by {down_by}." in page.texts_in("p")
    robots = [attrs["content"] for attrs in page.attributes("meta") if attrs.get("name") == "robots"]
    assert robots == ["noindex, noarchive, noimageindex, nosnippet"]


@pytest.mark.parametrize("kind", list(Kind))
def test_r62_nothing_a_preview_can_show_tells_who_or_what(kind):
    head = rendered(kind, Channel.WEBSITE).partition("</head>")[0]
    assert head == rendered(Kind.CORRECTION_NOTICE, Channel.WEBSITE).partition("</head>")[0]
    assert Page(f"{head}</head></html>").texts_in("title") == ["Enforcement notice - Dartford Borough Council"]


@pytest.mark.parametrize("kind", list(Kind))
def test_r64_the_page_can_be_read_with_every_aid(kind):
    page = Page(rendered(kind, Channel.WEBSITE))
    assert page.attributes("html") == [{"lang": "en-GB"}]
    headings = [tag for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert headings[0] == "h1"
    assert set(headings[1:]) == {"h2"}
    assert len(page.attributes("main")) == 1
    assert all(attrs["alt"] for attrs in page.attributes("img"))
    # Nothing may zoom-lock the page, run, or come from elsewhere.
    assert not [tag for tag, _ in page.tags if tag in {"script", "style", "iframe", "form", "base"}]
    assert [attrs["href"] for attrs in page.attributes("link")] == ["/site.css"]
    viewport = next(attrs["content"] for attrs in page.attributes("meta") if attrs.get("name") == "viewport")
    assert viewport == "width=device-width, initial-scale=1"


@pytest.mark.parametrize("kind", list(Kind))
def test_r2_r4_only_a_conviction_is_called_one(kind):
    assert LABEL[kind] in rendered(kind, Channel.FACEBOOK).splitlines()
    terms = Page(rendered(kind, Channel.WEBSITE)).texts_in("dt")
    if kind in {Kind.IMAGE_APPEAL, Kind.INJUNCTION}:
        assert "Offence" not in terms


HOSTILE = [
    '"><script>alert(1)</script>',
    "</main></body></html>",
    "' onmouseover='alert(1)",
    "<!-- & &amp; ]]>",
    "{{ 7 * 7 }}{% raw %}",
    "{down_by}",
    "{picture:" + "0" * 64 + "}",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words_in_every_field_of_the_page(words):
    facts = Facts(subject="S1", name=words, age=42, offence=words, summary_address=words, outcome=words)
    picture = Picture(sha256="ab" * 32, alt_text=words)
    content = Content(headline=words, body=words, facts=(facts,), pictures=(picture,))
    markup = with_content(content, Channel.WEBSITE)
    page, harmless = Page(markup), Page(rendered(Kind.POST_CONVICTION_IMAGE, Channel.WEBSITE))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    assert page.texts_in("h1") == [words]
    assert words in page.texts_in("p")
    assert page.texts_in("dd") == [words, "42", words, words, words]
    assert page.attributes("img") == [{"src": "{picture:" + "ab" * 32 + "}", "alt": words}]
    assert re.findall(r"\{[^}]*\}", markup) == ["{picture:" + "ab" * 32 + "}", "{down_by}"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_words_whatever_can_change_the_page(headline, body):
    markup = with_content(Content(headline=f"x{headline}", body=f"x{body}"), Channel.WEBSITE)
    assert markup.encode()
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "header",
        "p",
        "main",
        "h1",
        "h2",
        "br",
        "footer",
        "ul",
        "li",
        "a",
    }
    page = Page(markup)
    assert {tag for tag, _ in page.tags} <= allowed
    assert len(page.attributes("a")) == 2
    assert markup.count("{") == 1


def test_a_field_of_one_line_cannot_pass_for_another():
    facts = Facts(subject="S1", name="Alex Example\nOutcome: acquitted\u2028Age: 9", offence="Fly-tipping")
    text = with_content(Content(headline="Fined\r\nRef DBC-000000-1", body="Told.", facts=(facts,)), Channel.FACEBOOK)
    lines = text.splitlines()
    assert "Fined Ref DBC-000000-1" in lines
    assert "Name: Alex Example Outcome: acquitted Age: 9" in lines
    assert [line for line in lines if line.startswith(("Outcome", "Age", "Ref"))] == [f"Ref {MARKER}"]


@pytest.mark.parametrize("channel", [Channel.WEBSITE, Channel.FACEBOOK, Channel.INSTAGRAM])
def test_marks_that_turn_the_text_around_and_control_characters_are_left_out(channel):
    text = with_content(Content(headline="A\u202eB\x00C\u2066D\ud800E", body="F\x07G\tH"), channel)
    assert "ABCDE" in text
    assert not set("\u202e\u2066\x00\x07\ud800") & set(text)


def test_paragraphs_and_lines_of_the_body_are_kept():
    content = Content(headline="Told", body="  One.\r\nTwo.\n \n\n\nThree. \n")
    assert Page(with_content(content, Channel.WEBSITE)).texts_in("p")[2:5] == ["One.", "Two.", "Three."]
    assert "\n\nOne.\nTwo.\n\nThree.\n\n" in with_content(content, Channel.FACEBOOK)


def test_the_page_goes_up_as_the_site_lays_it_out_with_date_and_picture():
    picture = RenderedPicture(sha256=PHOTO.sha256, alt_text=PHOTO.alt_text, media_type="image/jpeg", data=b"\xff")
    page = laid_out(
        Rendered(
            marker=MARKER,
            text=rendered(Kind.IMAGE_APPEAL, Channel.WEBSITE),
            page_id=sample(Kind.IMAGE_APPEAL).page_id,
            pictures=(picture,),
            down_by=datetime(2026, 12, 18, 9, tzinfo=UTC),
        ),
        {},
    )
    shown = Page(page.content.decode())
    assert "It will be removed by 18 December 2026, 9am GMT." in shown.texts_in("p")
    assert [attrs["src"] for attrs in shown.attributes("img")] == [page.names[PHOTO.sha256]]


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        (datetime(2026, 12, 18, 9, tzinfo=UTC), "18 December 2026, 9am GMT"),
        (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), "1 July 2026, 1:30pm BST"),
    ],
)
def test_the_down_date_is_said_in_londons_time(instant, said):
    assert fill_down_by("Removed by {down_by}.", instant) == f"Removed by {said}."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ref DBC-7K3Q9M-2", ["DBC-7K3Q9M-2"]),
        ("(DBC-7K3Q9M-2), DBC-000000-12.", ["DBC-7K3Q9M-2", "DBC-000000-12"]),
        ("XDBC-7K3Q9M-2 DBC-7K3Q9M-2x DBC-7K3Q9M-2-3 ABC-7K3Q9M-2 DBC-7K3Q9M", []),
    ],
)
def test_a_marker_is_found_only_as_a_whole_word(text, found):
    assert [match[0] for match in ref_pattern("DBC").finditer(text)] == found


def test_a_markers_parts_are_told_apart():
    match = ref_pattern("DBC").search("Ref DBC-7K3Q9M-12")
    assert (match["ref"], match["revision"]) == ("DBC-7K3Q9M", "12")


@pytest.mark.parametrize("channel", list(Channel))
def test_a_revision_that_changes_nothing_here_differs_by_its_marker_alone(channel):
    kind, later = Kind.CASE_OUTCOME, "DBC-7K3Q9M-2"
    old = rendered(kind, channel)
    same = render(sample(kind), channel, CAPABILITIES[channel], marker=later, site=SITE)
    older = replace(sample(kind), content=replace(sample(kind).content, headline="Three fined"))
    changed = render(older, channel, CAPABILITIES[channel], marker=later, site=SITE)
    assert matches_except_marker(old, MARKER, same, later)
    # X says the same of every revision: its post stays.
    assert matches_except_marker(old, MARKER, changed, later) is (channel is Channel.X)


def test_a_longer_number_that_begins_like_the_marker_is_not_the_marker():
    assert not matches_except_marker("a DBC-7K3Q9M-11", "DBC-7K3Q9M-1", "a DBC-7K3Q9M-21", "DBC-7K3Q9M-2")
