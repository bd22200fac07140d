"""A terminal in a council's office: the `downdate` command, the environment it is given, and what it prints.

The council is made once, by the commands themselves, with one notice up on four channels; each test begins with a
copy of it in the same folder, behind the same addresses.
"""

import io
import json
import logging
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters.standin.core import Standin
from adapters.standin.graph import GraphStandin
from adapters.standin.server import serving
from adapters.standin.x import XStandin
from adapters.standin.x_wire import XAccount
from bot.assemble import wall_clock
from bot.cli import run
from bot.demo_samples import sample_of
from bot.logs import QUIET
from bot.rehearsal import free_port
from bot.settings import as_environment, rehearsal_defaults
from bot.site import serving_site
from policies.retention import LONDON
from tests.bot.office import with_changes

ROOT = Path(__file__).parent.parent.parent
PERIOD = timedelta(days=28)
NOWHERE = {"website": 0, "facebook": 0, "instagram": 0, "x": 0}
EVERYWHERE = {"website": 1, "facebook": 1, "instagram": 1, "x": 1}
NOTICE = "EH/2026/0417"
ROLES: dict[str, tuple[str, ...]] = {
    "comms": ("--role", "comms"),
    "officer": ("--role", "officer"),
    "director": ("--role", "director", "--service", "environment"),
    "other_director": ("--role", "director", "--service", "housing"),
    "dpo": ("--role", "dpo"),
    "auditor": ("--role", "auditor"),
}


def news() -> dict[str, Any]:
    """The sample as of today: a command knows no other time than the machine's."""
    return sample_of(wall_clock().astimezone(LONDON).date())


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended, and what it printed where."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The whole standard output, which must be one document."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def call(argv: list[str], environ: dict[str, str]) -> Ran:
    """Run a command in this process, in that environment; leaves no trace in the process."""
    root, hook, configured = logging.getLogger(), sys.excepthook, structlog.get_config()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in ("", *QUIET)}
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in environ.items():
            patch.setenv(name, value)
        try:
            code = run(argv)
        finally:
            sys.excepthook = hook
            structlog.configure(**configured)
            root.handlers[:] = handlers
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
    return Ran(code=int(code), out=out.getvalue(), err=err.getvalue())


@dataclass
class Terminal:
    """A council's office. Called with a command it runs it, `by` whoever is named."""

    folder: Path
    drafts: Path
    """Where submissions are written, outside the ledger's folder."""
    environ: dict[str, str]
    x: XStandin
    graph: GraphStandin
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    up: str = ""
    """The notice that is up on all four channels."""

    def __call__(self, *argv: object, by: str | None = None) -> Ran:
        return call([str(each) for each in argv], self.around(by))

    def done(self, *argv: object, by: str | None = None) -> Ran:
        """The same, and it went well."""
        ran = self(*argv, by=by)
        assert ran.code == 0, f"{argv}: {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def around(self, by: str | None) -> dict[str, str]:
        return self.environ | {"DOWNDATE_TOKEN": self.tokens.get(by, by) if by else ""}

    def process(self, *argv: object, by: str | None = None, **streams: int) -> subprocess.Popen[str]:
        """The command as a process of its own; `streams` are its stdin, stdout and stderr where no pipe will do."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *(str(each) for each in argv)],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8"} | self.around(by),
            text=True,
            **(pipes | streams),
        )

    def write(self, name: str = "notice.json", written: Any = None, **changes: Any) -> Path:
        """A submission as a file: the sample, as of today, with changes; another case than the notice that is up."""
        self.drafts.mkdir(exist_ok=True)
        path = self.drafts / name
        given = with_changes(news(), {"case_ref": "EH/2026/0500"} | changes)
        path.write_text(json.dumps(given if written is None else written))
        return path

    def submitted(self, **changes: Any) -> str:
        """The reference of a new draft."""
        return str(self.done("submit", self.write(**changes), "--json", by="comms").json["ref"])

    def digest(self, ref: str) -> str:
        return str(self.done("preview", ref, "--json", by="director").json["digest"])

    def approved(self, **changes: Any) -> str:
        ref = self.submitted(**changes)
        self.done("approve", ref, "--digest", self.digest(ref), by="director")
        return ref

    def visible(self, ref: str) -> dict[str, int]:
        """How many copies the public sees, by the platforms' own account."""
        pages = [page for page in (self.folder / "site" / "n").glob("*/index.html") if ref in page.read_text()]
        graph = [each.kind for each in self.graph.visible() if ref in str(each.fields)]
        x = [each for each in self.x.visible() if each.kind == "post" and ref in str(each.fields)]
        return {
            "website": len(pages),
            "facebook": graph.count("post"),
            "instagram": graph.count("media"),
            "x": len(x),
        }

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "ledger.sqlite")) as connection:
            return connection.execute(query).fetchall()

    def tamper(self, *statements: str) -> None:
        """What somebody with a shell does to the ledger's file."""
        with closing(sqlite3.connect(self.folder / "ledger.sqlite")) as connection, connection:
            for each in statements:
                connection.execute(each)

    def journal(self, subject: str | None = None) -> list[Any]:
        lines = self.done("journal", "export").lines
        return [each for each in lines if subject in (None, each["subject"])]

    def everything(self) -> tuple[str, dict[str, bytes]]:
        """Ledger, journal, pictures and site: equal only if nothing was written."""
        with closing(sqlite3.connect(self.folder / "ledger.sqlite")) as connection:
            dump = "\n".join(connection.iterdump())
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for name in ("site", "media")
            for path in sorted((self.folder / name).rglob("*"))
            if path.is_file()
        }
        return dump, files


def _copied(folder: Path, into: Path) -> None:
    """The folder's contents in place of what was there; the folder itself stays, since it is being served."""
    into.mkdir(exist_ok=True)
    for each in into.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    shutil.copytree(folder, into, dirs_exist_ok=True)


@dataclass
class Council:
    """What all tests of one process share."""

    terminal: Terminal
    kept: Path
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self) -> None:
        _copied(self.terminal.folder, self.kept)
        self.objects = {each.name: deepcopy(each.objects) for each in self._platforms()}

    def again(self) -> Terminal:
        """As it was kept: ledger, site, and what the platforms hold."""
        _copied(self.kept, self.terminal.folder)
        for each in self._platforms():
            with each.lock:
                each.objects = deepcopy(self.objects[each.name])
                each.rules, each.calls, each.late = [], [], []
                each.revoked, each.switches = False, set()
        # Tests that follow one another share no quarter of an hour's limits.
        self.terminal.x.windows.clear()
        return self.terminal

    def _platforms(self) -> tuple[Standin, Standin]:
        return self.terminal.x, self.terminal.graph


@contextmanager
def open_council(base: Path) -> Iterator[Council]:
    """Start the platforms and the site, and let an administrator, an officer and a Director do their first work."""
    folder = base / "council"
    given = rehearsal_defaults(folder, x_url="", graph_url="", site_port=0, serve_port=0)["channels"]["x"]
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    x = XStandin(account=XAccount(id=given["user_id"], **{name: given[name] for name in names}))
    graph = GraphStandin()
    with serving(x) as x_url, serving(graph) as graph_url, serving_site(folder / "site") as site_url:
        overrides = rehearsal_defaults(
            folder,
            x_url=x_url,
            graph_url=graph_url,
            site_port=int(site_url.rpartition(":")[2]),
            serve_port=free_port(),
            period=PERIOD,
        )
        # Else every sweep would stay for the page's next look.
        overrides["loop"]["seen_at_max_age"] = "60s"
        terminal = Terminal(folder=folder, drafts=base / "drafts", environ=as_environment(overrides), x=x, graph=graph)
        council = Council(terminal=terminal, kept=base / "kept")
        _settle_in(terminal)
        council.keep()
        yield council


def _settle_in(terminal: Terminal) -> None:
    made = terminal.done("init", "--rehearsal", "--admin", "Sample Admin")
    terminal.tokens["admin"] = made.out.rpartition("Token: ")[2].strip()
    terminal.ids["admin"] = "p1"
    for name, roles in ROLES.items():
        added = terminal.done("person", "add", f"Sample {name}", *roles, by="admin")
        terminal.tokens[name], terminal.ids[name] = added.out.strip(), added.err.split()[0]
    terminal.done("doctor")
    terminal.up = terminal.approved(case_ref=NOTICE)
    terminal.done("sweep", "--patience", "20s")
