"""Rules about pictures: stated facts, source, quality, who is in them, how described (policy 6; R33 to R39)."""

from collections.abc import Iterator

from policies import wording
from policies.annex_a_words import IMAGES
from policies.dossier import Dossier, Objection
from policies.people_rules import grown_up
from policies.pictures import ApparentAge, Picture, PictureFacts, Source
from policies.sentences import Stated
from policies.terms import Kind

_FROM_OUTSIDE = frozenset({Source.RESIDENT, Source.CUSTODY})
_LOOKS_UNDER_18 = frozenset({ApparentAge.UNDER_16, ApparentAge.FROM_16_TO_17})
# 6.6 speaks of overt cameras and of residents; a custody picture only after conviction (6.7).
_SOURCES = {
    Kind.IMAGE_APPEAL: frozenset({Source.OVERT_CCTV, Source.RESIDENT}),
    Kind.POST_CONVICTION_IMAGE: frozenset({Source.OVERT_CCTV, Source.RESIDENT, Source.CUSTODY}),
}


def _stated(dossier: Dossier) -> Iterator[tuple[str, Picture, PictureFacts]]:
    for n, picture in enumerate(dossier.publication.content.pictures):
        if picture.facts is not None:
            yield f"content.pictures.{n}", picture, picture.facts


def _shows_people(facts: PictureFacts) -> bool:
    return facts.visible > 0 or facts.needed > 0


def pictures_stated(dossier: Dossier) -> Iterator[Objection]:
    for n, picture in enumerate(dossier.publication.content.pictures):
        if picture.facts is None:
            yield Objection(
                clause="6.3",
                path=f"content.pictures.{n}.facts",
                what="It is not stated where the picture comes from and whom it shows.",
                remedy="State source, quality, how many people can be seen and are needed, and whether a child is.",
            )


def people_in_kinds_for_it(dossier: Dossier) -> Iterator[Objection]:
    """Somebody's picture needs one of the four grounds of 6.3, which only two kinds of notice ask for (R37)."""
    if dossier.publication.kind in IMAGES:
        return
    for path, _, facts in _stated(dossier):
        if _shows_people(facts):
            yield Objection(
                clause="6.3",
                path=path,
                what="It shows a person, and this kind of notice does not ask why.",
                remedy=f"Submit it as {Kind.POST_CONVICTION_IMAGE}, or use a picture without people.",
                lesser=True,
            )


def pictures_from_open_sources(dossier: Dossier) -> Iterator[Objection]:
    """The council's overt cameras, or residents with their consent; never covert footage (R35)."""
    usual = _SOURCES.get(dossier.publication.kind)
    for path, _, facts in _stated(dossier):
        unusual = usual is not None and _shows_people(facts) and facts.source not in usual
        if facts.source is Source.COVERT or unusual:
            yield Objection(
                clause="6.6",
                path=f"{path}.facts.source",
                what="A picture of this source may not be used here.",
                remedy="Use one of the council's overt cameras, or one that a resident gave.",
            )
        if _shows_people(facts) and facts.captured_on is None:
            yield Objection(
                clause="6.6",
                path=f"{path}.facts.captured_on",
                what="It is not said when the picture was taken.",
                remedy="Give the date.",
            )
        if facts.source in _FROM_OUTSIDE and not facts.rights.strip():
            yield Objection(
                clause="6.6",
                path=f"{path}.facts.rights",
                what="It is not said by which consent or right the picture is used.",
                remedy="Give the resident's consent, or the right.",
            )


def pictures_good_enough(dossier: Dossier) -> Iterator[Objection]:
    for path, _, facts in _stated(dossier):
        if _shows_people(facts) and facts.good_enough is not Stated.YES:
            yield Objection(
                clause="6.2",
                path=f"{path}.facts.good_enough",
                what="It is not good enough, or nobody says that it is, so it can point at the wrong person.",
                remedy="Use a better picture, or none.",
            )


def only_who_is_needed(dossier: Dossier) -> Iterator[Objection]:
    """Of a group only the one whom the notice is about, the others obscured beyond return (R7, R38)."""
    subjects = len(dossier.publication.subjects)
    for path, _, facts in _stated(dossier):
        if facts.visible < 0 or facts.needed < 0 or facts.needed > facts.visible:
            yield Objection(
                clause="6.3",
                path=f"{path}.facts.needed",
                what="More people are needed than can be seen, or a number is negative.",
                remedy="Count again who can be seen and who is needed.",
            )
        elif facts.visible > facts.needed and facts.others_obscured is not Stated.YES:
            yield Objection(
                clause="6.3",
                path=f"{path}.facts.others_obscured",
                what="More people can be seen than are needed, and they are not obscured.",
                remedy="Cut it, or obscure the others beyond return, and send in that picture.",
            )
        if facts.needed > subjects:
            yield Objection(
                clause="4.1",
                path=f"{path}.facts.needed",
                what="It shows more people than the notice is about.",
                remedy="Keep only those listed as subjects.",
            )


def no_child_shown(dossier: Dossier) -> Iterator[Objection]:
    """Who looks under 18, or may be, is treated as a child (R39)."""
    adults = bool(dossier.publication.subjects) and all(grown_up(each) for each in dossier.publication.subjects)
    for path, _, facts in _stated(dossier):
        people = _shows_people(facts)
        if facts.children is Stated.YES or (people and facts.children is Stated.UNKNOWN):
            yield Objection(
                clause="5.7.2",
                path=f"{path}.facts.children",
                what="A child can be seen, or may be.",
                remedy="Obscure every child beyond return, and send in that picture.",
            )
        nobody = facts.apparent_age is ApparentAge.NOBODY
        unknown = facts.apparent_age is ApparentAge.UNKNOWN and not adults
        if facts.apparent_age in _LOOKS_UNDER_18 or (people and (nobody or unknown)):
            yield Objection(
                clause="5.7.2",
                path=f"{path}.facts.apparent_age",
                what="Whoever it shows may be under 18, and counts as a child.",
                remedy="Publish it without the picture, or say truly that an adult is shown.",
                lesser=True,
            )


def described_neutrally(dossier: Dossier) -> Iterator[Objection]:
    """The description says what can be seen, and nothing of race, religion or disability (R64)."""
    for n, picture in enumerate(dossier.publication.content.pictures):
        if wording.tells_characteristic(picture.alt_text):
            yield Objection(
                clause="10.3",
                path=f"content.pictures.{n}.alt_text",
                what="It ascribes race, religion or disability to a person.",
                remedy="Describe clothes, place and what happens.",
            )
