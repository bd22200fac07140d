"""Who may run what, asked of every command as every role; and that a command that is not written down is none of ours.

Commands that ask for nobody are run by whoever has the ledger's key: the user of the service.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.bot.terminal import NOTICE, Council, Ran, Terminal
from tests.bot.test_cli_strays import said
from tests.test_docs import COMMANDS

PEOPLE = {"comms", "officer", "director", "other_director", "dpo", "legal", "auditor", "admin"}
EVERY = PEOPLE | {"system"}
MAY_RETRACT = PEOPLE - {"auditor"}
WRITE = {"comms", "officer", "system"}
ADMIN = {"admin"}
# Without a token, with one whose holder has no role any more, may not act any more, or with one for the API alone.
OUTSIDE = {"nobody", "no_role", "disabled", "limited"}
WITH_A_TOKEN = EVERY | {"no_role"}

# The written table. `other_director` directs another service than the one whose notice it is, if not said otherwise.
MAY_RUN = {
    "tasks (mine)": WITH_A_TOKEN,
    "explain": EVERY,
    "report": EVERY,
    "requests": EVERY,
    "preview": EVERY,
    "anonymise": WRITE,
    "correction": WRITE,
    "submit (dry run)": WRITE,
    "submit": WRITE,
    "amend": WRITE,
    "confirm (dry run)": EVERY,
    "confirm": {"comms", "officer", "director", "other_director", "legal"},
    "advise (as partner)": {"comms", "officer", "dpo", "legal"},
    "advise (as dpo)": {"dpo"},
    "advise (as legal)": {"legal"},
    "approve": {"director"},
    "approve (of housing)": {"other_director"},
    "send-back": {"director"},
    "send-back (of housing)": {"other_director"},
    "requeue": {"comms", "officer", "director", "other_director", "admin"},
    "pause": MAY_RETRACT,
    "resume": {"comms", "director", "other_director", "admin"},
    "doctor (canary)": {"comms", "director", "other_director", "admin"},
    "alerts ack": MAY_RETRACT,
    "alerts test": MAY_RETRACT,
    "tasks done": MAY_RETRACT,
    "request removal": MAY_RETRACT,
    "request reuse": MAY_RETRACT,
    "request complaint": MAY_RETRACT,
    "request acknowledge": MAY_RETRACT,
    "request decide": MAY_RETRACT,
    "request decide (re-use)": {"director"},
    "case export": {"director", "other_director", "dpo", "legal", "auditor", "admin"},
    "ledger export (with content)": {"director", "other_director", "dpo", "legal", "auditor", "admin"},
    "case hold": {"dpo", "legal", "admin"},
    "case release": {"dpo", "legal", "admin"},
    "erase (dry run)": {"dpo", "admin"},
    "erase": {"dpo", "admin"},
    "person list": ADMIN,
    "person add": ADMIN,
    "person grant": ADMIN,
    "person revoke": ADMIN,
    "person token": ADMIN,
    "person invite": ADMIN,
    "person link": ADMIN,
    "person sessions": ADMIN,
    "person disable": ADMIN,
    "stray leave": MAY_RETRACT,
    "stray take-down": MAY_RETRACT,
    "attest": MAY_RETRACT,
    "event": MAY_RETRACT,
    "retract": MAY_RETRACT,
}
# Refused for what it is asked of: nothing was refused by a channel here, and every platform can still be read.
NOT_AS_THINGS_ARE = {"requeue", "attest"}
ASKS_FOR_NOBODY = {
    "init": "makes the first administrator, and on a ledger with people changes its tables only",
    "serve": "is the service",
    "doctor": "looks at accounts; its canary asks who is there",
    "backup": "copies what stays sealed",
    "rehearse": "runs on a ledger of its own",
    "demo": "runs on a ledger of its own",
    "status": "shows references only",
    "sweep": "does what is due, as the service would",
    "audit": "takes down what only the service may have put up",
    "check": "counts",
    "checklist": "prints the policy's questions",
    "tasks": "lists references and numbers of people",
    "alerts": "lists references and numbers of people",
    "journal verify": "reads hashes",
    "journal export": "holds no personal data and no free text",
    "ledger export": "leaves out names and texts unless they are asked for, which asks who is there",
    "config show": "masks secrets",
}


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A council where every command has something to act on."""

    terminal: Terminal
    drafts: list[str]
    housing: list[str]
    strays: list[str]
    digests: dict[str, str]
    alarm: str
    task: str
    removal: str
    reuse: str

    def typed(self, label: str, who: str, folder: Path) -> list[Any]:
        """The command behind a line of the table, as it is typed."""
        words = label.partition(" (")[0].split()
        return [*words, *self._given(folder, second="officer" if who == "dpo" else "dpo")[label]]

    def _given(self, folder: Path, *, second: str) -> dict[str, list[Any]]:
        return self._of_notices() | self._of_requests(second) | self._of_people() | self._of_the_record(folder)

    def _of_notices(self) -> dict[str, list[Any]]:
        here, up = self.terminal, self.terminal.up
        waiting, amended, advised, returned = self.drafts
        elsewhere, other = self.housing
        advice = [advised, "--clear", "--note", "Read", "--as"]
        return {
            "explain": [up],
            "preview": [waiting],
            "anonymise": [up],
            "correction": [up],
            "submit (dry run)": [here.write("new.json", case_ref="EH/2026/0590"), "--dry-run"],
            "submit": [here.write("new.json", case_ref="EH/2026/0590")],
            "amend": [amended, here.write("more.json", case_ref="EH/2026/0502")],
            "confirm (dry run)": [up, "--dry-run"],
            "confirm": [up],
            "advise (as partner)": [*advice, "partner"],
            "advise (as dpo)": [*advice, "dpo"],
            "advise (as legal)": [*advice, "legal"],
            "approve": [waiting, "--digest", self.digests[waiting]],
            "approve (of housing)": [elsewhere, "--digest", self.digests[elsewhere]],
            "send-back": [returned, "--note", "Too long"],
            "send-back (of housing)": [other, "--note", "Too long"],
            "requeue": [up, "--channel", "x"],
            "attest": [up, "--channel", "x", "--note", "Not there"],
            "stray leave": ["x", self.strays[0], "--note", "A press release"],
            "stray take-down": ["x", self.strays[1]],
            "event": [NOTICE, "appeal_lodged"],
            "retract": [up, "--reason", "inaccurate"],
        }

    def _of_requests(self, second: str) -> dict[str, list[Any]]:
        up = self.terminal.up
        decided = ["--reject", "--note", "Fair"]
        return {
            "requests": [],
            "request removal": [up, "--allegation", "other"],
            "request reuse": [up],
            "request complaint": [],
            "request acknowledge": [self.removal],
            "request decide": [self.removal, *decided, "--with", self.terminal.ids[second]],
            "request decide (re-use)": [self.reuse, *decided],
            "tasks (mine)": ["--mine"],
            "tasks done": [self.task, "--answer", "no_appeal"],
            "alerts ack": [self.alarm],
            "alerts test": [],
        }

    def _of_people(self) -> dict[str, list[Any]]:
        leaver = self.terminal.ids["no_role"]
        entra = "11111111-2222-3333-4444-555555555555"
        return {
            "person list": [],
            "person add": ["Sample Newcomer", "--role", "officer"],
            "person grant": [leaver, "--role", "auditor"],
            "person revoke": [leaver, "--role", "auditor"],
            "person token": [leaver],
            "person invite": [leaver],
            "person link": [leaver, "--tenant", entra, "--subject", entra],
            "person sessions": [leaver, "--end"],
            "person disable": [leaver],
        }

    def _of_the_record(self, folder: Path) -> dict[str, list[Any]]:
        return {
            "report": ["2026"],
            "pause": ["--channel", "facebook"],
            "resume": ["--channel", "facebook"],
            "doctor (canary)": ["--canary", "--channel", "x"],
            "case export": [NOTICE, folder / "export"],
            "ledger export (with content)": ["--with-content"],
            "case hold": [NOTICE, "--note", "A claim"],
            "case release": [NOTICE],
            "erase (dry run)": ["--dry-run"],
            "erase": [],
        }


@pytest.fixture(scope="module")
def grounds(council: Council, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Council, Ground]]:
    """The council with what each command acts on, kept to begin with for each role."""
    shared = council.again()
    here = replace(shared, tokens=dict(shared.tokens), ids=dict(shared.ids))
    _hire(here)
    drafts = [here.submitted(case_ref=f"EH/2026/05{number:02}") for number in range(1, 5)]
    housing = [here.submitted(case_ref=f"EH/2026/06{number:02}", service="housing") for number in (1, 2)]
    strays = [here.x.plant(f"{word}: {said()}").id for word in ("In case you missed it", "Seen")]
    here.done("audit")
    here.done("request", "removal", here.up, "--allegation", "other", by="officer")
    here.done("request", "reuse", here.up, by="officer")
    numbers = {each["kind"]: each["id"] for each in here.done("requests", "--json", by="officer").json}
    tasks = [each for each in here.done("tasks", "--json").json if "no_appeal" in each["answers"]]
    ground = Ground(
        terminal=here,
        drafts=drafts,
        housing=housing,
        strays=strays,
        digests={ref: here.digest(ref) for ref in (drafts[0], housing[0])},
        alarm=here.done("alerts", "--json").json[0]["key"],
        task=tasks[0]["id"],
        removal=numbers["removal"],
        reuse=numbers["reuse"],
    )
    kept = Council(terminal=here, kept=tmp_path_factory.mktemp("ground"))
    kept.keep()
    yield kept, ground
    council.again()


def _hire(here: Terminal) -> None:
    for name, roles in (
        ("legal", ("--role", "legal")),
        ("no_role", ("--role", "comms")),
        ("disabled", ("--role", "admin")),
        ("system", ("--system", "--answers-for", here.ids["comms"])),
    ):
        added = here.done("person", "add", f"Sample {name}", *roles, by="admin")
        here.tokens[name], here.ids[name] = added.out.strip(), added.err.split()[0]
    here.done("person", "revoke", here.ids["no_role"], "--role", "comms", by="admin")
    here.done("person", "disable", here.ids["disabled"], by="admin")
    limited = here.done("person", "token", here.ids["admin"], "--scope", "retract", by="admin")
    here.tokens["limited"] = limited.out.strip()


def for_who_it_is(ran: Ran) -> bool:
    """Whether it was refused for that, and not for what was typed or how things stand."""
    said_so = "Your roles do not allow it (12.1)." in ran.err or ran.err.startswith("DOWNDATE_TOKEN: ")
    return ran.code == 3 and said_so


def test_the_tables_name_every_command_and_no_other():
    assert {label.partition(" (")[0] for label in MAY_RUN} | set(ASKS_FOR_NOBODY) == set(COMMANDS)
    # What asks for nobody may have an option that does, with a line of its own.
    assert set(MAY_RUN).isdisjoint(ASKS_FOR_NOBODY)


def test_every_option_that_asks_who_is_there_has_its_line(grounds, tmp_path):
    _, ground = grounds
    assert set(ground._given(tmp_path, second="dpo")) == set(MAY_RUN)


@pytest.mark.parametrize("who", sorted(EVERY | OUTSIDE))
def test_every_command_opens_for_exactly_those_written_down(who, grounds, tmp_path):
    kept, ground = grounds
    here = kept.again()
    by = None if who == "nobody" else who
    before = here.everything()
    # What is refused first: none of it may leave anything behind for the rest to find.
    for label in [each for each in MAY_RUN if who not in MAY_RUN[each]]:
        ran = here(*ground.typed(label, who, tmp_path), by=by)
        assert for_who_it_is(ran), (label, ran)
        assert ran.out == "", label
    assert here.everything() == before
    for label in [each for each in MAY_RUN if who in MAY_RUN[each]]:
        ran = here(*ground.typed(label, who, tmp_path), by=by)
        assert not for_who_it_is(ran), (label, ran)
        assert ran.code == (3 if label in NOT_AS_THINGS_ARE else 0), (label, ran)


@pytest.mark.parametrize("label", sorted(set(ASKS_FOR_NOBODY) - {"serve", "rehearse", "demo"}))
def test_what_asks_for_nobody_does_as_much_without_a_token_as_with_an_administrators(label, grounds, tmp_path):
    kept, _ = grounds
    given = {
        "init": ["--rehearsal"],
        "checklist": ["cbo"],
        "backup": [tmp_path / "copy"],
        "sweep": ["--patience", "0s"],
    }
    ended = []
    for by in (None, "admin"):
        here = kept.again()
        ran = here(*label.split(), *given.get(label, []), by=by)
        assert "DOWNDATE_TOKEN" not in ran.err
        ended.append(ran.code)
    # Whether a loop has turned lately is what `check` tells.
    assert set(ended) <= ({0, 1} if label == "check" else {0})
