"""`stray` as an officer sees it: what shows a notice without our marker, taken down on proof or left on record."""

from tests.bot.terminal import EVERYWHERE, news


def said():
    """The last sentence of the notice that is up."""
    return news()["content"]["body"].splitlines()[-1]


def asked(downdate):
    """A post by hand that the bot has asked about."""
    item = downdate.x.plant(f"In case you missed it: {said()}")
    downdate.done("audit", by="officer")
    assert raised(downdate) == [f"picture_elsewhere:{downdate.up}:x:{item.id}"]
    return item


def raised(downdate):
    told = downdate.done("alerts", "--json").json
    return [each["key"] for each in told if each["kind"] in {"picture_elsewhere", "unknown_copy"}]


def test_it_is_taken_down_on_proof_and_the_notice_stays_up(downdate):
    item = asked(downdate)
    ran = downdate.done("stray", "take-down", "x", item.id, "--note", "By hand", by="officer")
    assert ran.err.endswith("All of it is proven gone.\n")
    assert item.id not in {each.id for each in downdate.x.visible()}
    assert downdate.visible(downdate.up) == EVERYWHERE
    assert "Nothing of it is up." in downdate.done("stray", "take-down", "x", item.id, by="officer").err
    downdate.done("sweep", "--patience", "0s")
    assert raised(downdate) == []


def test_it_is_left_with_a_reason_and_not_asked_about_again(downdate):
    item = asked(downdate)
    assert downdate.up in downdate.done("stray", "leave", "x", item.id, "--note", "Press release", by="officer").out
    downdate.done("audit", "--everything", by="officer")
    assert raised(downdate) == []
    assert item.id in {each.id for each in downdate.x.visible()}
    assert "Press release" not in downdate.everything()[0]


def test_nobody_but_an_officer_decides_and_a_task_done_is_no_decision(downdate):
    item = asked(downdate)
    assert downdate("stray", "take-down", "x", item.id, by="auditor").code == 3
    assert downdate("stray", "leave", "x", item.id, "--note", "Mine", by="auditor").code == 3
    assert downdate("stray", "take-down", "x", "17", by="officer").code == 3
    (task,) = [each for each in downdate.done("tasks", "--json").json if each["what"] == "picture_elsewhere:x"]
    assert (task["ref"], task["link"].rpartition("/")[2]) == (downdate.up, item.id)
    refused = downdate("tasks", "done", task["id"], by="officer")
    assert refused.code == 3
    assert "downdate stray" in refused.err
    assert item.id in {each.id for each in downdate.x.visible()}
