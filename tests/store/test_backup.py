"""A copy of the ledger: whole, checked, sealed, without the key, and without what was erased since."""

import sqlite3
import stat

import pytest

from store import journal, people
from store.backup import BackupRefusedError, back_up
from store.ledger import Ledger, LedgerBusyError, LedgerRefusedError, open_ledger
from store.media import MediaStore
from store.sqlite import open_engine
from store.types import read_key
from tests.store.samples import NOON, stored


@pytest.fixture
def copy(tmp_path_factory):
    return tmp_path_factory.mktemp("elsewhere") / "copy"


def kept(ledger):
    with ledger.write() as tx:
        stored(tx)
        return MediaStore(ledger.folder).put(tx, b"CANARYPIXELS", NOON)


def test_a_copy_opens_with_the_key_and_holds_the_same_journal_and_pictures(ledger, tmp_path, copy):
    picture = kept(ledger)
    made = back_up(ledger, ledger.folder / "media", copy)
    again = open_ledger(f"sqlite:///{made.ledger}", read_key(tmp_path / "key"), copy)
    with again.read() as tx, ledger.read() as live:
        assert journal.head(tx) == journal.head(live) == (made.entries, made.head)
        assert MediaStore(copy).get(tx, picture) == b"CANARYPIXELS"
    again.close()
    assert (made.pictures, made.missing) == (1, 0)


def test_a_copy_is_its_owners_alone_and_holds_neither_key_nor_plain_text(ledger, tmp_path, copy):
    kept(ledger)
    back_up(ledger, ledger.folder / "media", copy)
    files = [each for each in copy.rglob("*") if each.is_file()]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    everything = b"".join(each.read_bytes() for each in files)
    for secret in ((tmp_path / "key").read_bytes(), b"CANARYBODY", b"CANARYPIXELS", b"Sample Officer"):
        assert secret not in everything


def test_the_next_copy_takes_the_place_of_the_last_and_drops_what_was_erased(ledger, copy):
    picture = kept(ledger)
    back_up(ledger, ledger.folder / "media", copy)
    (copy / "media" / "holiday.jpg").write_bytes(b"not ours")
    with ledger.write() as tx:
        MediaStore(ledger.folder).erase(tx, picture, NOON)
        people.add(tx, name="Somebody", held=[], now=NOON)
    made = back_up(ledger, ledger.folder / "media", copy)
    assert not (copy / "media" / picture).exists()
    assert (copy / "media" / "holiday.jpg").read_bytes() == b"not ours"
    assert (made.pictures, made.missing) == (0, 0)
    assert sorted(each.name for each in copy.iterdir()) == ["ledger.sqlite", "media"]


def test_a_picture_that_is_not_there_is_counted(ledger, copy):
    picture = kept(ledger)
    (ledger.folder / "media" / picture).unlink()
    assert back_up(ledger, ledger.folder / "media", copy).missing == 1


def test_a_broken_journal_is_told_and_leaves_the_last_good_copy(ledger, copy):
    with ledger.write() as tx:
        for number in (1, 2):
            journal.append(tx, now=NOON, actor="p1", event="tried", subject=f"n{number}")
    good = back_up(ledger, ledger.folder / "media", copy)
    path = ledger.engine.url.database
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute("UPDATE journal SET actor = 'p9' WHERE seq = 1")
    connection.close()
    before = good.ledger.read_bytes()
    with pytest.raises(BackupRefusedError, match="entry 1"):
        back_up(ledger, ledger.folder / "media", copy)
    assert good.ledger.read_bytes() == before


@pytest.mark.parametrize("place", [".", "copies", "media"])
def test_the_copy_never_lies_in_the_ledgers_own_folder(ledger, place):
    with pytest.raises(BackupRefusedError, match="outside"):
        back_up(ledger, ledger.folder / "media", ledger.folder / place)


def test_a_ledger_held_by_another_process_is_told_as_busy(ledger, tmp_path):
    path = ledger.engine.url.database
    impatient = Ledger(open_engine(f"sqlite:///{path}", busy=0.05), ledger.cipher, tmp_path)
    holding = sqlite3.connect(path, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerBusyError), impatient.write():
        raise AssertionError("the ledger was not held")
    with pytest.raises(LedgerBusyError):
        open_ledger(f"sqlite:///{path}", ledger.cipher, tmp_path, busy=0.05)
    holding.execute("ROLLBACK")
    holding.close()
    impatient.close()


def test_a_trial_answers_and_keeps_nothing(ledger):
    trial = ledger.trial()
    with trial.write() as tx:
        people.add(tx, name="Somebody", held=[], now=NOON)
        assert len(people.everyone(tx, NOON)) == 1
    with ledger.read() as tx:
        assert people.everyone(tx, NOON) == []


def test_a_trial_is_still_only_for_the_right_key(ledger, tmp_path):
    from store.types import make_key

    with pytest.raises(LedgerRefusedError):
        Ledger(ledger.engine, make_key(tmp_path / "other"), tmp_path).trial()
