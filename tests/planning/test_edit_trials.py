"""A dispatcher sees what a command would do before giving it: the new times, the costs and what it would break."""

from typing import Any
from uuid import UUID

import pytest

from app.kit.db import Database
from app.kit.shelf import Shelf
from app.planning.edits import draft, remembered, trial
from app.planning.edits.commands import Edit
from app.planning.edits.schemas import MoveStop
from tests.planning.test_edits import Desk, config, day, desk, planning, principal_of, told, vans  # noqa: F401
from tests.service_client import ServiceClient

Day = dict[str, Any]


def test_a_trial_tells_what_the_edit_then_does_and_changes_nothing(desk: Desk, day: Day) -> None:  # noqa: F811
    driving, other, shift = vans(desk, day)
    command = {"stop_id": desk.stop("pickup", "Lidl")["id"], "shift_id": shift}

    tried = desk.tried("move_stop", **command)

    assert tried.status_code == 200, tried.text
    assert tried.headers["ETag"] == f'"{desk.plan["version"]}"'
    assert tried.json()["sentence"] == f"The stop at Lidl moves from {driving} to {other}."
    assert told(tried.json()) == told(desk.edit("move_stop", **command))


def test_a_stop_that_stays_on_its_route_has_its_id_and_one_that_would_be_new_there_has_none(
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
) -> None:
    driving, other, shift = vans(desk, day)
    known = {stop["id"] for stop in desk.plan["routes"][0]["stops"]}
    moved = desk.stop("pickup", "Lidl")["id"]

    routes = {
        route["vehicle_name"]: route
        for route in desk.tried("move_stop", stop_id=moved, shift_id=shift).json()["routes"]
    }

    stays = {stop["stop_id"] for stop in routes[driving]["stops"]}
    assert stays < known
    assert moved not in stays
    assert routes[driving]["route_id"] == desk.plan["routes"][0]["id"]
    assert routes[other]["route_id"] is None
    assert {stop["stop_id"] for stop in routes[other]["stops"]} == {None}


def test_what_would_be_broken_is_said_before_it_is_done(desk: Desk, day: Day) -> None:  # noqa: F811
    stop = desk.stop("drop_off", "Duffryn")
    tried = desk.tried("move_stop", stop_id=stop["id"], position=1).json()
    assert tried["violations"]
    assert not desk.plan["violations"]


def test_a_trial_is_refused_with_what_the_edit_would_be_refused_with(desk: Desk, day: Day) -> None:  # noqa: F811
    route = desk.plan["routes"][0]
    desk.edit("lock_route", route_id=route["id"])
    refused = desk.tried("move_stop", stop_id=desk.stop("pickup", "Lidl")["id"], position=1)
    assert (refused.status_code, refused.json()["code"]) == (409, "route_locked")
    outdated = desk.network.post(
        f"/plans/{desk.id}/edits/try", {"kind": "unlock_route", "route_id": route["id"]}, **{"If-Match": '"1"'}
    )
    assert (outdated.status_code, outdated.json()["code"]) == (412, "stale_version")


def test_a_trial_while_somebody_edits_is_of_no_version_and_says_so(
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An edit ends between what a trial reads first and what it reads last."""
    stop, route = UUID(desk.stop("pickup", "Lidl")["id"]), desk.plan["routes"][0]["id"]
    version, principal = desk.plan["version"], principal_of(desk, database)
    look = trial.following_of

    def edited_meanwhile(*given: Any) -> Any:
        desk.edit("lock_route", route_id=route)
        return look(*given)

    monkeypatch.setattr(trial, "following_of", edited_meanwhile)
    command = MoveStop(kind="move_stop", stop_id=stop, position=2)
    with database.transaction(principal.scope) as session, pytest.raises(Exception, match="changed") as refused:
        trial.try_edit(session, principal, UUID(desk.id), command, version)
    assert refused.value.code == "stale_version"  # type: ignore[attr-defined]


def test_what_was_tried_is_not_worked_out_again_when_it_is_done(
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worked_out = _counted(monkeypatch)
    first, second = (desk.stop("pickup", name)["id"] for name in ("Lidl", "Tesco"))

    tried = desk.tried("move_stop", stop_id=first, position=2).json()
    desk.tried("move_stop", stop_id=second, position=1)
    assert len(worked_out) == 2
    assert told(desk.edit("move_stop", stop_id=first, position=2)) == told(tried)
    assert len(worked_out) == 2
    desk.edit("move_stop", stop_id=second, position=1)  # tried on the plan as it was before
    assert len(worked_out) == 3


def test_food_that_is_placed_after_a_trial_is_asked_for_again(
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
    network: ServiceClient,
) -> None:
    """What a need has excluded meanwhile does not go there, whatever was tried before."""
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    need = day["needs"]["Duffryn"]
    command = {"offer_line_id": day["lines"]["38"], "need_id": need, "shift_id": day["shifts"]["White van"]}
    assert desk.tried("place_offer_line", **command).status_code == 200

    stricter = network.http.patch(
        f"/needs/{need}", json={"required_dietary_flags": ["vegan"]}, headers={"If-Match": '"1"'}
    )
    assert stricter.status_code == 200, stricter.text
    assert desk.refused("place_offer_line", **command) == (422, "food_not_suitable")


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[Edit]:
    """What was worked out of commands, and nothing that other tests have tried."""
    found, edited = list[Edit](), draft.edited

    def counted(*given: Any) -> Edit:
        found.append(edited(*given))
        return found[-1]

    monkeypatch.setattr(draft, "edited", counted)
    monkeypatch.setattr(remembered, "_tried", Shelf(8))
    return found
