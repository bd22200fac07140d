"""What consultees said about a revision. An advice is bound to that revision for good."""

from sqlalchemy import insert, select

from policies.answers import Advice
from store.ledger import Tx
from store.schema import advices


def add(tx: Tx, publication_id: int, revision: int, advice: Advice, note: str | None) -> None:
    tx.c.execute(
        insert(advices).values(
            publication_id=publication_id,
            revision=revision,
            role=advice.role,
            person=advice.person,
            cleared=advice.cleared,
            at=advice.at,
            note=note,
        )
    )


def of_revision(tx: Tx, publication_id: int, revision: int) -> tuple[Advice, ...]:
    """Everything that was said about that very revision, oldest first."""
    query = select(advices.c.role, advices.c.person, advices.c.at, advices.c.cleared).where(
        advices.c.publication_id == publication_id, advices.c.revision == revision
    )
    return tuple(Advice(**row._mapping) for row in tx.c.execute(query.order_by(advices.c.id)))  # noqa: SLF001
