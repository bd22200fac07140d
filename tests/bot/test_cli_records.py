"""The record and whoever runs it: journal, exports, settings, doctor, backup, serve, demo."""

import io
import json
import signal
import urllib.request
from threading import Event
from time import monotonic

from rich.console import Console

from adapters.standin.core import Fault, Rule
from bot.demo import STEPS, StepFailedError, run_demo
from bot.settings import load, shown
from store.types import read_key
from tests.bot.terminal import EVERYWHERE

SECRETS = ("rehearsal-app-secret", "rehearsal-page-token", "rehearsal-consumer", "rehearsal-access-token")


def test_the_journal_verifies_and_its_checkpoint_still_holds_later(downdate):
    first = downdate.done("journal", "verify")
    checkpoint = first.out.split()[-1]
    downdate.done("pause", by="officer")
    told = downdate.done("journal", "verify", "--checkpoint", checkpoint, "--json").json
    assert told["whole"] is True
    assert told["first_bad"] is None
    assert told["entries"] == len(downdate.journal())
    number, _, digest = checkpoint.partition(":")
    other = f"{number}:{'0' * len(digest)}"
    assert downdate("journal", "verify", "--checkpoint", other).code == 1
    cut = f"{int(number) + 1000}:{digest}"
    assert downdate("journal", "verify", "--checkpoint", cut).code == 1


def test_a_journal_that_was_changed_is_told_with_the_entry_and_the_runbook(downdate):
    downdate.tamper("drop trigger journal_no_update", "update journal set actor = 'p3' where seq = 5")
    ran = downdate("journal", "verify", "--json")
    assert ran.code == 1
    assert ran.json["whole"] is False
    assert ran.json["first_bad"] == 5
    assert "entry 5 does not fit" in ran.err
    assert "journal-broken" in ran.err


def test_an_export_verifies_by_itself_and_not_once_it_was_changed(downdate, tmp_path):
    lines = downdate.done("journal", "export").out.splitlines(keepends=True)
    file = tmp_path / "journal.jsonl"
    file.write_text("".join(lines))
    assert downdate.done("journal", "verify", file).out.startswith(f"Whole: {len(lines)} entries.")
    for broken in (lines[:3] + lines[4:], ["{}\n"], ["no json\n"], [lines[0].replace("p1", "p2"), *lines[1:]]):
        file.write_text("".join(broken))
        assert downdate("journal", "verify", file).code == 1
    assert len(downdate.done("journal", "export", "--after", "3").lines) == len(lines) - 3
    assert downdate("journal", "verify", tmp_path / "none.jsonl").code == 3


def test_an_export_of_the_ledger_holds_every_row_and_no_name_unless_asked_for_by_somebody_who_may(downdate):
    plain = downdate.done("ledger", "export")
    assert {each["type"] for each in plain.lines} == {"publication", "post", "artefact", "clock"}
    assert "Alex" not in plain.out
    assert len([each for each in plain.lines if each["type"] == "post"]) == 4
    before = len(downdate.journal())
    whole = downdate.done("ledger", "export", "--with-content", by="auditor")
    assert "Alex Example" in whole.out
    (entry,) = downdate.journal()[before:]
    assert (entry["event"], entry["actor"]) == ("exported", downdate.ids["auditor"])


def test_the_settings_in_force_are_shown_with_every_secret_masked(downdate):
    text = downdate.done("config", "show").out
    document = downdate.done("config", "show", "--json")
    assert "loop.poll = " in text
    assert 'channels.x.consumer_key = "***"' in text
    assert document.json["channels"]["facebook"]["access_token"] == "***"
    assert set(document.json) == set(shown_sections(downdate))
    for secret in SECRETS:
        assert secret not in text + document.out


def shown_sections(downdate):
    return shown(load(rehearsal=True, environ=downdate.environ))


def test_doctor_says_of_each_channel_whether_it_may_remove_and_ends_with_1_if_one_may_not(downdate):
    well = downdate.done("doctor")
    assert [line.split()[0] for line in well.out.splitlines()] == ["website", "facebook", "instagram", "x"]
    assert "MAY NOT" not in well.out
    downdate.x.rules.append(Rule(fault=Fault.REVOKE, path="/2/users/me"))
    ill = downdate("doctor")
    assert ill.code == 1
    (line,) = [line for line in ill.out.splitlines() if "MAY NOT REMOVE: nothing is posted there" in line]
    assert line.startswith("x ")
    told = downdate("doctor", "--json")
    assert told.json["channels"]["x"]["can_remove"] is False
    assert told.json["channels"]["website"]["can_remove"] is True
    assert downdate("doctor", "--channel", "website").code == 0
    ref = downdate.approved()
    downdate("sweep", "--patience", "1s")
    assert downdate.visible(ref)["x"] == 0


def test_without_any_channel_doctor_says_that_nothing_goes_up(downdate):
    off = {f"DOWNDATE__CHANNELS__{each.upper()}__ENABLED": "false" for each in EVERYWHERE}
    downdate_off = type(downdate)(**{**vars(downdate), "environ": downdate.environ | off})
    assert "no channel is enabled" in downdate_off("doctor").err


def test_a_canary_shows_by_doing_that_x_can_be_taken_down_from(downdate):
    ran = downdate.done("doctor", "--canary", "--channel", "x", by="admin")
    assert "posting a test line" in ran.err
    assert "may remove" in ran.out
    flown = [each for each in downdate.x.objects.values() if "publishing tool" in str(each.fields)]
    assert len(flown) == 1
    assert not flown[0].visible
    assert downdate.rows("select count(*) from posts where publication_id is null and state = 'removed'") == [(1,)]


def test_a_canary_that_stays_up_is_told_and_goes_on_being_taken_down(downdate):
    downdate.x.rules.append(Rule(fault=Fault.LIE, method="DELETE", times=0))
    ran = downdate("doctor", "--canary", "--channel", "x", "--patience", "300ms", by="admin")
    assert ran.code == 1
    assert "canary-not-proven-gone" in ran.out
    downdate.x.rules.clear()
    downdate.done("sweep", "--patience", "20s")
    assert not [each for each in downdate.x.visible() if "publishing tool" in str(each.fields)]


def test_the_keys_code_typed_back_ends_the_caution(downdate):
    assert "--key-check" in downdate.done("doctor").err
    wrong = downdate("doctor", "--key-check", "0000")
    assert wrong.code == 3
    assert "--key-check = 0000" in wrong.err
    code = read_key(downdate.folder / "ledger.key").check_code
    assert "the key is not shown" not in downdate.done("doctor", "--key-check", f" {code.upper()} ").err
    assert downdate.done("doctor", "--json").json["cautions"] == []
    assert downdate.journal("ledger")[-1]["event"] == "key_kept"


def test_a_backup_is_whole_lies_elsewhere_and_never_holds_the_key(downdate, tmp_path):
    copied = downdate.done("backup", tmp_path / "copy")
    assert copied.out.split()[-1] == downdate.done("journal", "verify").out.split()[-1]
    names = {path.name for path in (tmp_path / "copy").rglob("*")}
    assert "ledger.sqlite" in names
    assert not [name for name in names if "key" in name]
    inside = downdate("backup", downdate.folder / "copy")
    assert inside.code == 1
    assert "another disk" in inside.err


def answers(url):
    """Whether somebody answers there by now, within a bound."""
    end = monotonic() + 20
    while monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return json.load(answer)
        except OSError:
            Event().wait(0.1)
    raise AssertionError("nobody answers")


def test_one_daemon_serves_a_second_is_refused_and_sigterm_ends_it_cleanly(downdate):
    first = downdate.process("serve", "--only", "daemon", "--only", "watch")
    try:
        health = f"http://127.0.0.1:{downdate.environ['DOWNDATE__SERVE__PORT']}"
        assert answers(f"{health}/readyz") == {"ready": True}
        second = downdate("serve", "--only", "daemon", "--only", "watch")
        assert second.code == 75
        assert "Another daemon" in second.err
        # A command beside the running service.
        assert downdate("retract", downdate.up, "--reason", "inaccurate", by="officer").code == 0
    finally:
        first.send_signal(signal.SIGTERM)
        _, err = first.communicate(timeout=15)
    assert first.returncode == 0, err
    assert "Traceback" not in err


def test_the_demo_shows_every_step_and_ends_with_0(downdate):
    process = downdate.process("demo")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    for words, _ in STEPS:
        assert f"✓ {words}" in " ".join(out.split())


def test_the_demo_ends_at_the_first_step_that_does_not_hold():
    def fails(_):
        raise StepFailedError("it is not so")

    said = io.StringIO()
    assert run_demo(Console(file=said), (("It holds", lambda _: None), ("It fails", fails), ("Never", fails))) is False
    assert "✓ It holds" in said.getvalue()
    assert "✗ It fails: it is not so" in said.getvalue()
    assert "Never" not in said.getvalue()
