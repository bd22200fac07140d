"""The commands about the record, as people run them: exit codes, what is printed, and to whom it is refused."""

import json
import re
from pathlib import Path

import pytest

from bot.cli import run
from bot.cli_output import Exit
from bot.demo_samples import sample_notice

CASE = "EH/2026/0417"


class Desk:
    """Somebody at a terminal, on a ledger of their own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._environment = monkeypatch
        self._screen = capsys
        self.tokens: dict[str, str] = {}

    def __call__(self, *arguments: str, by: str = "admin") -> tuple[int, str, str]:
        if by in self.tokens:
            self._environment.setenv("DOWNDATE_TOKEN", self.tokens[by])
        code = run(list(arguments))
        said = self._screen.readouterr()
        return code, said.out, said.err

    def hire(self, name: str, *arguments: str) -> None:
        self.tokens[name] = token_in(*self(*arguments)[1:])


def token_in(*said: str) -> str:
    (token,) = set(re.findall(r"dd_[\w-]{20,}", "".join(said)))
    return token


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    made = Desk(monkeypatch, capsys)
    made.hire("admin", "init", "--admin", "Sample admin")
    made.hire("officer", "person", "add", "Sample officer", "--role", "comms")
    made.hire("dpo", "person", "add", "Sample dpo", "--role", "dpo")
    assert made("submit", str(sample_notice()), by="officer")[0] in {Exit.OK, Exit.REFUSED}
    return made


def test_r66_a_case_is_exported_by_those_who_may_and_by_nobody_else(desk: Desk, tmp_path: Path):
    code, _, said = desk("case", "export", CASE, str(tmp_path / "out"), by="officer")
    assert (code, (tmp_path / "out").exists()) == (Exit.REFUSED, False)
    assert "export" in said
    code, out, said = desk("case", "export", CASE, str(tmp_path / "out"), by="dpo")
    assert code == Exit.OK
    assert "sha256sum -c manifest.sha256" in out
    assert "personal data" in said
    assert json.loads((tmp_path / "out" / "record.json").read_text())["case"] == CASE
    assert desk("case", "export", CASE, str(tmp_path / "out"), by="dpo")[0] == Exit.USAGE
    assert desk("case", "export", "EH/2026/9999", str(tmp_path / "no"), by="dpo")[0] == Exit.REFUSED


def test_r66_a_hold_is_put_once_and_released_once(desk: Desk):
    assert desk("case", "hold", CASE, "--note", "Asked by the defence", by="dpo")[0] == Exit.OK
    assert desk("case", "hold", CASE, "--note", "again", by="dpo")[0] == Exit.REFUSED
    code, out, _ = desk("erase", "--dry-run", "--json", by="dpo")
    assert code == Exit.OK
    assert {each["stays"] for each in json.loads(out)} == {"legal_hold"}
    assert desk("case", "release", CASE, by="dpo")[0] == Exit.OK
    assert desk("case", "release", CASE, by="officer")[0] == Exit.REFUSED
    code, out, _ = desk("erase", "--dry-run", by="dpo")
    assert out.count("stays: its time has not come") == 2
    assert desk("erase", by="dpo") == (Exit.OK, "Nothing is due.\n", "")
    assert desk("erase", by="officer")[0] == Exit.REFUSED
    assert desk("journal", "verify")[0] == Exit.OK


def test_r68_the_years_figures_are_printed_for_people_and_for_machines(desk: Desk):
    code, out, _ = desk("report", "2026", by="officer")
    assert code == Exit.OK
    assert "Greatest lateness:" in out
    assert "0417" not in out
    code, out, _ = desk("report", "2026", "--json", by="dpo")
    told = json.loads(out)
    assert (code, told["year"], told["greatest_lateness"]) == (Exit.OK, 2026, 0)
    assert set(told["requests"]["by_kind"]) == {"complaint", "removal", "reuse"}
    assert desk("report", "1066", by="dpo")[0] == Exit.USAGE
