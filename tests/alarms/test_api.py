"""What people complained that nobody told them is told: to whom first, to whom next, until somebody takes it on."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.alarms import jobs
from app.alarms.jobs import alarm_jobs, watch_everywhere
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.jobs import POST, defer
from app.kit.tenancy import Scope
from app.settings import Settings
from tests.alarms.conftest import Carrier
from tests.arrivals.conftest import Look, the_hour
from tests.driving.test_telling import told
from tests.feeds.test_api import Partners
from tests.people.builders import signed_in
from tests.service_client import DAY, ServiceClient, an_event, found_network, kilograms, report

EIGHT = datetime(2026, 11, 26, 8, tzinfo=UTC)  # when the carrier's shift begins


def alarms(client: ServiceClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/alarms", **query).json()["items"]
    return found


def the_alarm(client: ServiceClient, **query: Any) -> dict[str, Any]:
    [found] = alarms(client, **query)
    return found


def standing(client: ServiceClient) -> list[tuple[str, str, str]]:
    """What stands, in any order."""
    found = [each for each in alarms(client) if each["state"] != "cleared"]
    return sorted((each["kind"], each["severity"], each["state"]) for each in found)


def steps(alarm: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Who was told when, and how many people that were."""
    return [(each["audience"], each["at"][11:16], len(each["people"])) for each in alarm["told"]]


def acknowledged(client: ServiceClient, alarm: dict[str, Any]) -> dict[str, Any]:
    return client.ok(f"/alarms/{alarm['id']}/acknowledge", None, **{"If-Match": f'"{alarm["version"]}"'})


def heard(client: ServiceClient) -> list[str]:
    """What somebody heard of alarms."""
    return [each["kind"] for each in told(client, "alarm.*")]


def test_a_shift_that_nobody_drives_is_heard_of_a_day_before(
    network: ServiceClient, carrier: Carrier, look: Look
) -> None:
    shift = carrier.shift()
    assert shift["driver_name"] == ""
    assert look(EIGHT - timedelta(hours=24, minutes=1)) == 0
    assert look(EIGHT - timedelta(hours=24)) == 1
    assert look(EIGHT - timedelta(hours=23, minutes=59)) == 0  # it stands already
    alarm = the_alarm(network)
    assert (alarm["kind"], alarm["severity"], alarm["state"]) == ("shift_without_driver", "warning", "open")
    assert alarm["sentence"] == "Nobody drives Green van from 08:00 until 16:00. Name a driver or cancel the shift."
    assert (alarm["subject_id"], alarm["shift_id"]) == (shift["id"], shift["id"])
    assert (alarm["service_date"], alarm["organisation_id"]) == ("2026-11-26", carrier.organisation["id"])
    [step] = alarm["told"]
    assert (step["audience"], step["people"]) == ("organisation", [carrier.dispatcher["id"]])
    assert alarm["next_step_at"] == "2026-11-25T10:00:00Z"


def test_it_is_said_again_as_an_emergency_two_hours_before_whoever_had_taken_it_on(
    network: ServiceClient, carrier: Carrier, look: Look
) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=24))
    acknowledged(carrier.office, the_alarm(carrier.office))
    assert look(EIGHT - timedelta(hours=3)) == 0
    assert look(EIGHT - timedelta(hours=2)) == 1
    alarm = the_alarm(network)
    assert (alarm["severity"], alarm["state"], alarm["acknowledged_by"]) == ("emergency", "open", None)
    assert [(each["severity"], each["audience"]) for each in alarm["told"]] == [
        ("warning", "organisation"), ("emergency", "organisation"),
    ]  # fmt: skip
    assert heard(carrier.office) == ["alarm.raised", "alarm.acknowledged", "alarm.escalated"]


@pytest.mark.parametrize("remedy", ["a driver is named", "the shift is cancelled", "the shift is over"])
def test_it_clears_by_itself(network: ServiceClient, carrier: Carrier, look: Look, remedy: str) -> None:
    shift = carrier.shift()
    look(EIGHT - timedelta(hours=3))
    if remedy == "a driver is named":
        body, version = {"driver_name": "Sam"}, {"If-Match": f'"{shift["version"]}"'}
        assert carrier.office.http.patch(f"/shifts/{shift['id']}", json=body, headers=version).status_code == 200
    elif remedy == "the shift is cancelled":
        carrier.office.ok(f"/shifts/{shift['id']}/cancel")
    look(EIGHT + timedelta(hours=8) if remedy == "the shift is over" else EIGHT - timedelta(hours=2, minutes=50))
    alarm = the_alarm(network)
    assert (alarm["state"], alarm["next_step_at"]) == ("cleared", None)
    assert heard(carrier.office) == ["alarm.raised", "alarm.cleared"]


def test_a_driver_who_drops_out_late_is_an_emergency_at_once(
    network: ServiceClient, carrier: Carrier, look: Look
) -> None:
    shift = carrier.shift(driver_name="Sam")
    assert look(EIGHT - timedelta(hours=1)) == 0
    version = {"If-Match": f'"{shift["version"]}"'}
    dropped = carrier.office.http.patch(f"/shifts/{shift['id']}", json={"driver_name": ""}, headers=version)
    assert dropped.json()["driver_name"] == ""
    assert look(EIGHT - timedelta(minutes=59)) == 1
    assert standing(network) == [("shift_without_driver", "emergency", "open")]


def test_a_driver_who_does_not_start_raises_an_alarm_and_the_next_step_comes_by_itself(
    network: ServiceClient, carrier: Carrier, partners: Partners, published: dict[str, Any], look: Look
) -> None:
    assert look("08:14") == 0
    assert look("08:15") == 1
    alarm = the_alarm(network, state="open")
    assert (alarm["kind"], alarm["severity"]) == ("driver_not_started", "emergency")
    assert alarm["sentence"] == ("White van was to set out at 08:00, and nothing has been reported. Call the driver.")
    # The shift is the network's own: its dispatcher is told first.
    assert steps(alarm) == [("organisation", "08:15", 1)]
    assert alarm["told"][0]["people"] == [carrier.of_network["id"]]
    assert [look(f"08:{minute}") for minute in (16, 20, 24)] == [0, 0, 0]
    assert look("08:25") == 1
    assert steps(the_alarm(network, state="open")) == [("organisation", "08:15", 1), ("network", "08:25", 1)]
    look("08:40")
    # Nobody administers it beside those who know already, so all that there is to tell is told.
    alarm = the_alarm(network, state="open")
    assert (steps(alarm)[-1], alarm["next_step_at"]) == (("administrators", "08:40", 0), None)
    with network.driver(partners.shift) as driver:
        lidl = driver.get("/driver/route").json()["route"]["stops"][1]
        report(driver, an_event(lidl, "arrived", occurred_at=the_hour("09:05").isoformat()))
    look("09:06")
    assert standing(network) == []
    assert heard(network) == ["alarm.raised", "alarm.escalated", "alarm.escalated", "alarm.cleared"]


def test_a_step_that_reaches_nobody_does_not_keep_the_next_one_waiting(
    network: ServiceClient, published: dict[str, Any], look: Look
) -> None:
    look("08:15")
    alarm = the_alarm(network)
    assert steps(alarm) == [(each, "08:15", 0) for each in ("organisation", "network", "administrators")]
    assert alarm["next_step_at"] is None


def test_a_driver_who_has_opened_the_link_has_until_the_first_store(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    with network.driver(partners.shift) as driver:
        driver.get("/driver/route")
        assert [look(minute) for minute in ("08:15", "09:00", "09:14")] == [0, 0, 0]
        look("09:15")
    assert standing(network) == [("driver_not_started", "emergency", "open")]


def at_lidl(driver: ServiceClient, kind: str, clock: str, kg: str | None = None, **fields: Any) -> None:
    """Report something at the first store."""
    lidl = driver.get("/driver/route").json()["route"]["stops"][1]
    lines = [] if kg is None else [kilograms(lidl["allocations"][0], kg)]
    assert report(driver, an_event(lidl, kind, *lines, occurred_at=the_hour(clock).isoformat(), **fields)) == ["stored"]


def test_a_stop_that_would_begin_after_its_window_raises_an_alarm_until_it_fits_again(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    clock.set(the_hour("11:40"))
    with network.driver(partners.shift) as driver:
        at_lidl(driver, "collected", "11:40", "62")
        look("11:41")
        alarm = the_alarm(network)
        assert (alarm["kind"], alarm["severity"], alarm["subject_kind"]) == ("stop_late", "warning", "stop")
        assert alarm["sentence"] == (
            "White van is expected to begin at Tesco, Spytty at 12:10, and had to by 12:00. Call both."
        )
        tesco = driver.get("/driver/route").json()["route"]["stops"][2]
        report(driver, an_event(tesco, "arrived", occurred_at=the_hour("11:58").isoformat()))
    look("11:59")
    assert the_alarm(network)["state"] == "cleared"


@pytest.mark.parametrize(("kg", "raised"), [("999", True), ("124", False), ("60", False), ("18", True)])
def test_a_weight_that_is_hardly_true_is_asked_about(
    network: ServiceClient, partners: Partners, published: dict[str, Any], look: Look, clock: HandSetClock,
    kg: str, raised: bool,
) -> None:  # fmt: skip
    clock.set(the_hour("09:10"))
    with network.driver(partners.shift) as driver:
        at_lidl(driver, "collected", "09:10", kg)
        look("09:11")
        assert (standing(network) == [("weight_far_off", "warning", "open")]) is raised
        if raised:
            assert f"reported {kg} kg of Loaves" in the_alarm(network)["sentence"]
            at_lidl(driver, "collected", "09:12", "61")  # the driver corrects it: now two weights were reported
            look("09:13")
            assert standing(network) == [("report_contradicts", "warning", "open")]


def test_taking_an_alarm_on_stops_the_ladder_is_done_once_and_written_down(
    network: ServiceClient, carrier: Carrier, look: Look
) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=10))
    alarm = the_alarm(carrier.office)
    path = f"/alarms/{alarm['id']}/acknowledge"
    assert network.post(path).json()["code"] == "version_required"
    assert network.post(path, None, **{"If-Match": '"99"'}).json()["code"] == "stale_version"
    sent = {"If-Match": f'"{alarm["version"]}"', "Idempotency-Key": "mine"}
    taken = carrier.office.post(path, None, **sent)
    assert carrier.office.post(path, None, **sent).json() == taken.json()
    assert taken.json()["acknowledged_by"] is not None
    assert taken.headers["ETag"] == f'"{taken.json()["version"]}"' != sent["If-Match"]
    assert acknowledged(network, taken.json()) == taken.json()  # somebody has it already
    assert look(EIGHT - timedelta(hours=5)) == 0
    assert len(the_alarm(network)["told"]) == 1
    [entry] = [each for each in network.get("/audit-entries").json()["items"] if each["action"] == "alarms.acknowledge"]
    assert entry["subject"]["id"] == alarm["id"] if "subject" in entry else entry["subject_id"] == alarm["id"]
    look(EIGHT + timedelta(hours=8))
    gone = the_alarm(network)
    refused = network.post(path, None, **{"If-Match": f'"{gone["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "alarm_cleared")


def test_whose_shift_it_is_sees_and_hears_of_it_and_nobody_elses(
    network: ServiceClient, carrier: Carrier, database: Database, clock: HandSetClock, look: Look
) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=3))
    alarm = the_alarm(network)
    assert the_alarm(carrier.office) == alarm
    assert heard(carrier.office) == ["alarm.raised"]
    [message] = told(carrier.office, "alarm.raised")
    assert message["data"]["about"] == {"kind": "shift", "id": alarm["shift_id"]}
    assert message["data"]["told"] == ["organisation"]
    assert message["data"]["sentence"] == alarm["sentence"]
    with network.client_of(network.organisation("carrier", "Another"), "fleet", "organisation") as other:
        assert alarms(other) == []
        assert heard(other) == []
        assert other.get(f"/alarms/{alarm['id']}").status_code == 404
    with found_network(database, network.address, clock, "Elsewhere") as stranger:
        assert alarms(stranger) == []
        assert stranger.post(f"/alarms/{alarm['id']}/acknowledge", None, **{"If-Match": '"1"'}).status_code == 404


def test_alarms_are_listed_by_day_and_state_the_newest_first(
    network: ServiceClient, carrier: Carrier, look: Look
) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=20))
    carrier.shift("2026-11-27")
    look(EIGHT + timedelta(hours=8))
    first = alarms(network, limit="1")
    assert [each["service_date"] for each in first] == ["2026-11-27"]
    cursor = network.get("/alarms", limit="1").json()["next_cursor"]
    assert [each["service_date"] for each in alarms(network, cursor=cursor)] == ["2026-11-26"]
    assert [each["state"] for each in alarms(network, service_date="2026-11-26")] == ["cleared"]
    assert [each["service_date"] for each in alarms(network, state="open")] == ["2026-11-27"]
    assert network.get("/alarms", state="unheard").status_code == 422


def test_a_shift_that_cannot_be_looked_at_keeps_no_other_from_being_looked_at(
    network: ServiceClient, carrier: Carrier, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = carrier.shift()
    carrier.shift("2026-11-27")
    real = jobs.watch_shift

    def stumbling(session: Any, shift_id: Any, now: datetime) -> int:
        if str(shift_id) == broken["id"]:
            raise RuntimeError("this one")
        return real(session, shift_id, now)

    monkeypatch.setattr(jobs, "watch_shift", stumbling)
    with pytest.raises(ExceptionGroup, match="could not be looked at"):
        watch_everywhere(database, HandSetClock(EIGHT + timedelta(hours=1)))
    assert [each["service_date"] for each in alarms(network)] == ["2026-11-27"]


def test_every_network_is_looked_at_and_told_of_its_own_alone(
    network: ServiceClient, carrier: Carrier, database: Database, clock: HandSetClock
) -> None:
    with found_network(database, network.address, clock, "Elsewhere") as other:
        yard = other.site((51.5760379, -2.946449), "Yard", kind="depot")
        shift = other.vehicle_and_shift(yard)
        version = {"If-Match": f'"{shift["version"]}"'}
        assert other.http.patch(f"/shifts/{shift['id']}", json={"driver_name": ""}, headers=version).is_success
        carrier.shift()
        assert watch_everywhere(database, HandSetClock(the_hour("08:00"))) == 2
        assert [each["organisation_id"] for each in alarms(network)] == [carrier.organisation["id"]]
        assert [each["shift_id"] for each in alarms(other)] == [shift["id"]]


def test_the_job_is_one_of_the_workers_and_comes_round_every_minute() -> None:
    found = alarm_jobs()
    assert set(found.tasks) == {"watch"}
    assert [each.cron for each in found.periodic_registry.periodic_tasks.values()] == ["* * * * *"]
    assert found.tasks["watch"].queue == POST


class TestWithTheWorker:
    """The same through the queue and a real worker."""

    @pytest.fixture
    def config(self, config: Settings) -> Settings:
        config.worker = "on"
        return config

    def test_the_worker_raises_it(
        self, network: ServiceClient, carrier: Carrier, database: Database, clock: HandSetClock
    ) -> None:
        carrier.shift()
        clock.set(EIGHT - timedelta(hours=1))
        with database.transaction(Scope()) as session:
            defer(session, "alarms:watch", lock="test", queue=POST, timestamp=0)
        until = time.monotonic() + 60
        while not alarms(network):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert standing(network) == [("shift_without_driver", "emergency", "open")]


def test_a_person_of_the_step_reads_it_after_signing_in(network: ServiceClient, carrier: Carrier, look: Look) -> None:
    carrier.shift()
    look(EIGHT - timedelta(hours=3))
    with signed_in(network, carrier.dispatcher) as dispatcher:
        taken = acknowledged(dispatcher, the_alarm(dispatcher, service_date="2026-11-26"))
    assert taken["acknowledged_by"] == carrier.dispatcher["id"]
    assert DAY not in taken["sentence"]
