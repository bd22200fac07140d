"""Items without our marker: one that shows what a notice shows is asked about; any other is nothing to us."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from adapters.standin.core import Fault, Rule
from bot import intake
from bot.alert_kinds import AlertKind
from bot.intake import Conflict, InputRefused, NotFound
from bot.pictures import clean
from policies.lifecycle import State
from policies.terms import Channel
from store import cases, desk, journal
from tests.bot.works import Works
from tests.policies.faults import PICTURE
from tests.policies.samples import notice

HOUR = timedelta(hours=1)
REF = "DBC-7K3Q9M"
SAID = "Waste was left in Sample Lane on 3 May 2026."


def drawn(seed: int, side: int = 240, quality: int = 90) -> bytes:
    """A picture of soft patches, another for each seed."""
    patches = Image.frombytes("L", (9, 8), bytes((at * at * seed + 91 * at) % 251 for at in range(72)))
    file = BytesIO()
    patches.resize((side, side), Image.Resampling.BICUBIC).convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.fixture
def works(tmp_path):
    return Works(tmp_path, channels=(Channel.FACEBOOK,))


@pytest.fixture
def fake(works):
    return works.fakes[Channel.FACEBOOK]


@pytest.fixture
def up(works):
    """A notice with a picture that has been up for an hour."""
    master = clean(drawn(1)).master
    name = clean(drawn(1)).sha256
    content = replace(notice().content, pictures=(replace(PICTURE, sha256=name),))
    publication_id = works.approved(
        notice(content=content, channels=(Channel.FACEBOOK,), service="environment"), {name: master}
    )
    works.run(3)
    assert works.post(Channel.FACEBOOK).state is State.LIVE
    works.clock.advance(HOUR)
    return publication_id


def alarms(works):
    with works.ledger.read() as tx:
        return [row for row in desk.open_alerts(tx) if row.kind == AlertKind.PICTURE_ELSEWHERE]


def tasks(works):
    with works.ledger.read() as tx:
        return [task for task in desk.open_tasks(tx) if task.key.startswith("elsewhere:")]


def began(works, publication_id):
    with works.ledger.read() as tx:
        return cases.first_up(tx, publication_id)


def fetches(fake):
    return fake.calls.count("picture")


def stored(works):
    with closing(sqlite3.connect(works.ledger.folder / "ledger.sqlite")) as connection:
        return "\n".join(connection.iterdump())


@pytest.mark.parametrize(
    ("text", "pictures"),
    [
        (f"From our newsletter: {SAID.upper()} More next week.", ()),
        ("Waste was left\nin Sample  Lane on 3 May&nbsp;2026; a fine followed. https://example.org/a", ()),
        ("We told you of Alex Example, who was fined £400.", ()),
        ("Look at this", (drawn(1, side=120, quality=40),)),
        ("", (drawn(5), drawn(1))),
    ],
)
def test_what_shows_a_notice_without_our_marker_is_asked_about_and_nothing_else_happens(
    works, fake, up, text, pictures
):
    start = began(works, up)
    item = fake.plant(text, pictures=pictures)
    assert works.compare() == 0
    (raised,) = alarms(works)
    assert (raised.ref, raised.channel) == (REF, "facebook")
    (task,) = tasks(works)
    assert (task.owner, task.link) == ("officer", f"https://fake.example/{item.id}")
    works.compare(everything=True)
    assert len(tasks(works)) == 1
    works.pass_time(HOUR)
    assert item.visible
    assert len(works.posts()) == 1
    assert began(works, up) == start


@pytest.mark.parametrize(
    ("text", "pictures"),
    [
        ("Bins are collected a day later next week.", ()),
        ("Fined for fly-tipping", ()),
        ("Alex Example has won the flower show.", (drawn(7),)),
        ("Waste was left in another lane on 3 May 2026.", (b"no picture",)),
        ("", (drawn(5), drawn(9))),
    ],
)
def test_another_item_of_the_council_is_neither_stored_nor_alarmed_nor_deleted(works, fake, up, text, pictures):
    item = fake.plant(text, pictures=pictures)
    works.compare()
    works.compare(everything=True)
    assert alarms(works) == []
    assert tasks(works) == []
    assert item.visible
    assert item.id not in stored(works)


def test_an_item_older_than_the_approval_is_not_asked_about(works, fake):
    item = fake.plant(SAID, pictures=(drawn(1),))
    works.clock.advance(timedelta(minutes=5))
    works.approved()
    works.run(3)
    works.compare(everything=True)
    assert alarms(works) == []
    assert fetches(fake) == 0
    assert item.visible


def test_each_picture_is_fetched_once_even_by_a_process_that_was_not_there(works, fake, up):
    fake.plant("A fair", pictures=(drawn(7),))
    works.compare()
    works.compare()
    works.compare(everything=True)
    assert fetches(fake) == 1
    works.clock.advance(2 * HOUR)
    works.compare()
    works.bot.glances.items.clear()
    works.clock.advance(HOUR)
    works.compare(everything=True)
    assert fetches(fake) == 1


def test_a_picture_that_cannot_be_read_for_now_is_read_later_and_one_that_is_not_there_holds_up_nothing(
    works, fake, up
):
    works.compare()
    fake.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="picture", times=0))
    works.clock.advance(HOUR)
    fake.plant("Look at this", pictures=(drawn(1),))
    for _ in range(4):
        works.compare()
        works.clock.advance(HOUR)
    assert alarms(works) == []
    fake.rules.clear()
    fake.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="picture", status=400))
    fake.plant("Gone again", pictures=(drawn(1),))
    works.compare()
    assert len(alarms(works)) == 1


def test_a_removed_notice_posted_again_by_hand_is_asked_about(works, fake, up):
    works.retract(up)
    works.pass_time(timedelta(minutes=5))
    assert fake.visible() == []
    fake.plant(SAID)
    works.compare()
    assert len(alarms(works)) == 1


def test_a_person_takes_it_down_as_a_copy_and_its_date_counts(works, fake):
    publication_id = works.approved()
    works.clock.advance(timedelta(minutes=1))
    item = fake.plant(SAID)
    works.clock.advance(HOUR)
    works.run(3)
    works.compare()
    assert began(works, publication_id) > item.created_at
    (post_id,) = intake.take_down_stray(works.bot, works.officer, Channel.FACEBOOK, item.id, "Posted by hand")
    assert began(works, publication_id) == item.created_at
    assert alarms(works) == []
    assert tasks(works) == []
    assert intake.take_down_stray(works.bot, works.officer, Channel.FACEBOOK, item.id) == [post_id]
    with pytest.raises(Conflict):
        intake.leave_stray(works.bot, works.officer, Channel.FACEBOOK, item.id, "After all")
    works.run(3)
    assert not item.visible
    assert len(fake.visible()) == 1
    assert [post.state for post in works.posts()] == [State.LIVE, State.REMOVED]
    assert intake.take_down_stray(works.bot, works.officer, Channel.FACEBOOK, item.id) == []
    with works.ledger.read() as tx:
        told = {entry.event: entry.actor for entry in journal.entries(tx)}
    assert told["stray_taken_down"] == told["extra_copy"] == works.officer.id
    works.compare(everything=True)
    assert alarms(works) == []


def test_an_item_that_is_gone_meanwhile_is_proven_gone(works, fake, up):
    item = fake.plant(SAID)
    works.compare()
    item.deleted_at = works.clock()
    intake.take_down_stray(works.bot, works.officer, Channel.FACEBOOK, item.id)
    works.pass_time(timedelta(minutes=5))
    assert works.posts()[-1].state is State.REMOVED


def test_a_person_leaves_it_and_it_is_not_alarmed_again_but_may_still_be_taken_down(works, fake, up):
    item = fake.plant(SAID)
    works.compare()
    with pytest.raises(InputRefused):
        intake.leave_stray(works.bot, works.officer, Channel.FACEBOOK, item.id, " ")
    assert intake.leave_stray(works.bot, works.officer, Channel.FACEBOOK, item.id, "Press release") == REF
    works.compare(everything=True)
    works.pass_time(HOUR)
    assert (alarms(works), tasks(works), item.visible) == ([], [], True)
    assert "Press release" not in stored(works)
    assert intake.take_down_stray(works.bot, works.officer, Channel.FACEBOOK, item.id) != []
    works.run(3)
    assert not item.visible


def test_only_what_was_asked_about_can_be_decided(works, fake, up):
    item = fake.plant("Bins are collected a day later next week.")
    works.compare()
    with pytest.raises(NotFound):
        intake.take_down_stray(works.bot, works.officer, Channel.FACEBOOK, item.id)
    with pytest.raises(NotFound):
        intake.leave_stray(works.bot, works.officer, Channel.FACEBOOK, item.id, "Nothing to us")
    assert item.visible
