"""Who may do what."""

import pytest

from app.domain.permissions import (
    TABLE,
    Action,
    Role,
    Scope,
    allowed,
    allowed_by_scopes,
    appointable_roles,
    grantable_scopes,
)


def test_every_action_is_in_the_table_and_somebody_may_do_it() -> None:
    assert set(TABLE) == set(Action)
    assert all(roles for roles, _ in TABLE.values())


def test_donor_staff_post_and_read_offers_and_nothing_of_the_fleet_or_the_plans() -> None:
    may = {action for action in Action if allowed("donor_staff", action)}
    assert may == {
        "network.read", "partners.read", "partnerships.read", "sites.read", "offers.post", "offers.read",
        "allocations.read", "ledger.read", "events.read",
    }  # fmt: skip


def test_a_driver_only_reads_the_route_and_records() -> None:
    assert {a for a in Action if allowed("driver", a)} == {"network.read", "routes.read", "driving.record"}


def test_no_key_records_driving() -> None:
    assert not allowed_by_scopes(list(Scope), "driving.record")


def test_only_the_network_makes_organisations() -> None:
    assert [role for role in Role if allowed(role, "partners.edit")] == [Role.NETWORK_ADMIN]


def test_a_key_without_scopes_may_do_nothing() -> None:
    assert not any(allowed_by_scopes([], action) for action in Action)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_hands_out_a_key_or_a_role_that_may_do_more_than_they_may(role: Role) -> None:
    for action in Action:
        if allowed_by_scopes(grantable_scopes(role), action):
            assert allowed(role, action)
        if action != Action.DRIVING_RECORD and any(allowed(r, action) for r in appointable_roles(role)):
            assert allowed(role, action)


def test_an_action_nobody_named_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"offers\.burn"):
        allowed("driver", "offers.burn")
