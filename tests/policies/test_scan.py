"""What the scan finds in free text, and what it lets pass."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.scan import Detail, contact_keys, details, file_mentions, folded, mentions, protected_phrases

BORN = date(1984, 2, 3)

FOUND = [
    (Detail.HOUSE_NUMBER, "14 Acacia Road"),
    (Detail.HOUSE_NUMBER, "He lives at 14a, Acacia Road, Dartford."),
    (Detail.HOUSE_NUMBER, "of 14-16 High St, Dartford"),
    (Detail.HOUSE_NUMBER, "14 acacia road"),
    (Detail.HOUSE_NUMBER, "1 The Avenue"),
    (Detail.HOUSE_NUMBER, "3 May Street"),
    (Detail.HOUSE_NUMBER, "Flat 2, Sample Court"),
    (Detail.HOUSE_NUMBER, "Flat B, Acacia Road"),
    (Detail.HOUSE_NUMBER, "who lives at number 14"),
    (Detail.POSTCODE, "Dartford DA1 1AA"),
    (Detail.POSTCODE, "da11aa"),
    (Detail.POSTCODE, "EC1A 1BB"),
    (Detail.BIRTH, "born on 3 February 1984"),
    (Detail.BIRTH, "DOB 03/02/84"),
    (Detail.BIRTH, "date of birth: 1984-02-03"),
    (Detail.BIRTH, "born in 1984"),
    (Detail.BIRTH, "Alex Example (3.2.1984)"),
    (Detail.BIRTH, "Alex Example, February 3rd, 1984"),
    (Detail.PHONE, "Call 01632 960001."),
    (Detail.PHONE, "Call +44 1632 960001"),
    (Detail.PHONE, "+44 (0)7700 900123"),
    (Detail.PHONE, "07700-900123"),
    (Detail.EMAIL, "alex@example.com"),
    (Detail.EMAIL, "alex (at) example.com"),
    (Detail.REGISTRATION, "a van, AB12 CDE"),
    (Detail.REGISTRATION, "ab12cde"),
    (Detail.REGISTRATION, "P123 ABC"),
    (Detail.REGISTRATION, "ABC 123D"),
    (Detail.EMPLOYER, "employed by Example Haulage Ltd"),
    (Detail.EMPLOYER, "who works for Example Haulage"),
]


@pytest.mark.parametrize(("detail", "text"), FOUND)
def test_r6_each_detail_beyond_the_basic_ones_is_found(detail, text):
    assert detail in {each.detail for each in details(text, [BORN])}


@pytest.mark.parametrize(
    "text",
    [
        "Acacia Road, Dartford",
        "Waste was left in Sample Lane on 3 May 2026.",
        "On 16 November 2026 Dartford Magistrates’ Court fined both.",
        "Fined £400 Sample Lane residents hear",
        "In 2025 Mill Road was closed.",
        "3 bags were left in the road, 500 metres of road were blocked; 30 mph road",
        "12 months at Dartford Crown Court",
        "the M25 and the A226 have, the A2 the B262 was; left on the M25 AND A2 THE ROAD",
        "on the A2 2nd exit, the A2 1st time",
        "Reference DBC-7K3Q9M-1, case EH/2026/0417, Memorandum 17/2026",
        "fined £2,000 and £1,085.50 with 0.5 points",
        "From 9 to 17 November 2026, 10:00 to 12:30",
        "Alex Example, 42",
        "It rained on 3 February 2026",
        "https://www.dartford.gov.uk/privacy-notices",
    ],
)
def test_r6_basic_details_dates_and_money_are_no_finding(text):
    assert [each.detail for each in details(text, [BORN])] == []


def test_the_councils_own_contacts_are_known_however_they_are_written():
    own = contact_keys(["comms@dartford.gov.uk", "01632 960001"])
    for text in ("Write to Comms@Dartford.gov.uk.", "Call +44 1632 960 001", "01632-960001"):
        assert {each.key for each in details(text)} <= own
    assert not {each.key for each in details("01632 960002")} <= own


@pytest.mark.parametrize(
    "text",
    ["O'BRIEN was there", "the O’Brien's van", "OBrien, again", "Ms obrien.", "The O\u2019Briens", "o\u2018brien’s"],
)
def test_r16_case_punctuation_and_possessives_do_not_hide_a_protected_word(text):
    assert mentions(text, "O’Brien")


def test_r16_accents_and_invisible_characters_do_not_hide_a_protected_word():
    assert mentions("Mrs Nunez", "Núñez")
    assert mentions("Łukasz Søren", "Lukasz Soren")
    assert mentions("Sam\u00adple", "Sample")


def test_r16_a_word_inside_another_is_not_the_protected_one():
    assert not mentions("A sampler and an example", "Sample")
    assert not mentions("Anything", " ’ ")


def test_r16_a_surname_and_the_parts_of_an_address_are_looked_for_but_not_a_shared_surname_or_a_town():
    assert "other" in protected_phrases(["Sam Other"])
    assert "example" not in protected_phrases(["Sam Example"], ["Alex Example"])
    phrases = protected_phrases(["14 Acacia Road, Dartford"])
    assert "14 Acacia Road" in phrases
    assert not any(folded(each) == "dartford" for each in phrases)


@pytest.mark.parametrize("name", ["JohnOther2.jpg", "john_other.png", "cctv-OTHER.jpeg", "img/other1.png"])
def test_r16_a_file_name_hides_nothing(name):
    assert file_mentions(name, "Other")
    assert not file_mentions("card.png", "Other")


@given(st.text(max_size=200))
def test_any_text_can_be_scanned(text):
    assert isinstance(list(details(text, [BORN])), list)
    assert folded(folded(text)) == folded(text)
