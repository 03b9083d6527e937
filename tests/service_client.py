"""A caller of the API over real HTTP, and builders of partners that read like the story of a test."""

import ssl
import time
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.partners.founding import NewNetwork, found

# Callers of the service on loopback meet no certificate: to read the machine's takes each some 40 ms.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
DAY = "2026-11-25"
AGREEMENT = {"name": "Agreement", "signed_on": "2026-11-20"}
ALL_DAY = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}]
# Real places of Newport: (latitude, longitude).
LIDL_CARDIFF_ROAD = (51.5713465, -3.0126026)
TESCO_SPYTTY = (51.5760379, -2.946449)
FOOD_BANK = (51.5880281, -2.9950529)
DUFFRYN_CENTRE = (51.5604773, -3.0256499)


class ServiceClient:
    """One caller; answers are returned as they are, `ok` insists on success."""

    def __init__(self, address: str, secret: str | None) -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.address = address
        self._opened: list[ServiceClient] = []
        self.http = httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=60, verify=NO_CERTIFICATES)

    def close(self) -> None:
        """Close this caller and all that were made through it."""
        for client in self._opened:
            client.close()
        self.http.close()

    def another(self, secret: str) -> "ServiceClient":
        client = ServiceClient(self.address, secret)
        self._opened.append(client)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers=headers)

    def ok(self, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """What a POST that has to succeed answers."""
        response = self.post(path, body, **headers)
        assert response.is_success, response.text
        answered: dict[str, Any] = response.json()
        return answered

    def organisation(self, kind: str, name: str) -> dict[str, Any]:
        """A partner that takes part: its agreement was signed on paper."""
        return self.ok("/organisations", {"kind": kind, "name": name, "signed_document": AGREEMENT})

    def client_of(self, organisation: dict[str, Any], *scopes: str) -> "ServiceClient":
        """A caller with a key of that organisation."""
        path = f"/organisations/{organisation['id']}/api-keys"
        return self.another(self.ok(path, {"name": "test key", "scopes": list(scopes)})["key"])

    def site(self, place: tuple[float, float], name: str, **fields: Any) -> dict[str, Any]:
        body = {
            "kind": "store",
            "name": name,
            "latitude": place[0],
            "longitude": place[1],
            "windows": ALL_DAY,
            "temperature_classes": ["ambient", "chilled", "frozen"],
        }
        return self.ok("/sites", {**body, **fields})

    def vehicle_and_shift(self, site: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A van with a day's shift from and to `site`; the shift is returned."""
        body = {"name": "White van", "capacity_kg": "600", "chilled_kg": "300", "frozen_kg": "100"}
        vehicle = self.ok("/vehicles", {**body, **fields})
        return self.ok(
            "/shifts",
            {
                "vehicle_id": vehicle["id"],
                "driver_name": "Driver",
                "starts_at": f"{DAY}T08:00:00+00:00",
                "ends_at": f"{DAY}T16:00:00+00:00",
                "start_site_id": site["id"],
                "end_site_id": site["id"],
            },
        )

    def planned(self, day: str = DAY, seconds: float = 60) -> dict[str, Any]:
        """The plan of a day, requested and waited for."""
        return self.plan_of(self.ok("/plan-runs", {"service_date": day}), seconds)

    def plan_of(self, run: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """What a run ends in, waited for."""
        until = time.monotonic() + seconds
        while run["state"] not in ("done", "failed"):
            assert time.monotonic() < until, run
            time.sleep(0.05)
            run = self.get(f"/plan-runs/{run['id']}").json()
        assert run["state"] == "done", run
        plan: dict[str, Any] = self.get(f"/plans/{run['plan_id']}").json()
        return plan

    def published(self, plan: dict[str, Any]) -> dict[str, Any]:
        return self.ok(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{plan["version"]}"'})

    def driver(self, shift: dict[str, Any]) -> "ServiceClient":
        """The driver of a shift, by a fresh link."""
        return self.another(self.ok(f"/shifts/{shift['id']}/driver-links")["token"])

    def network_id(self) -> UUID:
        return UUID(self.get("/me").json()["network"]["id"])


def found_network(database: Database, address: str, clock: HandSetClock, name: str = "Newport") -> ServiceClient:
    """The first administrator of a new network."""
    wish = NewNetwork(name, "newport", "Europe/London", "GBP", f"{name} Food Bank", demonstration=True)
    return ServiceClient(address, found(database, wish, clock()).key)


def a_published_shift(network: ServiceClient) -> dict[str, Any]:
    """The shift of a published day with one store, one food bank and 30 kg of bread."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store, a_line(kg="30")))
    shift = network.vehicle_and_shift(bank)
    network.published(network.planned())
    return shift


def a_line(**fields: Any) -> dict[str, Any]:
    """One line of an offer: ten kilograms of bread unless said otherwise."""
    return {"category": "bread_and_bakery", "description": "Loaves", "kg": "10", "crates": 2, **fields}


def an_offer(site: dict[str, Any], *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An offer of the morning."""
    body = {
        "site_id": site["id"],
        "pickup_from": f"{DAY}T08:00:00+00:00",
        "pickup_until": f"{DAY}T12:00:00+00:00",
        "lines": list(lines) or [a_line()],
    }
    return {**body, **fields}


def a_need(site: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A need of bread."""
    body = {
        "site_id": site["id"],
        "service_date": DAY,
        "category": "bread_and_bakery",
        "kg": "50",
        "people_served": 40,
    }
    return {**body, **fields}


def an_event(stop: dict[str, Any], kind: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A driver's report at a stop, at its planned time."""
    body = {
        "id": str(uuid4()),
        "stop_id": stop["id"],
        "kind": kind,
        "occurred_at": stop["arrive_at"],
        "lines": list(lines),
    }
    return {**body, **fields}


def kilograms(allocation: dict[str, Any], kg: str | None = None) -> dict[str, Any]:
    """What was handled of an allocation: all of it, unless said otherwise."""
    return {"allocation_id": allocation["id"], "kg": kg if kg is not None else allocation["kg"]}


def stops_of(driver: ServiceClient) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The first pickup and drop-off of a driver's route, and the allocation between them."""
    stops = driver.get("/driver/route").json()["route"]["stops"]
    pickup = next(stop for stop in stops if stop["kind"] == "pickup")
    drop_off = next(stop for stop in stops if stop["kind"] == "drop_off")
    return pickup, drop_off, pickup["allocations"][0]


def report(driver: ServiceClient, *events: dict[str, Any]) -> list[str]:
    """What becomes of each of a driver's reports that are sent together: "stored", ..."""
    return [result["status"] for result in driver.ok("/driver/stop-events", {"events": list(events)})["results"]]
