"""What every operation has in common, asked of every operation that the API's description names."""

import csv
import inspect
import io
import json
from typing import Any, get_args
from uuid import uuid4

import httpx
import openpyxl
import pytest
from fastapi.routing import APIRoute

from app.fleet.api import router as fleet
from app.kit import tables
from app.kit.api_route import StrictRoute
from app.kit.live_server import LiveServer
from app.needs.api import router as needs
from app.needs.api import standing_router as standing_needs
from app.offers.api import router as offers
from app.offers.standing_api import router as standing_offers
from app.partners.api import router as partners
from app.partners.network_api import router as whole_network
from app.partners.partnerships_api import router as partnerships
from app.people.api import router as people
from app.people.sign_in_api import router as sign_in
from app.planning.api import router as planning
from app.safety.api import router as safety
from app.webhooks.api import router as webhooks
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_event, an_offer

HOSTILE = '=HYPERLINK("https://example.com","x")'
PLACES = {"name": "newport"}
HERE = "/api/v1"


@pytest.fixture
def described(server: LiveServer) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{server.address}/api/openapi.json", timeout=60).json()
    return document


def operations(document: dict[str, Any], *methods: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, found in document["paths"].items()
        for method, operation in found.items()
        if path.startswith(HERE) and method in methods
    ]


def headers_of(operation: dict[str, Any]) -> set[str]:
    return {each["name"].lower() for each in operation.get("parameters", []) if each["in"] == "header"}


def filled(network: ServiceClient) -> None:
    """A day with three of everything that is listed, with names that a spreadsheet would run."""
    for number in range(3):
        site = network.site(FOOD_BANK, f"{HOSTILE}{number}", kind="distribution_point", access_notes="+1 floor")
        network.ok("/organisations", {"kind": "carrier", "name": f"@carrier {number}"})
        network.ok("/needs", a_need(site, kg="12.5"))
        network.ok("/offers", an_offer(site, note=f"-{number}"))
        network.vehicle_and_shift(site, name=f"{HOSTILE}{number}")
    # Waited for: the message that a plan is ready would come between two readings of one list.
    network.planned()


def lists_of(document: dict[str, Any]) -> list[str]:
    """Those that can be asked for without the id of something; an API key is told nothing and has no sessions."""
    paths = [path.replace("{name}", PLACES["name"]) for _, path, op in operations(document, "get") if _is_list(op)]
    return [path.removeprefix(HERE) for path in paths if "{" not in path and "/me/" not in path]


def _is_list(operation: dict[str, Any]) -> bool:
    schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return schema.get("$ref", "").rpartition("/")[2].startswith("PageOut_")


def test_every_list_is_a_page_with_a_link_and_a_table_with_the_same_rows(
    network: ServiceClient, described: dict[str, Any]
) -> None:
    filled(network)
    paths = lists_of(described)
    assert len(paths) >= 9
    for path in paths:
        rows, address = [], f"{path}?limit=2"
        while True:
            answer = network.http.get(address)
            assert answer.status_code == 200, (path, answer.text)
            assert len(answer.json()["items"]) <= 2
            rows += answer.json()["items"]
            if answer.json()["next_cursor"] is None:
                assert "Link" not in answer.headers
                break
            assert answer.links["next"]["url"].startswith(HERE + path)
            address = answer.links["next"]["url"].removeprefix(HERE)
        assert len({json.dumps(row) for row in rows}) == len(rows), path
        as_csv = network.http.get(path, headers={"Accept": tables.CSV})
        assert as_csv.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert as_csv.headers["Content-Disposition"] == (
            f'attachment; filename="wasl-{path.rpartition("/")[2]}-2026-11-25.csv"'
        )
        assert as_csv.content.startswith(b"\xef\xbb\xbf")
        head, *lines = csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig"), newline=""))
        assert len(lines) == len(rows), path
        if "id" in head:
            assert [line[head.index("id")] for line in lines] == [str(row["id"]) for row in rows], path
        texts = [cell for line in lines for cell in line]
        assert not any(cell.startswith(("=", "@", "+", "\t", "\r")) for cell in texts), path
        as_xlsx = network.get(path, format="xlsx")
        assert as_xlsx.headers["Content-Type"] == tables.XLSX
        sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx.content)).active
        assert [cell.value for cell in next(iter(sheet.iter_rows()))] == head
        assert sheet.max_row == len(rows) + 1
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row), path


def test_what_a_list_is_asked_decides_its_form(network: ServiceClient) -> None:
    network.site(FOOD_BANK, "Food bank")
    asked = {
        "*/*": "application/json", "text/html, */*;q=0.8": "application/json", "image/png": "application/json",
        "text/csv;q=0.5, application/json;q=0.9": "application/json", "text/csv, */*;q=0.1": "text/csv; charset=utf-8",
        f"{tables.XLSX}, text/csv;q=0.9": tables.XLSX,
    }  # fmt: skip
    for accept, media in asked.items():
        assert network.http.get("/sites", headers={"Accept": accept}).headers["Content-Type"] == media, accept
    assert network.get("/sites", format="csv").headers["Content-Type"] == "text/csv; charset=utf-8"
    assert network.get("/sites", format="pdf").json()["errors"][0]["pointer"] == "/format"


def test_a_table_is_refused_like_its_list(network: ServiceClient, server: LiveServer) -> None:
    till = network.client_of(network.organisation("supermarket", "Lidl"), "offers")
    refusals = [
        (till.get("/vehicles", format="csv"), 403),
        (network.get("/offers", format="csv", service_date="yesterday"), 422),
        (network.get("/offers", format="xlsx", limit=0), 422),
        (network.get("/offers", format="csv", cursor="x"), 422),
        (httpx.get(f"{server.address}/api/v1/offers?format=csv"), 401),
    ]
    for answer, status in refusals:
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert network.get("/offers", format="csv", service_date=DAY).text.count("\n") == 1


def test_a_table_has_the_rows_of_many_pages(network: ServiceClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kit.api_route.LARGEST_PAGE", 2)
    for number in range(5):
        network.ok("/organisations", {"kind": "carrier", "name": f"Carrier {number}"})
    lines = network.get("/organisations", format="csv").text.splitlines()
    assert len(lines) == 1 + 1 + 5
    monkeypatch.setattr("app.kit.tables.MOST_ROWS", 3)
    lines = network.get("/organisations", format="csv").text.splitlines()
    assert (len(lines), lines[-1].strip('"')) == (1 + 3 + 1, tables.CUT_SHORT)


def test_headers_are_described_where_they_are_heeded_and_nowhere_else() -> None:
    of_partners = (partners, partnerships, whole_network, people, sign_in)
    routers = (*of_partners, fleet, needs, standing_needs, offers, standing_offers, planning, safety, webhooks)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    assert len(routes) > 80
    for route in routes:
        assert isinstance(route, StrictRoute)
        declared = {each.dependency.__name__ for each in route.dependencies if each.dependency}
        source = inspect.getsource(route.endpoint)
        heeded = "expected_version" in source or "version_if_given" in source
        assert ("_version_header" in declared) == heeded, route.path
        assert ("_key_header" in declared) == ("call.once" in source), route.path


def test_every_post_says_that_it_takes_a_key_or_why_not(described: dict[str, Any]) -> None:
    without = [path for _, path, op in operations(described, "post") if "idempotency-key" not in headers_of(op)]
    # Whoever signs in, asks for a link to, writes through a card or applies is nobody yet: there is nobody whose keys
    # could be compared.
    by_nobody = [
        "/invitations/accept", "/public-cards/{slug}/enquiries", "/public-pages/{slug}/applications", "/sign-in",
        "/sign-in/link", "/sign-in/link/use", "/sign-out",
    ]  # fmt: skip
    assert sorted(without) == [HERE + path for path in by_nobody]
    gets = [path for _, path, op in operations(described, "get") if headers_of(op) & {"idempotency-key", "if-match"}]
    assert gets == []


def test_what_speaks_of_a_version_says_that_it_takes_one(described: dict[str, Any]) -> None:
    """A generated client can only send a header that is described."""
    for method, path, operation in operations(described, "post", "put", "patch", "delete"):
        speaks, takes = "If-Match" in operation["description"], "if-match" in headers_of(operation)
        assert speaks == takes, f"{method} {path}: name TAKES_VERSION and If-Match, or neither"


def test_no_body_may_be_null(described: dict[str, Any]) -> None:
    """A body that may be left out has its own default: a generated client cannot tell "no body" from "null"."""
    for method, path, operation in operations(described, "post", "put", "patch"):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        assert {"type": "null"} not in body.get("anyOf", []), f"{method} {path}"


def test_no_schema_is_named_after_a_module(described: dict[str, Any]) -> None:
    """Two models of one name are told apart by their modules: a name that moves with the code."""
    assert [name for name in described["components"]["schemas"] if "__" in name] == []


def test_every_problem_is_described_as_one(described: dict[str, Any]) -> None:
    for method, path, operation in operations(described, "get", "post", "put", "patch", "delete"):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert set(response["content"]) == {"application/problem+json"}, (method, path, status)
        expected = {"400", "413", "415"} if "requestBody" in operation else set()
        expected |= {"412", "428"} if "if-match" in headers_of(operation) else set()
        assert expected <= set(operation["responses"]), (method, path)


def bodies(network: ServiceClient) -> dict[str, tuple[str, Any]]:
    """A valid request of every POST that needs no plan: its address and its body, by the description's path."""
    site = network.site(FOOD_BANK, "Food bank", kind="distribution_point")
    other = network.site(LIDL_CARDIFF_ROAD, "Store")
    shift = network.vehicle_and_shift(site)
    shop = network.organisation("supermarket", "Lidl")
    offer = network.ok("/offers", an_offer(site))
    place = {key: site[key] for key in ("kind", "latitude", "longitude", "windows")}
    person = {"name": "P", "email": "p@example.org", "role": "donor_staff", "password": "correct horse battery"}
    working = {key: shift[key] for key in ("vehicle_id", "driver_name", "start_site_id", "end_site_id")}
    hours = {"starts_at": "2026-11-26T08:00:00Z", "ends_at": "2026-11-26T10:00:00Z"}
    vehicle = {"name": "Van", "capacity_kg": "600"}
    return {
        "/organisations": ("/organisations", {"kind": "carrier", "name": "C"}),
        "/organisations/{organisation_id}/people": (f"/organisations/{shop['id']}/people", person),
        "/organisations/{organisation_id}/api-keys": (
            f"/organisations/{shop['id']}/api-keys",
            {"name": "k", "scopes": ["offers"]},
        ),
        "/sites": ("/sites", {**place, "name": "Another"}),
        "/sites/bulk": ("/sites/bulk", {"items": [{**place, "name": "One"}, {**place, "name": "Two"}]}),
        "/offers": ("/offers", an_offer(other)),
        "/offers/{offer_id}/withdraw": (f"/offers/{offer['id']}/withdraw", None),
        "/needs": ("/needs", a_need(site)),
        "/vehicles": ("/vehicles", vehicle),
        "/vehicles/bulk": ("/vehicles/bulk", {"items": [vehicle, vehicle]}),
        "/shifts": ("/shifts", {**working, **hours}),
        "/shifts/{shift_id}/driver-links": (f"/shifts/{shift['id']}/driver-links", None),
        "/shifts/{shift_id}/cancel": (f"/shifts/{shift['id']}/cancel", None),
        "/plan-runs": ("/plan-runs", {"service_date": "2026-12-24"}),
        "/learnt": ("/learnt", None),
    }


def test_a_post_with_one_key_has_one_effect_and_another_body_is_refused(network: ServiceClient) -> None:
    """Every other POST is sent twice with one key in tests/security/test_tenant_matrix.py."""
    wanted = bodies(network)
    for path, (address, body) in wanted.items():
        key = {"Idempotency-Key": str(uuid4())}
        first, second = network.post(address, body, **key), network.post(address, body, **key)
        assert first.is_success, (path, first.text)
        assert second.status_code == first.status_code, (path, second.text)
        assert second.headers["Idempotency-Replayed"] == "true", path
        secrets = {"key", "token", "url"}
        shown = [{k: v for k, v in answer.json().items() if k not in secrets} for answer in (first, second)]
        assert shown[0] == shown[1], path
        if body is not None:
            third = network.post(address, {**body, "name": "else"} if "name" in body else None, **key)
            assert third.status_code == 422, path


def test_publishing_and_reporting_with_one_key_have_one_effect(network: ServiceClient) -> None:
    bank = network.site(FOOD_BANK, "Food bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(network.site(LIDL_CARDIFF_ROAD, "Store")))
    shift = network.vehicle_and_shift(bank)
    plan = network.planned(seconds=200)
    key = {"Idempotency-Key": "once"}
    answers = [network.post(f"/plans/{plan['id']}/publish", None, **key, **{"If-Match": '"1"'}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    driver = network.driver(shift)
    stop = next(stop for stop in driver.get("/driver/route").json()["route"]["stops"] if stop["kind"] == "pickup")
    report = {"events": [an_event(stop, "arrived")]}
    answers = [driver.post("/driver/stop-events", report, **key) for _ in range(2)]
    assert [answer.json()["results"][0]["status"] for answer in answers] == ["stored", "stored"]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_another_callers_same_key_is_its_own(network: ServiceClient) -> None:
    key = {"Idempotency-Key": "monday"}
    other = network.client_of(network.organisation("carrier", "Hauliers"), "fleet")
    body = {"name": "Van", "capacity_kg": "600"}
    one, two = network.ok("/vehicles", body, **key), other.ok("/vehicles", body, **key)
    assert one["id"] != two["id"]
    assert network.ok("/vehicles", body, **key) == one


def test_one_thing_has_a_tag_and_is_not_sent_again_to_whoever_has_it(network: ServiceClient) -> None:
    site = network.site(FOOD_BANK, "Food bank")
    shift = network.vehicle_and_shift(site)
    for path, version in (
        (f"/sites/{site['id']}", '"1"'),
        (f"/vehicles/{shift['vehicle_id']}", '"1"'),
        (f"/shifts/{shift['id']}", '"1"'),
        ("/me", None),
        ("/sites", None),
    ):
        first = network.get(path)
        tag = first.headers["ETag"]
        assert tag == version or (version is None and tag.startswith('W/"')), path
        again = network.http.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), path
        assert network.http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("version", ["x", '"x"', "²", "9" * 5000, '"-1"', "*", '"1", "2"', ""])
def test_a_version_that_cannot_be_ours_is_stale(network: ServiceClient, version: str) -> None:
    site = network.site(FOOD_BANK, "Food bank")
    answer = network.http.patch(f"/sites/{site['id']}", json={"name": "x"}, headers={"If-Match": version.encode()})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    assert answer.json()["type"] == f"/docs/errors/{answer.json()['code']}"
    return answer.status_code, answer.json()["code"]


def test_what_the_framework_refuses_is_a_problem_document(network: ServiceClient, server: LiveServer) -> None:
    http = network.http
    json_type = {"Content-Type": "application/json"}
    assert problem(http.get("/nowhere")) == (404, "not_found")
    assert problem(http.post("/needs", content=b"{", headers=json_type)) == (400, "bad_request")
    assert problem(http.post("/needs", content=b"\xff", headers=json_type)) == (400, "bad_request")
    assert problem(http.post("/needs", content=b"[" * 100_000, headers=json_type)) == (400, "bad_request")
    assert problem(http.post("/needs", content=b'{"kg": 1' + b"0" * 5000 + b"}", headers=json_type))[0] == 400
    assert problem(http.post("/needs", content=b"{}")) == (415, "wrong_content_type")
    assert problem(http.post("/needs", data={"kg": "1"})) == (415, "wrong_content_type")
    assert problem(http.post("/needs", content=b"x" * 1_000_001, headers=json_type)) == (413, "too_large")
    chunked = (b"x" * 100_000 for _ in range(11))
    assert problem(http.post("/needs", content=chunked, headers=json_type)) == (413, "too_large")
    assert problem(http.request("GET", "/needs", content=b"x" * 1_000_001)) == (413, "too_large")
    refused = http.put("/offers", json={})
    assert problem(refused) == (405, "method_not_allowed")
    assert refused.headers["Allow"] == "GET, POST"
    assert http.post(f"/vehicles/{uuid4()}", json={}).headers["Allow"] == "DELETE, GET, PATCH"
    assert problem(http.get("/vehicles/not-an-id")) == (404, "not_found")
    assert problem(http.patch("/vehicles/bulk", json={})) == (405, "method_not_allowed")
    page = httpx.post(f"{server.address}/sign-in", content=b"x" * 1_000_001, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (413, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=1.0", "/limit"), ("limit=٣", "/limit"), ("limit=1&limit=2", "/limit"), ("limit=201", "/limit"),
        ("limit=" + "9" * 5000, "/limit"), ("cursor=%00", "/cursor"), ("service_date=0001-01-01", "/service_date"),
        ("service_date=20261125", "/service_date"), ("service_date=9999-12-31", "/service_date"),
        ("color=red", "/color"), ("state=open%00", "/state"),
    ],
)  # fmt: skip
def test_a_parameter_that_does_not_fit_is_refused_by_name(network: ServiceClient, query: str, pointer: str) -> None:
    answer = network.http.get(f"/offers?{query}")
    assert problem(answer) == (422, "invalid_request")
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


def test_a_character_that_no_database_keeps_is_refused_everywhere(network: ServiceClient) -> None:
    assert problem(network.post("/organisations", {"kind": "carrier", "name": "a\0b"})) == (422, "invalid_request")
    raw = b'{"kind": "carrier", "name": "a\\ud800"}'
    answer = network.http.post("/organisations", content=raw, headers={"Content-Type": "application/json"})
    assert problem(answer) == (422, "invalid_request")
    raw = b'{"kind": "carrier", "name": "a", "\\ud800": 1}'
    answer = network.http.post("/organisations", content=raw, headers={"Content-Type": "application/json"})
    assert problem(answer) == (422, "invalid_request")
    assert problem(network.http.get("/regions/new%00port"))[0] == 422


def test_every_code_of_the_documents_has_a_page(server: LiveServer) -> None:
    from app.web.error_pages import error_codes

    assert len(error_codes()) > 55
    for code in ("stale_version", "best_before_date_missing"):
        page = httpx.get(f"{server.address}/docs/errors/{code}", headers={"Accept-Language": "ar"})
        assert (page.status_code, 'dir="rtl"' in page.text, code in page.text) == (200, True, True)


def test_the_caller_dependency_is_the_one_that_routes_look_for() -> None:
    from app.kit.web import ApiRoute, Caller

    assert get_args(Caller)[1].dependency is ApiRoute.caller
