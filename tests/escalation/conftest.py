"""A store with 40 kg of bread, and two food banks that need 10 kg each, one nearby and one farther away; no worker.

The tests set the clock and let the job come round.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.escalation.jobs import climb_everywhere
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.people import MailMessage
from app.models.system import OutboxMessage
from app.planning import run
from app.planning.asking import change_by_itself
from tests.declines.conftest import config, planned, receivers, workshop
from tests.outlets.conftest import an_outlet
from tests.people.builders import entered, own
from tests.planned_here import plan_here
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

__all__ = ["config", "planned", "receivers", "workshop"]
RADIUS = 2_000  # metres: Duffryn is within it, the food bank in the middle of Newport is not
BREAD = a_line(kg="40", splittable=True, date_mark="use_by", mark_date=DAY)


def escalation(network: ServiceClient, **wish: Any) -> dict[str, Any]:
    """The network's answer to another ladder."""
    version = network.get("/network").headers["ETag"]
    answer = network.http.patch("/network", json={"escalation": wish}, headers={"If-Match": version})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["escalation"]
    return found


@dataclass
class BreadDay:
    """What everybody on that day can do."""

    network: ServiceClient
    till: ServiceClient
    near: ServiceClient
    far: ServiceClient
    workshop: run.Workshop
    database: Database
    clock: HandSetClock
    shop: dict[str, Any]
    store: dict[str, Any]
    near_site: dict[str, Any]
    far_site: dict[str, Any]
    shift: dict[str, Any]
    offer: dict[str, Any]
    people: dict[str, dict[str, Any]]

    @property
    def line(self) -> str:
        return str(self.offer["lines"][0]["id"])

    def at(self, time: str) -> int:
        """Let it be that time of the day, and the job come round; how much it did."""
        moment = time if "T" in time else f"{DAY}T{time}:00"
        self.clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        return climb_everywhere(self.database, self.clock)

    def ladder(self, line: str | None = None) -> dict[str, Any]:
        items = self.network.get("/escalations", service_date=DAY).json()["items"]
        return next(dict(each) for each in items if each["offer_line_id"] == (line or self.line))

    def taken(self) -> list[str]:
        """The steps that were taken."""
        return [each["step"] for each in self.ladder()["steps"] if each["taken_at"] is not None]

    def asks(self, of: ServiceClient | None = None) -> list[dict[str, Any]]:
        return list((of or self.network).get("/asks").json()["items"])

    def answer(self, of: ServiceClient, **wish: Any) -> Any:
        [ask] = self.asks(of)
        return of.post(f"/asks/{ask['id']}/answer", wish)

    def planned(self) -> dict[str, Any]:
        return planned(self.network, self.workshop, DAY)

    def planned_change(self) -> dict[str, Any]:
        """The change of the day that a job asks for by itself."""
        with self.database.transaction(Scope(network=self.network.network_id())) as session:
            asked = change_by_itself(session, self.network.network_id(), date.fromisoformat(DAY), self.clock())
            assert asked is not None
            run_id = str(asked.id)
        plan_here(self.workshop, run_id, self.network.network_id())
        over = self.network.get(f"/plan-runs/{run_id}").json()
        found: dict[str, Any] = self.network.get(f"/plans/{over['plan_id']}").json()
        return found

    def messages(self, kind: str) -> list[OutboxMessage]:
        with self.database.transaction(Scope(network=self.network.network_id())) as session:
            query = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
            return list(session.scalars(query))

    def mails(self, who: str) -> list[MailMessage]:
        with self.database.transaction(Scope(network=self.network.network_id())) as session:
            query = select(MailMessage).where(
                MailMessage.person_id == self.people[who]["id"], MailMessage.kind == "escalation"
            )
            return list(session.scalars(query.order_by(MailMessage.created_at)))


Outlets = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def outlets(network: ServiceClient) -> Outlets:
    def of(*kinds: str) -> dict[str, dict[str, Any]]:
        return {kind: network.ok("/outlets", an_outlet(kind)) for kind in kinds}

    return of


@pytest.fixture
def day(network: ServiceClient, database: Database, workshop: run.Workshop, clock: HandSetClock) -> BreadDay:
    shop = network.organisation("supermarket", "Lidl")
    banks = [network.organisation("food_bank", name) for name in ("Duffryn Centre", "Newport Food Bank")]
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
    sites = [
        network.site(place, bank["name"], kind="distribution_point", organisation_id=bank["id"])
        for place, bank in zip((DUFFRYN_CENTRE, FOOD_BANK), banks, strict=True)
    ]
    near, far = (network.client_of(bank, "needs") for bank in banks)
    for client, site in zip((near, far), sites, strict=True):
        client.ok("/needs", a_need(site, kg="10"))
    escalation(network, radius_metres=RADIUS)
    return BreadDay(
        network=network,
        till=network.client_of(shop, "offers"),
        near=near,
        far=far,
        workshop=workshop,
        database=database,
        clock=clock,
        shop=shop,
        store=store,
        near_site=sites[0],
        far_site=sites[1],
        shift=network.vehicle_and_shift(sites[1]),
        offer=network.ok("/offers", an_offer(store, BREAD)),
        people={
            "near": entered(network, banks[0], "organisation_admin"),
            "far": entered(network, banks[1], "organisation_admin", language="ar"),
            "store": entered(network, shop, "donor_staff", site_id=store["id"]),
            "dispatcher": entered(network, own(network), "dispatcher", language="ar"),
        },
    )
