"""The law's tables as settings: mistakes are told with their place, and no change spends a conviction later."""

import re
from dataclasses import replace

import pytest

from bot.context import law_of
from bot.settings import load
from bot.settings_safe import shipped_law
from policies.sentences import Band, Counts, Law, SentenceType
from tests.bot.settings_samples import changed, refused, rehearsed

LAW = law_of(load(rehearsal=False, environ={}))


def fine(**changes):
    given = {"title": "Fine", "counts": Counts.FROM_CONVICTION, "adult": 12, "youth": 6, "source": "an Act"}
    return SentenceType(**(given | changes))


def test_the_shipped_law_is_the_law_in_force():
    assert shipped_law().law() == LAW
    assert LAW.in_force.isoformat() == "2023-10-28"
    assert [(band.up_to, band.adult, band.youth) for band in LAW.bands] == [(12, 12, 6), (48, 48, 24), (None, 84, 42)]


def test_every_kind_of_the_shipped_law_says_where_it_comes_from_in_plain_words():
    for kind in (*LAW.sentences.values(), *LAW.orders.values()):
        assert kind.source
        assert re.match(r"[A-Z]", kind.title)


def test_5_7_2_every_treatment_disposal_is_marked():
    marked = {code for code, kind in LAW.sentences.items() if kind.treatment}
    assert marked == {"drug_rehabilitation", "alcohol_treatment", "mental_health_treatment", "hospital_order"}


@pytest.mark.parametrize(
    "code",
    [
        "fixed_penalty",
        "simple_caution",
        "conditional_caution",
        "warning",
        "community_protection_notice",
        "pending_prosecution",
    ],
)
def test_r3_what_no_court_decided_is_neither_a_sentence_nor_an_order(code):
    assert code in LAW.no_outcome
    assert not LAW.no_outcome.keys() & (LAW.sentences.keys() | LAW.orders.keys())


def test_a_new_kind_of_order_or_sentence_needs_no_code(folder):
    with (folder / "law.toml").open("a") as file:
        file.write(
            '[law.orders.respect_order]\ntitle = "Respect order"\ncivil = true\nsource = "a new Act"\n'
            '[law.sentences.respect]\ntitle = "Respect"\ncounts = "until_end"\nadult = 24\nyouth = 24\nsource = "a new Act"\n'
        )
    law = law_of(load(folder, rehearsal=False, environ={}))
    assert law.orders["respect_order"].civil
    assert law.sentences["respect"].adult == 24


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('title = "Fine"', 'tilte = "Fine"', "law.toml: law.sentences.fine.tilte: no setting has this name"),
        ('title = "Fine"\n', "", "law.toml: law.sentences.fine.title: is missing"),
        ("\nminor = true", "\nminnor = true", "law.toml: law.sentences.fine.minnor: no setting has this name"),
        ('counts = "custody"', 'counts = "custard"', "law.toml: law.sentences.imprisonment.counts = custard: input should be 'custody'"),
        ("[law.sentences.fine]", "[law.sentences.Fine]", "law.toml: law.sentences.Fine"),
        ("[law.sentences.fine]", "[law.sentence.fine]", "law.toml: law.sentence: no setting has this name"),
        ("adult = 12\nyouth = 6\nminor", "adult = 12\nminor", "law.toml: law.sentences.fine: from_conviction needs adult and youth"),
        ("adult = 12\nyouth = 6\nminor", "adult = 12\nyouth = 13\nminor", "law.toml: law.sentences.fine: youth is longer than adult"),
        ("adult = 12\nyouth = 6\nminor", "adult = 12\nyouth = 0\nminor", "law.toml: law.sentences.fine: adult and youth count months"),
        ("up_to = 12", "up_to = 60", "law.toml: law: bands: the shortest comes first"),
        ("up_to = 12", "up_too = 12", "law.toml: law.bands[0].up_too: no setting has this name"),
        ("up_to = 48\n", "", "law.toml: law: bands: the last, and only the last"),
        ("adult = 12\nyouth = 6\nsource", "adult = 49\nyouth = 6\nsource", "law.toml: law: bands: a longer term is never spent sooner"),
        ("in_force = 2023-10-28", 'in_force = "soon"', "law.toml: law.in_force = soon: "),
        ("never_above = 48\n", "", "law.toml: law.never_above: is missing"),
        ("civil = false", 'civil = "perhaps"', "law.toml: law.orders.cbo.civil = perhaps: "),
        ("longest_for_youth = 36", "longest_for_youth = 0", "law.toml: law.orders.cbo: longest_for_youth counts months"),
        ('warning = "Warning"', 'warning = " "', "law.toml: law.no_outcome.warning"),
        ('source = "ROA s1(3)"', 'source = " "', "law.toml: law.sentences.surcharge: title and source may not be blank"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_law_is_told_with_its_file_and_key(folder, old, new, problem):
    changed(folder / "law.toml", old, new)
    problems = refused(config_dir=folder)
    assert any(found.startswith(problem) for found in problems), problems


def test_all_mistakes_in_the_law_are_told_together_with_those_of_other_files(folder):
    changed(folder / "law.toml", 'title = "Fine"', 'tilte = "Fine"')
    changed(folder / "law.toml", 'counts = "when_paid"', 'counts = "never_paid"')
    changed(folder / "bot.toml", "workers = 5", "workers = 0")
    problems = "\n".join(refused(config_dir=folder))
    for words in (
        "law.sentences.fine.tilte",
        "law.sentences.fine.title",
        "law.sentences.compensation.counts",
        "loop.workers",
    ):
        assert words in problems


LOOSER = [
    ("in_force = 2023-10-28", "in_force = 2022-10-28", "law.in_force: not before 2023-10-28"),
    ("never_above = 48", "never_above = 36", "law.never_above: at least 48"),
    ("up_to = 12", "up_to = 11", "law.bands: custody that falls into the shipped band of 12 months"),
    ("adult = 84", "adult = 85", "law.bands: custody that falls into the shipped band of 84 months"),
    ("youth = 42", "youth = 43", "law.bands: custody that falls into the shipped band of 84 months"),
    ("adult = 12\nyouth = 6\nminor", "adult = 13\nyouth = 6\nminor", "law.sentences.fine.adult: at most 12"),
    ("adult = 12\nyouth = 6\nminor", "adult = 12\nyouth = 7\nminor", "law.sentences.fine.youth: at most 6"),
    ('counts = "at_once"', 'counts = "legal_decides"', "law.sentences.absolute_discharge.counts: must stay at_once"),
    ('counts = "at_once"', 'counts = "never"', "law.sentences.absolute_discharge.counts: must stay at_once"),
    ('counts = "custody"', 'counts = "never"', "law.sentences.imprisonment.counts: must stay custody"),
    ('counts = "ignored"', 'counts = "when_paid"', "law.sentences.surcharge.counts: must stay ignored"),
    ('counts = "legal_decides"', 'counts = "never"', "law.sentences.deprivation_order.counts: must stay legal_decides"),
    ('order"\ncounts = "until_end"\ntreatment', 'order"\ncounts = "until_end"\nadult = 24\nyouth = 24\ntreatment', "law.sentences.hospital_order.adult: leave it out"),
    ("treatment = true", "treatment = false", "law.sentences.drug_rehabilitation.treatment: must be true"),
    ("civil = false", "civil = true", "law.orders.cbo.civil: must be false"),
    ("longest_for_youth = 12", "longest_for_youth = 24", "law.orders.asb_injunction.longest_for_youth: at most 12"),
    ("longest_for_youth = 12\n", "", "law.orders.asb_injunction.longest_for_youth: at most 12"),
    ("[law.orders.cbo]", '[law.orders.warning]\ntitle = "Warning"\ncivil = true\nsource = "none"\n[law.orders.cbo]', "law.no_outcome.warning: is no outcome of a court"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem"), LOOSER, ids=[problem.split(":")[0] + new[-14:] for _, new, problem in LOOSER]
)
def test_5_7_4_a_a_law_that_would_spend_a_conviction_later_is_refused_but_in_a_rehearsal(
    folder, tmp_path, old, new, problem
):
    text = (folder / "law.toml").read_text()
    first = text.index("# treatment = true") if "treatment = " in old else 0
    at = text.index(old, text.index("[law.sentences.") if first else 0)
    (folder / "law.toml").write_text(text[:at] + new + text[at + len(old) :])
    problems = refused(config_dir=folder)
    assert any(found.startswith(f"law.toml: {problem}") and "init --rehearsal" in found for found in problems), problems
    load(folder, rehearsal=True, environ={}, overrides=rehearsed(tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in_force = 2023-10-28", "in_force = 2024-10-28"),
        ("never_above = 48", "never_above = 60"),
        ("adult = 84", "adult = 48"),
        ("adult = 12\nyouth = 6\nminor", "adult = 11\nyouth = 5\nminor"),
        ('counts = "custody"', 'counts = "legal_decides"'),
        ('counts = "never"', 'counts = "legal_decides"'),
        ('counts = "custody"', 'counts = "at_once"'),
        ("longest_for_youth = 12", "longest_for_youth = 6"),
    ],
)
def test_a_law_that_spends_a_conviction_sooner_or_asks_more_is_accepted(folder, old, new):
    changed(folder / "law.toml", old, new)
    load(folder, rehearsal=False, environ={})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"youth": None}, "from_conviction needs"),
        ({"counts": Counts.UNTIL_END, "youth": None}, "until_end needs both"),
        ({"counts": Counts.NEVER}, "never takes no adult"),
        ({"title": " "}, "may not be blank"),
    ],
)
def test_a_kind_of_sentence_that_could_not_be_computed_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        fine(**changes)


def test_bands_have_an_open_end_and_no_gap():
    last = Band(adult=84, youth=42, source="an Act")
    assert Law(bands=(last,)).bands == (last,)
    with pytest.raises(ValueError, match="only the last"):
        Law(bands=(replace(last, up_to=12),))
    with pytest.raises(ValueError, match="up_to counts months"):
        replace(last, up_to=0)
    with pytest.raises(ValueError, match="never_above"):
        Law(never_above=0)
