"""Food that was left out is placed where nobody says: within the rules if that can be, else where the fewest break."""

from collections.abc import Callable
from typing import Any

import pytest

from app.planning.edits import commands
from tests.planning.test_edits import Desk, Plan, config, day, desk, planning, told, vans  # noqa: F401
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer

Day = dict[str, Any]


def left(desk: Desk, day: Day, name: str) -> dict[str, Any]:  # noqa: F811
    """What the plan says of a line that it leaves out."""
    found: dict[str, Any] = next(each for each in desk.plan["unserved"] if each["line_id"] == day["lines"][name])
    return found


def receiver(desk: Desk, donor: str) -> str:  # noqa: F811
    found: str = desk.stop("pickup", donor)["allocations"][0]["receiver_name"]
    return found


def test_food_that_was_left_out_by_hand_goes_where_it_breaks_nothing(desk: Desk, day: Day) -> None:  # noqa: F811
    before = desk.plan["kg_allocated"]
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    done = desk.edit("place_offer_line", offer_line_id=day["lines"]["38"])
    assert done["violations"] == []
    assert desk.plan["kg_allocated"] == before
    assert len(desk.plan["routes"]) == 1  # the other van would cost more


def test_a_trial_of_a_place_that_nobody_says_tells_what_the_edit_then_does(desk: Desk, day: Day) -> None:  # noqa: F811
    command = {"offer_line_id": day["lines"]["25"]}
    tried = desk.tried("place_offer_line", **command)
    assert tried.status_code == 200, tried.text
    assert told(tried.json()) == told(desk.edit("place_offer_line", **command))


def test_where_every_place_breaks_a_rule_it_goes_where_the_smallest_change_would_have_it(
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
) -> None:
    change = left(desk, day, "25")["change"]
    assert change["code"] == "need"
    [violation] = desk.edit("place_offer_line", offer_line_id=day["lines"]["25"])["violations"]
    assert violation["code"] == "no_more_than_needed"
    assert (violation["details"]["site"], violation["details"]["kg"]) == (
        change["details"]["site"],
        change["details"]["more"],
    )
    assert desk.stop("drop_off", change["details"]["site"])["allocations"]


def test_a_shift_or_a_need_that_is_said_is_obeyed(desk: Desk, day: Day) -> None:  # noqa: F811
    _, other, shift = vans(desk, day)
    line = day["lines"]["25"]
    desk.edit("place_offer_line", offer_line_id=line, shift_id=shift)
    assert desk.sites(other)[0] == "Tesco"
    desk.undo()
    for name, need in day["needs"].items():
        desk.edit("place_offer_line", offer_line_id=line, need_id=need)
        assert "25" in {each["kg"] for each in desk.stop("drop_off", name)["allocations"]}
        desk.undo()


def test_as_much_as_is_asked_for_is_placed(desk: Desk, day: Day) -> None:  # noqa: F811
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    desk.edit("place_offer_line", offer_line_id=day["lines"]["30"], kg="12")
    assert left(desk, day, "30")["kg"] == "18"


def test_food_that_nobody_may_have_finds_no_place(desk: Desk, day: Day) -> None:  # noqa: F811
    assert desk.refused("place_offer_line", offer_line_id=day["lines"]["12"]) == (409, "no_place_for_food")


def exclude_everything(desk: Desk, day: Day) -> None:  # noqa: F811
    """Every need asks for vegan food by now, which nobody has said that this is."""
    for need in day["needs"].values():
        answer = desk.network.http.patch(
            f"/needs/{need}", json={"required_dietary_flags": ["vegan"]}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == 200, answer.text


def test_food_that_a_need_has_excluded_since_is_not_placed_there(desk: Desk, day: Day) -> None:  # noqa: F811
    exclude_everything(desk, day)
    assert desk.refused("place_offer_line", offer_line_id=day["lines"]["25"]) == (409, "no_place_for_food")


def test_without_the_look_at_the_rule_book_it_would_be_placed_there(
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin of the test above."""
    exclude_everything(desk, day)
    monkeypatch.setattr(commands, "_suitable", lambda _day, drawing, lot: drawing.problem.needs_for(lot))
    assert desk.edit("place_offer_line", offer_line_id=day["lines"]["25"])["plan"]["edits"] == 1


def test_a_locked_route_is_passed_over(desk: Desk, day: Day) -> None:  # noqa: F811
    van, other, _ = vans(desk, day)
    line = day["lines"]["25"]
    desk.edit("lock_route", route_id=desk.route_of(van)["id"])
    assert desk.refused("place_offer_line", offer_line_id=line, shift_id=day["shifts"][van]) == (409, "route_locked")
    desk.edit("place_offer_line", offer_line_id=line)
    assert desk.sites(other)[0] == "Tesco"


def test_a_place_on_a_route_that_is_not_said_is_refused(desk: Desk, day: Day) -> None:  # noqa: F811
    wish = {"offer_line_id": day["lines"]["25"], "need_id": day["needs"]["Duffryn"], "position": 1}
    assert desk.refused("place_offer_line", **wish) == (422, "invalid_request")


def test_food_that_is_on_a_route_is_not_placed_again(desk: Desk, day: Day) -> None:  # noqa: F811
    assert desk.refused("place_offer_line", offer_line_id=day["lines"]["38"]) == (409, "line_planned_already")


@pytest.fixture
def late(network: ServiceClient) -> dict[str, Any]:
    """Bread that is there only after the van has to be back."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    bank = network.site(FOOD_BANK, "Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="40"))
    window = {"pickup_from": f"{DAY}T15:55:00+00:00", "pickup_until": f"{DAY}T17:00:00+00:00"}
    offer = network.ok("/offers", an_offer(store, a_line(kg="30"), **window))
    network.vehicle_and_shift(bank)
    return offer


def test_food_that_is_there_too_late_says_when_the_van_would_be_back(
    network: ServiceClient,
    late: dict[str, Any],
    planning: Callable[..., Plan],  # noqa: F811
) -> None:
    at_the_desk = Desk(network, planning())
    [violation] = at_the_desk.edit("place_offer_line", offer_line_id=late["lines"][0]["id"])["violations"]
    assert violation["code"] == "routes_stay_within_their_shift"
    assert "the shift ends at 16:00" in violation["sentence"]
