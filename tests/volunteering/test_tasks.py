"""Tasks and shifts are offered, taken by whom they fit, given back, and recorded; nobody is done by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.alarms.jobs import watch_everywhere
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.volunteering.jobs import look_everywhere
from tests.people.builders import entered, signed_in
from tests.service_client import DAY, ServiceClient
from tests.volunteering.conftest import Helpers

EIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def sign_ups(network: ServiceClient, task: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = network.get(f"/tasks/{task['id']}/sign-ups").json()["items"]
    return found


def test_what_fits_is_shown_so_and_what_does_not_says_why(helpers: Helpers) -> None:
    helpers.to_drive(skills=["licence_b"])
    helpers.task(languages=["ar"], own_vehicle=True)
    amal = helpers.somebody(skills=["licence_c1"], slots=["3 evening"])
    shown = amal.get("/me/tasks").json()["items"]
    assert [(each["title"], each["place"], each["obstacles"]) for each in shown] == [
        ("White van", "Depot", ["hours"]), ("Sort bread", "Depot", ["languages", "vehicle", "hours"]),
    ]  # fmt: skip
    assert refusal(amal.post(f"/tasks/{shown[1]['id']}/sign-ups")) == (422, "does_not_fit")
    assert amal.post(f"/tasks/{shown[0]['id']}/sign-ups").status_code == 201  # hours are a wish


def test_who_takes_a_shift_drives_it_and_two_at_once_is_one_too_many(helpers: Helpers) -> None:
    task = helpers.to_drive()
    amal, ben = helpers.somebody(), helpers.somebody("driver")
    taken = amal.ok(f"/tasks/{task['id']}/sign-ups")
    assert (taken["state"], taken["task"]["people_taken"]) == ("taken", 1)
    assert amal.ok(f"/tasks/{task['id']}/sign-ups")["id"] == taken["id"]
    assert refusal(ben.post(f"/tasks/{task['id']}/sign-ups")) == (409, "task_full")
    me = amal.get("/me").json()
    assert (helpers.shift_now()["driver_name"], helpers.shift_now()["driver_person_id"]) == (
        me["name"], me["person_id"],
    )  # fmt: skip
    [place] = sign_ups(helpers.network, task)
    assert (place["name"], place["state"]) == (me["name"], "taken")


def test_two_things_at_one_time_are_not_taken(helpers: Helpers) -> None:
    drive, sort = helpers.to_drive(), helpers.task()
    amal = helpers.somebody()
    amal.ok(f"/tasks/{drive['id']}/sign-ups")
    assert refusal(amal.post(f"/tasks/{sort['id']}/sign-ups")) == (409, "task_overlaps")


def test_a_shift_given_back_late_has_no_driver_and_raises_its_alarm(
    helpers: Helpers, database: Database, clock: HandSetClock
) -> None:
    task, amal = helpers.to_drive(), helpers.somebody()
    taken = amal.ok(f"/tasks/{task['id']}/sign-ups")
    watch_everywhere(database, clock)
    assert helpers.network.get("/alarms").json()["items"] == []
    back = amal.ok(f"/sign-ups/{taken['id']}/give-back")
    assert (back["state"], back["late"], helpers.shift_now()["driver_name"]) == ("given_back", True, "")
    assert amal.ok(f"/sign-ups/{taken['id']}/give-back")["state"] == "given_back"
    watch_everywhere(database, clock)
    assert [each["kind"] for each in helpers.network.get("/alarms").json()["items"]] == ["shift_without_driver"]
    kinds = [each["kind"] for each in helpers.network.get("/events/list").json()["items"]]
    assert kinds.count("task.given_back") == 1
    helpers.somebody().ok(f"/tasks/{task['id']}/sign-ups")


def test_given_back_in_time_it_is_not_late_and_once_begun_it_is_kept(helpers: Helpers, clock: HandSetClock) -> None:
    later = helpers.task(starts_at="2026-11-27T09:00:00Z", ends_at="2026-11-27T10:00:00Z")
    soon, amal = helpers.task(), helpers.somebody()
    assert amal.ok(f"/sign-ups/{amal.ok(f'/tasks/{later["id"]}/sign-ups')['id']}/give-back")["late"] is False
    taken = amal.ok(f"/tasks/{soon['id']}/sign-ups")
    clock.set(EIGHT + timedelta(hours=1))
    assert refusal(amal.post(f"/sign-ups/{taken['id']}/give-back")) == (409, "task_has_begun")
    assert refusal(helpers.somebody().post(f"/tasks/{soon['id']}/sign-ups")) == (409, "task_begun")


def test_only_what_somebody_recorded_is_done_and_thanked_for(helpers: Helpers, clock: HandSetClock) -> None:
    first, second = helpers.task(), helpers.task(starts_at=f"{DAY}T12:00:00Z", ends_at=f"{DAY}T13:00:00Z")
    amal = helpers.somebody(phone="01633 1")
    places = [amal.ok(f"/tasks/{each['id']}/sign-ups")["id"] for each in (first, second)]
    path = f"/sign-ups/{places[0]}/attendance"
    assert refusal(helpers.network.post(path, {"came": True})) == (409, "not_begun")
    clock.set(EIGHT + timedelta(hours=6))
    assert {each["state"] for each in amal.get("/me/sign-ups").json()["items"]} == {"taken"}
    assert amal.get("/me/volunteer-profile").json()["minutes_given"] == 0
    done = helpers.network.ok(path, {"came": True})
    assert (done["state"], done["minutes"], done["phone"]) == ("done", 150, "01633 1")
    assert helpers.network.ok(path, {"came": True, "minutes": 90})["minutes"] == 90
    mine = amal.get("/me/volunteer-profile").json()
    assert (mine["minutes_given"], mine["tasks_done"]) == (90, 1)


def test_after_two_no_shows_somebody_speaks_with_them_first(helpers: Helpers, clock: HandSetClock) -> None:
    amal = helpers.somebody(skills=["lifting"])
    for hour in (9, 11):
        task = helpers.task(starts_at=f"{DAY}T{hour:02}:00:00Z", ends_at=f"{DAY}T{hour + 1:02}:00:00Z")
        amal.ok(f"/tasks/{task['id']}/sign-ups")
    clock.set(EIGHT + timedelta(hours=5))
    for row in amal.get("/me/sign-ups").json()["items"]:
        helpers.network.ok(f"/sign-ups/{row['id']}/attendance", {"came": False})
    task = helpers.task(starts_at="2026-11-28T09:00:00Z", ends_at="2026-11-28T10:00:00Z")
    assert refusal(amal.post(f"/tasks/{task['id']}/sign-ups")) == (409, "taking_paused")
    [row] = helpers.network.get("/volunteers").json()["items"]
    assert (row["no_shows"], row["speaks_first"]) == (2, True)
    cleared = helpers.network.ok(f"/volunteers/{row['id']}/spoken-with")
    assert (cleared["no_shows"], cleared["speaks_first"]) == (0, False)
    amal.ok(f"/tasks/{task['id']}/sign-ups")


def test_fewer_people_are_not_wanted_than_come_and_one_alone_drives(helpers: Helpers) -> None:
    task = helpers.task(people_wanted=3)
    for _ in range(2):
        helpers.somebody().ok(f"/tasks/{task['id']}/sign-ups")
    for people, status in ((1, 422), (2, 200)):
        answer = helpers.network.http.patch(
            f"/tasks/{task['id']}", json={"people_wanted": people}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == status, answer.text
    assert refusal(helpers.somebody().post(f"/tasks/{task['id']}/sign-ups")) == (409, "task_full")
    drive = helpers.to_drive()
    several = helpers.network.http.patch(
        f"/tasks/{drive['id']}", json={"people_wanted": 2}, headers={"If-Match": '"1"'}
    )
    assert several.json()["errors"][0]["code"] == "places_taken"


def test_a_task_follows_its_shift(helpers: Helpers) -> None:
    task, amal = helpers.to_drive(), helpers.somebody()
    seat = helpers.network.ok("/tasks", {"kind": "ride_along", "shift_id": helpers.shift["id"]})
    ben = helpers.somebody()
    amal.ok(f"/tasks/{task['id']}/sign-ups")
    ben.ok(f"/tasks/{seat['id']}/sign-ups")
    path, later = f"/shifts/{helpers.shift['id']}", f"{DAY}T08:30:00Z"
    shift = helpers.shift_now()
    moved = helpers.network.http.patch(path, json={"starts_at": later}, headers={"If-Match": f'"{shift["version"]}"'})
    assert moved.is_success, moved.text
    assert helpers.network.get(f"/tasks/{seat['id']}").json()["starts_at"] == later
    named = helpers.network.http.patch(
        path, json={"driver_name": "Zoe"}, headers={"If-Match": f'"{moved.json()["version"]}"'}
    ).json()
    assert (named["driver_name"], named["driver_person_id"]) == ("Zoe", None)
    assert [each["state"] for each in amal.get("/me/sign-ups").json()["items"]] == ["released"]
    assert [each["state"] for each in ben.get("/me/sign-ups").json()["items"]] == ["taken"]
    helpers.network.ok(f"{path}/cancel")
    assert [each["state"] for each in ben.get("/me/sign-ups").json()["items"]] == ["released"]
    kinds = [each["kind"] for each in helpers.network.get("/events/list").json()["items"]]
    assert (kinds.count("task.released"), kinds.count("task.cancelled")) == (1, 1)


def test_a_task_called_off_leaves_its_shift_without_the_one_who_took_it(helpers: Helpers) -> None:
    task = helpers.to_drive()
    helpers.somebody().ok(f"/tasks/{task['id']}/sign-ups")
    assert helpers.network.ok(f"/tasks/{task['id']}/cancel")["state"] == "cancelled"
    assert (helpers.shift_now()["driver_name"], helpers.shift_now()["driver_person_id"]) == ("", None)
    again = helpers.to_drive()
    assert refusal(helpers.network.post("/tasks", {"kind": "drive", "shift_id": helpers.shift["id"]})) == (
        409, "offered_already",
    )  # fmt: skip
    helpers.somebody().ok(f"/tasks/{again['id']}/sign-ups")
    assert refusal(helpers.network.post("/tasks", {"kind": "drive", "shift_id": helpers.shift["id"]})) == (
        409, "shift_has_driver",
    )  # fmt: skip


def test_a_shift_that_was_not_needed_is_neither_done_nor_missed(
    helpers: Helpers, database: Database, clock: HandSetClock
) -> None:
    task, amal = helpers.to_drive(), helpers.somebody()
    amal.ok(f"/tasks/{task['id']}/sign-ups")
    clock.set(EIGHT + timedelta(hours=19))  # reports can come until twelve hours after its end
    assert look_everywhere(database, clock) == 0
    clock.set(EIGHT + timedelta(hours=21))
    assert look_everywhere(database, clock) == 1
    assert [each["state"] for each in sign_ups(helpers.network, task)] == ["released"]


def test_a_partner_sees_its_own_tasks_and_the_helpers_name_and_number_alone(helpers: Helpers) -> None:
    carrier = helpers.network.organisation("food_bank", "Riverside Food Bank")
    theirs = signed_in(helpers.network, entered(helpers.network, carrier, "organisation_admin"))
    helpers.task()
    own_task = theirs.ok(
        "/tasks",
        {"kind": "distribution", "title": "Friday table", "place": "Hall", "starts_at": f"{DAY}T12:00:00Z",
         "ends_at": f"{DAY}T14:00:00Z"},
    )  # fmt: skip
    assert [each["title"] for each in theirs.get("/tasks").json()["items"]] == ["Friday table"]
    amal = helpers.somebody(phone="01633 2")
    amal.ok(f"/tasks/{own_task['id']}/sign-ups")
    [place] = sign_ups(theirs, own_task)
    assert (place["name"], place["phone"]) == ("A volunteer", "01633 2")
    assert theirs.get("/volunteers").status_code == 403
    for path in ("/tasks", "/sites", "/offers", "/people", "/shifts", "/events/list"):
        assert amal.get(path).status_code == 403, path


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "drive"}, "Say which shift it is."),
        ({"ends_at": f"{DAY}T08:00:00Z"}, "The task has to begin before it ends."),
        ({"ends_at": "2026-11-27T08:00:00Z"}, "A task is at most 16 hours long."),
        ({"title": None}, "Say what it is, where, and from when until when."),
    ],
    ids=["no shift", "inverted", "too long", "no title"],
)
def test_a_task_is_whole_or_refused(helpers: Helpers, fields: dict[str, Any], said: str) -> None:
    body = {
        "kind": "sorting", "title": "Sort", "place": "Depot", "starts_at": f"{DAY}T09:00:00Z",
        "ends_at": f"{DAY}T10:00:00Z", **fields,
    }  # fmt: skip
    answer = helpers.network.post("/tasks", body)
    assert answer.status_code == 422
    assert said in answer.text
