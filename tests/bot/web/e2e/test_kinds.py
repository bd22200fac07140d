"""Every kind of notice from nothing to submitted, by somebody who reads the questions and knows no field by its name."""

import re

import pytest
from playwright.sync_api import expect

from tests.bot.office import SAMPLES

# What is asked, and what is chosen or typed; the first that fits. What nothing fits is left as it is.
ALWAYS = (
    ("may not be identified|(may|must) not appear|else is affected", ""),
    ("When was (that|it) checked", "1/3/2026"),
    ("Case reference", "EH/2026/9001"),
    ("Which service", "Environmental"),
    ("Date of the verdict|^Date of (conviction|sentence)|^Made on", "16/2/2026"),
    ("Reference of the court", "Memorandum 17/2026"),
    ("^Name", "Alex Example"),
    ("Date of birth", "3/2/1984"),
    ("^Offence|What was the offence", "Fly-tipping"),
    ("Date of the offence", "3/12/2025"),
    ("earlier conviction that the text|breach, a revocation|mention an earlier", "No"),
    ("^What kind is it", "Fine"),
    ("last day", "15/2/2027"),
    ("until further order", "No"),
    ("final hearing|in force|order over|Was sentence passed", "Yes"),
    ("Age in years", "42"),
    ("Street or area", "Sample Lane, Dartford"),
    ("^Outcome", "Fined £400"),
    ("^Headline", "Fined for fly-tipping in Sample Lane"),
    ("^Text", "Dartford Magistrates’ Court fined Alex Example on 16 February 2026."),
    ("Where does it appear", ("Website", "Facebook", "X", "Instagram")),
    ("Who else compared", "Second Sample Officer"),
    ("Which officer|in full size|watches the comments|Who asks", "Sample Officer"),
    ("Which court", "Dartford Magistrates’ Court"),
    ("kind of court", "Magistrates"),
    ("Is everybody|Are all dates|every part|behaviour serious|Was the court asked|preview|understood", "Yes"),
    ("good enough|others cropped", "Yes"),
    ("Which purposes", ("Discourage",)),
    ("Which powers", ("Environmental",)),
    ("Which grounds", ("The",)),
    ("due for review", "30/6/2027"),
    ("Of which date", "5/1/2026"),
    ("^When\\?|When was it taken", "17/2/2026"),
    ("co-defendants|standing orders|restrictions in", "None"),
    ("tried, and when", "2026-02-20 Asked at the shop"),
    ("picture come from", "The council's overt"),
    ("right or consent", "The council owns it"),
    ("How many people|How many of them", "1"),
    ("whoever is shown", "An adult"),
    ("Describe the picture", "Somebody beside a van, seen from behind"),
    (
        "Who at the court|How: by|condition|Article|impact|Where is|^Why|^How was|Which less|Which lesser|What justifies",
        "x",
    ),
    ("under 18|another case|appeal been|arrested|victim|identified|protected|else|vulnerable|incite|undermine", "No"),
    ("such a person|minor|first offence|give more|another investigation|child", "No"),
)
NOBODY = (("^(Name|Outcome|Age|Date of birth)", ""),)
KINDS = {
    "Criminal behaviour order": (("kind of order", "Criminal"),),
    "Civil injunction": (
        ("kind of order", "Injunction against anti"),
        ("^Headline", "Injunction after nuisance in Sample Lane"),
        ("^Offence|What was the offence", "Nuisance"),
        ("^Text", "The county court made an injunction on 16 February 2026. It is a civil order, not a conviction."),
        ("^(Outcome|Order)", "Injunction until 15 February 2027"),
        ("kind of court", "County"),
    ),
    "Appeal: who is in this picture?": (
        *NOBODY,
        ("Date of the verdict", "1/2/2026"),
        ("^Text", "Waste was left in Sample Lane. If you know who this is, write to comms@dartford.gov.uk."),
    ),
    "Outcome of a court case, with the picture of who was convicted": (("picture come from", "A custody"),),
    "Result of an appeal": (
        ("^(Age|Street)", ""),
        ("^Headline", "Appeal allowed"),
        ("^Text", "The Crown Court allowed an appeal on 16 February 2026."),
    ),
    "Correction of an earlier notice": (("^Headline", "Correction"), ("^Text", "An earlier notice was wrong. Sorry.")),
}


def answered(group, said):
    """One question, whichever way it is asked; what depends on an answer that was not given is left out."""
    first = group.locator("input, select, textarea").first
    kind = first.evaluate("it => it.tagName == 'INPUT' ? it.type : it.tagName")
    if kind in {"radio", "checkbox"}:
        for each in [said] if isinstance(said, str) else said:
            group.get_by_label(re.compile(rf"^\s*{re.escape(each)}")).first.check()
    elif kind == "SELECT":
        options = group.locator("option").all_inner_texts()
        first.select_option(label=next(each for each in options if each.startswith(said)))
    elif group.locator("fieldset").count():
        for field, part in zip(group.locator("input").all(), said.split("/"), strict=True):
            field.fill(part)
    else:
        first.fill(said)


def fill_in(page, own):
    """Everything that is asked on this page and has an answer; what hangs on an answer only where that was given."""
    given = {}
    for group in page.locator("main form > .govuk-form-group").all():
        asked = group.locator("legend, label").first.inner_text().strip()
        hint = group.locator(".govuk-hint").first.inner_text() if group.locator(".govuk-hint").count() else ""
        fits = [said for words, said in (*own, *ALWAYS) if re.search(words, asked, re.IGNORECASE)]
        on = re.search("Only if you answered (.+) to “(.+)”", hint)
        if fits and fits[0] and (on is None or f"“{given.get(on[2])}”" in on[1]):
            answered(group, fits[0])
            given[asked] = fits[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_notice_of_each_kind_is_written_from_nothing_by_following_the_pages_without_javascript(kind, served, look_in):
    visitor = look_in("phone", scripts=False).as_(served.staff.second)
    page = visitor.page
    visitor.open("/new")
    page.get_by_label(kind, exact=True).check()
    visitor.press("Begin")
    visitor.follow(page.locator(".govuk-task-list__link").first)
    for _ in range(60):
        if page.get_by_role("button", name="Upload").count():
            page.locator("input[type=file]").set_input_files(SAMPLES / "card.png")
            visitor.press("Upload")
        if not page.get_by_role("button", name="Save and continue").count():
            break
        fill_in(page, KINDS[kind])
        visitor.press("Save and continue")
        for wrong in (".govuk-error-summary", "#said"):
            assert page.locator(wrong).all_inner_texts() == [], page.url
    visitor.press("Check your answers")
    visitor.press("Submit for approval")
    page.wait_for_url("**/notices/*")
    expect(page.get_by_text("A Director of the service decides now.")).to_be_visible()
