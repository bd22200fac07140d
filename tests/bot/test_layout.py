"""What each channel would show, and that an approval's digest is of every character of it."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.layout import Shown, digest_of, lay_out
from bot.pictures import PictureRefused, neutral_card
from policies.pictures import Picture
from policies.terms import Channel, Kind, Publication
from store.publications import PictureFile, Rendition
from tests.policies.samples import INFORMATIVE, NOW, answered, notice

CARD = neutral_card("Sample", "Council", "SAMPLE")
SHA = hashlib.sha256(CARD).hexdigest()
ALL = tuple(Channel)


def pictured(**changes) -> Publication:
    content = replace(notice().content, pictures=(Picture(sha256=SHA, alt_text="A card"),))
    return notice(channels=ALL, content=content, **changes)


def drawn(bot, publication, **more):
    return {each.rendition.channel: each for each in lay_out(bot, publication, {SHA: CARD}, **more)}


def test_every_channel_shows_reference_and_revision_and_only_x_goes_without_the_informative(bot):
    laid = drawn(bot, notice(channels=ALL, revision=3))
    assert {each.rendition.marker for each in laid.values()} == {"DBC-7K3Q9M-3"}
    assert all("DBC-7K3Q9M-3" in each.rendition.text for each in laid.values())
    assert {channel for channel, each in laid.items() if "openness" in each.rendition.text} == set(ALL) - {Channel.X}
    assert INFORMATIVE.split(" [")[0].split("’")[1] in laid[Channel.FACEBOOK].rendition.text


def test_x_carries_no_picture_and_the_others_their_own_rendition(bot):
    laid = drawn(bot, pictured())
    assert laid[Channel.X].files == ()
    for channel in (Channel.WEBSITE, Channel.FACEBOOK, Channel.INSTAGRAM):
        (file,), (described,) = laid[channel].files, laid[channel].rendition.pictures
        assert described == PictureFile(
            sha256=hashlib.sha256(file).hexdigest(), alt_text="A card", media_type="image/jpeg"
        )
        assert file.startswith(b"\xff\xd8")


def test_the_page_names_its_pictures_by_what_is_sent(bot):
    rendition = drawn(bot, pictured())[Channel.WEBSITE].rendition
    assert re.findall(r"\{picture:(\w+)\}", rendition.text) == [rendition.pictures[0].sha256] != [SHA]


def test_instagram_gets_a_neutral_card_in_words_too_where_there_is_no_picture(bot):
    laid = drawn(bot, notice(channels=ALL))
    (card,) = laid[Channel.INSTAGRAM].rendition.pictures
    assert card.alt_text == "Court outcome. Dartford Borough Council. Reference DBC-7K3Q9M-1."
    assert laid[Channel.FACEBOOK].rendition.pictures == laid[Channel.WEBSITE].rendition.pictures == ()
    assert laid[Channel.INSTAGRAM].rendition.text == drawn(bot, notice(channels=ALL))[Channel.INSTAGRAM].rendition.text


def test_more_pictures_than_a_channel_takes_are_refused(bot):
    many = (Picture(sha256=SHA, alt_text="A card"),) * 9
    with pytest.raises(PictureRefused) as caught:
        drawn(bot, notice(channels=ALL, content=replace(notice().content, pictures=many)))
    assert "website" in caught.value.remedy


def test_a_channel_that_is_switched_off_gets_nothing(bot):
    less = replace(bot, adapters={Channel.WEBSITE: bot.adapters[Channel.WEBSITE]})
    assert set(drawn(less, notice(channels=ALL))) == {Channel.WEBSITE}


def test_a_channel_that_would_change_in_nothing_but_the_marker_keeps_what_it_shows(bot):
    up = {
        channel: Shown(rendition=each.rendition, bare=True)
        for channel, each in drawn(bot, notice(channels=ALL)).items()
    }
    changed = replace(notice().content, body="Waste was left in Sample Lane on 4 May 2026.")
    laid = drawn(bot, notice(channels=ALL, revision=2, content=changed), shown=up)
    assert laid[Channel.X].rendition == up[Channel.X].rendition
    assert {channel for channel, each in laid.items() if each.rendition.marker.endswith("-2")} == set(ALL) - {Channel.X}
    same = drawn(bot, notice(channels=ALL, revision=2), shown=up)
    assert {channel: each.rendition for channel, each in same.items()} == {c: each.rendition for c, each in up.items()}


def test_a_picture_taken_out_is_a_change_though_a_card_comes_for_it(bot):
    up = {channel: Shown(rendition=each.rendition, bare=False) for channel, each in drawn(bot, pictured()).items()}
    laid = drawn(bot, notice(channels=ALL, revision=2), shown=up)
    assert laid[Channel.INSTAGRAM].rendition.marker == "DBC-7K3Q9M-2"


RENDITIONS = {
    Channel.WEBSITE: Rendition(channel=Channel.WEBSITE, marker="DBC-7K3Q9M-1", text="<p>A page, {down_by}</p>"),
    Channel.INSTAGRAM: Rendition(
        channel=Channel.INSTAGRAM,
        marker="DBC-7K3Q9M-1",
        text="A caption. DBC-7K3Q9M-1",
        pictures=(PictureFile(sha256="ab" * 32, alt_text="A card", media_type="image/jpeg"),),
    ),
}
DIGEST = digest_of(notice(), RENDITIONS, "1/1")


def _spoilt(text: str, at: int, by: str) -> str:
    return text[:at] + by + text[at:] if at >= len(text) or text[at] == by else text[:at] + by + text[at + 1 :]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_r22_any_other_character_anywhere_gives_another_digest(data):
    channel = data.draw(st.sampled_from(sorted(RENDITIONS)))
    old = RENDITIONS[channel]
    by = data.draw(st.characters(codec="utf-8"))
    places = ["text", "marker"] + (["alt_text", "sha256"] if old.pictures else [])
    place = data.draw(st.sampled_from(places))
    if place in {"text", "marker"}:
        said = getattr(old, place)
        new = replace(old, **{place: _spoilt(said, data.draw(st.integers(0, len(said))), by)})
    else:
        (picture,) = old.pictures
        said = getattr(picture, place)
        spoilt = replace(picture, **{place: _spoilt(said, data.draw(st.integers(0, len(said))), by)})
        new = replace(old, pictures=(spoilt,))
    assert digest_of(notice(), RENDITIONS | {channel: new}, "1/1") != DIGEST


@pytest.mark.parametrize(
    "changed",
    [
        notice(channels=(Channel.WEBSITE,)),
        notice(window=replace(notice().window, opens=NOW)),
        notice(window=replace(notice().window, closes=NOW + timedelta(days=3))),
        notice(checklist=answered(Kind.CASE_OUTCOME, r31_acknowledged="no")),
        notice(subjects=(replace(notice().subjects[0], number="S2"),)),
        notice(revision=2),
        notice(service="housing"),
        notice(follows="DBC-AAAAAA"),
    ],
    ids=["channels", "opens", "closes", "checklist", "subject", "revision", "service", "follows"],
)
def test_what_the_decision_rests_on_is_in_the_digest(changed):
    assert digest_of(changed, RENDITIONS, "1/1") != DIGEST


def test_versions_are_in_the_digest_and_authors_are_not():
    assert digest_of(notice(), RENDITIONS, "1/2") != DIGEST
    assert digest_of(notice(authors=frozenset({"p9"})), RENDITIONS, "1/1") == DIGEST
    assert digest_of(notice(), dict(reversed(RENDITIONS.items())), "1/1") == DIGEST
