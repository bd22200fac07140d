"""Takes the screens of the README anew, small: `python -m tests.golden.screens.make`."""

import io
import re
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.bot.web.e2e.council import RunningCouncil, running_council
from tests.bot.web.e2e.visitor import FLAGS, Visitor, visiting

HERE = Path(__file__).parent
LARGEST = 60_000


def kept(page: Page, name: str) -> None:
    """The first screenful, with few colours."""
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(32, dither=Image.Dither.NONE).save(HERE / f"{name}.png", optimize=True)
    assert (HERE / f"{name}.png").stat().st_size < LARGEST, name


def checked(visitor: Visitor, sample: str) -> None:
    """Check your answers, of a draft that begins with the sample."""
    visitor.open(f"/notices/{sample}")
    visitor.press("Copy as new")
    visitor.page.get_by_role("button", name="Check your answers").click()
    kept(visitor.page, "check-your-answers")


def retracted(visitor: Visitor) -> None:
    visitor.open("/")
    kept(visitor.page, "live-now")
    visitor.page.get_by_role("button", name="Retract now").first.click()
    kept(visitor.page, "retract")
    visitor.page.get_by_label(re.compile("An appeal was lodged")).check()
    visitor.press("Retract")
    visitor.page.get_by_role("heading", name="All of it is proven gone").wait_for()
    kept(visitor.page, "progress")


def screens(council: RunningCouncil) -> None:
    sample = council.up()
    waiting = council.submit()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        with visiting(browser, council.here.bot, "phone") as director:
            director.as_(council.person("director")).open(f"/notices/{waiting.ref}/approve")
            kept(director.page, "approve")
        with visiting(browser, council.here.bot, "phone") as officer:
            officer.as_(council.person("officer"))
            checked(officer, sample)
            retracted(officer)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running_council(Path(folder)) as running:
        screens(running)
