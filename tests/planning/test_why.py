"""Every allocation of a stored plan is explained: to those who plan whole, to partners without others' secrets."""

from typing import Any

from app.domain.whys import WHYS, Said
from routing.explain.instead import CANNOT
from tests.declines.conftest import YoghurtDay, config, day, workshop  # noqa: F401
from tests.service_client import a_need


def why(day: YoghurtDay, who: Any = None) -> dict[str, Any]:  # noqa: F811
    found = (who or day.network).get(f"/allocations/{day.allocation()['id']}/why")
    assert found.status_code == 200, found.text
    return dict(found.json())


def replanned(day: YoghurtDay) -> None:  # noqa: F811
    """The same day planned again, now that both food banks have said what they need."""
    day.network.published(day.planned())


def test_the_next_best_is_named_with_what_it_would_have_cost(day: YoghurtDay) -> None:  # noqa: F811
    [need] = day.second.get("/needs").json()["items"]
    day.second.http.patch(f"/needs/{need['id']}", json={"priority": 1}, headers={"If-Match": '"1"'})
    [need] = day.first.get("/needs").json()["items"]
    day.first.http.patch(f"/needs/{need['id']}", json={"priority": 5}, headers={"If-Match": '"1"'})
    replanned(day)
    found = day.network.get(f"/allocations/{day.allocation()['id']}/why").json()
    [other] = found["others"]
    assert (other["site_name"], found["currency"]) == ("Duffryn Centre", "GBP")
    assert float(other["costs"]) > 0
    assert other["said"][0]["sentence"] == f"The next best, Duffryn Centre, would have cost {other['costs']} GBP more."
    assert found["said"][0]["code"] == "arrives"
    assert found["cannot"] == []


def test_who_cannot_have_it_is_named_with_the_reason(day: YoghurtDay) -> None:  # noqa: F811
    found = why(day)  # the second food bank's need came after the plan
    assert (found["others"], found["cannot"]) == ([], [])
    assert [each["code"] for each in found["said"]][-1] == "nobody_else"
    [need] = day.second.get("/needs").json()["items"]
    change = {"minimum_shelf_life_days": 60}
    day.second.http.patch(f"/needs/{need['id']}", json=change, headers={"If-Match": '"1"'})
    replanned(day)
    [cannot] = why(day)["cannot"]
    assert (cannot["site_name"], cannot["code"]) == ("Duffryn Centre", "may_not_have_it")
    assert cannot["because"] == "They need at least 60 days left."


def test_a_food_bank_that_declined_is_said_to_have_declined(day: YoghurtDay) -> None:  # noqa: F811
    day.decline()
    change = day.changed()
    day.network.published(change)
    moved = day.allocation(day.second)["id"]
    [cannot] = day.network.get(f"/allocations/{moved}/why").json()["cannot"]
    assert (cannot["site_name"], cannot["code"]) == ("Newport Food Bank", "declined")


def test_partners_read_why_of_their_own_food_without_others_secrets(day: YoghurtDay) -> None:  # noqa: F811
    replanned(day)
    path = f"/allocations/{day.allocation()['id']}/why"
    mine, donors = day.first.get(path), day.till.get(path)
    assert (mine.status_code, donors.status_code, day.second.get(path).status_code) == (200, 200, 404)
    assert "Duffryn" not in mine.text + donors.text
    assert mine.json()["share_after"] is not None
    assert donors.json()["share_after"] is None
    assert [each["site_name"] for each in mine.json()["others"]] in ([], [None])
    assert mine.json()["cannot"] == []


def test_what_was_done_before_a_change_is_explained_by_the_plan_that_decided_it(day: YoghurtDay) -> None:  # noqa: F811
    before = day.plan["id"]
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")
    day.second.ok("/needs", a_need(day.other, kg="5"))
    day.network.published(day.changed())
    assert why(day)["plan_id"] == before


def test_a_change_of_a_day_under_way_is_explained_too(day: YoghurtDay) -> None:  # noqa: F811
    day.tell("collected", "pickup")
    change = day.changed()
    day.network.published(change)
    found = why(day)
    assert found["plan_id"] == change["id"]
    assert found["kg"] == "30"


def test_every_reason_of_the_library_has_its_words() -> None:
    assert set(CANNOT) <= set(WHYS)
    words = dict.fromkeys(("site", "bank", "kg", "km", "minutes", "percent", "than_percent", "money", "at"), "1")
    assert all(Said(code, words).sentence.endswith(".") for code in WHYS)
