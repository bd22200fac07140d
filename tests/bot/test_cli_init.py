"""`init` and the doors before every command: key and token once, one mark for good, who acts, who waits."""

import fcntl
import re
import sqlite3
from contextlib import closing, contextmanager

import pytest

from bot.settings import as_environment, rehearsal_defaults
from store.types import read_key
from tests.bot.terminal import call


@pytest.fixture
def empty(tmp_path):
    """The environment of a folder without a ledger, with the settings as they are shipped."""
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "DOWNDATE_TOKEN": ""}


def rehearsal(folder):
    given = rehearsal_defaults(
        folder, x_url="http://127.0.0.1:1", graph_url="http://127.0.0.1:1", site_port=1, serve_port=2
    )
    return as_environment(given) | {"DOWNDATE_TOKEN": ""}


def test_init_prints_the_key_its_code_and_the_first_token_once(empty, tmp_path):
    made = call(["init", "--admin", "Sample Admin"], empty)
    assert made.code == 0
    said = dict(line.split(": ", 1) for line in made.out.splitlines())
    key = tmp_path / "state" / "ledger.key"
    assert said["Key"] == key.read_text().strip()
    assert key.stat().st_mode & 0o077 == 0
    assert said["Code"] == read_key(key).check_code
    again = call(["init"], empty)
    assert (again.code, again.out) == (0, "")
    assert "was there already" in again.err
    assert call(["person", "list"], empty | {"DOWNDATE_TOKEN": said["Token"]}).out.split() == [
        "p1",
        "Sample",
        "Admin",
        "admin",
    ]


def test_init_without_a_name_makes_nothing_so_that_the_key_is_still_shown_later(empty, tmp_path):
    for argv in (["init"], ["init", "--admin", "  "]):
        refused = call(argv, empty)
        assert refused.code == 2
        assert "--admin" in refused.err
        assert "Give a name" in refused.err
        assert not (tmp_path / "state").exists()
    assert "Key: " in call(["init", "--admin", "Sample Admin"], empty).out


def test_a_key_without_a_ledger_is_used_and_shown_for_the_ledger_that_is_made(empty, tmp_path):
    call(["init", "--admin", "Sample Admin"], empty)
    key = (tmp_path / "state" / "ledger.key").read_text().strip()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (tmp_path / "state" / name).unlink(missing_ok=True)
    assert f"Key: {key}" in call(["init", "--admin", "Sample Admin"], empty).out


def test_a_second_first_administrator_is_refused(empty):
    call(["init", "--admin", "Sample Admin"], empty)
    refused = call(["init", "--admin", "Other"], empty)
    assert (refused.code, refused.out) == (3, "")
    assert "downdate person add" in refused.err


def test_a_ledger_whose_key_is_lost_is_never_given_another_one(empty, tmp_path):
    call(["init", "--admin", "Sample Admin"], empty)
    key = tmp_path / "state" / "ledger.key"
    key.rename(tmp_path / "kept.key")
    for argv in (["init"], ["status"], ["check"]):
        refused = call(argv, empty)
        assert refused.code == 1
        assert "key is not there" in refused.err
    assert not key.exists()
    key.write_text("0" * 64)
    assert "does not belong to this ledger" in call(["status"], empty).err
    key.write_text("no key")
    assert "64 hexadecimal digits" in call(["status"], empty).err
    assert "64 hexadecimal digits" in call(["init"], empty).err


def test_the_mark_of_a_rehearsal_is_for_good_both_ways(empty, tmp_path):
    call(["init", "--admin", "Sample Admin"], empty)
    refused = call(["init", "--rehearsal"], empty)
    assert refused.code == 3
    assert "not a rehearsal's, for good" in refused.err
    short = empty | {"DOWNDATE__LOOP__LEASE": "4m30s"}
    for argv in (["status"], ["config", "show"], ["serve"]):
        assert call(argv, short).code == 1
        assert "only a ledger made by init --rehearsal" in call(argv, short).err

    other = {"STATE_DIRECTORY": str(tmp_path / "other"), "DOWNDATE_TOKEN": ""}
    assert call(["init", "--rehearsal", "--admin", "Sample Admin"], other).code == 0
    assert "a rehearsal's, for good" in call(["init"], other).err
    assert call(["status"], other | {"DOWNDATE__LOOP__LEASE": "4m30s"}).code == 0
    real = rehearsal(tmp_path / "other") | {"DOWNDATE__CHANNELS__X__BASE_URL": "https://api.x.com"}
    assert call(["status"], real).code == 1
    assert "loopback" in call(["status"], real).err


def test_a_rehearsals_settings_need_a_ledger_that_was_marked(tmp_path):
    around = rehearsal(tmp_path / "council")
    assert call(["init", "--admin", "Sample Admin"], around).code == 1
    assert call(["status"], around).code == 1
    assert not (tmp_path / "council").exists()
    assert call(["init", "--rehearsal", "--admin", "Sample Admin"], around).code == 0
    assert call(["status"], around).code == 0


@pytest.mark.parametrize("argv", [["status"], ["check"], ["sweep"], ["journal", "verify"], ["serve"], ["backup", "x"]])
def test_without_a_ledger_every_command_says_how_to_make_one_and_makes_nothing(argv, empty, tmp_path):
    refused = call(argv, empty)
    assert (refused.code, refused.out) == (3, "")
    assert "run `downdate init` first" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_retention_over_28_days_is_refused_everywhere(empty):
    for argv in (["init", "--admin", "A"], ["init", "--rehearsal", "--admin", "A"], ["config", "show"]):
        refused = call(argv, empty | {"DOWNDATE__RETENTION__PERIOD": "29d"})
        assert refused.code == 1
        assert "28 days" in refused.err


@contextmanager
def held(folder):
    """Another process in the middle of writing."""
    with closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_ledger_that_another_process_writes_to_is_worth_another_try(downdate):
    with held(downdate.folder):
        tried = downdate("--wait", "0", "pause", by="officer")
    assert (tried.code, tried.out) == (75, "")
    assert "try again" in tried.err
    assert downdate("pause", by="officer").code == 0


@pytest.mark.parametrize(("begins", "ends"), [(0, 4096), (8192, None)])
def test_a_damaged_ledger_is_told_with_the_runbook(begins, ends, downdate):
    file = downdate.folder / "ledger.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    end = len(whole) if ends is None else ends
    file.write_bytes(whole[:begins] + b"\xa5" * (end - begins) + whole[end:])
    tried = downdate("status")
    assert (tried.code, tried.out) == (1, "")
    assert "restore-from-backup" in tried.err
    assert "fault of the program" not in tried.err


def test_a_second_daemon_is_told_so_before_it_takes_a_port(downdate):
    with (downdate.folder / "daemon.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = downdate("serve")
    assert (second.code, second.out) == (75, "")
    assert "Another daemon" in second.err
    assert "never delete the lock file" in second.err


@pytest.mark.parametrize(
    "argv",
    [
        ["submit", "FILE"], ["amend", "REF", "FILE"], ["preview", "REF"], ["approve", "REF", "--digest", "0"],
        ["send-back", "REF", "--note", "no"], ["confirm", "REF"], ["requeue", "REF", "--channel", "x"], ["pause"],
        ["resume"], ["retract", "REF", "--reason", "inaccurate"], ["event", "CASE", "eliminated"],
        ["person", "add", "A", "--role", "dpo"], ["person", "list"], ["person", "grant", "p2", "--role", "dpo"],
        ["person", "disable", "p2"], ["person", "token", "p2"], ["tasks", "done", "1"], ["alerts", "ack", "key"],
        ["ledger", "export", "--with-content"], ["doctor", "--canary"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_who_gives_a_wrong_token_is_nobody_and_changes_nothing(argv, downdate):
    before = downdate.everything()
    given = [{"REF": downdate.up, "FILE": str(downdate.write())}.get(each, each) for each in argv]
    refused = downdate(*given, by="dd_wrong")
    assert (refused.code, refused.out) == (3, "")
    assert "DOWNDATE_TOKEN" in refused.err
    if argv[0] != "doctor":  # which asks the channels first
        assert downdate.everything() == before
    assert "dd_wrong" not in refused.err


@pytest.mark.parametrize("token", [None, " "])
def test_who_gives_no_token_is_told_where_it_goes(token, downdate):
    refused = downdate("pause", by=token)
    assert (refused.code, refused.out) == (3, "")
    assert "DOWNDATE_TOKEN: It is not set" in refused.err


@pytest.mark.parametrize(
    ("by", "argv"),
    [
        ("auditor", ["submit", "FILE"]),
        ("director", ["amend", "REF", "FILE"]),
        ("comms", ["approve", "REF", "--digest", "0"]),
        ("other_director", ["approve", "REF", "--digest", "0"]),
        ("other_director", ["send-back", "REF", "--note", "no"]),
        ("auditor", ["retract", "REF", "--reason", "inaccurate"]),
        ("comms", ["retract", "REF", "--reason", "approval_withdrawn"]),
        ("auditor", ["event", "EH/2026/0417", "eliminated"]),
        ("auditor", ["pause"]),
        ("officer", ["resume"]),
        ("dpo", ["confirm", "REF"]),
        ("auditor", ["requeue", "REF", "--channel", "x"]),
        ("director", ["person", "add", "A", "--role", "admin"]),
        ("director", ["person", "list"]),
        ("comms", ["person", "grant", "p2", "--role", "director", "--service", "environment"]),
        ("comms", ["person", "token", "p4"]),
        ("comms", ["person", "disable", "p4"]),
        ("comms", ["ledger", "export", "--with-content"]),
        ("auditor", ["tasks", "done", "1"]),
        ("auditor", ["alerts", "ack", "person_added:-:-:p2"]),
    ],
)
def test_what_a_role_does_not_allow_is_refused_with_who_may_and_changes_nothing(by, argv, downdate):
    before = downdate.everything()
    given = [{"REF": downdate.up, "FILE": str(downdate.write())}.get(each, each) for each in argv]
    refused = downdate(*given, by=by)
    assert (refused.code, refused.out) == (3, "")
    assert "(12.1)" in refused.err
    assert "role" in refused.err or "Director" in refused.err
    assert downdate.everything() == before


def test_a_fault_of_the_program_says_where_and_nothing_of_what_it_held(downdate, capsys):
    from bot.cli import _unexpected

    with pytest.raises(ValueError, match="Alex") as caught:
        int("dd_secret of Alex Example")
    _unexpected(caught.type, caught.value, caught.tb)
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "test_cli_init" in said
    assert "Alex" not in said
    assert "secret" not in said


def test_a_process_of_its_own_ends_with_the_same_codes(downdate):
    process = downdate.process("status", "DBC-NNNNNN", "--json")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, "")
    assert "REF = DBC-NNNNNN" in err
    assert "Traceback" not in err


def test_what_typer_itself_answers(downdate):
    assert re.fullmatch(r"downdate \d+\.\d+\.\d+\n", downdate.done("--version").out)
    for argv in ([], ["no-such-command"], ["status", "--no-such-option"], ["retract", "A", "B"], ["journal"]):
        assert downdate(*argv).code == 2
