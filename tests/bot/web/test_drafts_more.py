"""Pictures of drafts, and drafts that begin with a notice there is."""

import re
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from PIL import Image

from bot.context import words_of
from bot.erasure import erase_due
from store import drafts
from tests.bot.office import document
from tests.bot.web.browser import Browser, words
from tests.bot.web.compiled import console_of
from tests.bot.web.writing import Writer, hidden, summary


@pytest.fixture
def comms(desk: Browser, office) -> Browser:
    return desk.as_(office.staff.comms)


@pytest.fixture
def appeal(comms) -> Writer:
    writer = Writer(comms, document("image_appeal"))
    writer.begin()
    return writer


def body_of(office, path: str) -> dict:
    with office.bot.ledger.read() as tx:
        return drafts.load(tx, path.rsplit("/", 1)[-1]).body


def jpeg(colour: str) -> bytes:
    file, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "taken at a secret place"
    Image.new("RGB", (400, 300), colour).save(file, format="JPEG", exif=exif)
    return file.getvalue()


def test_an_uploaded_picture_is_kept_as_pixels_alone(appeal, office, comms):
    assert appeal.upload(data=jpeg("red")).status_code == 303
    page = comms.get(f"{appeal.draft}/pictures/0")
    shown = comms.get(re.search(r'src="([^"]+/media/[^"]+)"', page.text)[1])
    assert shown.mimetype == "image/jpeg"
    assert b"secret" not in shown.data
    assert len(list(office.bot.media.folder.iterdir())) == 1


def test_a_large_picture_is_shown_small_on_the_pages_of_a_draft_and_kept_whole(appeal, office, comms):
    noise, file = Image.effect_noise((2400, 1500), 90).convert("RGB"), BytesIO()
    noise.save(file, format="JPEG", quality=95)
    assert appeal.upload(data=file.getvalue()).status_code == 303
    where = re.search(r'src="([^"]+/media/[^"]+)"', comms.get(f"{appeal.draft}/pictures/0").text)[1]
    shown = comms.get(where)
    with Image.open(BytesIO(shown.data)) as small:
        assert small.size == (1000, 625)
    assert len(shown.data) <= 300_000
    (kept,) = office.bot.media.folder.iterdir()
    assert kept.stat().st_size > 3_000_000
    # Made once: what is at hand is not read again.
    kept.unlink()
    assert comms.get(where).data == shown.data


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "Choose the file"), (b"GIF89a nothing", "Use an undamaged JPEG, PNG or WebP file.")],
)
def test_what_is_no_picture_is_refused_with_what_to_do(appeal, data, said, office):
    answer = appeal.upload(data=data)
    assert answer.status_code == 400
    ((where, text),) = summary(answer)
    assert where == "picture"
    assert said in text
    assert list(office.bot.media.folder.iterdir()) == []


def test_after_a_picture_is_replaced_its_page_says_what_to_check_and_after_the_first_it_does_not(appeal, comms):
    first = comms.get(appeal.upload(data=jpeg("red")).headers["Location"])
    assert "The picture was rebuilt from its pixels" in words(first)
    assert "still stands below" not in words(first)
    second = comms.get(appeal.upload(data=jpeg("blue")).headers["Location"])
    assert "What was said of the picture before it still stands below: check every answer." in words(second)
    assert "rebuilt" not in words(comms.get(f"{appeal.draft}/pictures/0"))


def test_a_picture_that_is_replaced_or_thrown_away_is_erased(appeal, office, comms):
    appeal.upload(data=jpeg("red"))
    appeal.upload(data=jpeg("blue"))
    erase_due(office.bot)
    assert [each.name for each in office.bot.media.folder.iterdir()] == list(
        drafts.pictures(body_of(office, appeal.draft))
    )
    assert comms.post(f"{appeal.draft}/discard").status_code == 303
    erase_due(office.bot)
    assert list(office.bot.media.folder.iterdir()) == []
    assert comms.get(appeal.draft).status_code == 404


def test_a_picture_that_a_notice_shows_outlives_the_drafts_that_hold_it(office, comms):
    ref = office.approved("image_appeal", channels=["website"])
    copy = comms.post(f"/notices/{ref}/copy").headers["Location"]
    before = {each.name for each in office.bot.media.folder.iterdir()}
    comms.post(f"{copy}/discard")
    erase_due(office.bot)
    assert {each.name for each in office.bot.media.folder.iterdir()} == before


def test_a_draft_that_nobody_touches_is_thrown_away_in_time(appeal, office, comms):
    appeal.upload(data=jpeg("red"))
    office.clock.advance(office.bot.settings.record.content_after * 1.01)
    erase_due(office.bot)
    assert list(office.bot.media.folder.iterdir()) == []
    with office.bot.ledger.read() as tx:
        assert drafts.load(tx, appeal.draft.rsplit("/", 1)[-1]) is None


def test_the_framed_page_may_load_nothing_and_be_framed_by_us_alone(comms, office):
    ref = office.approved("image_appeal", channels=["website"])
    copy = comms.post(f"/notices/{ref}/copy").headers["Location"]
    page = comms.get(f"{copy}/page")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert 'src="data:image/jpeg;base64,' in page.text
    assert 'href="/site.css"' in page.text
    assert comms.get("/site.css").mimetype == "text/css"
    assert 'sandbox="allow-same-origin"' in comms.get(f"{copy}/preview").text


def test_each_channel_counts_in_its_own_way(office):
    """X counts every address as 23 characters, however long it is; the others count what stands there."""
    site = office.bot.settings.site.model_copy(update={"public_url": "https://notices.dartford.gov.uk"})
    settings = office.bot.settings.model_copy(update={"site": site})
    bot = replace(office.bot, settings=settings, words=words_of(settings))
    comms = Browser(office, console_of(bot)).as_(office.staff.comms)
    copy = comms.post(f"/notices/{office.approved()}/copy").headers["Location"]
    page = comms.get(f"{copy}/preview").text
    for limit, name in (("280", "X"), ("2,200", "Instagram"), ("63,206", "Facebook")):
        shown = rf">{name}</h2>.*?([\d,]+) of {limit} characters, counted as {name} .*?app-preview[^>]*>(.*?)</div>"
        told, text = re.search(shown, page, re.DOTALL).groups()
        said, addresses = unescape(text), re.findall(r"https://notices\S+", text)
        assert bool(addresses) is (name == "X")
        assert int(told.replace(",", "")) == len(said) - sum(len(each) - 23 for each in addresses)


def test_a_copy_is_a_new_notice_with_the_same_words(comms, office):
    ref = office.approved(channels=["website"])
    copy = comms.post(f"/notices/{ref}/copy").headers["Location"]
    body = body_of(office, copy)
    assert body["copied_from"] == ref
    assert body["content"]["headline"] == document()["content"]["headline"]
    assert "follows" not in body or body["follows"] is None
    check = comms.get(f"{copy}/check")
    assert "Nothing but the approval of a Director." in words(check)
    new = comms.post(f"{copy}/submit", {"version": hidden(check, "version")}).headers["Location"]
    assert not new.endswith(ref)


def test_a_copy_of_a_retracted_notice_follows_it(comms, office):
    ref = office.approved(channels=["website"])
    comms.post(f"/notices/{ref}/retract", {"reason": "inaccurate", "scope": "notice"})
    copy = comms.post(f"/notices/{ref}/copy").headers["Location"]
    assert body_of(office, copy)["follows"] == ref


def test_an_amendment_changes_the_notice_it_began_with(comms, office):
    ref = office.approved(channels=["website"])
    draft = comms.post(f"/notices/{ref}/amend").headers["Location"]
    writer = Writer(comms, document(channels=["website"]), draft)
    assert ref in words(comms.get(draft))
    writer.send("words", headline="Two fined for fly-tipping")
    check = comms.get(f"{draft}/check")
    sent = comms.post(f"{draft}/submit", {"version": hidden(check, "version")})
    assert sent.headers["Location"].endswith(ref)
    assert office.journal(ref)[-1].event == "amended"


def test_an_amendment_never_overwrites_a_newer_revision(comms, office):
    ref = office.approved(channels=["website"])
    draft = comms.post(f"/notices/{ref}/amend").headers["Location"]
    office.amend(ref, channels=["website"], content__headline="Amended by somebody else")
    check = comms.get(f"{draft}/check")
    answer = comms.post(f"{draft}/submit", {"version": hidden(check, "version")})
    assert answer.status_code == 400
    assert "It has changed meanwhile" in answer.text


def test_a_retracted_notice_cannot_be_amended(comms, office):
    ref = office.approved(channels=["website"])
    comms.post(f"/notices/{ref}/retract", {"reason": "inaccurate", "scope": "notice"})
    answer = comms.post(f"/notices/{ref}/amend")
    assert answer.status_code == 409
    assert "which is final" in answer.text


def test_the_lesser_form_names_nobody(comms, office):
    ref = office.approved(channels=["website"])
    draft = comms.post(f"/notices/{ref}/lesser").headers["Location"]
    assert "Alex" not in str(body_of(office, draft))
    assert comms.get(draft).status_code == comms.get(f"{draft}/check").status_code == 200


def test_an_appeal_has_no_lesser_form(comms, office):
    ref = office.approved("image_appeal", channels=["website"])
    assert comms.post(f"/notices/{ref}/lesser").status_code == 409


def test_a_correction_begins_with_neutral_words(comms, office):
    ref = office.approved(channels=["website"])
    comms.post(f"/notices/{ref}/retract", {"reason": "inaccurate", "scope": "notice"})
    draft = comms.post(f"/notices/{ref}/correct").headers["Location"]
    body = body_of(office, draft)
    assert body["kind"] == "correction_notice"
    assert body["follows"] == ref
    assert comms.get(f"{draft}/words").status_code == 200


@pytest.mark.parametrize("what", ["copy", "amend", "lesser", "correct"])
def test_nothing_begins_with_a_notice_there_is_not(comms, what):
    assert comms.post(f"/notices/DBC-222222/{what}").status_code == 404


def test_the_largest_picture_that_may_be_is_taken_in(appeal, comms):
    """Just under 20 MB, as a phone's camera makes one: its master is larger than what may be uploaded."""
    noise = Image.effect_noise((2500, 2600), 90)
    file = BytesIO()
    Image.merge("RGB", (noise, noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM), noise)).save(file, "PNG")
    file.write(bytes(19_900_000 - file.tell()))
    assert appeal.upload(data=file.getvalue()).status_code == 303
    assert comms.get(f"{appeal.draft}/pictures/0").status_code == 200


def test_a_photograph_whose_pixels_alone_are_larger_than_an_upload_may_be_is_previewed_and_submitted(comms, office):
    ref = office.approved("image_appeal", channels=["website"])
    copy = comms.post(f"/notices/{ref}/copy").headers["Location"]
    noise = Image.effect_noise((3000, 2600), 90)
    file = BytesIO()
    Image.merge("RGB", (noise, noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM), noise)).save(file, "JPEG", quality=50)
    writer = Writer(comms, document("image_appeal"), draft=copy)
    assert writer.upload(data=file.getvalue()).status_code == 303
    (sha,) = drafts.pictures(body_of(office, copy))
    assert (office.bot.media.folder / sha).stat().st_size > 20_000_000
    page = comms.get(f"{copy}/preview")
    assert "cannot be shown" not in words(page)
    assert comms.get(f"{copy}/page").status_code == 200


def test_a_picture_that_is_too_large_is_refused_unread_with_what_to_do_and_the_draft_stays(appeal, comms, office):
    appeal.upload(data=jpeg("red"))
    before = office.everything()
    # The length alone: nothing is sent, so that whoever read it would wait for ever.
    answer = comms.ask(
        "POST", f"{appeal.draft}/pictures/0/file", content_length=20_100_000, headers={"Origin": comms.origin}
    )
    assert answer.status_code == 413
    ((where, text),) = summary(answer)
    assert where == "picture"
    assert "choose one of at most 20 MB" in text
    assert "Replace the picture" in words(answer)
    assert office.everything() == before


def test_a_page_that_is_stale_replaces_no_other_picture(appeal, comms, office):
    for number, colour in enumerate(("red", "green", "blue")):
        appeal.upload(number, data=jpeg(colour))
    stale = hidden(comms.get(f"{appeal.draft}/pictures/1/file"), "version")
    version = hidden(comms.get(f"{appeal.draft}/pictures/0"), "version")
    comms.post(f"{appeal.draft}/remove", {"name": "pictures/0", "version": version})
    before = body_of(office, appeal.draft)
    answer = comms.post(
        f"{appeal.draft}/pictures/1/file",
        {"picture": (BytesIO(jpeg("white")), "new.jpg"), "version": stale},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 409
    assert "changed on another page meanwhile" in words(answer)
    assert body_of(office, appeal.draft) == before


def test_a_rehearsals_sample_has_every_question_answered(comms, office):
    answer = comms.post("/new", {"kind": "sample"})
    page = words(comms.get(answer.headers["Location"]))
    assert "Nothing but the approval of a Director." in page
    assert comms.post(answer.headers["Location"].replace("/check", "/submit"), {"version": "1"}).status_code == 303
