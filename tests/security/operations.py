"""What the generated tests of the API have to know of each operation: one row an operation, one maker a thing.

The operations themselves come from the API's own description. One that has no row here fails the tests with a sentence
that says so: whoever adds an operation says who may call it, whose thing it names and what a valid body looks like.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from app.domain.permissions import Action
from tests.service_client import DAY, LIDL_CARDIFF_ROAD, a_line, a_need, an_offer

if TYPE_CHECKING:
    from tests.security.tenants import Tenant

QUIET_DAY = "2026-12-24"  # nothing is planned for it
EVERYBODY_SIGNED_IN = "everybody who is signed in"
EVERYBODY = "everybody"

# ---- Things: what an operation names in its path or body, and how one of a tenant comes to be. -----------------------


@dataclass(frozen=True)
class Thing:
    """A noun of the API. Whoever may see it besides the staff of its network: its own organisation, or nobody.

    make: its id, made as the tenant. of_network: only those who see the whole network see it.
    """

    make: Callable[["Tenant"], str]
    of_network: bool = False


def _made(path: str, body: Callable[["Tenant"], Any]) -> Callable[["Tenant"], str]:
    return lambda tenant: str(tenant.admin.ok(path, body(tenant))["id"])


def _site(tenant: "Tenant") -> dict[str, Any]:
    return {
        "kind": "store",
        "name": f"{tenant.canary} place",
        "latitude": LIDL_CARDIFF_ROAD[0],
        "longitude": LIDL_CARDIFF_ROAD[1],
        "windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}],
        "access_notes": f"{tenant.canary} ring twice",
        "temperature_classes": ["ambient", "chilled", "frozen"],
    }


def _offer(tenant: "Tenant") -> dict[str, Any]:
    line = a_line(description=f"{tenant.canary} loaves")
    return an_offer({"id": tenant.id_of("site")}, line, note=f"{tenant.canary} note")


def _need(tenant: "Tenant") -> dict[str, Any]:
    return a_need({"id": tenant.id_of("site")}, service_date=tenant.another_day())


def _vehicle(tenant: "Tenant") -> dict[str, Any]:
    return {"name": f"{tenant.canary} van", "capacity_kg": "600", "chilled_kg": "300", "frozen_kg": "100"}


def _shift(tenant: "Tenant") -> dict[str, Any]:
    """Another half hour each time: a vehicle is driven once at a time."""
    start = tenant.another_instant()
    return {
        "vehicle_id": tenant.id_of("vehicle"),
        "driver_name": f"{tenant.canary} driver",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(minutes=20)).isoformat(),
        "start_site_id": tenant.id_of("site"),
        "end_site_id": tenant.id_of("site"),
    }


def _key(tenant: "Tenant") -> str:
    path = f"/organisations/{tenant.organisation_id}/api-keys"
    return str(tenant.admin.ok(path, {"name": f"{tenant.canary} key", "scopes": ["offers"]})["id"])


THINGS: dict[str, Thing] = {
    "organisation": Thing(lambda tenant: str(tenant.organisation_id)),
    "site": Thing(_made("/sites", _site)),
    "offer": Thing(_made("/offers", _offer)),
    "need": Thing(_made("/needs", _need)),
    "vehicle": Thing(_made("/vehicles", _vehicle)),
    "shift": Thing(_made("/shifts", _shift)),
    "key": Thing(_key),
    "run": Thing(lambda tenant: tenant.planned["run"], of_network=True),
    "plan": Thing(lambda tenant: tenant.planned["plan"], of_network=True),
    "route": Thing(lambda tenant: tenant.planned["route"], of_network=True),
    "import": Thing(lambda tenant: tenant.an_import(), of_network=True),
}

# ---- Operations. -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    action: what permissions.TABLE allows to whom, or EVERYBODY_SIGNED_IN, or EVERYBODY.
    thing: the noun in THINGS that is addressed, by the one variable of the path or by the body.
    path: further variables of the path. query: what the query needs. body: a valid body that names the tenant's things.
    raw: a body that is not JSON. fresh: every call gets a thing of its own, since the operation uses it up.
    shared: partners see this of each other too, so what it answers may hold a partner's words.
    but: roles that get another status than the table says, each with the reason.
    unproven: why no call of these tests succeeds; otherwise at least one has to, so that the body is known to fit.
    fuzz: why schemathesis leaves it out; None where it does not.
    """

    action: str
    thing: str | None = None
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Callable[["Tenant"], Any] | None = None
    raw: bytes | None = None
    fresh: bool = False
    shared: bool = False
    ends_session: bool = False
    but: dict[str, tuple[int, str]] = field(default_factory=dict)
    unproven: str | None = None
    fuzz: str | None = None


_REGION = {"name": "newport"}
_NOT_BY_LINK = (403, "only a driver's link opens a shift; a person signed in as driver has none")
_EVENT_STREAM = "an event stream stays open for minutes"
_NEEDS_FILE = "a real extract is imported by tests/roads; here the service has no file and fetches none"

OPERATIONS: dict[str, Operation] = {
    "alive": Operation(EVERYBODY),
    "ready": Operation(EVERYBODY),
    # partners
    "sign_in": Operation(
        EVERYBODY,
        body=lambda tenant: {"email": "nobody@example.org", "password": "not the right one"},
        unproven="nobody knows the password",
        but={"*": (401, "the address and the password do not belong together")},
    ),
    "sign_out": Operation(EVERYBODY_SIGNED_IN, ends_session=True, fuzz="it ends the session that the fuzzing lives on"),
    "me": Operation(Action.NETWORK_READ, but={"driver link": (404, "a link opens a shift, not an organisation")}),
    "add_organisation": Operation(
        Action.PARTNERS_EDIT, body=lambda tenant: {"kind": "carrier", "name": f"Carrier {uuid4().hex[:6]}"}
    ),
    "list_organisations": Operation(Action.PARTNERS_READ, shared=True),
    "get_organisation": Operation(Action.PARTNERS_READ, "organisation"),
    "add_person": Operation(
        Action.PEOPLE_EDIT,
        "organisation",
        body=lambda tenant: {
            "name": "Somebody",
            "email": f"{uuid4().hex}@example.org",
            "role": "donor_staff",
            "password": "a long enough password",
        },
    ),
    "add_key": Operation(
        Action.PEOPLE_EDIT, "organisation", body=lambda tenant: {"name": "till", "scopes": ["offers"]}
    ),
    "revoke_key": Operation(Action.PEOPLE_EDIT, "key", fresh=True),
    "add_site": Operation(Action.SITES_EDIT, body=_site),
    "list_sites": Operation(Action.SITES_READ),
    "get_site": Operation(Action.SITES_READ, "site"),
    "change_site": Operation(Action.SITES_EDIT, "site", body=lambda tenant: {"access_notes": "mine now"}),
    # food
    "post_offer": Operation(Action.OFFERS_POST, "site", body=_offer),
    "list_offers": Operation(Action.OFFERS_READ),
    "get_offer": Operation(Action.OFFERS_READ, "offer"),
    "amend_offer": Operation(Action.OFFERS_POST, "offer", body=lambda tenant: {"note": "mine now"}),
    "withdraw_offer": Operation(Action.OFFERS_POST, "offer", fresh=True),
    "state_need": Operation(Action.NEEDS_STATE, "site", body=_need),
    "list_needs": Operation(Action.NEEDS_READ),
    "get_need": Operation(Action.NEEDS_READ, "need"),
    "change_need": Operation(Action.NEEDS_STATE, "need", body=lambda tenant: {"kg": "1"}),
    # fleet
    "add_vehicle": Operation(Action.FLEET_EDIT, body=_vehicle),
    "list_vehicles": Operation(Action.FLEET_READ),
    "get_vehicle": Operation(Action.FLEET_READ, "vehicle"),
    "add_shift": Operation(Action.FLEET_EDIT, "vehicle", body=_shift),
    "list_shifts": Operation(Action.FLEET_READ),
    "get_shift": Operation(Action.FLEET_READ, "shift"),
    "give_driver_link": Operation(Action.FLEET_EDIT, "shift"),
    # plans
    "request_plan": Operation(Action.PLANS_REQUEST, body=lambda tenant: {"service_date": QUIET_DAY}),
    "get_run": Operation(Action.PLANS_READ, "run"),
    "watch_run": Operation(Action.PLANS_READ, "run", fuzz=_EVENT_STREAM),
    "list_plans": Operation(Action.PLANS_READ),
    "get_plan": Operation(Action.PLANS_READ, "plan"),
    "get_document": Operation(Action.PLANS_READ, "plan"),
    "publish_plan": Operation(Action.PLANS_PUBLISH, "plan", unproven="the plan is published already"),
    "get_route": Operation(Action.ROUTES_READ, "route"),
    "get_geojson": Operation(Action.ROUTES_READ, "route"),
    "get_gpx": Operation(Action.ROUTES_READ, "route"),
    # driving
    "driver_route": Operation(Action.DRIVING_RECORD, but={"driver": _NOT_BY_LINK}),
    "record_events": Operation(
        Action.DRIVING_RECORD,
        "stop",
        body=lambda tenant: {
            "events": [
                {
                    "id": str(uuid4()),
                    "stop_id": tenant.id_of("stop"),
                    "kind": "arrived",
                    "occurred_at": f"{DAY}T09:00:00+00:00",
                }
            ]
        },
        but={"driver": _NOT_BY_LINK},
    ),
    # reports and what was learnt
    "day_report": Operation(Action.REPORTS_READ, query={"service_date": DAY}),
    "arrivals": Operation(Action.REPORTS_READ, query={"from": DAY, "until": DAY}),
    "learnt": Operation(Action.PLANS_REQUEST),
    "learn_now": Operation(Action.PLANS_REQUEST),
    # streets
    "read_region": Operation(EVERYBODY, path=_REGION),
    "read_tile": Operation(EVERYBODY, path={**_REGION, "z": "12", "x": "2012", "y": "1361"}),
    "read_source": Operation(Action.PLANS_READ),
    "search_addresses": Operation(Action.SITES_READ, path=_REGION, query={"q": "Cardiff Road"}),
    "name_position": Operation(Action.SITES_READ, path=_REGION, query={"lat": "51.5713", "lon": "-3.0126"}),
    "list_places": Operation(Action.SITES_READ, path=_REGION),
    "request_import": Operation(
        Action.REGIONS_IMPORT,
        body=lambda tenant: {"source": "not-there.osm.pbf"},
        unproven=_NEEDS_FILE,
        fuzz="it fetches what it is given, for as long as that takes",
    ),
    "list_imports": Operation(Action.REGIONS_IMPORT),
    "get_import": Operation(Action.REGIONS_IMPORT, "import"),
    "send_file": Operation(
        Action.REGIONS_IMPORT,
        raw=b"not an extract",
        unproven=_NEEDS_FILE,
        fuzz="its body is an extract of up to gigabytes",
    ),
}

THINGS["stop"] = Thing(lambda tenant: tenant.planned["stop"])


def row_of(operation_id: str) -> Operation:
    """The row of an operation; an operation without one fails here, with what to do."""
    row = OPERATIONS.get(operation_id)
    assert row is not None, (
        f'add a row to tests/security/operations.py: OPERATIONS["{operation_id}"] = Operation(action, thing, body=...)'
        " says who may call it, whose thing it names and what a valid body looks like"
    )
    return row
