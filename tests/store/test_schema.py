"""What the database itself refuses, and that both dialects understand the schema."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.schema import CreateIndex, CreateTable

from policies.lifecycle import State
from policies.terms import Channel
from store import artefacts, cases, journal, migrations, posts
from store.schema import clocks
from store.schema import journal as journal_table
from store.schema import posts as posts_table
from store.schema_base import metadata
from tests.store.samples import NOON, publication, stored


def queued(tx, publication_id, channel=Channel.WEBSITE):
    return posts.queue(tx, publication_id, channel, revision=1, marker="DBC-7K3Q9M-1", due_at=NOON, now=NOON)


def test_never_two_copies_that_are_queued_posting_or_live(ledger):
    with ledger.write() as tx:
        publication_id = stored(tx)
        queued(tx, publication_id)
    with pytest.raises(IntegrityError, match="UNIQUE"), ledger.write() as tx:
        queued(tx, publication_id)


def test_removing_copies_are_unlimited(ledger):
    with ledger.write() as tx:
        publication_id = stored(tx)
        queued(tx, publication_id)
        for _ in range(3):
            posts.add_extra(tx, publication_id, Channel.WEBSITE, revision=1, marker="DBC-7K3Q9M-1", now=NOON)
        assert posts.counts(tx)[State.REMOVING] == 3


def test_no_post_becomes_live_without_an_id(ledger):
    with ledger.write() as tx:
        post_id = queued(tx, stored(tx))
    with pytest.raises(IntegrityError, match="platform id"), ledger.write() as tx:
        tx.c.execute(update(posts_table).where(posts_table.c.id == post_id).values(state="live"))


def test_no_post_is_born_live(ledger):
    with pytest.raises(IntegrityError, match="begins"), ledger.write() as tx:
        tx.c.execute(insert(posts_table).values(channel="x", revision=1, marker="m", state="live", created_at=NOON))


def test_no_post_is_removed_while_an_artefact_is_open(ledger):
    with ledger.write() as tx:
        post_id = posts.add_extra(tx, None, Channel.X, revision=1, marker="m", now=NOON)
        made = artefacts.intend(tx, posts.get(tx, post_id), "post", now=NOON, actor="daemon", platform_id="1")
    with pytest.raises(IntegrityError, match="every artefact is gone"), ledger.write() as tx:
        tx.c.execute(update(posts_table).where(posts_table.c.id == post_id).values(state="removed"))
    with ledger.write() as tx:
        artefacts.gone(tx, made.id, evidence="404", now=NOON)
        tx.c.execute(update(posts_table).where(posts_table.c.id == post_id).values(state="removed"))


@pytest.mark.parametrize("act", [update(journal_table).values(actor="x"), delete(journal_table)])
def test_the_journal_can_only_grow(ledger, act):
    with ledger.write() as tx:
        journal.append(tx, now=NOON, actor="p1", event="test", subject="s")
    with pytest.raises(IntegrityError, match="append-only"), ledger.write() as tx:
        tx.c.execute(act)


def test_r45_a_clock_moves_earlier_never_later(ledger):
    with ledger.write() as tx:
        publication_id = stored(tx)
        cases.start_clocks(tx, publication_id, NOON)
        cases.start_clocks(tx, publication_id, NOON + timedelta(days=20))
        assert cases.first_up(tx, publication_id) == NOON
        cases.start_clocks(tx, publication_id, NOON - timedelta(hours=1))
        assert cases.first_up(tx, publication_id) == NOON - timedelta(hours=1)
    with pytest.raises(IntegrityError, match="never moves later"), ledger.write() as tx:
        tx.c.execute(update(clocks).values(first_up_at=NOON))


def test_r45_a_second_publication_of_the_same_case_and_court_event_shares_the_clock(ledger):
    with ledger.write() as tx:
        first = stored(tx)
        second = stored(tx, publication("DBC-AAAAAA", case_ref=" eh 2026-0417 "))
        cases.start_clocks(tx, first, NOON)
        assert cases.first_up(tx, second) == NOON
        assert sorted(cases.sharing_clocks(tx, second)) == [first, second]


def test_a_naive_time_is_refused_and_every_time_comes_back_aware(ledger):
    with ledger.write() as tx:
        publication_id = stored(tx)
        cases.start_clocks(tx, publication_id, NOON)
        assert cases.first_up(tx, publication_id).utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="naive"), ledger.write() as tx:
        cases.start_clocks(tx, publication_id, datetime(2026, 12, 1))


def test_the_ledger_runs_as_designed(ledger):
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1}
    with ledger.read() as tx:
        assert {name: tx.c.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted


def test_tables_and_migrations_agree(ledger):
    migrations.check(str(ledger.engine.url))


def test_the_schema_compiles_for_postgresql():
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        assert all(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
