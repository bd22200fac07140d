"""`person`: tokens shown once, deputies for a time, systems somebody answers for; Directors hear of every one."""

from datetime import timedelta

import pytest

from bot.assemble import wall_clock

TODAY = wall_clock().date()


def alarms(downdate):
    return [each["key"] for each in downdate.done("alerts", "--json").json if each["kind"] == "person_added"]


def test_a_person_is_added_with_a_token_on_standard_output_alone_and_every_director_hears_of_it(downdate):
    added = downdate.done("person", "add", "Sample Lawyer", "--role", "legal", "--role", "dpo", by="admin")
    token = added.out.strip()
    assert token.startswith("dd_")
    assert token not in added.err
    assert "shown this once" in added.err
    person = added.err.split()[0]
    assert f"person_added:-:-:{person}" in alarms(downdate)
    entry = downdate.journal(person)[-1]
    assert (entry["event"], entry["actor"]) == ("person_added", "p1")
    assert "Lawyer" not in str(downdate.journal())
    downdate.done("pause", by=token)
    assert f"{person}    Sample Lawyer" in downdate.done("person", "list", by="admin").out
    dump, _ = downdate.everything()
    assert token not in dump
    assert "Sample Lawyer" not in dump


def test_a_deputy_approves_for_as_long_as_it_was_given(downdate):
    until = (TODAY + timedelta(days=7)).isoformat()
    roles = ("--role", "director", "--service", "environment", "--until", until)
    token = downdate.done("person", "add", "Sample Deputy", *roles, by="admin").out.strip()
    ref = downdate.submitted()
    downdate.done("approve", ref, "--digest", downdate.digest(ref), by=token)
    (ends,) = downdate.rows("select ends_at from roles where ends_at is not null")[0]
    assert str(ends).startswith((until, (TODAY + timedelta(days=8)).isoformat()))


def test_somebody_who_is_there_is_given_a_further_role_and_still_approves_nothing_of_their_own(downdate):
    ref = downdate.submitted()
    granted = downdate.done(
        "person", "grant", "p2", "--role", "director", "--service", "environment", "--until",
        (TODAY + timedelta(days=7)).isoformat(), by="admin",
    )  # fmt: skip
    assert "p2: director of environment from now on" in granted.out
    assert any(key.startswith("person_added:-:-:p2-") for key in alarms(downdate))
    assert downdate.journal("p2")[-1]["event"] == "role_granted"
    refused = downdate("approve", ref, "--digest", downdate.digest(ref), by="comms")
    assert refused.code == 3
    assert "R21" in refused.err
    other = downdate.done("submit", downdate.write("b.json", case_ref="EH/2026/0501"), "--json", by="officer").json
    downdate.done("approve", other["ref"], "--digest", other["digest"], by="comms")


def test_a_system_submits_for_somebody_who_answers_and_never_approves(downdate):
    added = downdate.done("person", "add", "Sample system", "--system", "--answers-for", "p4", by="admin")
    token = added.out.strip()
    submitted = downdate.done("submit", downdate.write(), "--json", by=token).json
    refused = downdate("approve", submitted["ref"], "--digest", submitted["digest"], by=token)
    assert refused.code == 3
    # Whoever answers for it counts as its author.
    behind = downdate("approve", submitted["ref"], "--digest", submitted["digest"], by="director")
    assert behind.code == 3
    assert "R21" in behind.err
    system = downdate.done("person", "list", "--json", by="admin").json[-1]
    assert system["system"] is True
    grant = downdate("person", "grant", system["id"], "--role", "dpo", by="admin")
    assert grant.code == 3


def test_a_new_token_ends_the_old_one_and_is_announced(downdate):
    made = downdate.done("person", "token", "p2", by="admin")
    assert downdate("confirm", downdate.up, by="comms").code == 3
    downdate.done("confirm", downdate.up, by=made.out.strip())
    assert any(key.startswith("person_added:-:-:p2-") for key in alarms(downdate))
    assert downdate.journal("p2")[-1]["event"] == "token_issued"


def test_who_is_disabled_may_do_nothing_more_and_is_no_longer_listed(downdate):
    downdate.done("person", "disable", "p2", by="admin")
    refused = downdate("confirm", downdate.up, by="comms")
    assert refused.code == 3
    assert "withdrawn" in refused.err
    assert "p2 " not in downdate.done("person", "list", by="admin").out
    assert downdate.journal("p2")[-1]["event"] == "person_disabled"
    assert downdate("person", "token", "p2", by="admin").code == 3
    assert downdate("person", "disable", "p2", by="admin").code == 3


def test_the_systems_somebody_answers_for_end_with_them(downdate):
    token = downdate.done("person", "add", "Sample system", "--system", "--answers-for", "p2", by="admin").out.strip()
    ended = downdate.done("person", "disable", "p2", by="admin").out
    assert [line.split()[0] for line in ended.splitlines()] == ["p2", "p8"]
    assert downdate("submit", downdate.write(), by=token).code == 3
    assert downdate.journal("p8")[-1]["event"] == "person_disabled"
    assert downdate.rows("select count(*) from tokens where person_id in ('p2', 'p8') and revoked_at is null") == [(0,)]


def test_an_administrator_whose_role_ends_does_not_count_as_the_last_ones_successor(downdate):
    until = (TODAY + timedelta(days=7)).isoformat()
    for_a_week = downdate.done("person", "add", "Sample Deputy", "--role", "admin", "--until", until, by="admin")
    refused = downdate("person", "disable", "p1", by="admin")
    assert refused.code == 3
    assert "without an end" in refused.err
    downdate.done("person", "grant", "p2", "--role", "admin", by="admin")
    downdate.done("person", "disable", "p1", by=for_a_week.out.strip())


def test_the_last_administrator_stays(downdate):
    before = downdate.everything()
    refused = downdate("person", "disable", "p1", by="admin")
    assert refused.code == 3
    assert "Add another administrator first, without an end." in refused.err
    assert downdate.everything() == before


def test_the_document_of_people_holds_no_name(downdate):
    listed = downdate.done("person", "list", "--json", by="admin")
    assert [each["id"] for each in listed.json] == ["p1", "p2", "p3", "p4", "p5", "p6", "p7"]
    assert listed.json[3] == {"id": "p4", "system": False, "roles": ["director of environment"]}
    assert "Sample" not in listed.out


ADD = ("person", "add", "Sample Person")


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        ((*ADD,), 2, ("--role", "It is missing", "12.1", "comms")),
        ((*ADD, "--role", "mayor"), 2, ("--role = mayor", "not known", "12.1", "director")),
        ((*ADD, "--role", "directr"), 2, ("--role = directr", "Did you mean director?")),
        ((*ADD, "--role", "system"), 2, ("--role = system", "not known")),
        ((*ADD, "--role", "director"), 2, ("--service", "It is missing", "environment")),
        (
            (*ADD, "--role", "director", "--service", "parks"),
            2,
            ("--service = parks", "no such service", "environment"),
        ),
        ((*ADD, "--role", "dpo", "--service", "environment"), 2, ("--service = environment", "Only a Director")),
        ((*ADD, "--role", "dpo", "--until", "tomorrow"), 2, ("--until = tomorrow", "not a date", "2026-12-24")),
        ((*ADD, "--role", "dpo", "--until", "2026-02-30"), 2, ("--until = 2026-02-30", "not a date")),
        ((*ADD, "--role", "dpo", "--until", "2020-01-01"), 2, ("--until = 2020-01-01", "It is over")),
        ((*ADD, "--role", "dpo", "--until", "9999-12-31"), 2, ("--until = 9999-12-31", "not a date")),
        ((*ADD, "--system"), 2, ("--answers-for", "needs a person who answers")),
        ((*ADD, "--role", "dpo", "--answers-for", "p1"), 2, ("--answers-for = p1", "--system and --answers-for")),
        ((*ADD, "--system", "--answers-for", "p99"), 3, ("p99", "not in the ledger", "downdate person list")),
        ((*ADD, "--system", "--role", "dpo", "--answers-for", "p1"), 2, ("--role = dpo", "no other role")),
        ((*ADD, "--system", "--answers-for", "p1", "--until", "2030-01-01"), 2, ("--until", "no dated roles")),
        (("person", "add", " ", "--role", "dpo"), 2, ("NAME", "It is empty")),
        (("person", "grant", "p99", "--role", "dpo"), 3, ("ID = p99", "not in the ledger")),
        (("person", "grant", "p2"), 2, ("--role", "It is missing")),
        (("person", "disable", "p99"), 3, ("ID = p99", "not in the ledger")),
        (("person", "token", "Sample comms"), 3, ("ID = Sample comms", "downdate person list")),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_remedy_and_changes_nobody(argv, code, said, downdate):
    before = downdate.everything()
    refused = downdate(*argv, by="admin")
    assert (refused.code, refused.out) == (code, "")
    for part in said:
        assert part in refused.err
    assert downdate.everything() == before


def test_a_limited_token_is_a_further_one_for_the_api_alone(downdate):
    made = downdate.done("person", "token", "p2", "--scope", "read", "--scope", "submit", by="admin")
    assert "read, submit" in made.err
    limited = made.out.strip()
    refused = downdate("confirm", downdate.up, by=limited)
    assert refused.code == 3
    assert "limited to the HTTP API" in refused.err
    downdate.done("confirm", downdate.up, by="comms")
    assert downdate.rows("select scopes from token_scopes") == [('["read", "submit"]',)]
    assert downdate.journal("p2")[-1]["codes"]["scopes"] == "read, submit"
    downdate.done("person", "token", "p2", by="admin")
    assert "withdrawn" in downdate("confirm", downdate.up, by=limited).err


def test_no_limited_token_approves_and_a_systems_confirms_nothing(downdate):
    for scope in ("approve", "everything"):
        refused = downdate("person", "token", "p4", "--scope", scope, by="admin")
        assert refused.code == 2
        assert "Use one of:" in refused.err
    downdate.done("person", "add", "Sample system", "--system", "--answers-for", "p4", by="admin")
    refused = downdate("person", "token", "p8", "--scope", "confirm", by="admin")
    assert refused.code == 3
    assert "neither approve nor confirm" in refused.err
    assert downdate.rows("select count(*) from token_scopes") == [(0,)]
