"""The checker of public instances: a good answer passes, every kind of damage is found, and the cost is the file's."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from routing import ProblemError
from routing.instances.formats import read_pairs
from routing.instances.pairs import Cost, PairInstance, check_routes, cost_of
from routing.instances.route_list import route_list, routes_from_text

HERE = Path(__file__).parent / "instances"


def a_line() -> PairInstance:
    """Two pairs on a straight road: depot at 0, pickups at 10 and 20, deliveries at 30 and 40; one unit a minute."""
    places = np.array([0.0, 10.0, 20.0, 30.0, 40.0])
    distance = np.abs(places[:, None] - places[None, :])
    return PairInstance(
        name="line",
        vehicles=1,
        capacity=5,
        distance=distance,
        time=distance,
        demand=np.array([0, 2, 3, -2, -3]),
        earliest=np.array([0.0, 15.0, 0.0, 0.0, 0.0]),
        latest=np.array([85.0, 15.0, 26.0, 37.0, 100.0]),
        service=np.array([0.0, 1.0, 1.0, 1.0, 1.0]),
        pickups=np.array([1, 2]),
        deliveries=np.array([3, 4]),
    )


GOOD = [[1, 2, 3, 4]]


def test_an_answer_that_is_just_in_time_everywhere_is_right() -> None:
    """Waits at node 1 until 15, is at node 2 at 26, at node 3 at 37, and has node 4 done at 49; home at 89 is late."""
    line = a_line()
    late = check_routes(line, GOOD)
    assert late == ["Route 1 is back at the depot at 89, after 85."]
    assert check_routes(replace(line, latest=np.array([89.0, 15.0, 26.0, 37.0, 100.0])), GOOD) == []


def roomy(**changes: object) -> PairInstance:
    line = a_line()
    return replace(line, **{"latest": np.array([200.0, 200.0, 200.0, 200.0, 200.0]), "vehicles": 2, **changes})


DAMAGES = {
    "left out": ([[1, 3]], "Node 2 is not visited."),
    "pickup alone": ([[1, 2, 4]], "Node 3 is not visited."),
    "twice on one route": ([[1, 2, 3, 4, 3]], "Node 3 is visited 2 times."),
    "twice on two routes": ([[1, 2, 3, 4], [2, 4]], "Node 2 is visited 2 times."),
    "on two routes": ([[1, 2, 4], [3]], "Node 1 is on route 1, its delivery 3 on route 2."),
    "delivered first": ([[3, 1, 2, 4]], "Node 3 is visited before its pickup 1 on route 1."),
    "an unknown node": ([[1, 2, 3, 4, 9]], "Node 9 is not one of the nodes 1 to 4."),
    "a negative node": ([[1, 2, 3, 4, -1]], "Node -1 is not one of the nodes 1 to 4."),
    "the depot on the way": ([[1, 3, 0, 2, 4]], "Node 0 is not one of the nodes 1 to 4."),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_the_visits_is_found(damage: str) -> None:
    routes, sentence = DAMAGES[damage]
    assert check_routes(roomy(), GOOD) == []
    assert sentence in check_routes(roomy(), routes)


def test_too_many_vehicles_are_found_and_empty_routes_are_none() -> None:
    assert check_routes(roomy(vehicles=1), [[1, 3], [2, 4]]) == ["2 vehicles are used, and there are 1."]
    assert check_routes(roomy(vehicles=1), [[], [1, 2, 3, 4], []]) == []
    assert check_routes(roomy(vehicles=None), [[1, 3], [2, 4]]) == []


def test_too_much_on_board_is_found_where_it_happens() -> None:
    assert check_routes(roomy(capacity=4), GOOD) == ["Route 1 carries 5 after node 2, more than 4."]
    assert check_routes(roomy(capacity=4), [[1, 3, 2, 4]]) == []


def test_a_window_missed_by_a_hair_is_found() -> None:
    latest = np.array([200.0, 200.0, 26.0, 200.0, 200.0])
    assert check_routes(roomy(latest=latest), GOOD) == []
    latest[2] -= 0.001
    assert check_routes(roomy(latest=latest), GOOD) == ["Route 1 comes to node 2 at 26, after 25.999."]


def test_a_vehicle_leaves_no_earlier_than_its_depot_opens() -> None:
    latest = np.array([200.0, 200.0, 26.0, 200.0, 200.0])
    earliest = np.array([6.0, 15.0, 0.0, 0.0, 0.0])
    assert check_routes(roomy(latest=latest, earliest=earliest), GOOD) == [
        "Route 1 comes to node 2 at 27, after 26.",
    ]


def test_cost_counts_vehicles_that_leave_and_the_way_out_and_back() -> None:
    assert cost_of(roomy(), [[1, 3], [], [2, 4]]) == Cost(2, 60.0 + 80.0)
    assert cost_of(roomy(), []) == Cost(0, 0.0)


def test_distance_and_time_may_be_different_tables() -> None:
    line = roomy(time=2 * a_line().time)
    assert cost_of(line, GOOD).distance == 80.0
    assert check_routes(line, GOOD) == []
    line.latest[0] = 163
    assert check_routes(line, GOOD) == ["Route 1 is back at the depot at 164, after 163."]


def test_an_answer_is_the_same_after_the_way_through_the_sets_own_form() -> None:
    six = read_pairs(HERE / "six_pairs.txt")
    routes = [[1, 7, 3, 5, 9, 11], [2, 8, 6, 4, 12, 10]]
    assert check_routes(six, routes) == []
    text = route_list(six, [[], *routes], "2026-01-31", "worked out by hand")
    assert text.splitlines()[0] == "Instance name : six_pairs"
    assert text.splitlines()[4:] == ["Solution", "Route 1 : 1 7 3 5 9 11", "Route 2 : 2 8 6 4 12 10"]
    assert routes_from_text(text) == routes
    assert math.isclose(cost_of(six, routes).distance, 338.6, abs_tol=0.01)


def test_route_lists_of_others_are_read_too() -> None:
    assert routes_from_text("Route #1: 3 1\nRoute #2: 4\n") == [[3, 1], [4]]
    assert routes_from_text("anything\nSolution\nroute 1 : 0 3 1 0\n") == [[3, 1]]


@pytest.mark.parametrize(
    ("text", "where"),
    [("", "line 1"), ("Solution\n", "line 1"), ("Route 1 : 3 x\n", "line 1"), ("Route 1 : 3\nthe end\n", "line 2")],
)
def test_a_list_that_is_none_is_refused_with_its_line(text: str, where: str) -> None:
    with pytest.raises(ProblemError) as refused:
        routes_from_text(text)
    assert refused.value.path == where
