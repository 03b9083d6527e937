"""A dispatcher edits a draft by commands: each says what it costs and breaks, and all can be taken back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

import routing
from app.kit import migrate
from app.kit.auth import Principal, authenticate
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.shelf import Shelf
from app.kit.tenancy import Scope
from app.planning.edits import commands, draft_rows, lines, remembered
from app.planning.edits import service as edits
from app.planning.edits.schemas import DropOfferLine, LockRoute, MoveStop
from app.planning.queries import get_plan
from app.planning.solver_process import Listener, Question
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import MORNING, TestDatabase
from tests.planned_here import plan_here, solve_here, workshop_of
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

Plan = dict[str, Any]


class Desk:
    """A dispatcher before one plan: every command is made from the version that was read last."""

    def __init__(self, network: ServiceClient, plan: Plan) -> None:
        self.network, self.id = network, plan["id"]
        self.read()

    def read(self) -> Plan:
        self.plan: Plan = self.network.get(f"/plans/{self.id}").json()
        return self.plan

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.network.get(f"/plans/{self.id}/document").json()
        return found

    def ask(self, path: str, body: Any = None) -> Any:
        return self.network.post(f"/plans/{self.id}/{path}", body, **{"If-Match": f'"{self.plan["version"]}"'})

    def edit(self, kind: str, **fields: Any) -> dict[str, Any]:
        """What a command answers that has to succeed."""
        return self._done(self.ask("edits", {"kind": kind, **fields}))

    def tried(self, kind: str, **fields: Any) -> Any:
        """What a command is answered that is tried; it leaves everything as it is."""
        before, answer = self.plan, self.ask("edits/try", {"kind": kind, **fields})
        assert self.read() == before
        return answer

    def undo(self) -> dict[str, Any]:
        return self._done(self.ask("undo"))

    def _done(self, response: Any) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        answered: dict[str, Any] = response.json()
        assert response.headers["ETag"] == f'"{answered["plan"]["version"]}"'
        self.read()
        assert answered["violations"] == self.plan["violations"]
        known = {route["id"]: route for route in self.plan["routes"]}
        assert answered["routes"] == [known[route["id"]] for route in answered["routes"]]
        rows_and_document_agree(self)
        return answered

    def refused(self, kind: str, **fields: Any) -> tuple[int, str]:
        """How a command is refused that changes nothing."""
        response = self.ask("edits", {"kind": kind, **fields})
        before = self.plan
        assert self.read() == before
        return response.status_code, response.json()["code"]

    def route_of(self, vehicle: str) -> dict[str, Any]:
        return next(route for route in self.plan["routes"] if route["vehicle_name"] == vehicle)

    def stop(self, kind: str, site: str) -> dict[str, Any]:
        return next(
            stop
            for route in self.plan["routes"]
            for stop in route["stops"]
            if (stop["kind"], stop["site_name"]) == (kind, site)
        )

    def sites(self, vehicle: str) -> list[str]:
        """Where a vehicle loads and unloads, in order."""
        return [stop["site_name"] for stop in self.route_of(vehicle)["stops"] if stop["kind"] not in ("start", "end")]


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What a trial and the edit itself tell alike."""
    head = answer.get("plan", answer)
    return {
        **{name: answer[name] for name in ("metres_more", "seconds_more", "violations", "routes_gone")},
        **{name: head[name] for name in ("kg_allocated", "metres", "seconds")},
        "routes": [
            {
                **{name: route[name] for name in _OF_ROUTE},
                "stops": [{name: stop[name] for name in _OF_STOP} for stop in route["stops"]],
            }
            for route in answer["routes"]
        ],
    }


_OF_ROUTE = ("shift_id", "vehicle_name", "metres", "seconds", "driving_seconds", "locked")
_OF_STOP = ("sequence", "kind", "site_name", "arrive_at", "begin_at", "leave_at")


def rows_and_document_agree(desk: Desk) -> None:
    """What the rows say of routes, food and what stays is what the document says; the violations are the checker's."""
    found = desk.document()
    problem, plan = routing.problem_from_json(found["problem"]), routing.plan_from_json(found["plan"])
    assert plan.problem_digest == problem.digest() == desk.plan["problem_digest"]
    rows = desk.plan
    assert (rows["metres"], rows["seconds"]) == (plan.metres, plan.seconds)
    assert [
        (route["shift_id"], route["metres"], route["seconds"], [stop["kind"] for stop in route["stops"]])
        for route in rows["routes"]
    ] == [(route.shift, route.metres, route.seconds, [stop.kind for stop in route.stops]) for route in plan.routes]
    loaded = sorted(
        (each["kg"], route["shift_id"])
        for route in rows["routes"]
        for stop in route["stops"]
        for each in stop["allocations"]
        if stop["kind"] == "pickup"
    )
    assert loaded == sorted((kg(each.grams), each.shift) for each in plan.allocations)
    assert [(each["line_id"], each["kg"], each["reason"]) for each in rows["unserved"]] == [
        (each.lot, kg(each.grams), each.reason) for each in plan.unserved
    ]
    tours = routing.tours_of_plan(problem, plan)
    rules = {violation.rule for violation in routing.check(problem, plan)} - {"locked_routes_are_driven_as_locked"}
    for shift, tour in zip(problem.shifts, tours, strict=True):
        if tour:
            rules |= {violation.rule for violation in routing.violations_of_tour(problem, shift, tour)[1]}
    assert {each["code"] for each in rows["violations"]} == rules


def kg(grams: int) -> str:
    return f"{grams / 1000:.3f}".rstrip("0").rstrip(".")


VANS = ("White van", "Blue van")


@pytest.fixture
def config(tmp_path: Any) -> Settings:
    """Plans are made in the process of the test, the same at every run."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def planning(
    network: ServiceClient, database: Database, streets: Streets, clock: HandSetClock, config: Settings
) -> Callable[..., Plan]:
    """Make the plan of the day."""

    def plan(solver: Any = solve_here) -> Plan:
        run = network.ok("/plan-runs", {"service_date": DAY})
        plan_here(workshop_of(database, streets, clock, config.data_folder), run["id"], network.network_id(), solver)
        run = network.get(f"/plan-runs/{run['id']}").json()
        assert run["state"] == "done", run
        found: Plan = network.get(f"/plans/{run['plan_id']}").json()
        return found

    return plan


@pytest.fixture
def day(network: ServiceClient) -> dict[str, Any]:
    """Bread of two stores for two food banks, 25 kg more than they ask for; frozen food that nobody asks for; two vans
    of which one is enough."""
    lidl = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    tesco = network.site(TESCO_SPYTTY, "Tesco")
    bank = network.site(FOOD_BANK, "Food Bank", kind="distribution_point")
    duffryn = network.site(DUFFRYN_CENTRE, "Duffryn", kind="distribution_point")
    needs = {site["name"]: network.ok("/needs", a_need(site, kg="40")) for site in (bank, duffryn)}
    food = {
        "38": (lidl, {"kg": "38"}),
        "30": (tesco, {"kg": "30"}),
        "25": (tesco, {"kg": "25"}),
        "12": (tesco, {"kg": "12", "category": "frozen_food", "temperature_class": "frozen"}),
    }
    offers = {
        name: network.ok("/offers", an_offer(site, a_line(splittable=False, **fields)))
        for name, (site, fields) in food.items()
    }
    return {
        "needs": {name: need["id"] for name, need in needs.items()},
        "lines": {name: offer["lines"][0]["id"] for name, offer in offers.items()},
        "offers": {name: offer["id"] for name, offer in offers.items()},
        "shifts": {name: network.vehicle_and_shift(bank, name=name)["id"] for name in VANS},
    }


@pytest.fixture
def desk(network: ServiceClient, day: dict[str, Any], planning: Callable[..., Plan]) -> Desk:
    return Desk(network, planning())


def vans(desk: Desk, day: dict[str, Any]) -> tuple[str, str, str]:
    """The van that the plan drives, the other one, and the other one's shift."""
    [route] = desk.plan["routes"]
    other = next(name for name in VANS if name != route["vehicle_name"])
    return route["vehicle_name"], other, day["shifts"][other]


def test_the_day_that_these_tests_begin_with(desk: Desk, day: dict[str, Any]) -> None:
    van, _, _ = vans(desk, day)
    assert sorted(desk.sites(van)) == ["Duffryn", "Food Bank", "Lidl", "Tesco"]
    assert {(each["kg"], each["reason"]) for each in desk.plan["unserved"]} == {
        ("25", "no_need_left"),
        ("12", "no_eligible_need"),
    }
    assert (desk.plan["edits"], desk.plan["violations"]) == (0, [])


def test_a_pickup_that_moves_to_another_shift_brings_its_drop_off_along(desk: Desk, day: dict[str, Any]) -> None:
    van, other, shift = vans(desk, day)
    before = desk.plan
    receiver = desk.stop("pickup", "Lidl")["allocations"][0]["receiver_name"]
    done = desk.edit("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], shift_id=shift)
    assert desk.sites(other) == ["Lidl", receiver]
    assert sorted(desk.sites(van)) == sorted({"Tesco", "Duffryn", "Food Bank"} - {receiver})
    assert {route["vehicle_name"] for route in done["routes"]} == {van, other}
    assert done["metres_more"] == desk.plan["metres"] - before["metres"] > 0
    assert done["seconds_more"] == desk.plan["seconds"] - before["seconds"]
    assert (done["violations"], desk.plan["edits"], desk.plan["kg_allocated"]) == ([], 1, "68")
    assert desk.route_of(van)["id"] == before["routes"][0]["id"]  # the same route for whoever looks at it
    assert desk.stop("pickup", "Tesco")["id"] in {stop["id"] for stop in before["routes"][0]["stops"]}


def test_a_plan_and_its_edits_are_the_same_after_a_step_of_the_schema_back_and_up_again(
    desk: Desk, day: dict[str, Any], migrated: TestDatabase
) -> None:
    whole = desk.document()
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    edited, rows = desk.document(), desk.read()
    migrate.downgrade(migrated.owner_url, "0024")
    assert kept(migrated, "SELECT problem->>'service_date', document->>'format' FROM plans") == [(DAY, "wasl-plan")]
    points = [(len(route["line"]),) for route in rows["routes"]]
    assert kept(migrated, "SELECT jsonb_array_length(line) FROM routes ORDER BY number") == points
    migrate.upgrade(migrated.owner_url)
    migrate.differences(migrated.owner_url)
    assert (desk.document(), desk.read()) == (edited, rows)
    assert kept(migrated, "SELECT count(*) FROM plans, unnest(line_ids)") == [(len(whole["problem"]["lots"]),)]
    desk.undo()
    assert desk.document() == whole


def kept(migrated: TestDatabase, statement: str) -> list[Any]:
    """Rows as the superuser sees them."""
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


def test_a_drop_off_that_moves_to_another_shift_has_all_its_food_fetched_by_it(desk: Desk, day: dict[str, Any]) -> None:
    _, other, shift = vans(desk, day)
    donor = desk.stop("drop_off", "Food Bank")["allocations"][0]["donor_name"]
    desk.edit("move_stop", stop_id=desk.stop("drop_off", "Food Bank")["id"], shift_id=shift)
    assert desk.sites(other) == [donor, "Food Bank"]
    assert desk.plan["violations"] == []


def test_routes_that_an_edit_leaves_alone_are_not_told_again_and_keep_every_id(desk: Desk, day: dict[str, Any]) -> None:
    van, other, shift = vans(desk, day)
    desk.edit("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], shift_id=shift)
    alone = desk.route_of(other)
    done = desk.edit("lock_route", route_id=desk.route_of(van)["id"])
    assert [route["vehicle_name"] for route in done["routes"]] == [van]
    assert desk.route_of(other) == alone


def test_a_place_that_is_not_said_is_the_one_that_breaks_least_and_takes_least_time(
    desk: Desk, day: dict[str, Any]
) -> None:
    van, _, _ = vans(desk, day)
    stop = desk.stop("drop_off", "Duffryn")
    desk.edit("move_stop", stop_id=stop["id"])
    best = (len(desk.plan["violations"]), desk.plan["seconds"])
    desk.undo()
    for position in range(1, 5):
        desk.edit("move_stop", stop_id=stop["id"], position=position)
        assert best <= (len(desk.plan["violations"]), desk.plan["seconds"])
        assert desk.sites(van)[position - 1] == "Duffryn"
        desk.undo()


def test_an_edit_that_breaks_rules_is_kept_with_them_and_not_published(desk: Desk, day: dict[str, Any]) -> None:
    van, _, _ = vans(desk, day)
    kept = desk.document()["plan"]
    done = desk.edit("move_stop", stop_id=desk.stop("drop_off", "Duffryn")["id"], position=1)
    [violation] = done["violations"]
    assert violation["code"] == "collected_then_delivered_at_the_right_places"
    assert violation["sentence"] == f"{van} comes to Duffryn to unload food that it has not fetched yet."
    assert (violation["shift_id"], violation["stop"]) == (day["shifts"][van], 1)
    refused = desk.ask("publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_breaks_rules")
    assert violation["sentence"] in refused.json()["detail"]
    headers = {"If-Match": f'"{desk.plan["version"]}"', "Accept-Language": "ar"}
    arabic = desk.network.post(f"/plans/{desk.id}/publish", None, **headers).json()["detail"]
    assert "Duffryn" in arabic
    assert "unload" not in arabic
    assert "This plan" not in arabic
    desk.undo()
    assert desk.document()["plan"] == kept
    assert desk.ask("publish").status_code == 200


def test_a_line_that_is_left_out_by_hand_says_so(desk: Desk, day: dict[str, Any]) -> None:
    van, _, _ = vans(desk, day)
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    assert "Lidl" not in desk.sites(van)
    [left] = [each for each in desk.plan["unserved"] if each["line_id"] == day["lines"]["38"]]
    assert (left["kg"], left["reason"], left["change"]) == ("38", "left_out_by_hand", None)
    assert left["sentence"] == "A dispatcher has left it out of the plan."
    assert desk.refused("drop_offer_line", offer_line_id=day["lines"]["38"]) == (409, "line_not_planned")
    done = desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    assert done["routes"] == desk.plan["routes"] == []
    assert len(done["routes_gone"]) == 1
    assert desk.plan["metres"] == 0


def test_food_that_was_left_out_is_placed_where_a_dispatcher_wants_it(desk: Desk, day: dict[str, Any]) -> None:
    van, _, _ = vans(desk, day)
    thirty = desk.stop("pickup", "Tesco")["allocations"][0]["receiver_name"]
    wish = {"offer_line_id": day["lines"]["25"], "need_id": day["needs"][thirty], "shift_id": day["shifts"][van]}
    [violation] = desk.edit("place_offer_line", **wish)["violations"]
    assert violation["sentence"] == f"{thirty} would get 15 kg more of bread and bakery than it asked for."
    assert desk.sites(van).count("Tesco") == 1  # the stop there is joined
    assert desk.refused("place_offer_line", **wish) == (409, "line_planned_already")
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    assert desk.plan["violations"] == []
    assert desk.plan["kg_allocated"] == "63"
    assert desk.ask("publish").status_code == 200


def test_places_can_be_said_for_both_ends_of_food_that_is_placed(desk: Desk, day: dict[str, Any]) -> None:
    van, other, shift = vans(desk, day)
    wish = {"offer_line_id": day["lines"]["25"], "need_id": day["needs"]["Duffryn"]}
    desk.edit("place_offer_line", **wish, shift_id=shift, position=1, drop_off_position=2)
    assert desk.sites(other) == ["Tesco", "Duffryn"]
    desk.undo()
    assert desk.refused("place_offer_line", **wish, shift_id=shift, position=2) == (422, "no_such_place")
    desk.edit("place_offer_line", **wish, shift_id=day["shifts"][van], position=5, drop_off_position=6)
    assert desk.sites(van)[-2:] == ["Tesco", "Duffryn"]
    only_one = {**wish, "shift_id": shift, "drop_off_position": 2}
    assert desk.refused("place_offer_line", **only_one) == (422, "invalid_request")


def test_a_part_of_what_must_stay_in_one_piece_is_a_broken_rule(desk: Desk, day: dict[str, Any]) -> None:
    _, _, shift = vans(desk, day)
    wish = {"offer_line_id": day["lines"]["25"], "need_id": day["needs"]["Duffryn"], "shift_id": shift}
    assert desk.refused("place_offer_line", **wish, kg="26") == (422, "more_than_left_out")
    done = desk.edit("place_offer_line", **wish, kg="2")
    assert "The bread and bakery from Tesco has to stay in one piece, and only a part of it goes." in {
        each["sentence"] for each in done["violations"]
    }
    assert ("23", "no_need_left") in {(each["kg"], each["reason"]) for each in desk.plan["unserved"]}


def test_food_never_goes_to_a_need_that_may_not_have_it(desk: Desk, day: dict[str, Any]) -> None:
    van, _, _ = vans(desk, day)
    wish = {"need_id": day["needs"]["Duffryn"], "shift_id": day["shifts"][van]}
    response = desk.ask("edits", {"kind": "place_offer_line", "offer_line_id": day["lines"]["12"], **wish})
    assert (response.status_code, response.json()["code"]) == (422, "food_not_suitable")
    assert response.json()["detail"] == "This food may not go to Duffryn."
    assert desk.refused("place_offer_line", offer_line_id=day["lines"]["12"], **wish) == (422, "food_not_suitable")


def test_what_a_need_has_excluded_since_the_plan_was_made_does_not_go_there_either(
    desk: Desk, day: dict[str, Any]
) -> None:
    _, _, shift = vans(desk, day)
    need = day["needs"]["Duffryn"]
    stricter = desk.network.http.patch(
        f"/needs/{need}", json={"required_dietary_flags": ["vegan"]}, headers={"If-Match": '"1"'}
    )
    assert stricter.status_code == 200, stricter.text
    wish = {"offer_line_id": day["lines"]["25"], "need_id": need, "shift_id": shift}
    assert desk.refused("place_offer_line", **wish) == (422, "food_not_suitable")


def test_without_the_look_at_the_rule_book_it_would_go_there(
    desk: Desk, day: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the two tests above; the checker still objects, and the plan is not published."""
    _, _, shift = vans(desk, day)
    monkeypatch.setattr(commands, "_require_suitable", lambda *_: None)
    wish = {"offer_line_id": day["lines"]["12"], "need_id": day["needs"]["Duffryn"], "shift_id": shift}
    done = desk.edit("place_offer_line", **wish)
    assert "only_suitable_food" in {each["code"] for each in done["violations"]}
    assert desk.ask("publish").json()["code"] == "plan_breaks_rules"


def test_a_locked_route_refuses_every_edit_until_it_is_unlocked(desk: Desk, day: dict[str, Any]) -> None:
    van, _, shift = vans(desk, day)
    locked = desk.edit("lock_route", route_id=desk.route_of(van)["id"])
    assert (locked["metres_more"], locked["seconds_more"]) == (0, 0)
    route, stop = desk.route_of(van), desk.stop("pickup", "Lidl")
    assert route["locked"]
    told = desk.ask("edits", {"kind": "move_stop", "stop_id": stop["id"], "position": 1}).json()["detail"]
    assert told == f"The route of {van} is locked: unlock it first."
    place = {"offer_line_id": day["lines"]["25"], "need_id": day["needs"]["Duffryn"]}
    for kind, fields in (
        ("move_stop", {"stop_id": stop["id"], "shift_id": shift}),
        ("drop_offer_line", {"offer_line_id": day["lines"]["38"]}),
        ("place_offer_line", {**place, "shift_id": route["shift_id"]}),
        ("give_route_to_shift", {"route_id": route["id"], "shift_id": shift}),
        ("lock_route", {"route_id": route["id"]}),
    ):
        assert desk.refused(kind, **fields) == (409, "route_locked"), kind
    desk.edit("place_offer_line", **place, shift_id=shift)  # what others drive may change
    assert desk.route_of(van)["locked"]
    assert desk.route_of(van)["stops"] == route["stops"]
    desk.edit("unlock_route", route_id=route["id"])
    assert desk.refused("unlock_route", route_id=route["id"]) == (409, "route_not_locked")
    desk.edit("move_stop", stop_id=stop["id"], shift_id=shift)


def test_planning_anew_keeps_a_locked_route_as_far_as_the_day_allows(
    desk: Desk, day: dict[str, Any], planning: Callable[..., Plan]
) -> None:
    _, other, shift = vans(desk, day)
    desk.edit("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], shift_id=shift)
    sites = desk.sites(other)
    anew = Desk(desk.network, planning())
    assert len(anew.plan["routes"]) == 1  # one van is enough, where nobody says otherwise
    desk = Desk(desk.network, desk.network.post(f"/plans/{desk.id}/copy").json())
    desk.edit("lock_route", route_id=desk.route_of(other)["id"])
    anew = Desk(desk.network, planning())
    assert (anew.sites(other), anew.route_of(other)["locked"]) == (sites, True)
    rows_and_document_agree(anew)
    assert anew.refused("move_stop", stop_id=anew.stop("pickup", "Lidl")["id"], position=1) == (409, "route_locked")
    anew.edit("unlock_route", route_id=anew.route_of(other)["id"])
    anew.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    assert anew.plan["violations"] == []
    anew.undo()
    anew.undo()
    anew.network.ok(f"/offers/{day['offers']['38']}/withdraw")
    assert [route["locked"] for route in planning()["routes"]] == [False]


def test_another_shift_drives_a_route_and_two_shifts_swap_theirs(desk: Desk, day: dict[str, Any]) -> None:
    van, other, shift = vans(desk, day)
    sites = desk.sites(van)
    given = desk.edit("give_route_to_shift", route_id=desk.route_of(van)["id"], shift_id=shift)
    assert [route["vehicle_name"] for route in desk.plan["routes"]] == [other]
    assert desk.sites(other) == sites
    assert (given["metres_more"], len(given["routes_gone"])) == (0, 1)
    desk.edit("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], shift_id=day["shifts"][van])
    mine, theirs = desk.sites(van), desk.sites(other)
    desk.edit("give_route_to_shift", route_id=desk.route_of(van)["id"], shift_id=shift)
    assert (desk.sites(van), desk.sites(other)) == (theirs, mine)
    same = {"route_id": desk.route_of(van)["id"], "shift_id": day["shifts"][van]}
    assert desk.refused("give_route_to_shift", **same) == (409, "shift_drives_it")


def test_what_cannot_be_edited_is_refused_with_its_reason(desk: Desk, day: dict[str, Any]) -> None:
    _, _, shift = vans(desk, day)
    stops = desk.plan["routes"][0]["stops"]
    for stop in (stops[0], stops[-1]):
        assert desk.refused("move_stop", stop_id=stop["id"], position=1) == (422, "stop_fixed")
    assert desk.refused("move_stop", stop_id=stops[1]["id"], position=5) == (422, "no_such_place")
    nobody = str(uuid4())
    place = {"offer_line_id": day["lines"]["25"], "need_id": day["needs"]["Duffryn"], "shift_id": shift}
    for kind, fields in (
        ("move_stop", {"stop_id": nobody}),
        ("move_stop", {"stop_id": stops[1]["id"], "shift_id": nobody}),
        ("drop_offer_line", {"offer_line_id": nobody}),
        *(("place_offer_line", {**place, name: nobody}) for name in place),
        ("lock_route", {"route_id": nobody}),
        ("give_route_to_shift", {"route_id": desk.plan["routes"][0]["id"], "shift_id": nobody}),
    ):
        assert desk.refused(kind, **fields) == (404, "not_found"), (kind, fields)


def test_a_command_that_does_not_fit_says_at_which_field(desk: Desk) -> None:
    def errors(body: dict[str, Any]) -> list[tuple[str, str]]:
        response = desk.ask("edits", body)
        assert response.status_code == 422
        return [(each["pointer"], each["detail"]) for each in response.json()["errors"]]

    assert errors({}) == [("/kind", "This field is missing.")]
    [(pointer, sentence)] = errors({"kind": "keep_order"})
    assert (pointer, sentence[:14]) == ("/kind", "Choose one of ")
    assert errors({"kind": "lock_route"}) == [("/route_id", "This field is missing.")]
    assert errors({"kind": "lock_route", "route_id": "x"}) == [("/route_id", "This is not an id.")]
    assert errors({"kind": "lock_route", "route_id": str(uuid4()), "why": "so"}) == [
        ("/why", "There is no field of this name.")
    ]


def test_every_edit_can_be_taken_back_down_to_the_plan_as_it_was_made(desk: Desk, day: dict[str, Any]) -> None:
    van, _, shift = vans(desk, day)
    begun, rows = desk.document(), desk.plan
    desk.edit("lock_route", route_id=desk.route_of(van)["id"])
    desk.edit("unlock_route", route_id=desk.route_of(van)["id"])
    desk.edit("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], shift_id=shift)
    between = desk.document()
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    desk.undo()
    assert desk.document() == between
    desk.edit("give_route_to_shift", route_id=desk.route_of(van)["id"], shift_id=shift)
    assert desk.plan["edits"] == 4
    for left in (3, 2, 1, 0):
        desk.undo()
        assert desk.plan["edits"] == left
    assert desk.document() == begun
    different = {"version", "routes"}
    assert {k: v for k, v in desk.plan.items() if k not in different} == {
        k: v for k, v in rows.items() if k not in different
    }
    nothing = desk.ask("undo")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")


def test_edits_are_listed_with_who_did_them_and_what_they_cost(desk: Desk, day: dict[str, Any]) -> None:
    van, other, shift = vans(desk, day)
    moved = desk.edit("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], shift_id=shift)
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    desk.undo()
    first = desk.network.get(f"/plans/{desk.id}/edits", limit=1).json()
    second = desk.network.get(f"/plans/{desk.id}/edits", limit=1, cursor=first["next_cursor"]).json()
    assert second["next_cursor"] is None
    [dropped], [listed] = first["items"], second["items"]
    assert (dropped["number"], dropped["command"]["kind"]) == (2, "drop_offer_line")
    assert dropped["sentence"] == "30 kg of bread and bakery from Tesco are left out."
    assert dropped["undone_at"] is not None
    assert listed["sentence"] == f"The stop at Lidl moves from {van} to {other}."
    assert (listed["undone_at"], listed["metres_more"]) == (None, moved["metres_more"])
    assert listed["actor"]["kind"] == "credential"
    assert listed["actor"]["name"]
    trail = desk.network.get("/audit-entries", subject_id=desk.id).json()["items"]
    assert [each["action"] for each in trail if each["action"].startswith("plans.")] == [
        "plans.undo", "plans.edit", "plans.edit",
    ]  # fmt: skip


def test_what_was_done_is_kept_and_never_changed(desk: Desk, database: Database) -> None:
    desk.edit("lock_route", route_id=desk.plan["routes"][0]["id"])
    whole_network = Scope(network=desk.network.network_id())
    for statement in ("UPDATE plan_edits SET metres_more = 1", "DELETE FROM plan_edits"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            database.transaction(whole_network) as session,
        ):
            session.execute(text(statement))
    with database.transaction(whole_network) as session:  # and what is young is not forgotten, whoever asks
        assert session.scalar(text("SELECT wasl_forget_plan_edits(now(), 10)")) == 0


def test_an_edit_needs_the_version_that_was_read(desk: Desk, day: dict[str, Any]) -> None:
    body = {"kind": "lock_route", "route_id": desk.plan["routes"][0]["id"]}
    for path, wish in (("edits", body), ("undo", None)):
        assert desk.network.post(f"/plans/{desk.id}/{path}", wish).status_code == 428
        assert desk.network.post(f"/plans/{desk.id}/{path}", wish, **{"If-Match": '"77"'}).status_code == 412
    colleague = Desk(desk.network, desk.plan)
    desk.edit("lock_route", route_id=body["route_id"])
    late = colleague.ask("edits", {"kind": "unlock_route", "route_id": body["route_id"]})
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert colleague.ask("publish").status_code == 412


def test_one_key_makes_one_edit(desk: Desk, day: dict[str, Any]) -> None:
    body = {"kind": "drop_offer_line", "offer_line_id": day["lines"]["38"]}
    headers = {"If-Match": f'"{desk.plan["version"]}"', "Idempotency-Key": "drop"}
    first, again = (desk.network.post(f"/plans/{desk.id}/edits", body, **headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert desk.read()["edits"] == 1


def test_only_those_who_plan_edit(desk: Desk, day: dict[str, Any]) -> None:
    shop = desk.network.organisation("supermarket", "Aldi")
    body = {"kind": "drop_offer_line", "offer_line_id": day["lines"]["38"]}
    match = {"If-Match": f'"{desk.plan["version"]}"'}
    for scope, status in (("offers", 403), ("organisation", 403)):
        partner = desk.network.client_of(shop, scope)
        for path, wish in (("edits", body), ("undo", None), ("copy", None)):
            assert partner.post(f"/plans/{desk.id}/{path}", wish, **match).status_code == status
        assert partner.get(f"/plans/{desk.id}/edits").status_code == 403
    assert desk.network.get(f"/plans/{uuid4()}/edits").status_code == 404


def test_a_published_plan_is_copied_and_the_copy_is_edited_and_published(desk: Desk, day: dict[str, Any]) -> None:
    desk.edit("lock_route", route_id=desk.plan["routes"][0]["id"])
    assert desk.ask("publish").status_code == 200
    published, kept = desk.read(), desk.document()
    for path, body in (("edits", {"kind": "unlock_route", "route_id": published["routes"][0]["id"]}), ("undo", None)):
        refused = desk.ask(path, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "plan_not_editable")
        assert "copy" in refused.json()["detail"]
    made = desk.network.post(f"/plans/{desk.id}/copy")
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/plans/{made.json()['id']}"
    copy = Desk(desk.network, made.json())
    assert (copy.plan["number"], copy.plan["state"], copy.plan["edits"]) == (published["number"] + 1, "draft", 0)
    assert copy.document() == kept
    rows_and_document_agree(copy)
    [mine], [theirs] = copy.plan["routes"], published["routes"]
    assert mine["locked"]
    assert (mine["line"], mine["estimated"]) == (theirs["line"], theirs["estimated"])
    assert mine["id"] != theirs["id"]
    copy.edit("unlock_route", route_id=mine["id"])
    copy.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    assert copy.ask("publish").status_code == 200
    assert desk.read()["state"] == "superseded"
    assert desk.document() == kept
    assert desk.ask("edits", {"kind": "lock_route", "route_id": theirs["id"]}).json()["code"] == "plan_not_editable"


def test_food_that_was_taken_back_since_can_be_left_out_so_that_the_rest_is_published(
    desk: Desk, day: dict[str, Any]
) -> None:
    desk.network.ok(f"/offers/{day['offers']['38']}/withdraw")
    assert desk.ask("publish").json()["code"] == "plan_outdated"
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    assert desk.ask("publish").status_code == 200


def test_the_comparison_with_the_day_alone_is_of_the_plan_as_it_is_now(
    network: ServiceClient, day: dict[str, Any], planning: Callable[..., Plan]
) -> None:
    """Also where a dispatcher edits while the day alone is still worked out."""
    line = day["lines"]["38"]

    async def edited_meanwhile(question: Question, seconds: float, seed: int, listener: Listener) -> None:
        await solve_here(question, seconds, seed, listener)
        [plan] = network.get("/plans").json()["items"]
        Desk(network, plan).edit("drop_offer_line", offer_line_id=line)
        await listener.comparison({"coordinated": {"kg_delivered": 68.0}, "alone": {"kg_delivered": 40.0}})

    desk = Desk(network, planning(edited_meanwhile))
    assert (desk.plan["figures"]["coordinated"]["kg_delivered"], desk.plan["kg_allocated"]) == (30.0, "30")
    desk.undo()
    assert desk.plan["figures"]["coordinated"]["kg_delivered"] == 68.0
    assert desk.plan["figures"]["alone"] == {"kg_delivered": 40.0}


def test_routes_are_drawn_straight_and_say_so_where_no_streets_are_at_hand(
    desk: Desk, day: dict[str, Any], database: Database
) -> None:
    _, _, shift = vans(desk, day)
    network_id, stop = desk.network.network_id(), desk.stop("pickup", "Lidl")["id"]
    principal = principal_of(desk, database)
    command = MoveStop(kind="move_stop", stop_id=UUID(stop), shift_id=UUID(shift), position=None)
    with database.transaction(Scope(network=network_id)) as session:
        edits.edit_plan(session, principal, UUID(desk.id), command, desk.plan["version"], MORNING, None)
    for route in desk.read()["routes"]:
        assert route["estimated"]
        assert len(route["line"]) == len(route["stops"])
    desk.undo()  # drawn on the streets again
    assert [route["estimated"] for route in desk.plan["routes"]] == [False]


def principal_of(desk: Desk, database: Database) -> Principal:
    secret = desk.network.http.headers["Authorization"].removeprefix("Bearer ")
    return authenticate(database, secret, MORNING)


@pytest.mark.parametrize("process", ["that remembers", "that remembers nothing"])
def test_any_edits_taken_back_leave_the_plan_as_it_was_made(
    process: str, desk: Desk, day: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk looks after every edit whether rows, document and violations agree."""
    if process == "that remembers nothing":
        for name in ("_problems", "_freed", "_states", "_broken", "_tried"):
            monkeypatch.setattr(remembered, name, Shelf(0))
        for module in (draft_rows, lines):
            monkeypatch.setattr(module, "_known", Shelf(0))
    begun = desk.document()
    done: dict[str, int] = {}

    @settings(max_examples=12)
    @given(data=st.data())
    def edited(data: st.DataObject) -> None:
        while desk.read()["edits"]:  # of an example that hypothesis broke off
            desk.undo()
        for _ in range(data.draw(st.integers(1, 5), "edits")):
            kind, fields = drawn_command(data.draw, desk, day)
            tried = desk.tried(kind, **fields) if data.draw(st.booleans(), "tried before") else None
            answer = desk.ask("edits", {"kind": kind, **fields})
            assert answer.status_code in (200, 409, 422), answer.text
            if tried is not None:
                assert (tried.status_code, tried.json().get("code")) == (
                    answer.status_code,
                    answer.json().get("code"),
                )
                assert answer.status_code != 200 or told(tried.json()) == told(answer.json())
            if answer.status_code == 200:
                done[kind] = done.get(kind, 0) + 1
                desk.read()
                rows_and_document_agree(desk)
        while desk.plan["edits"]:
            desk.undo()
        assert desk.document() == begun

    edited()
    assert len(done) >= 3, done


ROWS = {"stops", "allocations"}


def test_who_has_looked_at_the_plan_or_edited_its_route_has_read_its_rows(
    desk: Desk, database: Database, tables_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    route = desk.read()["routes"][0]["id"]
    principal, plan = principal_of(desk, database), UUID(desk.id)

    def lock_and_back(version: int) -> int:
        command = LockRoute(kind="lock_route", route_id=UUID(route))
        with database.transaction(Scope(network=desk.network.network_id())) as session:
            locked = edits.edit_plan(session, principal, plan, command, version, MORNING).plan.version
        with database.transaction(Scope(network=desk.network.network_id())) as session:
            return edits.undo_edit(session, principal, plan, locked, MORNING).plan.version

    tables_read.clear()
    version = lock_and_back(desk.plan["version"])
    assert not ROWS & set(tables_read)

    monkeypatch.setattr(draft_rows, "_known", Shelf(8))  # another process: nobody has looked
    tables_read.clear()
    version = lock_and_back(version)
    assert sorted(ROWS & set(tables_read)) == sorted(ROWS)
    tables_read.clear()
    lock_and_back(version)
    assert not ROWS & set(tables_read)


def test_an_edit_that_fails_at_its_end_leaves_nothing_that_the_next_one_takes_for_true(
    desk: Desk, day: dict[str, Any], database: Database
) -> None:
    before, principal, plan = desk.read(), principal_of(desk, database), UUID(desk.id)
    command = DropOfferLine(kind="drop_offer_line", offer_line_id=UUID(next(iter(day["lines"].values()))))

    def edit_and_fail() -> None:
        with database.transaction(Scope(network=desk.network.network_id())) as session:
            edits.edit_plan(session, principal, plan, command, before["version"], MORNING)
            raise ConnectionError("lost")

    with pytest.raises(ConnectionError):
        edit_and_fail()
    assert desk.read() == before
    desk.edit("lock_route", route_id=before["routes"][0]["id"])
    desk.undo()
    assert desk.plan["routes"] == before["routes"]


def test_a_look_at_the_plan_that_fails_leaves_rows_that_the_next_edit_can_use(desk: Desk, database: Database) -> None:
    """A session that is rolled back has its rows forget what they are."""
    principal, plan = principal_of(desk, database), UUID(desk.id)

    def look_and_fail() -> None:
        with database.transaction(principal.scope) as session:
            get_plan(session, principal, plan)
            raise ConnectionError("lost")

    with pytest.raises(ConnectionError):
        look_and_fail()
    desk.edit("lock_route", route_id=desk.plan["routes"][0]["id"])


def drawn_command(draw: Any, desk: Desk, day: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Any command on the things that there are."""
    routes = desk.plan["routes"]
    kinds = ["place_offer_line", "drop_offer_line"]
    if routes:
        kinds += ["move_stop", "move_stop", "lock_route", "unlock_route", "give_route_to_shift"]
    kind = draw(st.sampled_from(kinds), "kind")
    shift = st.sampled_from(sorted(day["shifts"].values()))
    position = st.none() | st.integers(1, 6)
    if kind == "move_stop":
        stops = [stop["id"] for route in routes for stop in route["stops"]]
        wish = {"stop_id": draw(st.sampled_from(stops)), "shift_id": draw(st.none() | shift)}
        return kind, {**wish, "position": draw(position)}
    if kind == "drop_offer_line":
        return kind, {"offer_line_id": draw(st.sampled_from(list(day["lines"].values())))}
    if kind == "place_offer_line":
        return kind, {
            "offer_line_id": draw(st.sampled_from(list(day["lines"].values()))),
            "need_id": draw(st.sampled_from(list(day["needs"].values()))),
            "shift_id": draw(shift),
            "kg": draw(st.sampled_from([None, "1", "20"])),
            "position": draw(position),
        }
    route = {"route_id": draw(st.sampled_from([route["id"] for route in routes]))}
    return kind, {**route, "shift_id": draw(shift)} if kind == "give_route_to_shift" else route
