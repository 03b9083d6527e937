"""Drivers hear that they have a route, another one, or none any more: of their own, in time, and what is true then."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.notifications.newsroom import Newsroom
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.notifications.conftest import Desk
from tests.notifications.provider import change
from tests.people.builders import entered, own, signed_in
from tests.people.mailbox import Mailbox
from tests.service_client import FOOD_BANK, ServiceClient

__all__ = ["partners"]
Publish = Callable[..., dict[str, Any]]
EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


@pytest.fixture
def drivers(network: ServiceClient, partners: Partners, clock: HandSetClock) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one whose name stands on the shift, however it is spelt there, and a colleague."""
    clock.set(EVENING)
    return entered(network, own(network), "driver", name=" driver"), entered(
        network, own(network), "driver", name="Zoe"
    )


@pytest.fixture
def desk(newsroom: Newsroom, network: ServiceClient, drivers: object) -> Desk:
    found = Desk(newsroom, network.network_id())
    found.make()
    return found


@pytest.fixture
def publish(network: ServiceClient, partners: Partners, database: Database) -> Publish:
    """Another plan of the day: so many grams of bread, fetched then, by that shift."""

    def published(grams: int = 62_000, at: str = "09:00", shift: dict[str, Any] | None = None) -> dict[str, Any]:
        ride = Ride(partners.bread, partners.need, grams, at, "11:00")
        return network.published(draft(database, network, shift or partners.shift, ride))

    return published


def routes(client: ServiceClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/events/list").json()["items"]
    return [each for each in found if each["kind"].startswith("route.")]


def test_the_driver_hears_of_the_route_and_nobody_else_does(
    desk: Desk, publish: Publish, drivers: tuple[dict[str, Any], ...], network: ServiceClient, mailbox: Mailbox
) -> None:
    entered(network, network.organisation("carrier", "Hauliers"), "driver", name="Driver")
    publish()
    desk.make()
    assert desk.told() == {(drivers[0]["id"], "route", "email")}
    desk.send()
    [mail] = mailbox.mails
    assert (mail["To"], mail["Subject"]) == (drivers[0]["email"], "Your route is there")
    body = mail.get_content()
    assert "Your route on Wednesday 25 November 2026: 2 stops, from about 09:00." in " ".join(body.split())
    assert "wasl_drive" not in body
    assert "/drive" in body.splitlines()[4]


def test_what_is_driven_as_before_is_no_news_and_what_is_not_is(
    desk: Desk, publish: Publish, network: ServiceClient, partners: Partners
) -> None:
    for grams, at in ((62_000, "09:00"), (62_000, "09:05"), (50_000, "09:05"), (50_000, "09:40")):
        publish(grams, at)
    depot = partners.shift["start_site_id"]
    another = network.vehicle_and_shift({"id": depot}, name="Green van")
    publish(shift=another)
    told = [(each["kind"], each["subject"]["id"], each["data"]["number"]) for each in routes(network)]
    mine, hers = partners.shift["id"], another["id"]
    assert told[:3] == [("route.published", mine, 1), ("route.changed", mine, 3), ("route.changed", mine, 4)]
    assert set(told[3:]) == {("route.cancelled", mine, 5), ("route.published", hers, 5)}
    assert routes(network)[0]["data"]["stops"] == 2


def test_at_night_it_waits_until_an_hour_before_the_shift_and_is_what_is_true_then(
    desk: Desk, publish: Publish, drivers: tuple[dict[str, Any], ...], network: ServiceClient, mailbox: Mailbox,
    clock: HandSetClock,
) -> None:  # fmt: skip
    change(signed_in(network, drivers[0]), quiet_hours={"begins": "20:00", "ends": "09:00"}, language="ar")
    clock.set(NIGHT)
    publish(62_000)
    desk.make()
    publish(50_000, "09:30")
    desk.make()
    early = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert {(row.due_at, row.urgent) for row in desk.rows()} == {(early, True)}
    clock.set(early)
    desk.send()
    assert {(row.state, row.trouble) for row in desk.rows()} == {("expired", "not wanted any more"), ("sent", None)}
    [mail] = mailbox.mails
    assert mail["Subject"] == "تغيّر مسارك"


def test_whose_quiet_hours_end_in_time_is_not_woken(desk: Desk, publish: Publish, clock: HandSetClock) -> None:
    clock.set(NIGHT)
    publish()
    desk.make()
    [row] = desk.rows()
    assert (row.due_at, row.urgent) == (datetime(2026, 11, 25, 7, 0, tzinfo=UTC), False)


def test_under_way_it_comes_at_once(
    desk: Desk, publish: Publish, drivers: tuple[dict[str, Any], ...], network: ServiceClient, clock: HandSetClock
) -> None:
    change(signed_in(network, drivers[0]), quiet_hours={"begins": "00:00", "ends": "23:59"})
    clock.set(datetime(2026, 11, 25, 8, 10, tzinfo=UTC))
    publish()
    desk.make()
    [row] = desk.rows()
    assert (row.due_at, row.urgent, row.expires_at) == (clock(), True, datetime(2026, 11, 25, 16, 0, tzinfo=UTC))


def test_another_driver_hears_of_it_and_the_one_before_that_it_is_theirs_no_more(
    desk: Desk, publish: Publish, drivers: tuple[dict[str, Any], ...], network: ServiceClient, partners: Partners,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    publish()
    answer = network.http.patch(
        f"/shifts/{partners.shift['id']}", json={"driver_name": "Zoe"}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    desk.make()
    desk.send()
    # What the first was to hear is true no longer.
    assert {(mail["To"], mail["Subject"]) for mail in mailbox.mails} == {
        (drivers[0]["email"], "You have no route any more"), (drivers[1]["email"], "Your route is there"),
    }  # fmt: skip


def test_before_anything_is_published_another_driver_is_no_news(
    desk: Desk, network: ServiceClient, partners: Partners
) -> None:
    network.http.patch(f"/shifts/{partners.shift['id']}", json={"driver_name": "Zoe"}, headers={"If-Match": '"1"'})
    assert routes(network) == []


def test_a_driver_chooses_like_anybody_else(
    desk: Desk, publish: Publish, drivers: tuple[dict[str, Any], ...], network: ServiceClient
) -> None:
    me = signed_in(network, drivers[0])
    subjects = me.get("/me/notification-choices").json()["subjects"]
    assert [(each["subject"], each["channels"]) for each in subjects] == [
        ("route", ["email", "push"]), ("task", ["email", "push"]),
    ]  # fmt: skip
    change(me, channels={"route": []})
    publish()
    assert desk.make() == 0


def test_a_telephone_that_the_link_was_not_opened_on_is_told_to_open_it(network: ServiceClient) -> None:
    address = str(network.http.base_url).partition("/api")[0]
    for language, sentence in (("en", "Open the link that your dispatcher sent you."), ("ar", "افتح الرابط الذي")):
        shown = httpx.get(f"{address}/drive", headers={"Accept": "text/html", "Accept-Language": language})
        assert (shown.status_code, sentence in shown.text) == (401, True)


def test_a_partner_names_another_driver_of_its_own_shift_and_cannot_take_a_planned_shift_back(
    desk: Desk, network: ServiceClient, partners: Partners, database: Database
) -> None:
    carrier = network.organisation("carrier", "Hauliers")
    depot = network.site(FOOD_BANK, "Yard", kind="depot", organisation_id=carrier["id"])
    theirs = network.client_of(carrier, "fleet")
    zoe = entered(network, carrier, "driver", name="Zoe")
    shift = theirs.vehicle_and_shift(depot)
    network.published(draft(database, network, shift, Ride(partners.bread, partners.need, 62_000, "09:00", "11:00")))
    desk.make()
    cancelled = theirs.post(f"/shifts/{shift['id']}/cancel", None, **{"If-Match": '"1"'})
    assert (cancelled.status_code, cancelled.json().get("code")) == (409, "shift_planned")
    named = theirs.http.patch(f"/shifts/{shift['id']}", json={"driver_name": "Zoe"}, headers={"If-Match": '"1"'})
    assert named.status_code == 200, named.text
    desk.make()
    assert desk.told() == {(zoe["id"], "route", "email")}


def test_of_two_drivers_of_one_name_only_the_one_whom_the_shift_names_hears_of_it(
    desk: Desk, publish: Publish, drivers: tuple[dict[str, Any], ...], network: ServiceClient, partners: Partners,
    mailbox: Mailbox,
) -> None:  # fmt: skip
    namesake = entered(network, own(network), "driver", name="Driver")
    publish()
    desk.make()
    assert desk.told() == set()  # whose it is, nobody can know
    shift = network.http.patch(
        f"/shifts/{partners.shift['id']}", json={"driver_person_id": namesake["id"]}, headers={"If-Match": '"1"'}
    ).json()
    assert (shift["driver_person_id"], shift["driver_name"]) == (namesake["id"], "Driver")
    desk.make()
    assert desk.told() == {(namesake["id"], "route", "email")}
    renamed = network.http.patch(
        f"/shifts/{partners.shift['id']}", json={"driver_name": "Zoe"}, headers={"If-Match": f'"{shift["version"]}"'}
    ).json()
    assert (renamed["driver_person_id"], renamed["driver_name"]) == (None, "Zoe")
    desk.make()
    desk.send()
    assert (drivers[1]["email"], "Your route is there") in {(each["To"], each["Subject"]) for each in mailbox.mails}
    assert drivers[0]["email"] not in {each["To"] for each in mailbox.mails}


def test_only_somebody_who_drives_for_the_shifts_organisation_is_named(
    network: ServiceClient, partners: Partners
) -> None:
    elsewhere = entered(network, network.organisation("carrier", "Hauliers"), "driver", name="Ann")
    office = entered(network, own(network), "dispatcher", name="Ben")
    for person in (elsewhere, office):
        answer = network.http.patch(
            f"/shifts/{partners.shift['id']}", json={"driver_person_id": person["id"]}, headers={"If-Match": '"1"'}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "driver_unknown")
