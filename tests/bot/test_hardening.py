"""What a process keeps to itself: its memory after a crash, and the files that it opens."""

import os
import resource
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.hardening import keep_files_private
from tests.bot.terminal import ROOT
from tests.stories.processes import until


@contextmanager
def cores_allowed():
    """As a host that wants cores starts its processes."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def limit_of(number):
    lines = Path(f"/proc/{number}/limits").read_text().splitlines()
    (line,) = [each for each in lines if each.startswith("Max core file size")]
    return line.split()[4:6]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_service_that_runs_would_leave_no_core(downdate):
    with cores_allowed():
        serving = downdate.process("serve", "--only", "watch")
    try:
        until(lambda: limit_of(serving.pid) == ["0", "0"], "the limit of the running service")
        # Not dumpable: Linux lets only root look into it from outside.
        if os.geteuid() != 0:
            with pytest.raises(PermissionError):
                Path(f"/proc/{serving.pid}/environ").read_bytes()
    finally:
        serving.kill()
        serving.communicate()


def test_every_command_asks_for_that_before_it_does_anything(tmp_path):
    """Asked of the process itself at its end, which even a command line that cannot be read comes to."""
    asks = (
        "import atexit, ctypes, resource, sys\n"
        "atexit.register(lambda: print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3)))\n"
        "sys.argv = ['downdate', *sys.argv[1:]]\n"
        "from bot.__main__ import main\n"
        "main()\n"
    )
    for argv in (["no-such-command"], ["status"]):
        with cores_allowed():
            ran = subprocess.run(
                [sys.executable, "-c", asks, *argv],
                cwd=ROOT,
                env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
                capture_output=True,
                text=True,
                check=False,
            )
        assert ran.returncode != 0
        assert ran.stdout.splitlines()[-1] == "(0, 0) 0"


def test_a_ledger_and_a_key_that_others_could_read_are_taken_from_them_when_opened(downdate):
    files = [downdate.folder / name for name in ("ledger.sqlite", "ledger.key")]
    for path, wide in zip(files, (0o644, 0o640), strict=True):
        path.chmod(wide)
    ran = downdate.done("status")
    assert [mode(path) for path in files] == [0o600, 0o600]
    for path in files:
        assert path.name in ran.err
    # Said once: there is nothing to take any more.
    assert downdate.done("status").err == ""
    assert {mode(each) for each in downdate.folder.glob("ledger.sqlite*")} == {0o600}


def test_a_key_that_somebody_else_has_given_to_a_group_stays_theirs(tmp_path):
    ledger, key = tmp_path / "ledger.sqlite", tmp_path / "ledger_key"
    ledger.touch()
    ledger.chmod(0o664)
    if os.geteuid() == 0:
        key.touch()
        os.chown(key, 4711, 4711)
        key.chmod(0o660)
    else:
        # Whoever is not root can neither give a file away nor narrow one of root's.
        key = Path("/etc/hostname")
    before = mode(key)
    keep_files_private(ledger, key)
    assert (mode(ledger), mode(key)) == (0o600, before)
