"""Who may do what: one table from action to roles and key scopes. Whose rows they see, tenancy decides."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is in an organisation."""

    DONOR_STAFF = "donor_staff"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    ORGANISATION_ADMIN = "organisation_admin"
    NETWORK_ADMIN = "network_admin"


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
    PLANS_PUBLISH = "plans.publish"
    ROUTES_READ = "routes.read"
    DRIVING_RECORD = "driving.record"
    REPORTS_READ = "reports.read"
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


_DONOR, _DISPATCHER, _DRIVER = Role.DONOR_STAFF, Role.DISPATCHER, Role.DRIVER
_ADMIN, _NETWORK = Role.ORGANISATION_ADMIN, Role.NETWORK_ADMIN
_EVERYONE = frozenset(Role)
_ANY_KEY = frozenset(Scope)
_OFFICE = frozenset({Scope.PARTNERS, Scope.ORGANISATION})

TABLE: dict[Action, tuple[frozenset[Role], frozenset[Scope]]] = {
    Action.NETWORK_READ: (_EVERYONE, _ANY_KEY),
    Action.PARTNERS_READ: (_EVERYONE - {_DRIVER}, _ANY_KEY),
    Action.PARTNERS_EDIT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.SITES_READ: (_EVERYONE - {_DRIVER}, _ANY_KEY),
    Action.SITES_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.PEOPLE_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.KEYS_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.OFFERS_POST: (frozenset({_DONOR, _ADMIN, _NETWORK}), frozenset({Scope.OFFERS})),
    Action.OFFERS_READ: (_EVERYONE - {_DRIVER}, frozenset({Scope.OFFERS, Scope.PLANS})),
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
    Action.PLANS_PUBLISH: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.ROUTES_READ: (_EVERYONE - {_DONOR}, frozenset({Scope.PLANS})),
    Action.DRIVING_RECORD: (frozenset({_DRIVER}), frozenset()),
    Action.REPORTS_READ: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), frozenset({Scope.PLANS})),
    Action.REGIONS_IMPORT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.PARTNERSHIPS_READ: (_EVERYONE - {_DRIVER}, _ANY_KEY),
    Action.PARTNERSHIPS_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.PEOPLE_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.KEYS_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.ALLOCATIONS_READ: (_EVERYONE - {_DRIVER}, frozenset({Scope.OFFERS, Scope.NEEDS, Scope.PLANS})),
    Action.LEDGER_READ: (_EVERYONE - {_DRIVER}, frozenset({Scope.OFFERS, Scope.NEEDS, Scope.PLANS})),
    Action.LEDGER_SETTLE: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.QUARANTINE_DECIDE: (frozenset({_DISPATCHER, _NETWORK}), frozenset({Scope.PLANS})),
    Action.POLICY_EDIT: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.WEBHOOKS_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.WEBHOOKS_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.FEEDS_EDIT: (frozenset({_DISPATCHER, _ADMIN, _NETWORK}), _OFFICE | {Scope.FLEET, Scope.PLANS}),
    Action.EVENTS_READ: (_EVERYONE - {_DRIVER}, _ANY_KEY),
    Action.AUDIT_READ: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
    Action.AUDIT_VERIFY: (frozenset({_NETWORK}), frozenset({Scope.PARTNERS})),
    Action.PRIVACY_EDIT: (frozenset({_ADMIN, _NETWORK}), _OFFICE),
}

# An administrator hands out keys for their own organisation's work; plans and partners are the network's.
_GRANTABLE: dict[Role, frozenset[Scope]] = {
    _ADMIN: frozenset({Scope.OFFERS, Scope.NEEDS, Scope.FLEET, Scope.ORGANISATION}),
    _NETWORK: _ANY_KEY,
}
_APPOINTABLE: dict[Role, frozenset[Role]] = {
    _ADMIN: frozenset({_DONOR, _DRIVER, _ADMIN}),  # dispatchers see the whole network: its own staff appoint them
    _NETWORK: _EVERYONE,
}


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
