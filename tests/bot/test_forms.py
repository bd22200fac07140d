"""What officers fill in: the checklist as a form, a blank submission that can be sent in, and a lesser form."""

import json

import pytest

from bot import intake
from bot.forms import anonymised, blank, form
from bot.submission import receive
from policies.checklist import ROWS, of_kind, unanswered
from policies.effects import Effect
from policies.questions import Due
from policies.terms import Kind
from store import publications
from tests.adapters.fake import NOON
from tests.bot.office import SAMPLES, document
from tests.policies.samples import answered


@pytest.mark.parametrize("kind", list(Kind))
def test_annex_a_the_form_asks_every_row_in_plain_words_with_clause_options_and_consequences(kind):
    text = "\n".join(form(kind))
    for row in ROWS:
        assert (f"\n{row.number}. {row.title} ({row.clause}" in f"\n{text}") is (kind in row.kinds)
        if kind not in row.kinds:
            continue
        assert row.question in text
        for question in row.questions:
            assert (f"[{row.number}.{question.name}] {question.label}" in text) is (kind in question.kinds)
        for each in row.consequences:
            asked = row.asked(each.question)
            if kind in each.kinds and kind in asked.kinds:
                assert f"{each.what} {each.remedy}" in text


def test_annex_a_the_form_says_what_holds_whose_sign_off_is_needed_and_what_lifts_it():
    text = "\n".join(form(Kind.CASE_OUTCOME))
    assert "If third_party is unknown or yes, it waits: " in text
    assert "Until: the clearance of the Data Protection Officer." in text
    assert "Until: the Director's tick online_publicity." in text
    assert "it may not go up (R41)" not in text
    assert "Or publish it without the persons (5.7.3)." in text
    assert {each.number for each in ROWS if each.due is not Due.AT_SUBMISSION} == {33, 34}


@pytest.mark.parametrize("kind", list(Kind))
def test_annex_a_the_blank_submission_has_every_row_and_only_what_a_submission_has(kind):
    made = blank(kind)
    assert set(made["checklist"]["answers"]) == {str(row.number) for row in of_kind(kind)}
    assert set(made) == set(
        receive(filled_bytes(Kind.CASE_OUTCOME), folder=SAMPLES, now=NOON).submission.__dataclass_fields__
    )


def filled(kind) -> dict:
    """The blank submission as an officer fills it in: what is left blank stays there."""
    made = blank(kind)
    sample = document("image_appeal" if kind is Kind.IMAGE_APPEAL else "case_outcome")
    made |= {name: sample[name] for name in ("case_ref", "service", "court_event")}
    (subject,) = made["subjects"]
    named = kind is not Kind.IMAGE_APPEAL
    if named:
        subject |= {"name": "Alex Example", "date_of_birth": "1984-02-03"}
    for conviction in subject["convictions"]:
        conviction |= {"offence": "Fly-tipping", "convicted_on": "2026-02-16", "sentence": [{"type": "fine"}]}
    if subject["order"]:
        subject["order"] |= {
            "type": "asb_injunction" if kind is Kind.INJUNCTION else "cbo",
            "made_on": "2026-02-16",
            "ends": "2028-02-15",
            "final": "yes",
            "in_force": "yes",
        }
    content = made["content"]
    words = {
        Kind.INJUNCTION: "A civil order forbids to leave waste in Sample Lane.",
        Kind.IMAGE_APPEAL: "Waste was left in Sample Lane. Please write to comms@dartford.gov.uk.",
    }
    content |= {"headline": "Waste in Sample Lane", "body": words.get(kind, "Waste was left in Sample Lane.")}
    told = (
        {"offence": "Leaving waste"} if kind is Kind.INJUNCTION else {"offence": "Fly-tipping", "outcome": "Fined £400"}
    )
    content["facts"] = [{**content["facts"][0], **told}] if named else []
    for picture in content["pictures"]:
        picture |= {"file": "card.png", "alt_text": "A card"}
        picture["facts"] |= {"source": "council", "good_enough": "yes", "children": "no", "apparent_age": "nobody"}
    for number, given in answered(kind).answers.items():
        made["checklist"]["answers"][number]["values"] |= {
            name: list(value) if isinstance(value, tuple) else value for name, value in given.values.items()
        }
    return made


def filled_bytes(kind) -> bytes:
    return json.dumps(filled(kind)).encode()


@pytest.mark.parametrize(
    "kind", [Kind.CASE_OUTCOME, Kind.CBO, Kind.INJUNCTION, Kind.IMAGE_APPEAL, Kind.POST_CONVICTION_IMAGE]
)
def test_annex_a_a_blank_submission_is_taken_once_it_is_filled_in(office, kind):
    submitted = office.submit_written(filled(kind))
    assert submitted.objections == ()
    office.approve(submitted.ref)


def test_annex_a_what_is_left_blank_is_told_as_not_answered_and_not_as_a_mistake(office):
    made = filled(Kind.CASE_OUTCOME)
    made["checklist"]["answers"] = blank(Kind.CASE_OUTCOME)["checklist"]["answers"]
    submitted = office.submit_written(made)
    told = {each.path for each in submitted.objections if each.path.startswith("checklist.answers.")}
    with office.bot.ledger.read() as tx:
        kept = publications.load(tx, publications.find(tx, submitted.ref).id, 1)
    asked = list(unanswered(Kind.CASE_OUTCOME, kept.checklist))
    assert told == {f"checklist.answers.{row.number}.{question.name}" for row, question in asked}
    assert len(asked) > 40


def lesser(office, ref, follows=None) -> dict:
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, ref)
        newest = publications.load(tx, known.id, publications.latest_revision(tx, known.id))
    # As it is printed.
    return json.loads(json.dumps(anonymised(newest, follows=follows)))


def under_18(office) -> str:
    """A notice that only the persons' identity bars."""
    answers = document()["checklist"]["answers"]
    answers["12"]["values"] = {"under_18": "unknown"}
    answers["6"]["values"]["necessity"] = "Alex was seen by many"
    answers["15"]["values"]["none_because"] = "It happened in SAMPLE LANE on council land"
    return office.submit(checklist={"answers": answers}).ref


def test_r19_the_lesser_form_holds_no_data_of_the_persons(office):
    made = lesser(office, under_18(office))
    assert made["subjects"] == [{"number": "S1", "category": "convicted"}, {"number": "S2", "category": "company"}]
    assert made["content"] == {
        "headline": "",
        "body": "",
        "facts": [
            {"subject": "S1", "offence": "Fly-tipping", "outcome": "Fined £400 and ordered to pay £85 costs"},
            {"subject": "S2", "offence": "Fly-tipping", "outcome": "Fined £2,000"},
        ],
        "pictures": [],
    }
    written = json.dumps(made)
    assert not [word for word in ("Alex", "Example", "1984", "42", "Haulage") if word in written]
    assert "sample lane" not in written.lower()


def test_r19_the_checklist_is_kept_but_for_what_speaks_of_identity_or_of_the_old_text(office):
    made = lesser(office, under_18(office))
    values = {int(number): each["values"] for number, each in made["checklist"]["answers"].items()}
    old = document()["checklist"]["answers"]
    for number in (4, 9, 10, 11, 13, 20):
        assert {name: value for name, value in values[number].items() if value not in ("", [])} == old[str(number)][
            "values"
        ]
    for number in (8, 12, 16, 18, 21, 23, 24, 30):
        assert not [value for value in values[number].values() if value not in ("", [])]
    assert values[6] == {"necessity": "", "less_intrusive": old["6"]["values"]["less_intrusive"]}
    assert values[15]["none_because"] == ""
    assert made["checklist"]["consultations"] == []


def test_r19_an_offence_that_names_somebody_is_left_out(office):
    named = "Fly-tipping with Alex"
    ref = office.submit(content__facts__0__offence=named, content__facts__0__outcome=None).ref
    assert [each["subject"] for each in lesser(office, ref)["content"]["facts"]] == ["S2"]


def test_r19_a_picture_of_a_convicted_person_becomes_an_outcome_without_one(office):
    ref = office.submit_written(filled(Kind.POST_CONVICTION_IMAGE)).ref
    made = lesser(office, ref)
    assert (made["kind"], made["content"]["pictures"]) == ("case_outcome", [])
    assert not {"25", "27", "28"} & set(made["checklist"]["answers"])


def test_r19_5_7_3_the_lesser_form_is_submitted_and_approved_like_any_other_notice(office):
    ref = under_18(office)
    made = lesser(office, ref)
    made["content"] |= {"headline": "Waste left in Dartford", "body": "A court fined those responsible."}
    for number, given in answered(Kind.CASE_OUTCOME).answers.items():
        values = made["checklist"]["answers"][number]["values"]
        new = {name: list(value) if isinstance(value, tuple) else value for name, value in given.values.items()}
        values |= {name: value for name, value in new.items() if values[name] in ("", [])}
    submitted = office.submit_written(made)
    assert submitted.objections == ()
    with office.bot.ledger.read() as tx:
        known = publications.find(tx, submitted.ref)
        assert known.copied_from == ref
    office.approve(submitted.ref)
    text = intake.preview(office.bot, office.staff.director, submitted.ref).renditions["website"].text
    assert "Alex" not in text
    assert office.bot.words.informative.split()[0] in text


def test_r45_the_lesser_form_of_what_was_retracted_follows_it(office):
    assert lesser(office, under_18(office), follows="DBC-AAAAAA")["follows"] == "DBC-AAAAAA"


def test_r19_a_bar_about_identity_says_so(office):
    submitted = office.submit(
        checklist={"answers": document()["checklist"]["answers"] | {"16": {"values": {"identifiable": "yes"}}}}
    )
    assert [(each.lesser, each.effect) for each in submitted.objections] == [(True, Effect.REFUSE)]
