"""Every requirement and every clause that is cited is named by a test, and decided upon in the README of the policies.

A test names a number only at its very beginning: `test_r47_…`, `test_5_7_4_d_r43_…`, or `R47 …` and `5.7.4(d) …` at
the beginning of a parameter's id. A number that merely occurs somewhere in a name counts for nothing.
"""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
POLICIES = ROOT / "policies"
REQUIREMENTS = tuple(f"R{number}" for number in range(1, 69))
AMBIGUITIES = range(1, 16)
CLAUSE = re.compile(r"\d{1,2}(\.\d{1,2})*(\([a-g]\))?")
_CITED = re.compile(r"(?:policy|Policy|clause|Annex) (\d{1,2}(?:\.\d{1,2})*(?:\([a-g]\))?)(?![\w/])")
_NAME = re.compile(r"test((?:_(?:r\d{1,2}|\d{1,2}(?:_\d{1,2})*(?:_[a-g](?=_))?)(?=_))+)_[a-z]")
_ID = re.compile(r"((?:(?:R\d{1,2}|\d{1,2}(?:\.\d{1,2})+(?:\([a-g]\))?|\d{1,2}(?= ))[, ]+)+)\S")


@cache
def collected() -> tuple[str, ...]:
    """The ids of all tests there are, whichever of them are run this time."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(line for line in done.stdout.splitlines() if "::" in line)


def names_of(node: str) -> set[str]:
    """The requirements and clauses that a test's id names."""
    where, _, parameters = node.partition("[")
    found: set[str] = set()
    if match := _NAME.match(where.rpartition("::")[2]):
        found |= _of_function(match[1])
    for part in re.split(r"-(?=[R\d])", parameters.removesuffix("]")):
        if match := _ID.match(part):
            found |= set(re.findall(r"R\d{1,2}|\d{1,2}(?:\.\d{1,2})*(?:\([a-g]\))?", match[1]))
    return found


def _of_function(run: str) -> set[str]:
    found = {f"R{number}" for number in re.findall(r"(?<=_)r(\d{1,2})", run)}
    for numbers, letter in re.findall(
        r"(?<=_)(\d{1,2}(?:_\d{1,2})*)(?:_([a-g])(?=_|$))?", re.sub(r"_r\d{1,2}", "_", run)
    ):
        dotted = numbers.replace("_", ".")
        # An article looks like a letter of the clause: `test_5_6_a_hearing…` names 5.6 too.
        found |= {dotted, f"{dotted}({letter})"} if letter else {dotted}
    return found


@cache
def _named_in(nodes: tuple[str, ...]) -> frozenset[str]:
    # This file asks about names, and its own examples stand for nothing.
    others = (node for node in nodes if Path(__file__).name not in node)
    return frozenset(name for node in others for name in names_of(node))


@pytest.fixture(scope="session")
def run_now(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The ids of the tests that are run this time: as a rule all there are."""
    return tuple(item.nodeid for item in request.session.items)


def is_named(name: str, run_now: tuple[str, ...]) -> bool:
    return name in _named_in(run_now) or name in _named_in(collected())


def cited_in(path: Path) -> set[str]:
    """The clauses a file cites: constants that are nothing but a clause, and `policy 5.3` in words."""
    text = path.read_text()
    found = set(_CITED.findall(text))
    if path.suffix == ".py":
        constants = [
            node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.keyword) and node.arg == "clause"
        ]
        values = [node.value.value for node in constants if isinstance(node.value, ast.Constant)]
        found |= {value for value in values if isinstance(value, str) and CLAUSE.fullmatch(value)}
        for node in ast.walk(ast.parse(text)):
            # A dotted clause is recognised anywhere, such as in a table of reasons.
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                found |= {node.value} if CLAUSE.fullmatch(node.value) else set()
    return found - set(REQUIREMENTS)


FILES = [*sorted(POLICIES.glob("*.py")), ROOT / "config" / "policy.toml", ROOT / "config" / "law.toml"]
CITED = sorted({clause for path in FILES for clause in cited_in(path)})


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_every_requirement_is_named_by_a_test(number, run_now):
    assert is_named(number, run_now), (
        f"no test begins with test_{number.lower()}_ or has a parameter that begins with {number}"
    )


@pytest.mark.parametrize("clause", CITED)
def test_every_clause_that_is_cited_is_named_by_a_test(clause, run_now):
    assert is_named(clause, run_now), f"no test begins with the clause {clause}"


def test_the_files_that_are_searched_for_clauses_are_there_and_hold_some():
    assert len(CITED) > 25
    assert {"5.7.4(d)", "12.1", "6.5"} <= set(CITED)
    for name in ("policy.toml", "law.toml"):
        assert tomllib.loads((ROOT / "config" / name).read_text())


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("tests/a.py::test_r47_r48_an_end", {"R47", "R48"}),
        ("tests/a.py::test_5_7_4_d_down_before", {"5.7.4", "5.7.4(d)"}),
        ("tests/a.py::test_5_6_a_hearing", {"5.6", "5.6(a)"}),
        ("tests/a.py::test_5_5_r54_a_removal", {"5.5", "R54"}),
        ("tests/a.py::test_what_r47_says", set()),
        ("tests/a.py::test_404_is_no_clause", set()),
        ("tests/a.py::test_each[R2 this offender-1]", {"R2"}),
        ("tests/a.py::test_each[6.5 row 27-other-yes]", {"6.5"}),
        ("tests/a.py::test_each[no R2 here]", set()),
        ("tests/a.py::TestIt::test_r1_it[x]", {"R1"}),
        ("tests/a.py::test_it[tests/b.py::test_r47_x-1]", set()),
    ],
)
def test_a_number_counts_only_at_the_beginning(node, expected):
    assert names_of(node) == expected


def readme() -> str:
    return (POLICIES / "README.md").read_text()


@pytest.mark.parametrize("number", AMBIGUITIES)
def test_the_readme_decides_each_ambiguity(number):
    section = readme().partition("## Where the policy is ambiguous")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if re.match(rf"\| {number} \|", line)]
    assert len(lines) == 1
    _, _, question, decision, where, _ = (cell.strip() for cell in lines[0].split("|"))
    assert len(question) > 10
    assert len(decision) > 20
    assert where


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_the_readme_says_of_each_requirement_who_sees_to_it(number):
    section = readme().partition("## Who sees to which requirement")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if re.match(rf"\| {number} ", line)]
    assert len(lines) == 1
    modules = re.findall(r"`([a-z_]+/[a-z_0-9*.]+)`", lines[0])
    assert modules or "a matter for people" in lines[0].lower(), "name a module, or say what helps people"
    for each in modules:
        assert list(ROOT.glob(each)), f"{each} is not there"
