"""Sealing, keys, notes, people, the journal's chain, claims and fencing."""

import os
import stat
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from policies.lifecycle import Edge, NotAllowed, State
from policies.terms import Channel, Reason, Role
from store import artefacts, desk, journal, people, posts, publications
from store.ledger import LedgerRefusedError, create, erase_note, open_ledger, read_note, write_note
from store.media import MediaStore, MissingPictureError
from store.types import make_key
from tests.store.samples import NOON, publication, stored

LEASE = timedelta(minutes=5)


def test_personal_data_is_not_in_the_files(ledger):
    with ledger.write() as tx:
        stored(tx)
        write_note(tx, "CANARYNOTE", NOON)
        MediaStore(ledger.folder).put(tx, b"CANARYPIXELS", NOON)
    ledger.close()
    kept = b"".join(path.read_bytes() for path in ledger.folder.rglob("*") if path.is_file())
    assert b"DBC-7K3Q9M" in kept
    for canary in (b"CANARYBODY", b"Canary Surname", b"CANARYNOTE", b"CANARYPIXELS", b"Sample Officer"):
        assert canary not in kept


def test_a_publication_comes_back_as_it_was_with_its_authors(ledger):
    with ledger.write() as tx:
        publication_id = stored(tx)
        assert publications.load(tx, publication_id, 1) == replace(publication(), authors=frozenset({"p1"}))


def test_authors_of_what_it_follows_are_authors_too_and_a_system_counts_as_its_person(ledger):
    with ledger.write() as tx:
        stored(tx)
        human, _ = people.add(tx, name="B", held=[(Role.COMMS, None)], now=NOON)
        system, _ = people.add(
            tx, name="CRM", held=[(Role.SYSTEM, None)], now=NOON, system=True, answers_for_it=human.id
        )
        second = publication("DBC-BBBBBB", follows="DBC-7K3Q9M")
        publication_id = publications.add(tx, second, NOON)
        publications.add_revision(
            tx, publication_id, second, author=system.id, digest=None, policy_version="1", laid_out=(), now=NOON
        )
        assert publications.authors(tx, publication_id) == {"p1", human.id}


def test_the_key_is_private_and_another_key_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db"
    create(url, make_key(tmp_path / "key"), tmp_path, rehearsal=False).close()
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    with pytest.raises(LedgerRefusedError, match="key"):
        open_ledger(url, make_key(tmp_path / "other"), tmp_path)


def test_the_ledger_and_what_lies_beside_it_are_for_nobody_else_whatever_the_mask(tmp_path):
    before = os.umask(0o022)
    try:
        folder = tmp_path / "new"
        made = create(f"sqlite:///{folder}/ledger.db", make_key(tmp_path / "key"), folder, rehearsal=False)
        with made.write() as tx:
            stored(tx)
            assert {stat.S_IMODE(each.stat().st_mode) for each in folder.glob("ledger.db*")} == {0o600}
            assert len(list(folder.glob("ledger.db*"))) > 1
        made.close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_rehearsal_ledger_stays_one(tmp_path):
    url, cipher = f"sqlite:///{tmp_path}/ledger.db", make_key(tmp_path / "key")
    create(url, cipher, tmp_path, rehearsal=True).close()
    again = create(url, cipher, tmp_path, rehearsal=False)
    assert again.rehearsal
    again.close()


def test_there_is_no_ledger_before_init(tmp_path):
    with pytest.raises(LedgerRefusedError, match="init"):
        open_ledger(f"sqlite:///{tmp_path}/none.db", make_key(tmp_path / "key"), tmp_path)


def test_a_token_is_known_by_its_hash_until_revoked(ledger):
    with ledger.write() as tx:
        person, token = people.add(tx, name="A", held=[(Role.DIRECTOR, "housing")], now=NOON)
        assert people.by_token(tx, token, NOON) == person
        assert people.by_token(tx, token + "x", NOON) is None
        people.revoke_tokens(tx, person.id, NOON)
        assert people.by_token(tx, token, NOON) is None


def test_a_deputy_directs_between_two_dates_only(ledger):
    with ledger.write() as tx:
        person, _ = people.add(tx, name="A", held=[], now=NOON)
        ends = NOON + timedelta(days=7)
        people.grant(tx, person.id, Role.DIRECTOR, "housing", starts=NOON, ends=ends)
        assert people.get(tx, person.id, NOON).directs("housing")
        assert not people.get(tx, person.id, ends).directs("housing")


def test_a_note_can_be_erased_and_the_chain_still_verifies(ledger):
    with ledger.write() as tx:
        digest = write_note(tx, "why", NOON)
        journal.append(tx, now=NOON, actor="p1", event="retract", subject="r", note=digest)
        assert read_note(tx, digest) == "why"
        erase_note(tx, digest)
        assert read_note(tx, digest) is None
        assert journal.verify_ledger(tx).whole


def chain(ledger, length=30):
    with ledger.write() as tx:
        for number in range(length):
            journal.append(tx, now=NOON, actor="p1", event="test", subject=f"s{number}", code=number)
        return [entry.as_json() for entry in journal.entries(tx)]


def test_the_chain_verifies_whole(ledger):
    verdict = journal.verify(iter(chain(ledger)))
    assert (verdict.whole, verdict.entries) == (True, 30)


@pytest.mark.parametrize("field", ["at", "actor", "event", "subject", "codes", "prev_hash", "hash", "seq"])
def test_a_changed_field_is_found_where_it_is(ledger, field):
    entries = chain(ledger)
    entries[11][field] = {"code": 99} if field == "codes" else "changed"
    assert journal.verify(iter(entries)).first_bad == 12


@pytest.mark.parametrize("most", [5, 29, 30, 31, 100])
def test_the_end_of_the_chain_is_looked_at_by_itself(ledger, most):
    with ledger.read() as tx:
        assert journal.tail_whole(tx, most=most)
    chain(ledger)
    with ledger.read() as tx:
        assert journal.tail_whole(tx, most=most)
    with ledger.write() as tx:
        tx.c.exec_driver_sql("DROP TRIGGER journal_no_update")
        tx.c.exec_driver_sql("DROP TRIGGER journal_no_delete")
    for act in ("UPDATE journal SET actor = 'p9' WHERE seq = 30", "DELETE FROM journal WHERE seq = 28"):
        with ledger.trial().write() as tx:
            tx.c.exec_driver_sql(act)
            assert not journal.tail_whole(tx, most=most)


@pytest.mark.parametrize(
    ("cut", "first_bad"),
    [(lambda e: e[1:], 1), (lambda e: e[:9] + e[10:], 10), (lambda e: [*e[:5], e[6], e[5], *e[7:]], 6)],
)
def test_a_missing_or_swapped_entry_is_found(ledger, cut, first_bad):
    assert journal.verify(iter(cut(chain(ledger)))).first_bad == first_bad


def test_a_cut_tail_is_found_by_a_checkpoint_kept_elsewhere(ledger):
    entries = chain(ledger)
    checkpoint = (30, str(entries[-1]["hash"]))
    assert journal.verify(iter(entries), checkpoint=checkpoint).whole
    assert not journal.verify(iter(entries[:-1]), checkpoint=checkpoint).whole


def test_one_of_many_threads_claims_a_post(ledger):
    with ledger.write() as tx:
        post_id = posts.queue(tx, stored(tx), Channel.X, revision=1, marker="DBC-7K3Q9M-1", due_at=NOON, now=NOON)
    won = []

    def claim(name):
        with ledger.write() as tx:
            won.append(posts.claim(tx, post_id, owner=name, lease=LEASE, now=NOON))

    threads = [threading.Thread(target=claim, args=(f"daemon-{n}",)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len([each for each in won if each]) == 1


def claimed(tx, publication_id=None):
    post_id = posts.queue(
        tx, publication_id or stored(tx), Channel.X, revision=1, marker="DBC-7K3Q9M-1", due_at=NOON, now=NOON
    )
    return posts.claim(tx, post_id, owner="daemon-1", lease=LEASE, now=NOON)


def test_a_lease_runs_out_and_the_old_owner_is_fenced_off(ledger):
    with ledger.write() as tx:
        old = claimed(tx)
        new = posts.claim(tx, old.id, owner="daemon-2", lease=LEASE, now=NOON + LEASE)
        assert new.epoch == old.epoch + 1
        assert not posts.move(tx, old, Edge.CLAIMED, now=NOON, actor="daemon")
        assert posts.move(tx, new, Edge.CLAIMED, now=NOON, actor="daemon")


def test_an_edge_outside_the_table_cannot_be_taken(ledger):
    with ledger.write() as tx, pytest.raises(NotAllowed):
        posts.move(tx, claimed(tx), Edge.PROVEN_GONE, now=NOON, actor="daemon")


def test_a_retraction_ends_the_lease_and_raises_the_epoch_of_a_post_in_doubt(ledger):
    with ledger.write() as tx:
        post = claimed(tx)
        posts.move(tx, post, Edge.CLAIMED, now=NOON, actor="daemon")
        posts.call_down(tx, post, reason=Reason.APPEAL_LODGED, actor="p1", now=NOON, urgent=True)
        after = posts.get(tx, post.id)
        assert (after.state, after.claimed_until, after.epoch) == (State.POSTING, None, post.epoch + 1)
        assert posts.claim(tx, post.id, owner="cli", lease=LEASE, now=NOON) is not None


def test_an_id_learnt_by_a_fenced_worker_is_kept_and_re_opens_a_closed_post(ledger):
    with ledger.write() as tx:
        post = claimed(tx)
        posts.move(tx, post, Edge.CLAIMED, now=NOON, actor="daemon")
        made = artefacts.intend(tx, post, "post", now=NOON, actor="daemon")
        posting = posts.get(tx, post.id)
        posts.move(tx, posting, Edge.REFUSED_CLEAN, now=NOON, actor="daemon")
        artefacts.note(tx, made.id, platform_id="77", url=None, created_at=NOON, now=NOON, actor="daemon")
        assert posts.get(tx, post.id).state is State.REMOVING
        assert artefacts.known(tx, Channel.X, "77")[0].post_id == post.id


def test_urgent_posts_are_due_first_and_held_ones_not_at_all(ledger):
    with ledger.write() as tx:
        ids = [posts.add_extra(tx, None, Channel.X, revision=1, marker=f"m{n}", now=NOON) for n in range(3)]
        posts.change(tx, ids[0], 0, urgent=False)
        posts.claim(tx, ids[1], owner="daemon-1", lease=LEASE, now=NOON)
        found = posts.due(tx, NOON, channel=Channel.X, states=posts.REMOVALS, most=9)
    assert [post.id for post in found] == [ids[2], ids[0]]


def test_an_erased_picture_is_gone_from_the_folder(ledger):
    media = MediaStore(ledger.folder)
    with ledger.write() as tx:
        digest = media.put(tx, b"pixels", NOON)
        assert media.get(tx, digest) == b"pixels"
        media.erase(tx, digest, NOON)
        with pytest.raises(MissingPictureError):
            media.get(tx, digest)
    with ledger.write() as tx:
        assert media.sweep(tx) == 1
    assert list(media.folder.iterdir()) == []


def test_a_picture_put_again_before_the_sweep_stays_and_what_a_dead_process_left_goes(ledger):
    media = MediaStore(ledger.folder)
    with ledger.write() as tx:
        digest = media.put(tx, b"pixels", NOON)
        media.erase(tx, digest, NOON)
        assert media.put(tx, b"pixels", NOON) == digest
    (media.folder / f".{'0' * 64}.17").write_bytes(b"half")
    (media.folder / ("1" * 64)).write_bytes(b"without a row")
    (media.folder / "notes.txt").write_text("somebody else's")
    with ledger.write() as tx:
        assert media.sweep(tx) == 2
        assert media.get(tx, digest) == b"pixels"
    assert sorted(each.name for each in media.folder.iterdir()) == sorted([digest, "notes.txt"])


def test_the_same_key_with_another_body_is_refused(ledger):
    with ledger.write() as tx:
        desk.remember(tx, person="p1", key="k", body=b"a", answer="DBC-1", now=NOON)
        assert desk.replayed(tx, person="p1", key="k", body=b"a") == "DBC-1"
        assert desk.replayed(tx, person="p2", key="k", body=b"b") is None
        with pytest.raises(desk.KeyReusedError):
            desk.replayed(tx, person="p1", key="k", body=b"b")


def test_an_alert_is_raised_once_and_anew_after_it_was_over(ledger):
    with ledger.write() as tx:
        assert desk.raise_alert(tx, key="a", kind="overdue", now=NOON)
        assert not desk.raise_alert(tx, key="a", kind="overdue", now=NOON)
        desk.close_alert(tx, "a", NOON)
        assert desk.open_alerts(tx) == []
        assert desk.raise_alert(tx, key="a", kind="overdue", now=NOON)
