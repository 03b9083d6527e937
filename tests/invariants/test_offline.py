"""I12: a driver's day has one outcome, however its reports arrive and whenever the route was changed meanwhile.

A van with some 30 reports. The phone is offline for a part of the day: some reports arrive in order, then the plan is
changed and published, then the rest arrives with the ids of the route that the phone has: shuffled, repeated, cut into
batches, by a clock that is up to 48 hours wrong. What happened to the food must be what it is when all of it is sent in
order and nobody changes anything. WASL_HISTORIES tries as many other days.
"""

import os
import random
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine

from app.driving import promised
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.live_server import LiveServer
from app.ledger import settlement
from app.main import create_app
from app.planning import run
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import MORNING, a_database, named_database
from tests.invariants.laws import broken_laws
from tests.planned_here import changed_here, plan_here, workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_event,
    an_offer,
    found_network,
    kilograms,
)

MORE_DAYS = int(os.environ.get("WASL_HISTORIES", "0"))
DAYS = MORE_DAYS or 6
FOODS = ("bread_and_bakery", "drinks", "fruit_and_vegetables")
# Where food ends: what a van did with it. On offer, promised or expired is what plans make of the rest; and what was
# refused is on its way again where the change gives it to somebody else: either way it is on the van.
ENDS = {
    "on the van": ("collected", "refused"), "delivered": ("delivered",), "returned": ("returned",),
    "wasted": ("wasted",), "withdrawn": ("withdrawn",),
}  # fmt: skip

type Report = dict[str, Any]


def grams(kg: str) -> int:
    return int(Decimal(kg) * 1000)


@dataclass
class Van:
    """A copy of the published day, its office and its driver."""

    office: ServiceClient
    driver: ServiceClient
    workshop: run.Workshop
    clock: HandSetClock
    plan: dict[str, Any]
    banks: list[str]
    database_url: str

    def send(self, reports: list[Report]) -> None:
        answer = self.driver.ok("/driver/stop-events", {"events": reports})
        assert {each["status"] for each in answer["results"]} <= {"stored", "already_stored"}

    def ends(self) -> Counter[tuple[str, str]]:
        """Grams of each line at each of its ends."""
        found: Counter[tuple[str, str]] = Counter()
        for offer in self.office.get("/offers", limit=200).json()["items"]:
            for line in self.office.get(f"/offers/{offer['id']}/ledger").json()["lines"]:
                for end, accounts in ENDS.items():
                    kg = (grams(line["balances"][f"kg_{account}"]) for account in accounts)
                    found[line["offer_line_id"], end] += sum(kg)
        return found

    def laws(self) -> list[str]:
        engine = create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return broken_laws(connection)
        finally:
            engine.dispose()


@dataclass(frozen=True)
class Stage:
    postgres: EmbeddedPostgres
    streets: Streets
    name: str
    folder: Path
    secrets: dict[str, str]
    plan: dict[str, Any]
    banks: list[str]

    def van(self, closing: ExitStack) -> Van:
        at = closing.enter_context(a_database(self.postgres, self.name))
        database, clock = Database(at.service_url), HandSetClock(MORNING)
        closing.callback(database.close)
        config = Settings(data_folder=self.folder, worker="off", request_log="off")
        address = closing.enter_context(LiveServer(create_app(database, self.streets, clock, config))).address
        office, driver = (ServiceClient(address, self.secrets[who]) for who in ("office", "driver"))
        closing.callback(office.close)
        closing.callback(driver.close)
        workshop = workshop_of(database, self.streets, clock, self.folder)
        owner = at.owner_url.replace("wasl_owner", "postgres")
        return Van(office, driver, workshop, clock, self.plan, self.banks, owner)


@pytest.fixture(scope="module")
def stage(
    postgres: EmbeddedPostgres, template: str, streets: Streets, tmp_path_factory: pytest.TempPathFactory
) -> Stage:
    """Two stores with three kinds of food each, two food banks that ask for all of it, one van; published."""
    name, folder = f"offline_{uuid4().hex}", tmp_path_factory.mktemp("offline")
    postgres.create_database(name, template=template)
    database, clock = Database(named_database(postgres, name).service_url), HandSetClock(MORNING)
    config = Settings(data_folder=folder, worker="off", request_log="off")
    with LiveServer(create_app(database, streets, clock, config)) as server, ExitStack() as closing:
        closing.callback((office := found_network(database, server.address, clock)).close)
        stores = [office.site(LIDL_CARDIFF_ROAD, "Lidl"), office.site(TESCO_SPYTTY, "Tesco")]
        banks = [
            office.site(place, name, kind="distribution_point")
            for place, name in ((FOOD_BANK, "Newport Food Bank"), (DUFFRYN_CENTRE, "Duffryn"))
        ]
        for store in stores:
            office.ok("/offers", an_offer(store, *(a_line(category=each, kg="30") for each in FOODS)))
        for bank in banks:
            for food in FOODS:
                office.ok("/needs", a_need(bank, category=food, kg="30"))
        shift = office.vehicle_and_shift(banks[0])
        asked = office.ok("/plan-runs", {"service_date": DAY})
        plan_here(workshop_of(database, streets, clock, folder), asked["id"], office.network_id())
        plan = office.get(f"/plans/{office.get(f'/plan-runs/{asked["id"]}').json()['plan_id']}").json()
        office.published(plan)
        secrets = {
            "office": office.http.headers["Authorization"].removeprefix("Bearer "),
            "driver": office.ok(f"/shifts/{shift['id']}/driver-links")["token"],
        }
    database.close()
    return Stage(postgres, streets, name, folder, secrets, plan, [bank["id"] for bank in banks])


def a_drivers_day(plan: dict[str, Any], chance: random.Random) -> list[Report]:
    """What the driver reports in the order in which it happens: some food is missing, some is refused."""
    [route] = plan["routes"]
    reports: list[Report] = []
    left: dict[str, float] = {}
    for stop in (each for each in route["stops"] if each["allocations"]):
        reports.append(an_event(stop, "arrived"))
        for food in stop["allocations"]:
            if stop["kind"] == "pickup":
                kg = chance.choice((food["kg"], food["kg"], "7.5"))
                left[food["id"]] = float(kg)
                reports.append(an_event(stop, "collected", kilograms(food, kg)))
                continue
            kg = left.pop(food["id"])
            refused = chance.choice((0.0, 0.0, min(2.5, kg), kg))
            if refused:
                fields = {"reason": "refused_at_the_door"}
                reports.append(an_event(stop, "refused", kilograms(food, f"{refused:.3f}"), **fields))
            if kg - refused:
                reports.append(an_event(stop, "delivered", kilograms(food, f"{kg - refused:.3f}")))
    return reports


def in_disorder(reports: list[Report], chance: random.Random, wrong: timedelta) -> list[list[Report]]:
    """The same reports shuffled, repeated up to three times and cut into batches, by a clock that is wrong."""
    told = [
        {**each, "occurred_at": (datetime.fromisoformat(each["occurred_at"]) + wrong).isoformat()} for each in reports
    ]
    sent = [each for each in told for _ in range(chance.randint(1, 3))]
    chance.shuffle(sent)
    batches: list[list[Report]] = []
    while sent:
        size = chance.randint(1, 9)
        batches.append(sent[:size])
        sent = sent[size:]
    return batches


def seeds() -> list[int]:
    """The days of every run, or so many others: the same for the same number, so that workers agree on them."""
    first = 1000 * MORE_DAYS
    return list(range(first, first + DAYS))


def what_came_of_it(stage: Stage, seed: int, *, disorder: bool) -> Counter[tuple[str, str]]:
    """Where the food of the day ends."""
    chance = random.Random(seed)
    reports = a_drivers_day(stage.plan, chance)
    with ExitStack() as closing:
        van = stage.van(closing)
        if not disorder:
            for each in reports:
                van.send([each])
        else:
            online = chance.randint(0, len(reports))
            for each in reports[:online]:
                van.send([each])
            van.clock.set(datetime.fromisoformat(reports[max(0, online - 1)]["occurred_at"]))
            wish = {"closed_site_ids": chance.choice(([], [], [van.banks[0]], [van.banks[1]]))}
            changed = changed_here(van.office, van.workshop, van.plan, **wish)
            van.office.published(changed)
            wrong = timedelta(hours=chance.randint(-48, 48))
            for batch in in_disorder(reports[online:], chance, wrong):
                van.send(batch)
        assert van.laws() == []
        return van.ends()


@pytest.mark.parametrize("seed", seeds())
def test_the_outcome_of_a_drivers_day_is_that_of_the_day_in_order(stage: Stage, seed: int) -> None:
    ends = what_came_of_it(stage, seed, disorder=False)
    assert ends.total() > 0
    assert what_came_of_it(stage, seed, disorder=True) == ends


def _or_fails(stage: Stage, seed: int) -> Counter[tuple[str, str]] | None:
    try:
        return what_came_of_it(stage, seed, disorder=True)
    except AssertionError:
        return None


def test_without_the_identity_of_promises_the_outcome_would_differ(stage: Stage) -> None:
    """The twin: reports about the route of before would be about nothing."""

    def forgetful(session: Any, shifts: Any) -> dict[UUID, settlement.Promises]:
        return {shift: of_their_own(found) for shift, found in remembers(session, shifts).items()}

    def of_their_own(found: settlement.Promises) -> settlement.Promises:
        rows = {row.id: row for row in found.rows.values()}
        return settlement.Promises({id: id for id in found.visits}, {id: id for id in found.parcels}, rows, {})

    remembers = settlement.promises_of
    in_order = [what_came_of_it(stage, seed, disorder=False) for seed in range(3)]
    with (
        mock.patch.object(settlement, "promises_of", forgetful),
        mock.patch.object(promised, "promises_of", forgetful),
    ):
        assert [_or_fails(stage, seed) for seed in range(3)] != in_order
