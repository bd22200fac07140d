"""The council's virus scanner: sees every picture's bytes first, and nothing passes that it did not let pass."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.pictures import PictureRefused, clean
from bot.scanning import scan_of
from bot.settings import load
from tests.bot.office import SAMPLES, document
from tests.bot.settings_samples import refused
from tests.bot.terminal import call
from tests.bot.web.browser import Browser
from tests.bot.web.caller import Caller, notice
from tests.bot.web.compiled import console_of
from tests.bot.web.writing import Writer, summary
from tests.stories.processes import until

CARD = (SAMPLES / "card.png").read_bytes()
REFUSED = "The virus scanner found something in it"
NOT_CHECKED = "The virus scanner gave no answer. Try again"


@pytest.fixture
def scanner(tmp_path):
    """A real program that keeps what it was given and told, then does what the test says."""

    def make(ends: str) -> tuple[str, ...]:
        program = tmp_path / "scanner"
        program.write_text(
            f'#!/bin/sh\ncat > {tmp_path}/given\nenv > {tmp_path}/told\necho "$@" > {tmp_path}/words\n{ends}\n'
        )
        program.chmod(0o700)
        return (str(program), "--quiet", "$(touch no-shell)")

    return make


@pytest.fixture
def scanned(office):
    """Sets the office's scanner."""

    def by(command: tuple[str, ...], most: timedelta = timedelta(seconds=10)):
        console = office.bot.settings.console.model_copy(update={"scan_command": command, "scan_for": most})
        office.bot = replace(office.bot, settings=office.bot.settings.model_copy(update={"console": console}))
        return office.bot

    return by


def by_page(office):
    writer = Writer(Browser(office, console_of(office.bot)).as_(office.staff.comms), document("image_appeal"))
    writer.begin()
    answer = writer.upload()
    return answer.status_code == 303, [text for _, text in summary(answer)] if answer.status_code != 303 else []


def by_api(office):
    caller = Caller(office, console_of(office.bot))
    answer = caller.post("/notices", caller.token(office.staff.comms), notice("image_appeal"))
    return answer.status_code in {200, 201}, [str(answer.json)]


@pytest.mark.parametrize("way", [by_page, by_api])
def test_every_way_a_picture_comes_in_is_looked_at_first_and_told_in_words(office, scanner, scanned, tmp_path, way):
    scanned(scanner("exit 0"))
    assert way(office)[0]
    assert (tmp_path / "given").read_bytes() == CARD
    scanned(scanner("exit 1"))
    went_in, said = way(office)
    assert not went_in
    assert any(REFUSED in each for each in said)
    scanned(scanner("exit 2"))
    went_in, said = way(office)
    assert not went_in
    assert any(NOT_CHECKED in each for each in said)


@pytest.mark.parametrize(("ends", "said"), [("exit 0", ""), ("exit 1", REFUSED), ("exit 2", NOT_CHECKED)])
def test_a_command_has_it_looked_at_as_well(downdate, scanner, tmp_path, ends, said):
    file = downdate.write("appeal.json", document("image_appeal"))
    (file.parent / "card.png").write_bytes(CARD)
    around = downdate.around("comms") | {"DOWNDATE__CONSOLE__SCAN_COMMAND": json.dumps(scanner(ends))}
    for command in (["submit"], ["amend", downdate.up]):
        ran = call([*command, str(file)], around)
        assert (tmp_path / "given").read_bytes() == CARD
        assert said in ran.err
        assert ("virus" in ran.err) == bool(said)
        assert not said or ran.code == 3


def test_it_sees_the_bytes_as_they_came_before_they_are_decoded(office, scanner, scanned, tmp_path):
    scan = scan_of(scanned(scanner("exit 0")).settings)
    with pytest.raises(PictureRefused, match="not-a-picture"):
        clean(b"no picture at all", scan=scan)
    assert (tmp_path / "given").read_bytes() == b"no picture at all"
    scan = scan_of(scanned(scanner("exit 1")).settings)
    with pytest.raises(PictureRefused, match="harmful-file"):
        clean(b"no picture at all", scan=scan)


def test_it_is_told_nothing_of_ours_and_no_shell_reads_its_words(office, scanner, scanned, tmp_path, monkeypatch):
    monkeypatch.setenv("DOWNDATE_TOKEN", "canary-token")
    monkeypatch.setenv("DOWNDATE__CHANNELS__X__ACCESS_TOKEN", "canary-access-token")
    scan_of(scanned(scanner("exit 0")).settings)(CARD)
    told = {line.partition("=")[0] for line in (tmp_path / "told").read_text().splitlines()}
    assert told <= {"PATH", "LANG", "PWD", "OLDPWD", "SHLVL", "_"}
    assert (tmp_path / "words").read_text() == "--quiet $(touch no-shell)\n"


@pytest.mark.parametrize(
    ("ends", "code"),
    [("exit 2", "exit-2"), ("kill -9 $$", "exit--9"), ("sleep 60 & sleep 60", "too-slow"), (None, "not-started")],
)
def test_what_cannot_be_checked_is_refused_and_logged_without_a_name(scanner, scanned, ends, code, capsys):
    command = ("/nowhere/kestrelname",) if ends is None else scanner(ends)
    scan = scan_of(scanned(command, timedelta(seconds=1)).settings)
    with pytest.raises(PictureRefused, match="could-not-be-checked"):
        clean(CARD, scan=scan)
    logged = capsys.readouterr().out
    assert "picture not scanned" in logged
    assert code in logged
    assert "kestrelname" not in logged
    assert command[0] not in logged


def _ended(stat: Path) -> bool:
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_scanner_that_does_not_answer_is_ended_with_all_that_it_started(scanner, scanned, tmp_path):
    scan = scan_of(scanned(scanner(f"sleep 61 & echo $! > {tmp_path}/child; wait"), timedelta(seconds=2)).settings)
    with pytest.raises(PictureRefused, match="could-not-be-checked"):
        scan(CARD)
    child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    # A signal has been sent, and is heard a moment later.
    until(lambda: _ended(child), "what the scanner started has ended")


def test_a_scanner_that_answers_without_reading_is_heard(scanned, tmp_path):
    program = tmp_path / "hasty"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o700)
    with pytest.raises(PictureRefused, match="harmful-file"):
        scan_of(scanned((str(program),)).settings)(os.urandom(5_000_000))


def test_without_a_scanner_nothing_is_asked(office):
    assert scan_of(office.bot.settings) is None
    assert by_page(office)[0]


def test_the_setting_is_a_list_of_words_that_begins_with_a_path():
    words = ["/usr/bin/clamdscan", "--no-summary", "-"]
    settings = load(rehearsal=False, environ={"DOWNDATE__CONSOLE__SCAN_COMMAND": json.dumps(words)})
    assert settings.console.scan_command == tuple(words)
    (problem,) = refused(environ={"DOWNDATE__CONSOLE__SCAN_COMMAND": '["clamdscan", "-"]'})
    assert "absolute path" in problem
