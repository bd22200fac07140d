"""What a text calls people and speaks of, by the words it uses (R2, R3, R4, R17, R31, R52, R64)."""

import re

_NOT_SO = re.compile(
    r"\b(?:not|no|never|neither|nor|without)\s+(?:yet\s+)?(?:been\s+)?(?:an?\s+|any\s+|the\s+)?(?:criminal\s+)?"
    r"(?:convict(?:ed|ions?)|guilty|criminals?|offenders?|sentenced?)\b",
    re.IGNORECASE,
)
_OF_A_SUSPECT = re.compile(
    r"\b(?:(?:re-?)?offenders?|criminals?(?!\s+(?:damage|offences?|investigations?|enquir\w+|courts?|proceedings|"
    r"behaviour|law|justice|matter)\b)|guilty|convict(?:s|ed|ions?)?|culprits?|perpetrators?|crooks?|thie(?:f|ves)|"
    r"fly-?\s?tippers?|law-?breakers?|wrong-?doers?|vandals?|fraudsters?|burglars?|felons?|litter\s?bugs?)\b",
    re.IGNORECASE,
)
_OF_A_RESPONDENT = re.compile(
    r"\b(?:convict(?:s|ed|ions?)?|guilty|sentenc(?:e[sd]?|ing)|(?:re-?)?offenders?|criminals?|fined|prosecuted|jailed|"
    r"imprisoned|culprits?)\b",
    re.IGNORECASE,
)
_TREATMENT = re.compile(
    r"\b(?:drugs?|alcohol|drink|substance)[\s-]+(?:and\s+alcohol\s+)?(?:rehab\w*|treatment|testing|abstinence|dependen\w+)"
    r"|\bmental[\s-]+health|\bhospital\s+order|\bguardianship\s+order|\bpsychiatr\w+|\brehabilitation\s+(?:requirement|"
    r"activity)|\btreatment\s+requirement|\bin\s+rehab\b",
    re.IGNORECASE,
)
_CHARACTERISTIC = re.compile(
    r"\b(?:black|white|brown|asian|african|caribbean|european|arab\w*|chinese|indian|pakistani|romany?|gypsy|"
    r"traveller|foreign)(?:[\s-]+\w+)?[\s-]+(?:man|men|wom[ae]n|males?|females?|person|people|boys?|girls?|youths?|"
    r"lad(?:y|ies)|gentlem[ae]n|appearance|origin)\b|\b(?:muslim|jew(?:ish)?|christian|hindu|sikh|buddhist)\b|"
    r"\bdisabled\b|\bhandicapped\b|\bof\s+\w+\s+(?:appearance|origin)\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"\baged?\s*:?\s*\d{1,3}\b|\b\d{1,3}[\s-]*years?[\s-]*old\b|\b\d{1,3},\s+of\b", re.IGNORECASE)
_QUASHED = re.compile(
    r"\b(?:quash\w*|overturn\w*|set\s+aside|successful\s+appeal|appeal\s+(?:was\s+|has\s+been\s+)?(?:successful|allowed|"
    r"succeeded)|sentence\s+(?:was\s+|has\s+been\s+|is\s+)?(?:\w+\s+)?(?:changed|reduced|varied|replaced|lowered))",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:previous|earlier|prior|past|former)(?:ly)?\s+(?:convict\w+|offen[cd]\w+|sentenc\w+|fined|prosecut\w+)|"
    r"\brepeat\s+offend\w+|\bre-?offend\w*|\b(?:second|third|fourth|fifth)\s+(?:conviction|offence)",
    re.IGNORECASE,
)
_CIVIL = re.compile(
    r"\bcivil\b|\bnot\s+a\s+(?:criminal\s+)?conviction|\bno\s+(?:criminal\s+)?conviction", re.IGNORECASE
)
_NO_OUTCOME = re.compile(
    r"\b(?:fixed\s+penalt\w+|penalty\s+(?:charge\s+)?notice|cautioned|(?:simple|conditional|formal|police|youth)\s+"
    r"cautions?|community\s+protection\s+(?:notice|warning)|community\s+resolution|(?:written\s+|formal\s+)warnings?|"
    r"abatement\s+notice|awaiting\s+trial|due\s+in\s+court|will\s+appear\s+(?:before|in|at))\b",
    re.IGNORECASE,
)


def accuses(text: str) -> bool:
    """Whether it calls somebody an offender, a criminal or guilty (R2)."""
    return _OF_A_SUSPECT.search(_NOT_SO.sub(" ", text)) is not None


def convicts(text: str) -> bool:
    """Whether it speaks as of a conviction; "not a conviction" does not."""
    return _OF_A_RESPONDENT.search(_NOT_SO.sub(" ", text)) is not None


def tells_treatment(text: str) -> bool:
    """Whether it speaks of treatment, rehabilitation or a mental health disposal (5.7.2)."""
    return _TREATMENT.search(text) is not None


def tells_characteristic(text: str) -> bool:
    """Whether it infers race, religion or disability of a person (R64); a white van is none."""
    return _CHARACTERISTIC.search(text) is not None


def tells_age(text: str) -> bool:
    return _AGE.search(text) is not None


def tells_appeal_result(text: str) -> bool:
    return _QUASHED.search(text) is not None


def tells_earlier_conviction(text: str) -> bool:
    return _EARLIER.search(text) is not None


def tells_civil(text: str) -> bool:
    """Whether it says that the matter is civil (1.6)."""
    return _CIVIL.search(text) is not None


def tells_no_outcome(text: str) -> bool:
    """Whether it speaks of a disposal without a court: a caution, a fixed penalty (R3)."""
    return _NO_OUTCOME.search(text) is not None
