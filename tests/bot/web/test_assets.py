"""What may not be in the stylesheet, beside it or in the wheel: the type, crown and crest that only GOV.UK may use."""

import json
import re
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
STATIC = ROOT / "bot" / "web" / "static"
FONTS = {".woff", ".woff2", ".ttf", ".otf", ".eot"}
# Of the two built files only; pictures of GOV.UK Frontend are the crown, the crest and icons with the crown.
BUILT = {"console.css", "govuk-frontend.min.js"}


def test_what_is_built_is_a_stylesheet_and_a_script_and_nothing_else():
    assert {path.name for path in STATIC.rglob("*") if path.is_file()} == BUILT


def test_the_stylesheet_asks_for_no_type_of_gov_uk_and_for_no_file():
    css = (STATIC / "console.css").read_text()
    assert "GDS Transport" not in css
    assert "@font-face" not in css
    assert "@import" not in css
    assert not re.search(r"url\((?!['\"]?data:)", css)
    assert not re.search(r"(?i)crown|crest", css)


def test_the_script_asks_for_no_other_host():
    script = (STATIC / "govuk-frontend.min.js").read_text()
    hosts = set(re.findall(r"https?://([\w.-]+)", script))
    assert hosts <= {"design-system.service.gov.uk", "www.w3.org"}, hosts
    assert not re.search(r"\b(fetch|XMLHttpRequest|sendBeacon|WebSocket|EventSource)\b", script)


def test_the_wheel_takes_what_is_built_and_not_what_it_is_built_from():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["artifacts"] == ["bot/web/static/*"]
    assert "bot/web/assets" in wheel["exclude"]
    packed = [
        path
        for package in wheel["packages"]
        for path in (ROOT / package).rglob("*")
        if "node_modules" not in path.parts
    ]
    packed += list((ROOT / "config").rglob("*"))
    assert packed
    assert [path for path in packed if path.suffix.lower() in FONTS] == []
    assert [
        path for path in packed if path.suffix != ".py" and re.search(r"(?i)crest|crown|govuk-icon", path.name)
    ] == []


def test_the_templates_draw_no_crown_and_no_logo_of_gov_uk():
    for path in (ROOT / "bot" / "web" / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(
            r"(?i)govukHeader\b|crown|crest|GDS Transport|assets/images", text.replace("{% block govukHeader %}", "")
        ), path


def test_macros_and_stylesheet_are_of_the_same_version_of_gov_uk_frontend():
    """stack: pitfall 1."""
    wanted = json.loads((ROOT / "bot" / "web" / "assets" / "package.json").read_text())["devDependencies"][
        "govuk-frontend"
    ]
    assert re.fullmatch(r"\d+\.\d+\.\d+", wanted)
    assert version("govuk-frontend-jinja") == "4.1.0"
    assert f'--govuk-frontend-version: "{wanted}"' in (STATIC / "console.css").read_text()
    # The macros' own page names what they are of: a row of releases, and a badge.
    said = distribution("govuk-frontend-jinja").read_text("METADATA") or ""
    assert f"| [4.1.0](https://github.com/LandRegistry/govuk-frontend-jinja/releases/tag/4.1.0)   | [{wanted}]" in said


def test_only_pinned_packages_are_built_from_and_no_lock_is_kept():
    package = json.loads((ROOT / "bot" / "web" / "assets" / "package.json").read_text())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", each) for each in package["devDependencies"].values())
    assert package["private"] is True
    assert not (ROOT / "bot" / "web" / "assets" / "package-lock.json").exists()
