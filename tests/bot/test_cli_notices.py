"""Commands about notices on their way up: what they print, what they put on record, how they end."""

import json

import pyotp

from adapters.standin.core import Fault, Rule
from bot.assemble import wall_clock
from bot.settings import load
from policies.terms import Channel
from store import signins
from store.ledger import open_ledger
from store.types import read_key
from tests.bot.terminal import EVERYWHERE, NOWHERE, news


def test_a_notice_goes_from_the_file_to_four_channels_by_commands_alone(downdate):
    submitted = downdate.done("submit", downdate.write(), by="comms")
    ref, digest = submitted.out.split(",")[0], submitted.out.split()[-1]
    assert f"downdate preview {ref}" in submitted.err
    shown = downdate.done("preview", ref, by="director")
    assert [line for line in shown.out.splitlines() if line.startswith("===")] == [
        f"=== {each} ===" for each in Channel
    ]
    assert f"Digest of revision 1, all channels: {digest}" in shown.out
    approved = downdate.done("approve", ref, "--digest", digest, by="director")
    assert approved.out == f"{ref}, revision 1: approved; queued for website, facebook, x, instagram.\n"
    assert downdate.visible(ref) == NOWHERE
    swept = downdate.done("sweep", "--patience", "20s", "--json").json
    assert swept["overdue"] == swept["failed"] == 0
    assert swept["unproven"] == []
    assert downdate.visible(ref) == EVERYWHERE
    assert [each["event"] for each in downdate.journal(ref)][:2] == ["submitted", "approved"]


def test_what_the_policy_refuses_is_kept_as_a_draft_with_one_entry_and_every_objection(downdate):
    before = downdate.journal()
    refused = downdate("submit", downdate.write(kind="injunction", checklist={"answers": {}}), "--json", by="comms")
    assert refused.code == 3
    told = refused.json
    assert told["refused"] is True
    assert len(told["objections"]) > 3
    assert all(each["clause"] and each["path"] and each["what"] and each["remedy"] for each in told["objections"])
    assert f"downdate amend {told['ref']}" in refused.err
    (entry,) = downdate.journal()[len(before) :]
    assert (entry["event"], entry["subject"]) == ("refused", told["ref"])
    approved = downdate("approve", told["ref"], "--digest", told["digest"], by="director")
    assert approved.code == 3
    assert downdate.journal()[len(before) :] == [entry]


def test_5_5_what_is_held_says_so_and_is_no_directors_turn_yet(downdate):
    written = news()
    written["checklist"]["answers"]["17"]["values"] |= {"third_party": "yes", "who": ["A neighbour"]}
    submitted = downdate.done("submit", downdate.write(checklist=written["checklist"]), by="comms")
    ref = submitted.out.split(",")[0]
    assert f"downdate explain {ref}" in submitted.err
    assert "downdate preview" not in submitted.err
    assert "Held: something it needs is missing" in downdate.done("status", ref).out
    assert "Held: it may go up once" in downdate.done("explain", ref, by="comms").out


def test_a_trial_keeps_nothing(downdate):
    before = downdate.everything()
    good = downdate.done("submit", downdate.write(), "--dry-run", by="comms")
    assert good.out == "Nothing was kept.\n"
    bad = downdate("submit", downdate.write(checklist={"answers": {}}), "--dry-run", "--json", by="comms")
    assert bad.code == 3
    assert bad.json["ref"] is None
    assert bad.json["refused"] is True
    assert downdate.everything() == before


def test_the_same_key_answers_the_same_and_queues_nothing_twice(downdate):
    file = downdate.write()
    first = downdate.done("submit", file, "--idempotency-key", "k1", "--json", by="comms")
    before = downdate.everything()
    assert downdate.done("submit", file, "--idempotency-key", "k1", "--json", by="comms").json == first.json
    assert downdate.everything() == before


def test_one_channel_can_be_looked_at_by_itself(downdate):
    one = downdate.done("preview", downdate.up, "--channel", "x", by="auditor")
    assert one.out.startswith("=== x ===")
    assert one.out.count("===") == 2
    told = downdate.done("preview", downdate.up, "--json", by="auditor").json
    assert list(told["channels"]) == [each.value for each in Channel]
    assert told["channels"]["x"]["marker"] == f"{downdate.up}-1"
    assert "Alex" not in told["channels"]["x"]["text"]
    assert told["channels"]["instagram"]["pictures"][0]["alt_text"]


def test_what_is_sent_back_cannot_be_approved_before_it_is_amended(downdate):
    ref = downdate.submitted()
    digest = downdate.digest(ref)
    downdate.done("send-back", ref, "--note", "Say which lane.", by="director")
    assert "lane" not in str(downdate.journal())
    refused = downdate("approve", ref, "--digest", digest, by="director")
    assert refused.code == 3
    assert "sent back" in refused.err
    body = "Waste was left in Other Lane.\n\nDartford Magistrates’ Court fined both on 16 February 2026."
    amended = downdate.done("amend", ref, downdate.write(content__body=body), "--json", by="comms").json
    assert amended["revision"] == 2
    downdate.done("approve", ref, "--digest", amended["digest"], by="director")
    assert "approved already" in downdate("send-back", ref, "--note", "x", by="director").err


def test_an_amendment_changes_nothing_that_is_up_before_it_is_approved(downdate):
    file = downdate.write(case_ref="EH/2026/0417", content__headline="Two fined for fly-tipping in Another Lane")
    amended = downdate.done("amend", downdate.up, file, "--json", by="comms").json
    assert downdate.visible(downdate.up) == EVERYWHERE
    downdate.done("approve", downdate.up, "--digest", amended["digest"], by="director")
    downdate.done("sweep", "--patience", "20s")
    assert downdate.visible(downdate.up) == EVERYWHERE
    (page,) = (downdate.folder / "site" / "n").glob("*/index.html")
    assert "Another Lane" in page.read_text()


def test_a_pause_holds_what_goes_up_and_never_a_removal(downdate):
    paused = downdate.done("pause", "--channel", "facebook", by="officer")
    assert paused.out == "Paused: facebook. What is up comes down as planned.\n"
    ref = downdate.approved()
    downdate.done("sweep", "--patience", "1s")
    assert downdate.visible(ref)["facebook"] == 0
    assert downdate.visible(ref)["website"] == 1
    assert "Paused: facebook (removal goes on)" in downdate.done("status").out
    downdate.done("retract", downdate.up, "--reason", "inaccurate", by="officer")
    assert downdate.visible(downdate.up) == NOWHERE
    assert downdate.done("resume", by="director").out.startswith("Paused: none.")
    assert downdate.done("pause", by="comms").out.startswith("Paused: facebook, instagram, website, x.")


def test_a_channel_that_refused_is_queued_again_after_it_was_mended(downdate):
    downdate.x.rules.append(Rule(fault=Fault.FAIL_BEFORE, method="POST", path="/2/tweets", status=403, times=1))
    ref = downdate.approved()
    downdate("sweep", "--patience", "20s")
    assert downdate.visible(ref) == EVERYWHERE | {"x": 0}
    told = downdate.done("status", ref).out
    assert "Not posted" in told
    downdate.done("doctor", "--channel", "x")
    again = downdate.done("requeue", ref, "--channel", "x", by="comms")
    assert again.out == f"{ref}: queued for x again.\n"
    downdate.done("sweep", "--patience", "20s")
    assert downdate.visible(ref) == EVERYWHERE
    assert "requeued" in [each["event"] for each in downdate.journal(ref)]
    refused = downdate("requeue", ref, "--channel", "x", by="comms")
    assert refused.code == 3
    assert "live, not refused" in refused.err


def test_facts_that_may_change_are_confirmed_by_name(downdate):
    assert downdate.done("confirm", downdate.up, by="comms").out.startswith(f"{downdate.up}: confirmed:")
    assert downdate.journal(downdate.up)[-1]["event"] == "confirmed"


def test_a_reference_may_be_written_as_it_stands_in_a_post_and_in_any_case(downdate):
    for written in (f"{downdate.up}-1", downdate.up.lower(), f" {downdate.up} "):
        assert downdate.done("status", written, "--json").json["ref"] == downdate.up


def test_nothing_that_is_printed_steers_a_terminal_or_is_read_as_markup(downdate):
    file = downdate.write(content__headline="Fined [red]twice[/red] \x1b[2J in Sample Lane")
    ref = downdate("submit", file, "--json", by="comms")
    shown = downdate("preview", json.loads(ref.out)["ref"], by="director") if ref.out else ref
    assert "\x1b" not in shown.out + shown.err


def test_12_1_a_director_with_a_second_factor_approves_with_a_fresh_code(downdate):
    secret, kept = pyotp.random_base32(), load(rehearsal=True, environ=downdate.environ).ledger
    ledger = open_ledger(kept.url, read_key(kept.key_file), kept.folder)
    with ledger.write() as tx:
        signins.set_second_factor(tx, downdate.ids["director"], secret, wall_clock(), used_step=0)
    ledger.close()
    ref = downdate.submitted()
    approve = ("approve", ref, "--digest", downdate.digest(ref))
    missing = downdate(*approve, by="director")
    assert missing.code == 3
    assert "(12.1) Give the six digits that your authenticator shows now." in missing.err
    code = pyotp.TOTP(secret).at(wall_clock())
    wrong = downdate(*approve, "--code", f"{(int(code) + 1) % 1_000_000:06}", by="director")
    assert wrong.code == 3
    downdate.done(*approve, "--code", code, by="director")
