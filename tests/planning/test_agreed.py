"""Agreements that the planner obeys: plans, edits, publications and changes of a driven day keep them, and say so."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import routing
from app.domain.agreements import KINDS, Agreement
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.planning import agreed, prices
from app.planning.agreed import InForce, freed, obeying
from app.planning.solver_process import Listener, Question, solve_again_in_child, solve_in_child
from app.roads.streets import Streets
from app.settings import Settings
from tests.agreements.morning import Json, Morning
from tests.planned_here import changed_here, solve_here
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.service_client import (
    DAY,
    FOOD_BANK,
    ServiceClient,
    a_line,
    an_offer,
)

# ---- The problem that obeys, without a database. ---------------------------------------------------------------------


def in_force(id: str = "a", **fields: Any) -> InForce:
    rule = {"kind": "only", "exclusive": False, "stores": frozenset({"store"}), "receiver": "bank", **fields}
    return InForce(Agreement(id=id, **rule), "Lidl", "Raven House", None, "2027-06-30")


AGREEMENTS = st.lists(
    st.builds(
        lambda kind, exclusive, stores, bank, driver, id: in_force(
            id, kind=kind, exclusive=exclusive, stores=stores, receiver=f"org {bank}", driver=driver
        ),
        st.sampled_from(KINDS), st.booleans(), st.frozensets(st.sampled_from([f"store {n}" for n in range(5)])),
        st.integers(0, 3), st.sampled_from((None, "org 0", "org 1")), st.uuids().map(str),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=25)
@given(AGREEMENTS, st.integers(0, 30))
def test_whatever_agreements_there_are_every_plan_respects_them(agreements: list[InForce], seed: int) -> None:
    day = a_city(seed)
    obeys = obeying(day, agreements)
    plan = routing.solve(obeys.problem, iterations=50, seed=seed, later=obeys.later)
    assert routing.check(obeys.problem, plan) == ()
    told = obeys.told()
    assert agreed.breaches(obeys.problem, plan, told) == []
    needs, organisations = day.needs_by_id, {shift.id: shift.organisation for shift in day.shifts}
    by_id = {each.rule.id: each.rule for each in agreements}
    for each in plan.allocations:
        held = obeys.held.get(each.lot)
        if held is None:
            continue
        deciding = [by_id[id] for id in held.agreements]
        if held.alone:
            assert needs[each.need].organisation in {rule.receiver for rule in deciding}
        assert held.drivers is None or organisations[each.shift] in held.drivers
    free = freed(obeys.problem, told)
    assert free.digest() == day.digest()  # nothing is lost
    assert obeying(free, []).problem.digest() == day.digest()
    assert {(p.lot, p.need) for p in obeys.withheld} | set(obeys.problem.pairs()) == set(day.pairs())


def test_without_the_rule_food_would_go_elsewhere() -> None:
    """The twin: on such a day the food goes to the other food bank where nothing is agreed."""
    needs = [a_need("ours"), a_need("theirs", organisation="others", site="other bank")]
    places: dict[str, tuple[float, float]] = {"store": (0, 0), "bank": (5000, 0), "other bank": (200, 0)}
    day = a_problem(
        [a_lot(splittable=False)], needs, [a_shift(start_site="other bank", end_site="other bank")], places=places
    )
    assert [each.need for each in routing.solve(day, iterations=100).allocations] == ["theirs"]
    obeys = obeying(day, [in_force()])
    assert [each.need for each in routing.solve(obeys.problem, iterations=100).allocations] == ["ours"]


def test_what_is_promised_and_on_board_when_it_is_agreed_stays_as_it_is() -> None:
    needs = [a_need("ours"), a_need("theirs", organisation="others")]
    day = a_problem([a_lot(), a_lot("more"), a_lot("soup", on_board="van")], needs, [a_shift()])
    obeys = obeying(day, [in_force(driver="carrier")], {("bread", "theirs", "van")})
    assert obeys.problem.deadline("bread", "theirs") is not None
    assert obeys.problem.deadline("more", "theirs") is None
    skills = {lot.id: lot.skills for lot in obeys.problem.lots}
    assert skills == {"bread": (), "more": ("vans of carrier",), "soup": ()}


def test_a_price_is_never_below_nothing() -> None:
    needs = [a_need("ours"), a_need("theirs", organisation="others", site="other bank")]
    places: dict[str, tuple[float, float]] = {"store": (0, 0), "bank": (9000, 0), "other bank": (200, 0)}
    day = a_problem(
        [a_lot(splittable=False)], needs, [a_shift(start_site="other bank", end_site="other bank")], places=places
    )
    far = routing.solve(obeying(day, [in_force()]).problem, iterations=100)
    near = routing.solve(day, iterations=100)
    assert prices.difference(day, far, near)["metres"] == far.metres - near.metres > 0
    assert set(prices.difference(day, near, far).values()) == {0}


# ---- Over HTTP, with real streets. -----------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Any) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def morning(
    network: ServiceClient, database: Database, streets: Streets, clock: HandSetClock, config: Settings
) -> Morning:
    return Morning(network, database, streets, clock, config)


def went(plan: Json) -> set[tuple[str, str]]:
    """Which van brings food to which place."""
    return {
        (route["vehicle_name"], stop["site_name"])
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["kind"] == "drop_off"
    }


def collected(plan: Json) -> set[tuple[str, str]]:
    """How much is collected for which place."""
    return {
        (each["kg"], each["receiver_name"])
        for route in plan["routes"]
        for stop in route["stops"]
        if stop["kind"] == "pickup"
        for each in stop["allocations"]
    }


def test_a_store_is_pinned_to_a_food_bank_with_the_km_that_it_costs_beside_it(morning: Morning) -> None:
    free = morning.planned()
    assert {place for _, place in went(free)} == {"Duffryn Centre"}
    assert morning.prices(free) == {"plan_id": free["id"], "done": True, "items": []}
    agreement = morning.agree(kind="first", valid_until="2027-06-30")
    plan = morning.planned()
    assert {place for _, place in went(plan)} == {"Raven House Hall"}
    waiting = morning.prices(plan)
    assert (waiting["done"], waiting["items"][0]["code"]) == (False, "price_pending")
    [price] = morning.priced(plan)["items"]
    assert (price["kind"], price["agreement_id"], price["valid_until"]) == ("agreement", agreement["id"], "2027-06-30")
    assert (price["donor_name"], price["receiver_name"], price["kg_held"]) == ("Lidl", "Raven House", "38")
    assert price["metres"] == plan["metres"] - free["metres"] > 0
    assert price["kg_left_behind"] == "0"
    assert price["sentence"].startswith("Costs about ")
    assert morning.prices(plan)["done"]


def test_alone_a_food_bank_would_go_to_the_stores_of_its_agreements(morning: Morning) -> None:
    asked: list[Question] = []

    async def noting(question: Question, seconds: float, seed: int, listener: Listener) -> None:
        asked.append(question)
        await solve_here(question, seconds, seed, listener)

    morning.planned(noting)
    morning.agree(kind="first", valid_until="2027-06-30")
    morning.planned(noting)
    assert [each.agreed for each in asked] == [{}, {morning.far["id"]: [morning.store["id"]]}]


def test_food_that_is_kept_by_agreement_says_for_whom_until_when_and_who_else_could_have_it(morning: Morning) -> None:
    more = morning.offered("30")
    agreement = morning.agree(exclusive=True, valid_until="2027-06-30")
    plan = morning.planned()
    [left] = plan["unserved"]
    assert (left["line_id"], left["reason"]) == (more, "kept_by_agreement")
    assert left["sentence"] == (
        "Kept for Raven House by agreement until 2027-06-30; without it Duffryn Centre could take it."
    )
    morning.network.ok(f"/agreements/{agreement['id']}/end", {"reason": "Over"})
    assert morning.planned()["unserved"] == []


def test_what_the_food_bank_cannot_take_is_free_for_the_others(morning: Morning) -> None:
    morning.offered("30")
    morning.agree()
    plan = morning.planned()
    assert {place for _, place in went(plan)} == {"Duffryn Centre", "Raven House Hall"}
    assert plan["unserved"] == []


@pytest.mark.parametrize("name", ["Duffryn", "Raven House"])
def test_only_the_vans_that_are_agreed_fetch_the_food(morning: Morning, name: str) -> None:
    driver = {"Duffryn": morning.near, "Raven House": morning.far}[name]
    morning.agree(driver_organisation_id=driver["id"], weekdays=[3], categories=["bread_and_bakery"])
    plan = morning.planned()
    assert went(plan) == {(f"Van of {name}", "Raven House Hall")}
    assert morning.network.published(plan)["state"] == "published"


def test_where_no_such_van_is_on_the_road_the_reason_says_so(morning: Morning) -> None:
    morning.agree(driver_organisation_id=morning.lidl["id"])
    [left] = morning.planned()["unserved"]
    assert left["reason"] == "driver_by_agreement"
    assert left["sentence"] == "By agreement only vans of Lidl fetch it, and none of them is on the road today."


def test_an_agreement_of_other_days_or_food_is_none_today(morning: Morning) -> None:
    for fields in ({"weekdays": [1]}, {"categories": ["drinks"]}, {"valid_from": "2026-12-01"}):
        morning.agree(exclusive=True, **fields)
    assert {place for _, place in went(morning.planned())} == {"Duffryn Centre"}


def edited(morning: Morning, plan: Json, **command: Any) -> Json:
    version = morning.network.get(f"/plans/{plan['id']}").json()["version"]
    return morning.network.ok(f"/plans/{plan['id']}/edits", command, **{"If-Match": f'"{version}"'})


def test_an_edit_that_breaks_an_agreement_is_told_in_words_and_not_published(morning: Morning) -> None:
    morning.agree(exclusive=True)
    plan = morning.planned()
    edited(morning, plan, kind="drop_offer_line", offer_line_id=morning.line)
    done = edited(
        morning, plan, kind="place_offer_line", offer_line_id=morning.line, need_id=morning.needs["Duffryn"]["id"],
        shift_id=morning.shifts["Duffryn"]["id"],
    )  # fmt: skip
    [broken] = done["violations"]
    assert broken["code"] == "agreements_are_kept"
    assert broken["sentence"] == ("By agreement the bread and bakery from Lidl Cardiff Road is kept for Raven House.")
    refused = morning.network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{done["plan"]["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_breaks_rules")


def test_a_van_that_is_not_agreed_is_told_in_words(morning: Morning) -> None:
    morning.agree(driver_organisation_id=morning.far["id"])
    plan = morning.planned()
    [route] = plan["routes"]
    done = edited(
        morning, plan, kind="give_route_to_shift", route_id=route["id"], shift_id=morning.shifts["Duffryn"]["id"]
    )
    assert [each["sentence"] for each in done["violations"]] == [
        "By agreement only vans of Raven House fetch the bread and bakery from Lidl Cardiff Road."
    ]


def test_a_plan_from_before_an_agreement_that_it_does_not_keep_is_not_published(morning: Morning) -> None:
    plan = morning.planned()
    agreement = morning.agree()
    refused = morning.network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_outdated")
    morning.network.ok(f"/agreements/{agreement['id']}/end", {"reason": "A mistake"})
    assert morning.network.published(plan)["state"] == "published"


def test_a_change_of_the_driven_plan_obeys_and_what_is_promised_already_stays(morning: Morning) -> None:
    plan = morning.planned()
    morning.network.published(plan)
    morning.agree(exclusive=True)
    morning.offered("25")
    change = changed_here(morning.network, morning.workshop, plan)
    assert collected(change) == {("38", "Duffryn Centre"), ("25", "Raven House Hall")}
    assert morning.network.published(change)["state"] == "published"


def test_who_is_first_is_first_for_what_is_new_on_a_day_under_way(morning: Morning) -> None:
    plan = morning.planned()
    morning.network.published(plan)
    morning.offered("20")
    kept = ("38", "Duffryn Centre")
    assert collected(changed_here(morning.network, morning.workshop, plan)) == {kept, ("20", "Raven House Hall")}
    morning.agree(kind="first", receiver_organisation_id=morning.near["id"])
    change = changed_here(morning.network, morning.workshop, plan)
    assert collected(change) == {kept, ("20", "Duffryn Centre")}
    assert morning.network.published(change)["state"] == "published"
    # Once promised it stays so in the change that follows.
    assert collected(changed_here(morning.network, morning.workshop, change)) == collected(change)


def test_a_locked_route_has_its_price_beside_it(morning: Morning) -> None:
    plan = morning.planned()
    done = edited(
        morning, plan, kind="give_route_to_shift", route_id=plan["routes"][0]["id"],
        shift_id=morning.shifts["Raven House"]["id"],
    )  # fmt: skip
    assert done["metres_more"] > 0
    edited(morning, plan, kind="lock_route", route_id=done["routes"][0]["id"])
    [price] = morning.priced(plan)["items"]
    assert (price["kind"], price["vehicle_name"]) == ("locked_route", "Van of Raven House")
    assert price["metres"] == done["metres_more"]
    unlocked = edited(morning, plan, kind="unlock_route", route_id=done["routes"][0]["id"])
    assert unlocked["violations"] == []
    assert morning.prices(plan)["items"] == []


def test_as_last_tuesday_keeps_the_order_with_its_price_beside_it(morning: Morning, database: Database) -> None:
    tesco = morning.of["Lidl"].site(FOOD_BANK, "Lidl Town")
    morning.of["Lidl"].ok("/offers", an_offer(tesco, a_line(kg="12")))
    plan = morning.planned()
    [route] = plan["routes"]
    order = [(stop["kind"], stop["site_name"]) for stop in route["stops"][1:-1]]
    pickups = [stop for stop in route["stops"] if stop["kind"] == "pickup"]
    assert len(pickups) == 2
    done = edited(morning, plan, kind="move_stop", stop_id=pickups[1]["id"], position=1)
    assert done["metres_more"] > 0
    version = done["plan"]["version"]
    morning.network.ok(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{version}"'})
    usual = morning.planned(like_date=DAY)
    [again] = usual["routes"]
    assert [(stop["kind"], stop["site_name"]) for stop in again["stops"][1:-1]] == [order[1], order[0], *order[2:]]
    assert again["vehicle_name"] == route["vehicle_name"]
    [price] = morning.priced(usual)["items"]
    assert (price["kind"], price["like_date"]) == ("order", DAY)
    assert price["metres"] == done["metres_more"]
    refused = morning.network.post("/plan-runs", {"service_date": DAY, "like_date": "2026-11-18"})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_plan_that_day")


def test_the_solvers_own_process_answers_all_of_it(morning: Morning) -> None:
    """Without stand-ins: the pairs that wait, the order that is kept, and the search without either."""
    morning.agree(kind="first")
    morning.offered("30")  # the second one finds no room left at the first food bank
    plan = morning.planned(solver=solve_in_child)
    assert {place for _, place in went(plan)} == {"Raven House Hall", "Duffryn Centre"}
    morning.network.published(plan)
    usual = morning.planned(solver=solve_in_child, like_date=DAY)
    assert went(usual) == went(plan)
    found = morning.priced(usual, again=solve_again_in_child)
    assert [each["kind"] for each in found["items"]] == ["agreement", "order"]
    assert all(each["metres"] is not None for each in found["items"])


def test_a_plan_that_obeys_nothing_asks_for_no_prices(morning: Morning, database: Database) -> None:
    plan = morning.planned()
    scope = Scope(network=morning.network.network_id())
    asked = prices.read_asked(database, scope, UUID(plan["id"]))
    assert asked is not None
    assert prices.subjects_of(asked.obeyed, []) == []
