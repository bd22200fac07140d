"""What the answers to the decision checklist mean: unanswered questions, and the consequences of adverse answers."""

from collections.abc import Iterator

from policies import checklist
from policies.answers import CONSULTEES
from policies.dossier import Dossier, Objection
from policies.effects import Effect, Tick
from policies.questions import Consequence, Cure, Row


def checklist_answered(dossier: Dossier) -> Iterator[Objection]:
    """Every question of every row that applies has an answer; "unknown" is one (Annex A)."""
    publication = dossier.publication
    for row, question in checklist.unanswered(publication.kind, publication.checklist):
        yield Objection(
            clause=row.clause,
            path=f"checklist.answers.{row.number}.{question.name}",
            what=f"Row {row.number} of the decision checklist is not answered: {row.title}.",
            remedy=question.label,
        )


def answers_allow(dossier: Dossier) -> Iterator[Objection]:
    """What each answer does until what would cure it is there: refuse, hold, or ask for a sign-off."""
    publication = dossier.publication
    for row in checklist.of_kind(publication.kind):
        for each in row.consequences:
            if publication.kind not in each.kinds or not _given(dossier, row, each):
                continue
            missing = [cure for cure in each.cures if not _cured(dossier, row, cure)]
            if missing or not each.cures:
                yield _objection(row, each, missing)


def _given(dossier: Dossier, row: Row, consequence: Consequence) -> bool:
    question = row.asked(consequence.question)
    answer = dossier.publication.checklist.answers.get(str(row.number))
    if question is None or answer is None or not question.applies(dossier.publication.kind, answer):
        return False
    return bool(consequence.answers.intersection(answer.lines(consequence.question)))


def _cured(dossier: Dossier, row: Row, cure: Cure) -> bool:
    if cure.filled is not None:
        return bool(dossier.publication.checklist.lines(row.number, cure.filled))
    if cure.cleared is not None:
        return dossier.cleared_by(cure.cleared)
    return cure.ticked is not None and cure.ticked in dossier.ticks


def _lacks(row: Row, cure: Cure) -> str:
    if cure.ticked is not None:
        return f"the Director's tick {Tick(cure.ticked).value}"
    if cure.cleared is not None:
        return f"the clearance of {CONSULTEES.get(cure.cleared, cure.cleared)}"
    question = row.asked(cure.filled or "")
    return f"an answer to “{question.label if question else cure.filled}”"


def _objection(row: Row, each: Consequence, missing: list[Cure]) -> Objection:
    lacks = "; ".join(_lacks(row, cure) for cure in missing)
    remedy = f"{each.remedy} Missing: {lacks}." if lacks else each.remedy
    return Objection(
        clause=each.clause or row.clause,
        path=f"checklist.answers.{row.number}.{each.question}",
        what=each.what,
        remedy=remedy,
        effect=each.effect,
        lesser=each.lesser and each.effect is not Effect.HOLD,
    )
