"""A day as a history: whoever asks for whatever in whatever order, the laws hold after every step.

Hypothesis plays the stores, the food banks, the office, the driver and the clock, all through the API of a real service
on a database of its own. Plans are made by the product's own planning, but in this process and by iterations, so that a
history is the same each time. WASL_HISTORIES tries as many other histories; without it the same ones are tried again.
"""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from unittest import mock
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import create_engine, text

from app.domain.declines import REASONS as DECLINED_FOR
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope
from app.ledger.jobs import expire_everywhere
from app.ledger.queries import orphans
from app.main import create_app
from app.planning.snapshot import read_day
from app.reports.together.reading import as_it_was
from app.reports.together.recorded import recorded_day
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import MORNING, a_database, named_database
from tests.invariants.laws import broken_laws
from tests.planned_here import plan_here, workshop_of
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

HISTORIES = int(os.environ.get("WASL_HISTORIES", "0"))
STEPS = 40
# What may be said no to: somebody was first, a link has ended, a version is old, a rule forbids it.
NO = frozenset({404, 409, 410, 412, 422})
FOODS: dict[str, dict[str, Any]] = {
    "bread": {},
    "yoghurt": {
        "category": "dairy_and_eggs", "description": "Yoghurt", "temperature_class": "chilled",
        "date_mark": "use_by", "mark_date": DAY,
    },
    "juice": {"category": "drinks", "description": "Juice", "date_mark": "best_before", "mark_date": "2026-12-24"},
}  # fmt: skip
CATEGORIES = ("bread_and_bakery", "dairy_and_eggs", "drinks")
REASONS = ("nothing_there", "closed", "van_full", "too_warm", "other")
KG = st.sampled_from(("0.5", "4", "17.25", "60"))
SOME_FOODS = st.lists(st.tuples(st.sampled_from(sorted(FOODS)), KG), min_size=1, max_size=3)
NEED_CHANGE = st.one_of(st.builds(dict, kg=KG), st.builds(dict, state=st.sampled_from(("open", "withdrawn"))))
ANY = st.integers(0, 7)  # which of several; of fewer it goes round


@dataclass(frozen=True)
class Stage:
    """Who takes part, in a database that each history copies."""

    postgres: EmbeddedPostgres
    streets: Streets
    name: str
    folder: Path
    secrets: dict[str, str]
    network_id: UUID
    stores: list[dict[str, Any]]
    banks: list[dict[str, Any]]
    shift: dict[str, Any]


@pytest.fixture(scope="module")
def stage(
    postgres: EmbeddedPostgres, template: str, streets: Streets, tmp_path_factory: pytest.TempPathFactory
) -> Stage:
    """Two stores of a chain, two food banks, a van with its shift; nothing offered, nothing asked for."""
    name, folder = f"stage_{uuid4().hex}", tmp_path_factory.mktemp("stage")
    postgres.create_database(name, template=template)
    database, clock = Database(named_database(postgres, name).service_url), HandSetClock(MORNING)
    config = Settings(data_folder=folder, worker="off", request_log="off")
    with LiveServer(create_app(database, streets, clock, config)) as server, ExitStack() as closing:
        closing.callback((office := found_network(database, server.address, clock)).close)
        chain = office.organisation("supermarket", "Lidl")
        till = office.client_of(chain, "offers")
        stores = [
            office.site(place, name, organisation_id=chain["id"])
            for place, name in ((LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road"), (TESCO_SPYTTY, "Lidl, Spytty"))
        ]
        centre = office.organisation("food_bank", "Duffryn Community Centre")
        banks = [
            office.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point"),
            office.site(DUFFRYN_CENTRE, "Duffryn", kind="distribution_point", organisation_id=centre["id"]),
        ]
        shift = office.vehicle_and_shift(banks[0])
        secrets = {
            who: client.http.headers["Authorization"].removeprefix("Bearer ")
            for who, client in (("office", office), ("till", till))
        }
        network_id = UUID(office.get("/me").json()["network"]["id"])
    database.close()
    return Stage(postgres, streets, name, folder, secrets, network_id, stores, banks, shift)


DELIVERED = """
    SELECT coalesce(sum(CASE WHEN to_account = 'delivered' THEN grams ELSE -grams END), 0) FROM ledger_entries
    WHERE 'delivered' IN (from_account, to_account)"""


def grams(kg: str) -> int:
    return int(Decimal(kg) * 1000)


class Day(RuleBasedStateMachine):
    """One history. Every answer is a success or a no that has its code."""

    stage: ClassVar[Stage]

    @initialize(so_far=st.sampled_from(("offered", "planned", "published", "published")))
    def a_morning(self, so_far: str) -> None:
        self.closing = ExitStack()
        at = self.closing.enter_context(a_database(self.stage.postgres, self.stage.name))
        self.database, self.clock = Database(at.service_url), HandSetClock(MORNING)
        self.closing.callback(self.database.close)
        # As the superuser, who sees the rows of all tenants.
        engine = create_engine(at.owner_url.replace("wasl_owner", "postgres"))
        self.closing.callback(engine.dispose)
        self.everything = self.closing.enter_context(engine.connect())
        config = Settings(data_folder=self.stage.folder, worker="off", request_log="off")
        app = create_app(self.database, self.stage.streets, self.clock, config)
        self.address = self.closing.enter_context(LiveServer(app)).address
        self.office, self.till = self.caller("office"), self.caller("till")
        self.workshop = workshop_of(self.database, self.stage.streets, self.clock, self.stage.folder)
        self.driver: ServiceClient | None = None
        self.ended_links: list[ServiceClient] = []
        self.sent: list[dict[str, Any]] = []
        self.posted: list[tuple[str, Any, str, httpx.Response]] = []
        self.published: dict[str, Any] = {}
        self.seen: dict[str, Any] = {}
        for bank, category in ((0, "bread_and_bakery"), (1, "dairy_and_eggs")):
            self.a_food_bank_asks(bank, category, "60")
        self.a_store_posts(0, [("bread", "17.25"), ("yoghurt", "4")])
        if so_far != "offered":
            self.the_day_is_planned()
        if so_far == "published":
            self.a_plan_is_published(0)

    def caller(self, who: str) -> ServiceClient:
        client = ServiceClient(self.address, self.stage.secrets.get(who, who))
        self.closing.callback(client.close)
        return client

    def ask(self, who: ServiceClient, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        answer = who.http.request(method, path, json=body, headers=headers)
        assert answer.is_success or (answer.status_code in NO and answer.json()["code"]), answer.text
        return answer

    def post(self, who: ServiceClient, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A POST with a key, so that it can be sent again."""
        key = str(uuid4())
        answer = self.ask(who, "POST", path, body, **{"Idempotency-Key": key}, **headers)
        if who is not self.driver:
            self.posted.append((path, body, key, answer))
        return answer

    def one_of(self, path: str, which: int) -> dict[str, Any] | None:
        found = self.office.get(path, limit=200).json()["items"]
        one: dict[str, Any] | None = found[which % len(found)] if found else None
        return one

    # ---- stores ------------------------------------------------------------------------------------------------------

    @rule(
        store=st.sampled_from((0, 1)),
        foods=SOME_FOODS,
    )
    def a_store_posts(self, store: int, foods: list[tuple[str, str]]) -> None:
        lines = [a_line(**FOODS[food], kg=kg) for food, kg in foods]
        self.post(self.till, "/offers", an_offer(self.stage.stores[store], *lines))

    @rule(which=ANY, kg=KG, old=st.booleans())
    def a_store_amends(self, which: int, kg: str, old: bool) -> None:
        offer = self.one_of("/offers", which)
        if offer is None:
            return
        version = offer["version"] - old
        answer = self.ask(
            self.till, "PATCH", f"/offers/{offer['id']}", {"lines": [a_line(kg=kg)]}, **{"If-Match": f'"{version}"'}
        )
        assert not (old and answer.is_success), "what somebody else wrote would be lost"

    @rule(which=ANY)
    def a_store_withdraws(self, which: int) -> None:
        offer = self.one_of("/offers", which)
        if offer is not None:
            self.post(self.till, f"/offers/{offer['id']}/withdraw")

    # ---- food banks --------------------------------------------------------------------------------------------------

    @rule(bank=st.sampled_from((0, 1)), category=st.sampled_from(CATEGORIES), kg=KG)
    def a_food_bank_asks(self, bank: int, category: str, kg: str) -> None:
        self.post(self.office, "/needs", a_need(self.stage.banks[bank], category=category, kg=kg))

    @rule(
        which=ANY,
        change=NEED_CHANGE,
    )
    def a_food_bank_changes_its_mind(self, which: int, change: dict[str, str]) -> None:
        need = self.one_of("/needs", which)
        if need is not None:
            self.ask(self.office, "PATCH", f"/needs/{need['id']}", change, **{"If-Match": f'"{need["version"]}"'})

    @rule(which=ANY, reason=st.sampled_from(sorted(DECLINED_FOR)), back=st.sampled_from((False, False, True)))
    def a_food_bank_declines_or_has_it_after_all(self, which: int, reason: str, back: bool) -> None:
        """Before the van is there, on its way or afterwards, once or again; also what a newer plan took elsewhere."""
        allocation = self.one_of("/allocations", which)
        if allocation is not None:
            verb, body = ("take-back-decline", None) if back else ("decline", {"reason": reason})
            self.post(self.office, f"/allocations/{allocation['id']}/{verb}", body)

    # ---- the office --------------------------------------------------------------------------------------------------

    @rule()
    def the_day_is_planned(self) -> None:
        answer = self.post(self.office, "/plan-runs", {"service_date": DAY})
        plan_here(self.workshop, answer.json()["id"], self.stage.network_id)

    @rule(which=st.integers(0, 2))
    def a_plan_is_published(self, which: int) -> None:
        plan = self.one_of("/plans", which)
        if plan is None:
            return
        answer = self.post(self.office, f"/plans/{plan['id']}/publish", **{"If-Match": f'"{plan["version"]}"'})
        if answer.is_success:
            self.published[plan["id"]] = self.office.get(f"/plans/{plan['id']}").json()["routes"]

    @rule(closed=st.sampled_from((None, None, 0, 1)), lock=st.booleans(), publish=st.booleans())
    def the_plan_that_is_driven_is_changed(self, closed: int | None, lock: bool, publish: bool) -> None:
        driven = [each for each in self.office.get("/plans", limit=200).json()["items"] if each["state"] == "published"]
        if not driven:
            return
        wish = {
            "closed_site_ids": [] if closed is None else [self.stage.banks[closed]["id"]],
            "locked_shift_ids": [self.stage.shift["id"]] if lock else [],
        }
        asked = self.post(self.office, f"/plans/{driven[0]['id']}/changes", wish)
        if not asked.is_success:
            return
        plan_here(self.workshop, asked.json()["id"], self.stage.network_id)
        run = self.office.get(f"/plan-runs/{asked.json()['id']}").json()
        assert run["state"] == "done", run
        if publish:
            self.a_plan_is_published(0)

    @rule()
    def the_driver_gets_a_link(self) -> None:
        if self.driver is not None:
            self.ended_links.append(self.driver)
        answer = self.ask(self.office, "POST", f"/shifts/{self.stage.shift['id']}/driver-links")
        self.driver = self.caller(answer.json()["token"]) if answer.is_success else None

    @rule(which=ANY, returned=st.sampled_from(("0", "1")), wasted=st.sampled_from(("0", "0.5", "60")))
    def what_is_left_is_settled(self, which: int, returned: str, wasted: str) -> None:
        allocation = self.one_of("/allocations", which)
        if allocation is not None:
            body = {"returned_kg": returned, "wasted_kg": wasted}
            self.post(self.office, f"/allocations/{allocation['id']}/settle", body)

    @rule(which=ANY, account=st.sampled_from(("returned_kg", "wasted_kg")))
    def what_is_left_is_settled_as_it_is_listed(self, which: int, account: str) -> None:
        """Exactly what the list says is accepted, and gone from it; what is held back has something to decide."""
        found = self.left_over()
        if not found:
            return
        one = found[which % len(found)]
        kg = str(Decimal(one["kg_refused"]) + Decimal(one["kg_on_board"]))
        answer = self.post(self.office, f"/allocations/{one['allocation_id']}/settle", {account: kg})
        assert one["held_back"] == bool(one["quarantine_ids"])
        if one["held_back"]:
            assert answer.json()["code"] == "line_quarantined"
            return
        assert answer.is_success, answer.text
        assert self.left_over() == [each for each in found if each is not one]

    def on_vans_by_the_ledger(self) -> int:
        """Grams that are refused, or collected and nowhere yet."""
        offers = self.office.get("/offers", limit=200).json()["items"]
        lines = [line for each in offers for line in self.office.get(f"/offers/{each['id']}/ledger").json()["lines"]]
        return sum(grams(line["balances"][account]) for line in lines for account in ("kg_refused", "kg_collected"))

    def left_over(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.office.get("/leftovers", service_date=DAY).json()["items"]
        return found

    @rule(which=ANY, decision=st.sampled_from(("release", "discard")))
    def a_quarantine_is_decided(self, which: int, decision: str) -> None:
        held = self.one_of("/quarantines", which)
        if held is not None:
            self.post(self.office, f"/quarantines/{held['id']}/{decision}")

    @rule(which=ANY, move=st.sampled_from(("suspend", "resume")))
    def a_partnership_rests_or_goes_on(self, which: int, move: str) -> None:
        partnership = self.one_of("/partnerships", which)
        if partnership is not None:
            self.post(self.office, f"/partnerships/{partnership['id']}/{move}", {"reason": "Holidays"})

    # ---- the road ----------------------------------------------------------------------------------------------------

    @rule(
        stop=ANY,
        what=st.sampled_from(("arrived", "done", "done", "done", "refused", "failed")),
        part=st.sampled_from((None, None, "0", "0.25", "999")),
        celsius=st.sampled_from((3.0, 3.0, 15.0)),
        reason=st.sampled_from(REASONS),
        again=st.lists(ANY, max_size=2),
        old_route=st.sampled_from((0, 0, 0, 1)),
    )
    def the_driver_reports(
        self, stop: int, what: str, part: str | None, celsius: float, reason: str, again: list[int], old_route: int
    ) -> None:
        """At any stop, in any order, some of it twice, some of it on a route that was changed meanwhile."""
        if self.driver is None:
            self.the_driver_gets_a_link()
        if self.driver is None:
            return
        answer = self.driver.get("/driver/route")
        if answer.is_success:
            self.seen[answer.json()["route"]["id"]] = answer.json()["route"]
        routes = list(self.seen.values())  # a phone without a connection still has an older one
        route = routes[-1 - old_route % len(routes)] if routes else None
        stops = [each for each in route["stops"] if each["allocations"]] if route else []
        if not stops:
            return
        at = stops[stop % len(stops)]
        kind = {"done": "collected" if at["kind"] == "pickup" else "delivered"}.get(what, what)
        lines = (
            [] if kind in ("arrived", "failed") else [self.handled(food, part, celsius) for food in at["allocations"]]
        )
        fields = {"reason": reason} if kind in ("refused", "failed") else {}
        event = an_event(at, kind, *lines, **fields)
        batch = [event, *(self.sent[index % len(self.sent)] for index in again if self.sent)]
        answer = self.ask(self.driver, "POST", "/driver/stop-events", {"events": batch})
        if answer.is_success:
            results = answer.json()["results"]
            assert all(each["status"] == "already_stored" for each in results[1:]), "told once, it is stored once"
            if results[0]["status"] == "stored":
                self.sent.append(event)

    @staticmethod
    def handled(food: dict[str, Any], part: str | None, celsius: float) -> dict[str, Any]:
        told = kilograms(food, part)
        return told if food["temperature_class"] == "ambient" else {**told, "celsius": celsius}

    @rule(minutes=st.sampled_from((10, 60, 180)))
    def time_goes_by(self, minutes: int) -> None:
        self.clock.set(min(self.clock() + timedelta(minutes=minutes), datetime.fromisoformat(f"{DAY}T23:00:00+00:00")))

    @rule()
    def what_nobody_fetched_expires(self) -> None:
        expire_everywhere(self.database, self.clock)

    @rule(which=ANY)
    def a_request_is_sent_again(self, which: int) -> None:
        """I11: the same key has the same answer, and no second effect."""
        if not self.posted:
            return
        path, body, key, first = self.posted[which % len(self.posted)]
        who = self.till if path.startswith("/offers") else self.office
        headers = {"Idempotency-Key": key}
        if "If-Match" in first.request.headers:
            headers["If-Match"] = first.request.headers["If-Match"]
        again = self.ask(who, "POST", path, body, **headers)
        if first.is_success:
            assert (again.status_code, again.json()) == (first.status_code, first.json())

    # ---- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "everything"):
            return
        assert broken_laws(self.everything) == []
        self.everything.rollback()
        with self.database.transaction(Scope(network=self.stage.network_id)) as session:
            assert orphans(session, self.stage.network_id) == [], "I7: food was silently dropped"

    @invariant()
    def a_link_that_was_replaced_is_dead(self) -> None:
        for link in getattr(self, "ended_links", ())[-1:]:
            assert link.get("/driver/route").status_code == 401, "I17"

    def teardown(self) -> None:
        if not hasattr(self, "closing"):
            return
        try:
            for plan_id, routes in self.published.items():
                assert self.office.get(f"/plans/{plan_id}").json()["routes"] == routes, "I9: a published route changed"
            self.every_gram_is_somewhere()
            self.what_was_done_is_what_the_ledger_says()
            assert self.office.get("/audit-entries/verification").json()["intact"], "the audit trail was cut"
        finally:
            self.closing.close()

    def what_was_done_is_what_the_ledger_says(self) -> None:
        """A report of the day as recorded has, by food bank, the ledger's grams: from its entries alone."""
        with self.database.transaction(Scope(network=self.stage.network_id)) as session:
            day = as_it_was(session, read_day(session, self.stage.network_id, date.fromisoformat(DAY)))
            found = recorded_day(session, day, {shift.id: shift.organisation_id for shift in day.shifts})
            booked = session.execute(text(DELIVERED)).scalar()
        assert booked == (0 if found is None else sum(found.delivered.values()))

    def every_gram_is_somewhere(self) -> None:
        """I1, by the API alone: what was posted, with what a driver found beyond it, is in one place or another."""
        for offer in self.office.get("/offers", limit=200).json()["items"]:
            found = self.office.get(f"/offers/{offer['id']}/ledger").json()
            for line in found["lines"]:
                came = [
                    grams(entry["kg"]) if entry["from_account"] == "supply" else -grams(entry["kg"])
                    for entry in found["entries"]
                    if entry["offer_line_id"] == line["offer_line_id"]
                    and "supply" in (entry["from_account"], entry["to_account"])
                ]
                places = [grams(kg) for kg in line["balances"].values()]
                assert min(places) >= 0
                assert sum(places) == sum(came) >= grams(line["kg_posted"])


def test_the_laws_hold_after_every_step_of_every_history(stage: Stage) -> None:
    played = type("PlayedDay", (Day,), {"stage": stage})
    run_state_machine_as_test(
        played,
        settings=settings(
            max_examples=HISTORIES or 10,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not HISTORIES,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# With 9, reports take each other back, so that the ledger has more of a line than was posted.
@pytest.mark.parametrize("seed", [*range(6), 9])
def test_what_is_listed_as_left_over_is_settled_to_the_gram_and_nothing_is_left(stage: Stage, seed: int) -> None:
    """Food is loaded, refused, too warm, handed on by changes, in parts, in an order that the seed says."""
    chance = Random(seed)
    day = type("LeftoverDay", (Day,), {"stage": stage})()
    try:
        day.a_morning("offered")
        day.a_store_posts(1, [("bread", "17.25"), ("yoghurt", "17.25")])
        day.the_day_is_planned()
        day.a_plan_is_published(0)
        day.time_goes_by(180)
        for turn in range(3):
            for stop in range(4):
                what = "done" if not turn and stop < 2 else chance.choice(("done", "refused", "refused", "failed"))
                day.the_driver_reports(
                    stop=stop,
                    what=what,
                    part=chance.choice((None, "4", "0.25")),
                    celsius=chance.choice((3.0, 3.0, 3.0, 15.0)),
                    reason="other",
                    again=[],
                    old_route=chance.choice((0, 0, 1)),
                )
            day.the_plan_that_is_driven_is_changed(closed=chance.choice((None, 0, 1)), lock=False, publish=True)
            day.the_laws_hold()
        listed = day.left_over()
        assert listed, "a day that proves nothing"
        by_list = sum(grams(each["kg_refused"]) + grams(each["kg_on_board"]) for each in listed)
        assert by_list == day.on_vans_by_the_ledger()
        while listed:
            day.what_is_left_is_settled_as_it_is_listed(0, chance.choice(("returned_kg", "wasted_kg")))
            if listed[0]["held_back"]:
                for quarantine in listed[0]["quarantine_ids"]:
                    day.post(day.office, f"/quarantines/{quarantine}/{chance.choice(('release', 'discard'))}")
            listed, before = day.left_over(), listed
            assert listed != before
        day.the_laws_hold()
        assert day.on_vans_by_the_ledger() == 0
    finally:
        day.closing.close()


def test_a_history_without_the_look_at_declines_brings_what_was_declined(stage: Stage) -> None:
    """The twin: a change that was made before the food bank declined takes the place of the plan."""
    law = "a plan took the place of one of which food was declined"
    day = type("DecliningDay", (Day,), {"stage": stage})()
    try:
        day.a_morning("published")
        day.the_plan_that_is_driven_is_changed(closed=None, lock=False, publish=False)
        day.a_food_bank_declines_or_has_it_after_all(which=0, reason="no_room", back=False)
        day.a_plan_is_published(0)
        day.the_laws_hold()
        with mock.patch("app.planning.service.refuse_declined"):
            day.a_plan_is_published(0)
        with pytest.raises(AssertionError, match=law):
            day.the_laws_hold()
    finally:
        day.closing.close()


@pytest.mark.parametrize(
    ("guard", "law"),
    [
        ("app.planning.service._promise", "I2 what published plans promise"),
        ("app.planning.service.audit.record", "I9 a published plan has no entry"),
        ("app.offers.service.book", "I1 a posted line is not in the ledger"),
    ],
)
def test_a_history_without_one_of_the_guards_breaks_its_law(stage: Stage, guard: str, law: str) -> None:
    """The twin: the laws are not true by themselves."""
    day = type("SabotagedDay", (Day,), {"stage": stage})()
    try:
        with mock.patch(guard):
            day.a_morning("published")
        with pytest.raises(AssertionError, match=law):
            day.the_laws_hold()
    finally:
        day.closing.close()
