"""Mutation testing of the policy rules: a seeded sample of small changes, each of which some test should notice.

`make mutants`, or `python -m tests.mutants.run --sample 10`. Every mutant is one change of one file of `policies/`, in a
copy of the tree, against `tests/policies` alone. A time-out or an error counts as noticed. Ends with 1 below 85 %.
"""

import argparse
import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import monotonic

ROOT = Path(__file__).parent.parent.parent
BAR = 85
ONE_RUN = 120.0
# It asks about names of tests, not about what the rules answer.
LEFT_OUT = "tests/policies/test_coverage_of_the_policy.py"
SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change: the file, the line, what it was and what it becomes, and the whole changed source."""

    path: Path
    line: int
    was: str
    becomes: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.was}  ->  {self.becomes}"


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Every small change of one node."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in SWAPS:
            changed = deepcopy(node)
            changed.ops = [SWAPS[type(operator)]()]
            yield changed
        case ast.BoolOp():
            changed = deepcopy(node)
            changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield changed
        case ast.Constant(value=bool()):
            yield ast.Constant(value=not node.value)
        case ast.Constant(value=int(number)):
            yield from (ast.Constant(value=number + step) for step in (1, -1))
        case ast.If(test=test) | ast.IfExp(test=test):
            changed = deepcopy(node)
            changed.test = ast.UnaryOp(op=ast.Not(), operand=deepcopy(test))
            yield changed
        case ast.UnaryOp(op=ast.Not()):
            yield deepcopy(node.operand)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            # A generator stays one.
            yield ast.Expr(value=ast.YieldFrom(value=ast.Tuple(elts=[], ctx=ast.Load())))
        case ast.Set(elts=members) if len(members) > 1:
            for left_out in range(len(members)):
                yield ast.Set(elts=[deepcopy(each) for n, each in enumerate(members) if n != left_out])
        case _:
            return


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What decides in a node: annotations and decorators (`frozen=True`) change no answer of a rule."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "type_params", "decorator_list"}:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield each


def places(tree: ast.AST) -> Iterator[ast.AST]:
    for child in _children(tree):
        yield child
        yield from places(child)


class Replacing(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.copy_location(self.new, node) if node is self.old else super().generic_visit(node)


def mutants_of(path: Path) -> Iterator[Mutant]:
    source = path.read_text()
    for number, node in enumerate(places(ast.parse(source))):
        for which, changed in enumerate(changes(node)):
            tree = ast.parse(source)
            old = next(each for n, each in enumerate(places(tree)) if n == number)
            new = next(each for n, each in enumerate(changes(old)) if n == which)
            mutated = ast.unparse(ast.fix_missing_locations(Replacing(old, new).visit(tree)))
            yield Mutant(
                path=path.relative_to(ROOT),
                line=getattr(node, "lineno", 0),
                was=_short(node),
                becomes=_short(ast.fix_missing_locations(changed)),
                source=mutated,
            )


def _short(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0][:90]


def tried(tree: Path, mutant: Mutant | None) -> bool:
    """Whether the tests notice; without a mutant, whether they fail as the tree stands."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", "-p", "no:randomly", "--hypothesis-seed=0"]
    command += [f"--ignore={LEFT_OUT}", "tests/policies"]
    target = tree / mutant.path if mutant else None
    before = target.read_text() if target else ""
    try:
        if target and mutant:
            target.write_text(mutant.source)
        done = subprocess.run(command, cwd=tree, capture_output=True, timeout=ONE_RUN, check=False)
    except subprocess.TimeoutExpired:
        return True
    else:
        return done.returncode != 0
    finally:
        if target:
            target.write_text(before)


def campaign(sample: list[Mutant], *, jobs: int, minutes: float) -> tuple[list[Mutant], list[Mutant]]:
    """The mutants noticed and those that survived; what time did not allow is in neither."""
    ends = monotonic() + minutes * 60
    killed: list[Mutant] = []
    survived: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(jobs) as pool:
        free: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            tree = Path(folder) / str(number)
            shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".hypothesis"))
            free.put(tree)

        def one(mutant: Mutant) -> None:
            if monotonic() >= ends:
                return
            tree = free.get()
            try:
                noticed = tried(tree, mutant)
            finally:
                free.put(tree)
            (killed if noticed else survived).append(mutant)
            say("." if noticed else f"\nSURVIVED  {mutant}\n")

        first = free.get()
        if tried(first, None):
            raise SystemExit("tests/policies fails as it stands: mend that first")
        free.put(first)
        list(pool.map(one, sample))
    return killed, survived


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sample", type=int, default=200)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--minutes", type=float, default=20.0)
    asked.add_argument("--jobs", type=int, default=2)
    given = asked.parse_args()
    every = [mutant for path in sorted((ROOT / "policies").glob("*.py")) for mutant in mutants_of(path)]
    chosen = random.Random(given.seed).sample(every, min(given.sample, len(every)))
    say(f"{len(chosen)} of {len(every)} mutants, seed {given.seed}\n")
    killed, survived = campaign(chosen, jobs=given.jobs, minutes=given.minutes)
    ran = len(killed) + len(survived)
    share = 100 * len(killed) / ran if ran else 0.0
    say(f"\n{len(killed)} killed, {len(survived)} survived, {len(chosen) - ran} not run in time: {share:.1f} %\n")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
