"""Who may do what."""

import pytest

from policies.authority import BOUND_TO_SERVICE, MAY, Act, may
from policies.terms import Person, Role


def person(*roles: Role, service: str | None = None, system: bool = False) -> Person:
    return Person(id="p1", name="Sam Sample", roles=frozenset((role, service) for role in roles), system=system)


def test_every_act_has_its_roles():
    assert set(MAY) == set(Act)
    assert all(MAY.values())


@pytest.mark.parametrize("role", list(Role))
def test_r56_any_person_but_an_auditor_may_take_down_alone(role):
    expected = role not in {Role.AUDITOR, Role.SYSTEM}
    assert may(person(role), Act.RETRACT) is expected
    assert may(person(role), Act.EVENT) is expected
    assert may(person(role), Act.PAUSE) is expected


@pytest.mark.parametrize("role", list(Role))
def test_12_1_only_a_director_of_the_service_may_approve(role):
    assert may(person(role, service="housing"), Act.APPROVE, "housing") is (role is Role.DIRECTOR)
    assert not may(person(role, service="housing"), Act.APPROVE, "fraud")
    assert not may(person(role), Act.APPROVE, "housing")
    assert not may(person(role, service="housing"), Act.APPROVE)


def test_approving_and_sending_back_are_bound_to_the_service():
    assert {Act.APPROVE, Act.SEND_BACK} == BOUND_TO_SERVICE


@pytest.mark.parametrize("act", [Act.APPROVE, Act.SEND_BACK, Act.CONFIRM, Act.RETRACT, Act.ADD_PERSON, Act.EXPORT])
def test_a_system_can_only_submit_and_read_whatever_role_it_was_given(act):
    everything = Person(id="s1", name="Case system", roles=frozenset((role, "housing") for role in Role), system=True)
    assert not may(everything, act, "housing")
    assert not may(person(Role.SYSTEM), act, "housing")
    assert may(everything, Act.SUBMIT)
    assert may(everything, Act.READ)


def test_only_an_administrator_adds_people_and_an_administrator_cannot_put_anything_up():
    assert MAY[Act.ADD_PERSON] == {Role.ADMIN}
    assert not any(may(person(Role.ADMIN), act, "housing") for act in (Act.SUBMIT, Act.AMEND, Act.APPROVE, Act.CONFIRM))


def test_nobody_without_a_role_in_force_may_do_anything():
    assert not any(may(person(), act, "housing") for act in Act)


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        (Act.RESUME, {Role.COMMS, Role.DIRECTOR, Role.ADMIN}),
        (Act.CANARY, {Role.COMMS, Role.DIRECTOR, Role.ADMIN}),
        (Act.EXPORT, {Role.DPO, Role.LEGAL, Role.AUDITOR, Role.ADMIN, Role.DIRECTOR}),
        (Act.HOLD, {Role.LEGAL, Role.DPO, Role.ADMIN}),
        (Act.ERASE, {Role.DPO, Role.ADMIN}),
    ],
)
def test_r67_access_to_the_record_is_by_role(act, roles):
    assert {role for role in Role if may(person(role), act)} == roles


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        (Act.SUBMIT, {Role.COMMS, Role.OFFICER, Role.SYSTEM}),
        (Act.AMEND, {Role.COMMS, Role.OFFICER, Role.SYSTEM}),
        (Act.ADVISE, {Role.COMMS, Role.OFFICER, Role.DPO, Role.LEGAL}),
        (Act.CONFIRM, {Role.COMMS, Role.OFFICER, Role.DIRECTOR, Role.LEGAL}),
        (Act.REQUEUE, {Role.COMMS, Role.OFFICER, Role.DIRECTOR, Role.ADMIN}),
    ],
)
def test_writing_advising_confirming_and_queueing_again_are_each_for_these_roles_only(act, roles):
    assert {role for role in Role if may(person(role), act)} == roles
