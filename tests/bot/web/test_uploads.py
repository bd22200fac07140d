"""Hostile pictures and file names, at the console and at the API: every verdict as written, and nothing left (31)."""

import re
import tempfile
from base64 import b64encode
from io import BytesIO

import pytest

from bot.web.security import LARGEST_FORM
from tests.bot.office import document
from tests.bot.test_pictures import LADEN, PLANTED, REFUSED, encoded, scene
from tests.bot.web.caller import notice
from tests.bot.web.test_text_and_secrets import logged_at_every_level
from tests.bot.web.writing import Writer, hidden, summary

NAMES = {
    "a way up": "../../../../etc/cron.d/kestrelname",
    "a way up in another system": "..\\..\\kestrelname.bat",
    "an absolute path": "/etc/kestrelname.png",
    "markup": '"><script>kestrelname</script>.png',
    "a template": "{{kestrelname}}.png",
    "line breaks": "kestrelname\r\nX-Kestrelname: 1\r\n.png",
    "a null": "kestrelname\x00.png",
    "the other direction": "kestrelname\u202egnp.exe",
    "too long": "kestrelname" * 2000 + ".png",
    "a page": "kestrelname.html",
}


@pytest.fixture
def apart(tmp_path, monkeypatch):
    """The folder for temporary files, to look into afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def appeal(desk, office) -> Writer:
    writer = Writer(desk.as_(office.staff.comms), document("image_appeal"))
    writer.begin()
    return writer


def sent(appeal: Writer, data: bytes, name: str = "card.png"):
    path = f"{appeal.draft}/pictures/0/file"
    fields = {"version": hidden(appeal.desk.get(path), "version"), "picture": (BytesIO(data), name)}
    return appeal.desk.post(path, fields, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_one_still_picture_is_refused_in_words_and_leaves_nothing(appeal, office, apart, kind):
    answer = sent(appeal, REFUSED[kind][0]())
    assert answer.status_code == 400
    ((where, text),) = summary(answer)
    assert where == "picture"
    assert text.endswith((".", "file", "picture"))
    assert list(office.bot.media.folder.iterdir()) == []
    assert list(apart.iterdir()) == []


@pytest.mark.parametrize("kind", REFUSED)
def test_the_api_refuses_the_same_pictures_with_the_place_and_leaves_nothing(caller, office, apart, kind):
    whole = notice("image_appeal")
    whole["pictures"][0]["content"] = b64encode(REFUSED[kind][0]()).decode()
    token, before = caller.token(office.staff.comms), office.everything()
    answer = caller.post("/notices", token, whole)
    assert answer.status_code == 422, answer.text
    assert "content.pictures.0.file" in [each["path"] for each in answer.json["problems"]]
    assert all(each["remedy"] for each in answer.json["problems"])
    assert office.everything() == before
    assert list(apart.iterdir()) == []


@pytest.mark.parametrize("kind", LADEN)
def test_what_a_camera_planted_is_in_nothing_that_is_kept_or_shown(appeal, office, kind):
    assert sent(appeal, LADEN[kind]()).status_code == 303
    page = appeal.desk.get(f"{appeal.draft}/pictures/0")
    shown = appeal.desk.get(re.search(r'src="([^"]+/media/[^"]+)"', page.text)[1])
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    for told in (shown.data, page.data, *(each.read_bytes() for each in office.bot.media.folder.iterdir())):
        assert PLANTED not in told


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_name_is_used_nowhere(appeal, office, tmp_path, apart, name):
    with logged_at_every_level() as logged:
        answer = sent(appeal, encoded(scene(), "PNG"), NAMES[name])
        assert answer.status_code in {303, 400}
        page = appeal.desk.get(f"{appeal.draft}/pictures/0")
    for told in (answer.text, str(answer.headers), page.text, logged(), *office.everything()):
        assert "kestrelname" not in str(told)
    assert [each.name for each in tmp_path.rglob("*") if "kestrelname" in each.name] == []
    assert all(re.fullmatch(r"[0-9a-f]{64}(\.\w+)?", each.name) for each in office.bot.media.folder.iterdir())


def test_a_form_larger_than_may_be_is_refused_and_leaves_nothing(appeal, office, apart):
    before, desk = office.everything(), appeal.desk
    path, headers = f"{appeal.draft}/pictures/0/file", {"Origin": desk.origin}
    answer = desk.ask("POST", path, content_length=LARGEST_FORM + 1, headers=headers)
    assert answer.status_code == 413
    assert "at most 20 MB" in answer.text
    assert office.everything() == before
    assert list(apart.iterdir()) == []
