"""The README names whatever there is: commands, channels, alarms, runbooks, sections of the settings."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from bot.alert_kinds import ADVICE, AlertKind
from bot.cli import app
from bot.serving import PARTS
from bot.settings import shipped_folder
from bot.settings_model import Settings
from policies.terms import Channel
from tests.test_house_rules import ROOT

README = (ROOT / "README.md").read_text()
RUNBOOKS = sorted(path.stem for path in (shipped_folder() / "runbooks").glob("*.md"))


def commands(group: Any = None, above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command and sub-command as it is typed, with what makes it."""
    group = group or typer.main.get_command(app)
    for name, each in group.commands.items():
        typed = (*above, name)
        inside = getattr(each, "commands", None)
        if inside is None or each.invoke_without_command:
            yield " ".join(typed), each
        if inside is not None:
            yield from commands(each, typed)


COMMANDS = dict(commands())


def test_every_sub_command_is_looked_at():
    assert {"retract", "tasks", "tasks done", "person add", "journal verify", "config show"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme_and_explains_itself(command):
    assert re.search(rf"`(downdate )?{command}[ `]", README), command
    made = COMMANDS[command]
    assert (made.help or "").strip()
    for parameter in made.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"{command} {parameter.name}"


def test_the_readme_names_no_command_that_does_not_exist():
    groups = {name.split()[0] for name in COMMANDS}
    for spread in re.findall(r"(?:^|`|bin/)downdate\s+([a-z][a-z-]*(?:\s[a-z]+)?)", README, re.MULTILINE):
        typed = " ".join(spread.split())
        assert typed in COMMANDS or typed.split()[0] in groups, typed
        if typed.split()[0] in {"person", "journal", "ledger", "config"}:
            assert typed in COMMANDS, typed


SHIPPED = sorted([*(shipped_folder() / "deploy").iterdir(), *(shipped_folder() / "runbooks").iterdir()])


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_what_is_shipped_for_it_names_commands_and_options_that_exist(file):
    text = re.sub(r"\\?\n#? *", " ", file.read_text())
    groups = {name.split()[0] for name in COMMANDS}
    for typed, rest in re.findall(r"(?:[`(]|bin/)downdate ([a-z-]+(?: [a-z]+)?)([^`\n)]*)", text):
        name = typed if typed in COMMANDS else typed.split()[0]
        assert name in COMMANDS or name in groups, typed
        known = {option for each in COMMANDS[name].params for option in each.opts} if name in COMMANDS else set()
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, typed
        if name == "init":
            assert "--admin" in rest


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_is_in_the_readme_with_its_setting(channel):
    assert f"### {'The website' if channel is Channel.WEBSITE else channel.value.title()}" in README


@pytest.mark.parametrize("kind", AlertKind)
def test_every_alarm_is_in_the_readme_beside_its_runbook(kind):
    (row,) = [line for line in README.splitlines() if line.startswith("|") and f"`{kind.value}`" in line]
    runbook = ADVICE[kind].runbook
    assert row.startswith(f"| `{runbook}` |" if runbook else "| none")


def test_every_runbook_is_in_the_readme_and_belongs_to_an_alarm():
    assert {each.runbook for each in ADVICE.values() if each.runbook} == set(RUNBOOKS)
    for name in RUNBOOKS:
        assert f"`{name}`" in README


@pytest.mark.parametrize("section", [name for name in Settings.model_fields if name != "rehearsal"])
def test_every_section_of_the_settings_is_in_the_readme(section):
    assert re.search(rf"`{section}`", README), section


def test_every_part_of_serve_is_in_the_readme():
    for part in PARTS:
        assert f"`{part}`" in README or f"--only {part}" in README


def test_the_readme_opens_with_the_promise_and_is_no_brochure():
    assert README.startswith("# Downdate\n\n> **Nothing goes up that cannot be brought down.**")
    assert "badge" not in README
    assert "!" not in re.sub(r"`[^`]*`|!(?=\[)", "", README)
