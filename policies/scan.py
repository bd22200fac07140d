"""What free text gives away: addresses, telephone numbers and the like, protected words, and what it calls people.

A finding says what kind of thing was found, never which: the words themselves are for comparing only.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Detail(StrEnum):
    """More than the basic details of policy 5.2, note 3."""

    HOUSE_NUMBER = "a house or flat number"
    POSTCODE = "a full postcode"
    BIRTH = "a date of birth"
    PHONE = "a telephone number"
    EMAIL = "an e-mail address"
    REGISTRATION = "a vehicle registration"
    EMPLOYER = "an employer"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One detail found in a text. `key` is the same however the detail is spaced or written."""

    detail: Detail
    key: str = field(repr=False)


_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH = rf"(?:{_MONTHS})[a-z]*\.?"
_STREETS = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Crescent|Cres|Gardens|Gdns|Terrace|Court|Place|Grove|Way|"
    "Walk|Mews|Square|Hill|Park|Rise|Row|View|Green|Parade|Broadway|Heath|Mead|Meadow|Vale|Villas|Yard|Wharf|Quay"
)
_NO_NAME = (
    rf"(?!(?i:(?:{_MONTH}|on|in|at|of|from|to|and|near|with|by|by|for|mph|miles?|km|metres?|m|yards?|bags?|tonnes?|kg|"
    r"people|hours?|days?|weeks?|months?|years?|times?)\b))"
)
_HOUSE = (
    # Written with capitals, then all in small letters, where only the plainest words for a street count.
    re.compile(
        rf"(?<![\w£.:/-])(?!(?:19|20)\d\d\b)(\d{{1,4}}[A-Za-z]?(?:\s?[-–/]\s?\d{{1,4}}[A-Za-z]?)?),?\s+"
        rf"({_NO_NAME}(?:[A-Z][\w'’.-]*\s+(?i:of\s+|the\s+)?){{1,3}}(?:{_STREETS}|(?i:street|road|lane|avenue))\b)"
        r"(?!\s+(?i:Magistrates))"
    ),
    re.compile(
        rf"(?<![\w£.:/-])(?!(?:19|20)\d\d\b)(\d{{1,4}}[a-z]?),?\s+"
        rf"({_NO_NAME}[a-z'’-]+\s+(?:street|road|rd|lane|avenue|crescent|terrace|close|gardens)\b)(?<!\bcame close)"
    ),
    re.compile(
        rf"(?<![\w£.:/-])(\d{{1,4}}[A-Za-z]?),?\s+((?:(?i:the)\s+|May\s+)(?:{_STREETS})\b)(?!\s+(?:[Cc]losed|was|is))"
    ),
    re.compile(r"\b((?i:flat|apartment|apt|maisonette|bedsit)\.?\s+(?:no\.?\s*)?(?:\d{1,4}[A-Za-z]?|[A-Z]))\b()"),
    re.compile(r"(?i:\b(?:at|of|lives)\s+(?:no\.?|number|house)\s*(\d{1,4}[a-z]?)\b)()"),
)
_COURTS = re.compile(r"(?:Magistrates|Crown|County|High|Youth|Appeal)['’]?s?['’]?\s+Court$", re.IGNORECASE)
_POSTCODE = re.compile(
    r"\b(?:GIR[ \xa0-]?0AA|[A-Z]{1,2}\d[A-Z\d]?[\s\xa0.-]{0,2}\d[ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE
)
_ORDINAL = re.compile(r"^[A-Z].*\s\d(?:st|nd|rd|th)$")
_EMAIL = re.compile(
    r"[\w.+'-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[A-Za-z][\w-]*)+", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w.])(?:\+|\(?0)[\d\s\xa0().–-]{7,18}\d(?!\w)")
_ABROAD = re.compile(r"\+\d{9,14}")
_AT_HOME = re.compile(r"0[1235789]\d{8,9}")
_THREE = r"(?!(?:AND|THE|FOR|WAS|HAS|HAD|NOT|ARE|OUT|OFF|BUT|NEW|MAN|MEN|TWO|ONE|ALL|WHO|HIS|HER|WHY)\b)[A-Z]{3}"
_REGISTRATIONS = (
    re.compile(r"\b[A-Z]{2}\d{2}[\s-]?[A-Z]{3}\b|\b[a-z]{2}\d{2}\s?[a-z]{3}\b(?<![a-z]\d\d the)"),
    re.compile(rf"\b[A-HJ-NPR-Y]\d{{1,3}}[\s-]?{_THREE}\b|\b[a-hj-npr-y]\d{{1,3}}[a-z]{{3}}\b"),
    re.compile(rf"\b{_THREE}[\s-]?\d{{1,3}}[A-HJ-NPR-Y]\b|\b[a-z]{{3}}\d{{1,3}}[a-hj-npr-y]\b"),
)
_EMPLOYER = re.compile(
    r"\b(?:employed\s+(?:by|at)|(?:he|she|they|who)\s+works?(?:ed)?\s+(?:for|at)|(?:his|her|their)\s+employer)\b[^.,;\n]*",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"\b(?:born|birth(?:day)?|d\.?\s?o\.?\s?b\.?)(?=\W)[^.\n]{{0,20}}?"
    rf"(?:\d{{1,4}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}|"
    rf"{_MONTH}\s+\d{{1,4}}|\b(?:19|20)\d\d\b)",
    re.IGNORECASE,
)


def details(text: str, births: Iterable[date] = ()) -> Iterator[Finding]:
    """Every detail beyond the basic ones in the text; `births` are looked for however they are written."""
    for detail, patterns, key in _LOOKED_FOR:
        for pattern in patterns:
            for found in pattern.finditer(text):
                if name := key(found[0]):
                    yield Finding(detail=detail, key=name)
    for born in births:
        if written(born).search(text):
            yield Finding(detail=Detail.BIRTH, key=born.isoformat())


def written(day: date) -> re.Pattern[str]:
    """A day in any of the ways people write it."""
    month = f"(?:{_MONTHS.split('|')[day.month - 1]}[a-z]*\\.?)"
    year = f"(?:{day.year}|['’]?{day.year % 100:02})"
    gap = r"[\s./,-]+"
    number, ordinal = f"0?{day.month}", f"0?{day.day}(?:st|nd|rd|th)?"
    return re.compile(
        rf"\b(?:{day.year}[-/.]0?{day.month}[-/.]0?{day.day}|0?{day.day}\s?[./-]\s?{number}\s?[./-]\s?{year}|"
        rf"{ordinal}{gap}(?:of\s+)?{month}{gap}{year}|{month}{gap}{ordinal}{gap}{year})\b",
        re.IGNORECASE,
    )


def contact_keys(contacts: Iterable[str]) -> frozenset[str]:
    """The council's own numbers and addresses as findings have them."""
    return frozenset(_address(each) if "@" in each else _dialled(each) for each in contacts)


def _address(text: str) -> str:
    plain = re.sub(r"[(\[]at[)\]]", "@", re.sub(r"[(\[]dot[)\]]", ".", text.casefold()))
    return "".join(plain.split()).strip(".'-")


def _dialled(text: str) -> str:
    number = re.sub(r"[^\d+]", "", text)
    return re.sub(r"^(?:\+|00)440?", "0", number)


def _house(text: str) -> str:
    return "" if _COURTS.search(text) else squashed(text)


def _postcode(text: str) -> str:
    return "" if _ORDINAL.match(text) else squashed(text)


def _phone(text: str) -> str:
    number = _dialled(text)
    return number if _AT_HOME.fullmatch(number) or _ABROAD.fullmatch(number) else ""


def squashed(text: str) -> str:
    """Letters and digits alone, folded."""
    return folded(text).replace(" ", "")


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def folded(text: str) -> str:
    """Its words in one case, without accents, punctuation and possessives; hyphens part words."""
    plain = text.casefold()
    # Most texts are plain letters, and every rule asks: only the others are taken apart.
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
        plain = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    plain = re.sub(r"(?<=\w)['’‘ʼ`´]s\b", "", plain)
    plain = re.sub(r"(?<=\w)['’‘ʼ`´]", "", plain)
    return " ".join(re.findall(r"[^\W_]+", plain))


def mentions(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text on word boundaries, folded; a final s of a plural does not hide it."""
    looked_for = folded(phrase)
    if not looked_for:
        return False
    return re.search(rf"(?<!\w){re.escape(looked_for)}(?:e?s)?(?!\w)", folded(text)) is not None


def file_mentions(name: str, phrase: str) -> bool:
    """Whether a file's name holds the phrase, even run together with other words: JohnSmith2.jpg."""
    looked_for = squashed(phrase)
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)", " ", name)
    return mentions(parted, phrase) or (len(looked_for) > 3 and looked_for in squashed(name))


def protected_phrases(lines: Iterable[str], shared: Iterable[str] = ()) -> frozenset[str]:
    """What to look for: each line, each part of an address, and the surname of a name unless it is a `shared` one."""
    own = {word for name in shared for word in folded(name).split()}
    found: set[str] = set()
    for line in lines:
        found.add(line)
        parts = [part for part in re.split(r"[,;\n]", line) if len(folded(part).split()) > 1]
        found.update(parts)
        words = folded(line).split()
        if 1 < len(words) <= 4 and "," not in line and all(word.isalpha() for word in words):
            surname = words[-1]
            if surname not in own and len(surname) > 2 and not re.fullmatch(_STREETS, surname, re.IGNORECASE):
                found.add(surname)
    return frozenset(each for each in found if folded(each))


# What is looked for, how, and what a match is compared by; "" where it turns out to be none.
_LOOKED_FOR: tuple[tuple[Detail, tuple[re.Pattern[str], ...], Callable[[str], str]], ...] = (
    (Detail.HOUSE_NUMBER, _HOUSE, _house),
    (Detail.POSTCODE, (_POSTCODE,), _postcode),
    (Detail.EMAIL, (_EMAIL,), _address),
    (Detail.PHONE, (_PHONE,), _phone),
    (Detail.REGISTRATION, _REGISTRATIONS, squashed),
    (Detail.EMPLOYER, (_EMPLOYER,), squashed),
    (Detail.BIRTH, (_BORN,), squashed),
)


_STREET = re.compile(rf"\b(?:[A-Z][\w'’-]+\s+){{1,2}}(?:{_STREETS})\b")


def names_street(text: str) -> bool:
    return _STREET.search(text) is not None
