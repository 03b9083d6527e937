"""The Python client that is generated from the API's description: whole, importable, and enough for a day's work."""

import builtins
import csv
import importlib
import io
import json
import keyword
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from httpx import Timeout
from icalendar import Calendar
from standardwebhooks import Webhook

from app import client
from app.client import ClientError, write_client
from app.settings import Settings
from tests.security.api_description import DESCRIBED, api_description
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient
from tests.webhooks.receiver import Receiver, eventually


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """A worker beside the pages; webhooks may go to this machine."""
    return Settings(data_folder=tmp_path, plan_seconds=1, worker="on", request_log="off", webhooks_to_loopback=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the generated package, importable while these tests run."""
    folder = tmp_path_factory.mktemp("generated")
    write_client(folder / "wasl_client")
    sys.path.insert(0, str(folder))
    yield "wasl_client"
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.partition(".")[0] == "wasl_client"]:
        del sys.modules[name]


def test_every_operation_has_a_short_name_of_its_own_that_says_what_it_does_to_what() -> None:
    names = [each.operation_id for each in DESCRIBED if each.path not in ("/livez", "/readyz")]
    assert len(names) == len(set(names))
    for name in names:
        assert name.isidentifier(), name
        assert not keyword.iskeyword(name), name
        assert not hasattr(builtins, name), name
        assert "api_v1" not in name, f"{name}: name the function that answers it"
        assert len(name) <= 40, name
        assert "_" in name, f"{name}: of what? A generated client shows the name alone"


def test_every_schema_has_a_title_and_a_description() -> None:
    schemas = api_description()["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("title")] == []
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []


class Caller:
    """One who calls through the generated client: an operation by its tag and name, a body by its fields."""

    def __init__(self, package: str, address: str, token: str | None = None) -> None:
        self._package, self._address, self._token = package, address, token
        self.models = importlib.import_module(f"{package}.models")

    def _client(self) -> Any:
        found = importlib.import_module(self._package)
        wishes = {"base_url": self._address, "raise_on_unexpected_status": True, "timeout": Timeout(120)}
        return found.Client(**wishes) if self._token is None else found.AuthenticatedClient(**wishes, token=self._token)

    def another(self, token: str | None = None) -> "Caller":
        return Caller(self._package, self._address, token)

    def answer(self, operation: str, body: tuple[str, dict[str, Any]] | bytes | None = None, **asked: Any) -> Any:
        """The whole answer, whatever it is."""
        function = importlib.import_module(f"{self._package}.api.{operation}").sync_detailed
        if isinstance(body, bytes):
            asked["body"] = importlib.import_module(f"{self._package}.types").File(io.BytesIO(body))
        elif body is not None:
            asked["body"] = getattr(self.models, body[0]).from_dict(body[1])
        with self._client() as client:
            return function(client=client, **asked)

    def done(self, operation: str, body: tuple[str, dict[str, Any]] | bytes | None = None, **asked: Any) -> Any:
        """What an operation that has to succeed answers, as plain data."""
        told = self.answer(operation, body, **asked)
        assert told.status_code < 400, told.content
        return told.parsed.to_dict() if hasattr(told.parsed, "to_dict") else told.parsed

    def table(self, path: str, kind: str) -> bytes:
        """A list as a file, through the client's own httpx: its functions read lists as JSON alone."""
        with self._client() as client:
            found = client.get_httpx_client().get(path, params={"format": kind})
        assert found.status_code == 200, found.text
        return bytes(found.content)

    def refused(self, operation: str, body: tuple[str, dict[str, Any]] | bytes | None = None, **asked: Any) -> Any:
        """The problem of an operation that must not succeed."""
        told = self.answer(operation, body, **asked)
        assert isinstance(told.parsed, self.models.Problem), told.content
        assert told.headers["Content-Type"] == "application/problem+json"
        return told.parsed


OPEN = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "07:00", "closes": "21:00"}]
ROWS = """site,day,pickup_from,pickup_until,category,description,kg,temperature_class,date_mark,mark_date,allergens
"Corner Market, Cardiff Road",2026-11-25,09:00,12:00,bread_and_bakery,Loaves,12.5,ambient,none,,gluten
"Corner Market, Cardiff Road",2026-11-25,09:00,12:00,dairy_and_eggs,Yoghurt,KG,chilled,use_by,2026-12-02,milk
"""


def joined(staff: Caller, kind: str, name: str) -> dict[str, Any]:
    """An organisation with a proposal, and the session of its administrator, who was invited and accepted it."""
    entered = staff.done("partners.add_organisation", ("NewOrganisation", {"kind": kind, "name": name}))
    assert entered["partnership"]["state"] == "proposed"
    wish = {"name": "Administrator", "email": f"{kind}@partner.example", "role": "organisation_admin"}
    invited = staff.done("people.invite_person", ("InvitationIn", wish), organisation_id=entered["id"])
    answered = {"token": invited["link"]["token"], "password": "six loaves under the old bridge"}
    token = staff.another().done("people.accept_invitation", ("InvitationAcceptance", answered))["token"]
    office = staff.another(token)
    [waiting] = office.done("partners.list_partnerships")["items"]
    assert staff.refused("partners.accept_partnership", partnership_id=waiting["id"]).code == "other_side_accepts"
    accepted = office.done(
        "partners.accept_partnership", partnership_id=waiting["id"], if_match=f'"{waiting["version"]}"'
    )
    assert (accepted["state"], accepted["id"]) == ("active", entered["partnership"]["id"])
    return {**entered, "office": office}


def key_of(organisation: dict[str, Any], *scopes: str) -> tuple[Caller, str]:
    """A caller with a new key, which the organisation's own administrator made; and the key's id."""
    office: Caller = organisation["office"]
    wish = {"name": " ".join(scopes), "scopes": list(scopes)}
    made = office.done("people.add_api_key", ("KeyIn", wish), organisation_id=organisation["id"])
    return office.another(made["key"]), made["id"]


def places(shop: dict[str, Any], bank: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    store = shop["office"].done(
        "partners.add_site",
        (
            "SiteIn",
            {
                "kind": "store",
                "name": "Corner Market, Cardiff Road",
                "latitude": LIDL_CARDIFF_ROAD[0],
                "longitude": LIDL_CARDIFF_ROAD[1],
                "opening_hours": "Mo-Su 07:00-21:00; 2026 Dec 25 off",
                "temperature_classes": ["ambient", "chilled"],
            },
        ),
    )
    assert (store["windows"], store["exceptions"][0]["date"]) == (OPEN, "2026-12-25")
    hall = bank["office"].done(
        "partners.add_site",
        (
            "SiteIn",
            {
                "kind": "distribution_point",
                "name": "Riverside Hall",
                "latitude": FOOD_BANK[0],
                "longitude": FOOD_BANK[1],
                "windows": OPEN,
                "receiving_windows": [{**OPEN[0], "opens": "09:00", "closes": "18:00"}],
                "exceptions": [{"date": "2026-12-24", "windows": [{"opens": "09:00", "closes": "12:00"}]}],
                "temperature_classes": ["ambient", "chilled"],
                "storage_kg": {"chilled": "100"},
            },
        ),
    )
    return store, hall


def posted(till: Caller, store: dict[str, Any]) -> list[str]:
    """Offers by CSV, after a preview has shown the bad row, and one by the API; their ids."""
    bad = ROWS.replace("KG", "-8").encode()
    preview = till.done("offers.preview_offers_csv", bad)
    assert [(each["row"], each["column"]) for each in preview["errors"]] == [(3, "kg")]
    refusal = till.refused("offers.post_offers_csv", bad)
    assert refusal.code == "csv_unfit"
    assert refusal.to_dict()["errors"][0]["pointer"] == "/rows/3/kg"
    assert till.done("offers.list_offers")["items"] == []
    twice = [
        till.answer("offers.post_offers_csv", ROWS.replace("KG", "8").encode(), idempotency_key="w48") for _ in "12"
    ]
    assert (twice[0].content, twice[1].headers["Idempotency-Replayed"]) == (twice[1].content, "true")
    line = {
        "category": "meat_and_fish",
        "description": "Chicken",
        "kg": "6",
        "temperature_class": "chilled",
        "date_mark": "use_by",
        "mark_date": "2026-11-27",
        "allergens": ["celery"],
    }
    hours = {"pickup_from": f"{DAY}T09:00:00+00:00", "pickup_until": f"{DAY}T12:00:00+00:00"}
    offer = till.done("offers.post_offer", ("OfferIn", {"site_id": store["id"], **hours, "lines": [line]}))
    assert (offer["lines"][0]["kg"], offer["lines"][0]["allergens"]) == ("6", ["celery"])
    return [*twice[0].parsed.to_dict()["ids"], offer["id"]]


def needed(bank_key: Caller, hall: dict[str, Any]) -> dict[str, Any]:
    """Needs of one day in bulk, one that stands, and a van with its shift, which is returned."""
    asked = [
        {"site_id": hall["id"], "service_date": DAY, "category": category, "kg": "40", "people_served": 60}
        for category in ("bread_and_bakery", "meat_and_fish")
    ]
    assert len(bank_key.done("needs.state_needs", ("NeedsIn", {"needs": asked}))["items"]) == 2
    standing = {"site_id": hall["id"], "category": "dairy_and_eggs", "kg": "20", "weekdays": [1, 3], "starts_on": DAY}
    bank_key.done("needs.state_standing_need", ("StandingNeedIn", standing))
    that_day = bank_key.done("needs.list_needs", service_date=date.fromisoformat(DAY))["items"]
    assert sorted((each["category"], each["from_standing"]) for each in that_day) == [
        ("bread_and_bakery", False),
        ("dairy_and_eggs", True),
        ("meat_and_fish", False),
    ]
    van = {"name": "Van", "capacity_kg": "500", "chilled_kg": "200"}
    vehicle = bank_key.done("fleet.add_vehicle", ("VehicleIn", van))
    hours = {"starts_at": f"{DAY}T08:00:00+00:00", "ends_at": f"{DAY}T16:00:00+00:00"}
    ends = {"start_site_id": hall["id"], "end_site_id": hall["id"]}
    wish = {"vehicle_id": vehicle["id"], "driver_name": "Driver", **hours, **ends}
    shift: dict[str, Any] = bank_key.done("fleet.add_shift", ("ShiftIn", wish))
    return shift


def published(staff: Caller) -> dict[str, Any]:
    """The day's plan, watched while it is made, and published."""
    run = staff.done("plans.request_plan", ("PlanRunIn", {"service_date": DAY}))
    stream = staff.answer("plans.watch_plan_run", run_id=run["id"])
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    told = [
        json.loads(each.removeprefix("data: ")) for each in stream.content.decode().splitlines() if each[:5] == "data:"
    ]
    assert told[-1]["state"] == "done", told[-1]
    plan = staff.done("plans.get_plan", plan_id=told[-1]["plan_id"])
    assert (plan["kg_allocated"], plan["unserved"]) == ("26.5", [])
    head: dict[str, Any] = staff.done("plans.publish_plan", plan_id=plan["id"], if_match=f'"{plan["version"]}"')
    assert head["state"] == "published"
    return head


def driven(bank_key: Caller, shift: dict[str, Any]) -> dict[str, str]:
    """The shift through the driver's link: chicken too warm, some bread refused. Allocations by what they are."""
    driver = bank_key.another(bank_key.done("fleet.give_driver_link", shift_id=shift["id"])["token"])
    route = driver.done("driver.get_driver_route")["route"]
    pickup, drop_off = (
        next(each for each in route["stops"] if each["kind"] == kind) for kind in ("pickup", "drop_off")
    )
    of = {each["description"]: each["id"] for each in pickup["allocations"]}

    def event(stop: dict[str, Any], kind: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        at = {"id": str(uuid4()), "stop_id": stop["id"], "occurred_at": stop["arrive_at"]}
        return {**at, "kind": kind, "lines": list(lines), **more}

    loaves, yoghurt, chicken = ({"allocation_id": of[name]} for name in ("Loaves", "Yoghurt", "Chicken"))
    cold, warm = {"kg": "8", "celsius": 4.0}, {"kg": "6", "celsius": 11.5}
    events = [
        event(pickup, "collected", {**loaves, "kg": "12.5"}, {**yoghurt, **cold}, {**chicken, **warm}),
        event(drop_off, "delivered", {**loaves, "kg": "10"}, {**yoghurt, **cold}),
        event(drop_off, "refused", {**loaves, "kg": "2.5"}, reason="refused_at_the_door"),
    ]
    for expected in ("stored", "already_stored"):
        told = driver.done("driver.record_stop_events", ("StopEventsIn", {"events": events}))["results"]
        assert {each["status"] for each in told} == {expected}
    return of


def test_a_stranger_does_a_whole_day_with_the_generated_client(
    package: str, network: ServiceClient, receiver: Receiver
) -> None:
    """Two organisations join and agree, one offers, the other needs; a plan is made, driven, told, accounted for."""
    staff = Caller(package, network.address, network.http.headers["Authorization"].removeprefix("Bearer "))
    shop, bank = joined(staff, "supermarket", "Corner Market"), joined(staff, "food_bank", "Riverside Food Bank")
    office: Caller = shop["office"]
    store, hall = places(shop, bank)
    endpoint = office.done("webhooks.add_webhook_endpoint", ("EndpointIn", {"url": receiver.url}))
    till, till_id = key_of(shop, "offers")
    bank_key, _ = key_of(bank, "needs", "fleet")
    offers = posted(till, store)
    shift = needed(bank_key, hall)
    assert bank_key.refused("plans.request_plan", ("PlanRunIn", {"service_date": DAY})).code == "forbidden"
    published(staff)
    for caller in (till, bank_key):
        food = caller.done("partners.list_allocations")["items"]
        assert sum(Decimal(each["kg"]) for each in food) == Decimal("26.5")
        assert {each["donor"]["organisation"]["name"] for each in food} == {"Corner Market"}
        assert {each["receiver"]["site"]["name"] for each in food} == {"Riverside Hall"}
    of = driven(bank_key, shift)

    [held] = staff.done("food_safety.list_quarantines")["items"]
    assert (held["allocation_id"], held["cause"], held["state"]) == (of["Chicken"], "too_warm", "open")
    given_up = staff.done(
        "food_safety.discard_quarantine", ("DecisionIn", {"note": "Too warm"}), quarantine_id=held["id"]
    )
    assert given_up["state"] == "discarded"
    rest = {"returned_kg": "1.5", "wasted_kg": "1", "note": "One crate was wet"}
    staff.done("ledger.settle_allocation", ("SettlementIn", rest), allocation_id=of["Loaves"])

    lines = [line for each in offers for line in till.done("ledger.get_offer_ledger", offer_id=each)["lines"]]
    assert {line["description"]: filled(line["balances"]) for line in lines} == {
        "Loaves": {"kg_delivered": "10", "kg_returned": "1.5", "kg_wasted": "1"},
        "Yoghurt": {"kg_delivered": "8"},
        "Chicken": {"kg_wasted": "6"},
    }
    for line in lines:
        assert sum(Decimal(each) for each in line["balances"].values()) == Decimal(line["kg_posted"])

    heard = ["offer.posted", "allocations.published", "food.collected", "line.quarantined", "food.delivered"]
    eventually(lambda: {*heard, "food.refused"} <= {json.loads(each.body)["type"] for each in receiver.received})
    for sent in receiver.received:
        Webhook(endpoint["secret"]).verify(sent.body, sent.headers)
    assert {each["kind"] for each in office.done("live_view.list_events")["items"]} >= {*heard, "food.refused"}

    feed = office.done("calendar_feeds.make_calendar_feed", ("FeedIn", {"kind": "site", "site_id": store["id"]}))
    secret = feed["url"].rpartition("/")[2].removesuffix(".ics")
    calendar = Calendar.from_ical(staff.another().answer("calendar_feeds.read_calendar", token=secret).content)
    assert [str(each["LOCATION"]) for each in calendar.walk("VEVENT")] == [store["name"]]

    rows = list(csv.DictReader(io.StringIO(till.table("/api/v1/offers", "csv").decode("utf-8-sig"))))
    assert sorted(row["id"] for row in rows) == sorted(offers)
    sheet = openpyxl.load_workbook(io.BytesIO(till.table("/api/v1/offers", "xlsx"))).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [row["id"] for row in rows]

    deeds = {each["action"] for each in office.done("audit.list_audit_entries")["items"]}
    assert "feeds.add" in deeds
    assert staff.done("audit.verify_audit_trail")["intact"] is True
    report = staff.done("reports.get_day_report", service_date=date.fromisoformat(DAY))["actuals"]
    assert (report["kg_delivered"], report["kg_unaccounted"]) == ("18", "0")

    assert office.answer("people.revoke_api_key", key_id=till_id).status_code == 204
    assert till.refused("offers.list_offers").code == "not_signed_in"


def filled(balances: dict[str, str]) -> dict[str, str]:
    """The accounts with something in them."""
    return {name: kg for name, kg in balances.items() if Decimal(kg)}


def test_without_the_generator_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "GENERATOR", "a_generator_that_is_not_here")
    with pytest.raises(ClientError, match="install `openapi-python-client`"):
        write_client(tmp_path / "wasl_client")


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ClientError, match="has other files in it"):
        write_client(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]
