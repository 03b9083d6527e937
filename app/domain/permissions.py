"""Who may do what, and what partners see of each other.

One table from action to roles and key scopes (whose rows they see, tenancy decides), and one from noun and relation
to the fields that are shown.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person is in an organisation."""

    DONOR_STAFF = "donor_staff"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    ORGANISATION_ADMIN = "organisation_admin"
    NETWORK_ADMIN = "network_admin"
    VOLUNTEER = "volunteer"


class Scope(StrEnum):
    """What an API key is for."""

    OFFERS = "offers"
    NEEDS = "needs"
    FLEET = "fleet"
    PLANS = "plans"
    PARTNERS = "partners"
    ORGANISATION = "organisation"


class Action(StrEnum):
    """What can be done."""

    NETWORK_READ = "network.read"
    PARTNERS_READ = "partners.read"
    PARTNERS_EDIT = "partners.edit"
    SITES_READ = "sites.read"
    SITES_EDIT = "sites.edit"
    PEOPLE_EDIT = "people.edit"
    KEYS_EDIT = "keys.edit"
    OFFERS_POST = "offers.post"
    OFFERS_READ = "offers.read"
    NEEDS_STATE = "needs.state"
    NEEDS_READ = "needs.read"
    FLEET_EDIT = "fleet.edit"
    FLEET_READ = "fleet.read"
    DRIVER_LINKS_MAKE = "driver_links.make"
    PLANS_REQUEST = "plans.request"
    PLANS_READ = "plans.read"
    PLANS_EDIT = "plans.edit"
    PLANS_PUBLISH = "plans.publish"
    ROUTES_READ = "routes.read"
    DRIVING_RECORD = "driving.record"
    REPORTS_READ = "reports.read"
    SHARES_READ = "shares.read"
    REGIONS_IMPORT = "regions.import"
    PARTNERSHIPS_READ = "partnerships.read"
    PARTNERSHIPS_EDIT = "partnerships.edit"
    PEOPLE_READ = "people.read"
    KEYS_READ = "keys.read"
    ALLOCATIONS_READ = "allocations.read"
    LEDGER_READ = "ledger.read"
    LEDGER_SETTLE = "ledger.settle"
    QUARANTINE_DECIDE = "quarantine.decide"
    POLICY_EDIT = "policy.edit"
    WEBHOOKS_READ = "webhooks.read"
    WEBHOOKS_EDIT = "webhooks.edit"
    FEEDS_EDIT = "feeds.edit"
    EVENTS_READ = "events.read"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    PRIVACY_EDIT = "privacy.edit"
    ALARMS_READ = "alarms.read"
    ALARMS_ACKNOWLEDGE = "alarms.acknowledge"
    AGREEMENTS_READ = "agreements.read"
    AGREEMENTS_EDIT = "agreements.edit"
    ALLOCATIONS_DECLINE = "allocations.decline"
    RECEIPTS_CONFIRM = "receipts.confirm"
    VAN_LINKS_GIVE = "van_links.give"
    IMPACT_READ = "impact.read"
    IMPACT_PUBLISH = "impact.publish"
    AREA_READ = "area.read"
    FUNDING_READ = "funding.read"
    FUNDING_EDIT = "funding.edit"
    TASKS_EDIT = "tasks.edit"
    TASKS_TAKE = "tasks.take"
    VOLUNTEERS_READ = "volunteers.read"
    VOLUNTEERS_DECIDE = "volunteers.decide"


# Who can be named as the driver of a shift.
DRIVES = frozenset({Role.DRIVER.value})

_DONOR, _DISPATCHER, _DRIVER = Role.DONOR_STAFF, Role.DISPATCHER, Role.DRIVER
_ADMIN, _NETWORK = Role.ORGANISATION_ADMIN, Role.NETWORK_ADMIN
_VOLUNTEER = Role.VOLUNTEER
_EVERYONE = frozenset(Role)
_OFFICES = _EVERYONE - {_DRIVER, _VOLUNTEER}
_ANY_KEY = frozenset(Scope)
_OFFICE = frozenset({Scope.PARTNERS, Scope.ORGANISATION})

TABLE: dict[Action, tuple[frozenset[Role], frozenset[Scope]]] = {
    Action.NETWORK_READ: (_EVERYONE, _ANY_KEY),
    Action.PARTNERS_READ: (_OFFICES, _ANY_KEY),
    Action.PARTNERS_EDIT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.SITES_READ: (_OFFICES, _ANY_KEY),
    Action.SITES_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.PEOPLE_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.KEYS_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.OFFERS_POST: (frozenset({_DONOR, _ADMIN, _NETWORK}), frozenset({Scope.OFFERS})),
    Action.OFFERS_READ: (_OFFICES, frozenset({Scope.OFFERS, Scope.PLANS})),
    Action.NEEDS_STATE: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.NEEDS})),
    Action.NEEDS_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.NEEDS, Scope.PLANS})),
    Action.FLEET_EDIT: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.FLEET})),
    Action.FLEET_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.FLEET, Scope.PLANS})),
    Action.DRIVER_LINKS_MAKE: (
        frozenset({_DISPATCHER, _ADMIN, _NETWORK}),
        frozenset({Scope.FLEET, Scope.PLANS}),
    ),
    Action.PLANS_REQUEST: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.PLANS_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.PLANS})),
    Action.PLANS_EDIT: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.PLANS_PUBLISH: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.ROUTES_READ: (_EVERYONE - {_DONOR, _VOLUNTEER}, frozenset({Scope.PLANS})),
    Action.DRIVING_RECORD: (frozenset({_DRIVER}), frozenset()),
    Action.REPORTS_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.PLANS})),
    Action.SHARES_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), _OFFICE | {Scope.PLANS}),
    Action.REGIONS_IMPORT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.PARTNERSHIPS_READ: (_OFFICES, _ANY_KEY),
    Action.PARTNERSHIPS_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.PEOPLE_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.KEYS_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.ALLOCATIONS_READ: (_OFFICES, frozenset({Scope.OFFERS, Scope.NEEDS, Scope.PLANS})),
    Action.LEDGER_READ: (_OFFICES, frozenset({Scope.OFFERS, Scope.NEEDS, Scope.PLANS})),
    Action.LEDGER_SETTLE: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.QUARANTINE_DECIDE: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.POLICY_EDIT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.WEBHOOKS_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.WEBHOOKS_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.FEEDS_EDIT: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), _OFFICE | {Scope.FLEET, Scope.PLANS}),
    Action.EVENTS_READ: (_OFFICES, _ANY_KEY),
    Action.AUDIT_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.AUDIT_VERIFY: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.PRIVACY_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.ALARMS_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.FLEET, Scope.PLANS})),
    Action.ALARMS_ACKNOWLEDGE: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.FLEET, Scope.PLANS})),
    Action.AGREEMENTS_READ: (_OFFICES, _ANY_KEY),
    Action.AGREEMENTS_EDIT: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), _OFFICE | {Scope.PLANS}),
    Action.ALLOCATIONS_DECLINE: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.NEEDS, Scope.PLANS})),
    Action.RECEIPTS_CONFIRM: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.NEEDS, Scope.PLANS})),
    Action.VAN_LINKS_GIVE: (_OFFICES, frozenset({Scope.OFFERS, Scope.NEEDS, Scope.PLANS})),
    # Every food bank by name stands in it: for those who see the network.
    Action.IMPACT_READ: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PARTNERS, Scope.PLANS})),
    Action.IMPACT_PUBLISH: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    # Of their own area, the people of a public body; of every area, those who see the network.
    Action.AREA_READ: (_OFFICES, _OFFICE | {Scope.PLANS}),
    Action.FUNDING_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), _OFFICE),
    Action.FUNDING_EDIT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.TASKS_EDIT: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.FLEET, Scope.PLANS})),
    # Whoever signs up comes in person: no key does.
    Action.TASKS_TAKE: (frozenset({_DRIVER, _VOLUNTEER}), frozenset()),
    Action.VOLUNTEERS_READ: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS, Scope.PARTNERS})),
    Action.VOLUNTEERS_DECIDE: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
}

# An administrator hands out keys for their own organisation's work; plans and partners are the network's.
_GRANTABLE: dict[Role, frozenset[Scope]] = {
    _ADMIN: frozenset({Scope.OFFERS, Scope.NEEDS, Scope.FLEET, Scope.ORGANISATION}),
    _NETWORK: _ANY_KEY,
}
_APPOINTABLE: dict[Role, frozenset[Role]] = {
    _ADMIN: frozenset(
        {_DONOR, _DRIVER, _VOLUNTEER, _ADMIN}
    ),  # dispatchers see the whole network: its own staff appoint them
    _NETWORK: _EVERYONE,
}

# A key of an office does as an administrator would.
_OFFICE_OF: dict[Scope, Role] = {Scope.PARTNERS: _NETWORK, Scope.ORGANISATION: _ADMIN}


def allowed(role: str, action: str) -> bool:
    """Whether somebody with this role may do it."""
    return role in TABLE[Action(action)][0]


def allowed_by_scopes(scopes: Iterable[str], action: str) -> bool:
    """Whether a key with these scopes may do it."""
    return not TABLE[Action(action)][1].isdisjoint(scopes)


def grantable_scopes(role: str) -> frozenset[Scope]:
    """The scopes that somebody with this role may give to a key."""
    return _GRANTABLE.get(Role(role), frozenset())


def appointable_roles(role: str) -> frozenset[Role]:
    """The roles that somebody with this role may give to a person."""
    return _APPOINTABLE.get(Role(role), frozenset())


class Relation(StrEnum):
    """What the one who looks is to the organisation that something is of; the database has the same names."""

    OWN = "own"
    NETWORK = "network"
    SHARING = "sharing"
    PARTNER = "partner"
    PUBLIC = "public"


RELATION_WORDS: dict[Relation, str] = {
    Relation.OWN: "one's own organisation",
    Relation.NETWORK: "the network's staff",
    Relation.SHARING: "a partner with whom food goes to and fro on a published plan",
    Relation.PARTNER: "another partner of the same network",
    Relation.PUBLIC: "everybody else",
}

_PARTNERSHIP = frozenset({
    "id", "organisation_id", "state", "proposed_by", "suspended_by", "valid_from", "valid_until", "terms",
    "signed_document", "reason", "accepted_at", "ended_at", "renewed_by_id", "created_at", "version",
})  # fmt: skip
_SITE = frozenset({
    "id", "organisation_id", "kind", "name", "address", "latitude", "longitude", "metres_to_street", "windows",
    "receiving_windows", "exceptions", "setup_seconds", "service_seconds", "access", "access_notes",
    "temperature_classes", "storage_kg", "osm_id", "version", "warnings",
})  # fmt: skip
_SITE_SHARED = frozenset({
    "id", "organisation_id", "kind", "name", "address", "latitude", "longitude", "windows", "receiving_windows",
    "exceptions", "access",
})  # fmt: skip
_OFFER = frozenset({
    "id", "organisation_id", "site_id", "service_date", "pickup_from", "pickup_until", "state", "note", "created_at",
    "version", "lines", "standing_offer_id",
})  # fmt: skip
_NEED = frozenset({
    "id", "organisation_id", "site_id", "service_date", "category", "kg", "minimum_shelf_life_days",
    "accepts_past_best_before", "excluded_allergens", "required_dietary_flags", "people_served", "priority", "note",
    "standing_need_id", "from_standing", "offer_line_id", "state", "created_at", "version",
})  # fmt: skip
_ALLOCATION = frozenset({
    "id", "service_date", "category", "description", "temperature_class", "kg", "crates", "pickup_at", "drop_off_at",
    "offer_line_id", "need_id", "donor", "receiver",
})  # fmt: skip
_NOTHING: frozenset[str] = frozenset()


def _row(
    all_of_it: frozenset[str], sharing: frozenset[str] = _NOTHING, partner: frozenset[str] = _NOTHING
) -> dict[Relation, frozenset[str]]:
    """Own and network see all, the public sees nothing; the two between see what is named."""
    return {
        Relation.OWN: all_of_it,
        Relation.NETWORK: all_of_it,
        Relation.SHARING: sharing,
        Relation.PARTNER: partner,
        Relation.PUBLIC: _NOTHING,
    }


# What partners see of each other. An allocation belongs to the two whom it links: both read it as their own.
FIELDS: dict[str, dict[Relation, frozenset[str]]] = {
    "organisation": _row(
        frozenset({"id", "kind", "name", "contact", "sites"}),
        sharing=frozenset({"id", "kind", "name", "contact", "sites"}),
        partner=frozenset({"id", "kind", "name"}),
    ),
    "site": _row(
        _SITE,
        sharing=_SITE_SHARED,
    ),
    "partnership": _row(_PARTNERSHIP),
    "offer": _row(_OFFER),
    "need": _row(_NEED),
    "allocation": _row(_ALLOCATION),
}


def visible(noun: str, relation: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was found, the fields that somebody in this relation sees."""
    fields = FIELDS[noun][Relation(relation)]
    return {name: value for name, value in found.items() if name in fields}


def administers_as(role: str | None, scopes: Iterable[str]) -> Role | None:
    """The administrator as whom somebody acts, or a key of an office; None for everybody else."""
    held = set(scopes)
    found = [Role(role)] if role is not None else [office for scope, office in _OFFICE_OF.items() if scope in held]
    return next((each for each in (_NETWORK, _ADMIN) if each in found), None)


def may_appoint(administrator: Role | None, *roles: str) -> bool:
    """Whether an administrator may bring in or change somebody who has, or is to have, these roles."""
    return administrator is not None and appointable_roles(administrator).issuperset(roles)


def may_grant(administrator: Role | None, scopes: Iterable[str]) -> bool:
    """Whether an administrator may hand out a key with these scopes."""
    return administrator is not None and grantable_scopes(administrator).issuperset(scopes)
