"""A morning with one store and two food banks, of which the nearer one gets the bread unless something is agreed."""

from typing import Any

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.roads.streets import Streets
from app.settings import Settings
from tests.planned_here import Again, Solver, plan_here, price_here, solve_again_here, solve_here, workshop_of
from tests.service_client import DAY, DUFFRYN_CENTRE, LIDL_CARDIFF_ROAD, TESCO_SPYTTY, ServiceClient, a_line, an_offer
from tests.service_client import a_need as wanted

PAPER = {"signed_document": {"name": "Agreement", "signed_on": DAY}}
Json = dict[str, Any]


class Morning:
    """Bread of one store; a food bank near it and one further away, each with a van of its own."""

    def __init__(
        self, network: ServiceClient, database: Database, streets: Streets, clock: HandSetClock, config: Settings
    ) -> None:
        self.network = network
        self.workshop = workshop_of(database, streets, clock, config.data_folder)
        self.lidl, self.near, self.far = (
            network.organisation(kind, name)
            for kind, name in (("supermarket", "Lidl"), ("food_bank", "Duffryn"), ("food_bank", "Raven House"))
        )
        of = {each["name"]: network.client_of(each, "organisation", "offers", "needs", "fleet")
              for each in (self.lidl, self.near, self.far)}  # fmt: skip
        self.of = of
        self.store = of["Lidl"].site(LIDL_CARDIFF_ROAD, "Lidl Cardiff Road")
        self.places = {
            "Duffryn": of["Duffryn"].site(DUFFRYN_CENTRE, "Duffryn Centre", kind="distribution_point"),
            "Raven House": of["Raven House"].site(TESCO_SPYTTY, "Raven House Hall", kind="distribution_point"),
        }
        self.needs = {name: of[name].ok("/needs", wanted(place, kg="60")) for name, place in self.places.items()}
        self.shifts = {
            name: of[name].vehicle_and_shift(place, name=f"Van of {name}") for name, place in self.places.items()
        }
        self.line = self.offered()

    def offered(self, kg: str = "38", **fields: Any) -> str:
        offer = self.of["Lidl"].ok("/offers", an_offer(self.store, a_line(kg=kg, splittable=False, **fields)))
        return str(offer["lines"][0]["id"])

    def agree(self, **fields: Any) -> Json:
        sides = {"donor_organisation_id": self.lidl["id"], "receiver_organisation_id": self.far["id"]}
        proposed = self.network.ok("/agreements", {**sides, **fields})
        return self.network.ok(f"/agreements/{proposed['id']}/accept", PAPER)

    def planned(self, solver: Solver = solve_here, **wish: Any) -> Json:
        run = self.network.ok("/plan-runs", {"service_date": DAY, **wish})
        plan_here(self.workshop, run["id"], self.network.network_id(), solver)
        run = self.network.get(f"/plan-runs/{run['id']}").json()
        assert run["state"] == "done", run
        found: Json = self.network.get(f"/plans/{run['plan_id']}").json()
        return found

    def priced(self, plan: Json, again: Again = solve_again_here) -> Json:
        price_here(self.workshop, plan["id"], self.network.network_id(), again)
        return self.prices(plan)

    def prices(self, plan: Json) -> Json:
        found: Json = self.network.get(f"/plans/{plan['id']}/prices").json()
        return found
