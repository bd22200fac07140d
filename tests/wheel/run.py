"""`make wheel`: build the wheel and look into it. What it must hold is there, and nothing that may not leave is."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent.parent
NEEDED = (
    "bot/__main__.py",
    "bot/web/static/console.css",
    "bot/web/static/govuk-frontend.min.js",
    "bot/web/templates/base.html",
    "bot/templates/notice.html",
    "bot/defaults/bot.toml",
    "bot/defaults/policy.toml",
    "bot/defaults/law.toml",
    "bot/defaults/samples/card.png",
    "bot/defaults/deploy/downdate.service",
    "adapters/website.py",
    "policies/publishing.py",
    "store/migrations/env.py",
)
# The type, crown and crest that only GOV.UK may use, what the stylesheet is made from, and what is nobody's business.
NEVER = re.compile(
    r"(?i)\.(woff2?|ttf|otf|eot|scss|map|sqlite|key|pyc)$|crest|crown|node_modules|package(-lock)?\.json$|^tests/|/assets/"
)
TYPE = re.compile(rb"GDS Transport|@font-face|govuk-crest")


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    (made,) = folder.glob("*.whl")
    return made


def wrong_with(wheel: Path) -> list[str]:
    with ZipFile(wheel) as inside:
        names = inside.namelist()
        missing = [f"missing: {each}" for each in NEEDED if each not in names]
        stray = [f"may not be there: {each}" for each in names if NEVER.search(each)]
        typed = [f"holds type or crest of GOV.UK: {each}" for each in names
                 if each.startswith("bot/web/") and not each.endswith(".py") and TYPE.search(inside.read(each))]  # fmt: skip
    return [*missing, *stray, *typed]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = build(Path(folder))
        found = wrong_with(wheel)
        with ZipFile(wheel) as inside:
            sys.stdout.write(f"{wheel.name}: {len(inside.namelist())} files, {wheel.stat().st_size // 1024} kB\n")
    for each in found:
        sys.stderr.write(f"{each}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
