"""Files of offers over HTTP: looked at first, then posted whole or not at all."""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.offers.test_csv_reader import a_file
from tests.service_client import FOOD_BANK, ServiceClient

NAMED = {"site": "Lidl, Cardiff Road"}


def send(client: ServiceClient, text: str, path: str = "/offers/csv", **headers: str) -> httpx.Response:
    return client.http.post(path, content=text.encode(), headers={"Content-Type": "text/csv", **headers})


def test_a_file_is_looked_at_without_taking_anything_and_then_posted_once(
    network: ServiceClient, till: ServiceClient, store: dict[str, Any]
) -> None:
    text = a_file(NAMED, {**NAMED, "description": "Rolls", "kg": "٢٫٥"}, {**NAMED, "day": "29/11/2026"})
    seen = send(till, text, "/offers/csv/preview")
    assert seen.status_code == 200, seen.text
    preview = seen.json()
    assert (preview["encoding"], preview["separator"], preview["errors"]) == ("utf-8", ",", [])
    assert [(each["rows"], each["offer"]["site_id"]) for each in preview["offers"]] == [
        ([2, 3], store["id"]),
        ([4], store["id"]),
    ]
    assert preview["rows"][1]["values"]["kg"] == "2.5"
    assert till.get("/offers").json()["items"] == []
    posted = send(till, text, **{"Idempotency-Key": "file-1"})
    assert posted.status_code == 201, posted.text
    assert send(till, text, **{"Idempotency-Key": "file-1"}).json() == posted.json()
    items = till.get("/offers").json()["items"]
    assert sorted(item["id"] for item in items) == sorted(posted.json()["ids"])
    first = till.get(f"/offers/{posted.json()['ids'][0]}").json()
    assert [line["kg"] for line in first["lines"]] == ["10", "2.5"]
    # what the preview showed is what a POST of one offer takes
    assert till.post("/offers", preview["offers"][1]["offer"]).status_code == 201


def test_one_bad_row_keeps_the_whole_file_from_being_posted(till: ServiceClient, store: dict[str, Any]) -> None:
    text = a_file(NAMED, {**NAMED, "kg": "-3"}, {**NAMED, "category": "frozen_food"}, {**NAMED, "site": "Aldi"})
    answer = send(till, text)
    assert (answer.status_code, answer.json()["code"]) == (422, "csv_unfit")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/rows/3/kg", "value_error"),
        ("/rows/4/temperature_class", "temperature_class_unfit"),
        ("/rows/5/site", "csv_site_unknown"),
    ]
    assert answer.json()["detail"].startswith("3 places")
    assert till.get("/offers").json()["items"] == []
    preview = send(till, text, "/offers/csv/preview").json()
    assert [error["pointer"] for error in preview["errors"]] == [
        "/rows/3/kg",
        "/rows/4/temperature_class",
        "/rows/5/site",
    ]


def test_the_site_of_the_whole_file_is_one_of_the_callers(
    network: ServiceClient, till: ServiceClient, store: dict[str, Any]
) -> None:
    theirs = network.site(FOOD_BANK, "Bank")
    assert send(till, a_file({}), f"/offers/csv?site_id={store['id']}").status_code == 201
    assert send(till, a_file({}), f"/offers/csv?site_id={theirs['id']}").status_code == 404
    assert send(till, a_file({"site": "Bank"})).json()["errors"][0]["pointer"] == "/rows/2/site"
    assert send(till, a_file({}), "/offers/csv?shop=1").json()["errors"][0]["pointer"] == "/shop"


def test_the_template_comes_in_the_readers_language(till: ServiceClient) -> None:
    english = till.get("/offers/csv/template")
    assert english.headers["Content-Type"].startswith("text/csv")
    assert english.content.startswith(b"\xef\xbb\xbfoffer,site,day")
    arabic = till.http.get("/offers/csv/template", headers={"Accept-Language": "ar"})
    assert "الوزن" in arabic.text


def test_two_hundred_megabytes_are_refused_before_they_are_read(till: ServiceClient) -> None:
    """The answer comes although not one byte of the body was sent."""
    address = urlsplit(till.address)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=20) as line:
        head = (
            f"POST /api/v1/offers/csv HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 200000000\r\n"
            f"Authorization: {till.http.headers['Authorization']}\r\nContent-Type: text/csv\r\n\r\n"
        )
        line.sendall(head.encode())
        started = time.monotonic()
        told = line.recv(4000).decode()
    assert told.startswith("HTTP/1.1 413")
    assert time.monotonic() - started < 15


def test_a_body_without_a_length_is_cut_off_at_one_megabyte(till: ServiceClient) -> None:
    def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 50_000

    try:
        status = till.http.post("/offers/csv", content=chunks()).status_code
    except httpx.TransportError:  # the server hung up while we were still sending
        status = 413
    assert status == 413
