"""Who may do what."""

import pytest

from app.domain.permissions import (
    TABLE,
    Action,
    Role,
    Scope,
    administers_as,
    allowed,
    allowed_by_scopes,
    appointable_roles,
    grantable_scopes,
    may_appoint,
    may_grant,
)


def test_every_action_is_in_the_table_and_somebody_may_do_it() -> None:
    assert set(TABLE) == set(Action)
    assert all(roles for roles, _ in TABLE.values())


def test_donor_staff_post_and_read_offers_and_nothing_of_the_fleet_or_the_plans() -> None:
    may = {action for action in Action if allowed("donor_staff", action)}
    assert may == {
        "network.read", "partners.read", "partnerships.read", "sites.read", "offers.post", "offers.read",
        "allocations.read", "ledger.read", "events.read", "agreements.read", "van_links.give", "area.read",
    }  # fmt: skip


def test_a_driver_only_reads_the_route_and_records_and_takes_tasks() -> None:
    own = {"network.read", "routes.read", "driving.record", "tasks.take"}
    assert {a for a in Action if allowed("driver", a)} == own


def test_a_volunteer_takes_tasks_and_nothing_else() -> None:
    assert {a for a in Action if allowed("volunteer", a)} == {"network.read", "tasks.take"}


def test_no_key_records_driving() -> None:
    assert not allowed_by_scopes(list(Scope), "driving.record")


def test_only_the_network_makes_organisations() -> None:
    assert [role for role in Role if allowed(role, "partners.edit")] == [Role.NETWORK_ADMIN]


def test_a_key_without_scopes_may_do_nothing() -> None:
    assert not any(allowed_by_scopes([], action) for action in Action)


# What people do themselves, on the road or where hands are wanted: no office does it in their place.
IN_PERSON = {Action.DRIVING_RECORD, Action.TASKS_TAKE}


@pytest.mark.parametrize("role", list(Role))
def test_nobody_hands_out_a_key_or_a_role_that_may_do_more_than_they_may(role: Role) -> None:
    for action in Action:
        if allowed_by_scopes(grantable_scopes(role), action):
            assert allowed(role, action)
        if action not in IN_PERSON and any(allowed(r, action) for r in appointable_roles(role)):
            assert allowed(role, action)


def test_an_action_nobody_named_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"offers\.burn"):
        allowed("driver", "offers.burn")


def test_a_key_of_an_office_does_as_its_administrator_would_and_no_other_key_administers() -> None:
    assert administers_as(None, ["partners", "offers"]) == Role.NETWORK_ADMIN
    assert administers_as(None, ["organisation", "plans"]) == Role.ORGANISATION_ADMIN
    assert administers_as(None, ["offers", "needs", "fleet", "plans"]) is None
    assert administers_as("dispatcher", ["partners"]) is None
    assert administers_as("organisation_admin", []) == Role.ORGANISATION_ADMIN


def test_an_administrator_appoints_and_grants_what_the_tables_say_and_others_nothing() -> None:
    assert may_appoint(Role.ORGANISATION_ADMIN, "driver", "donor_staff")
    assert not may_appoint(Role.ORGANISATION_ADMIN, "driver", "dispatcher")
    assert may_appoint(Role.NETWORK_ADMIN, *Role)
    assert not may_appoint(None, "driver")
    assert may_grant(Role.ORGANISATION_ADMIN, ["offers", "organisation"])
    assert not may_grant(Role.ORGANISATION_ADMIN, ["offers", "plans"])
    assert not may_grant(None, [])
