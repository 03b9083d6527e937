"""One line of JSON for each request, and nothing secret in it, in errors or in addresses (I24)."""

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from starlette.routing import Route

from app.kit import language
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.request_log import RequestLog, configure_logging, line_of, request_id_of
from app.kit.web import install_error_handlers
from app.main import create_app
from app.roads.streets import Streets
from app.settings import Settings
from tests.service_client import FOOD_BANK, ServiceClient

PASSWORD = "a long enough password"


@pytest.fixture
def config(config: Settings) -> Settings:
    """The log is on, as it is where nothing is said."""
    assert Settings().request_log == "on"
    return config.model_copy(update={"request_log": "on"})


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log says while a test runs."""
    stream = io.StringIO()
    configure_logging(stream)
    yield stream
    structlog.reset_defaults()


def requests_of(lines: io.StringIO) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    return [line for line in found if line["event"] == "request"]


def lines_until(lines: io.StringIO, actor_kind: str) -> list[dict[str, Any]]:
    """The lines so far, the last of them by such an actor: a line is written after its answer has gone out."""
    until = time.monotonic() + 30
    while (seen := requests_of(lines))[-1]["actor_kind"] != actor_kind:
        assert time.monotonic() < until, seen[-1]
        time.sleep(0.01)
    return seen


def test_every_request_has_a_line_and_no_secret_is_in_any(lines: io.StringIO, network: ServiceClient) -> None:
    me = network.get("/me").json()
    organisation = me["organisation"]["id"]
    person = {"name": "Zaynab", "email": "zaynab@example.org", "role": "donor_staff", "password": PASSWORD}
    network.ok(f"/organisations/{organisation}/people", person)
    session = network.ok("/sign-in", {"email": "zaynab@example.org", "password": PASSWORD})["token"]
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    shift = network.vehicle_and_shift(bank)
    link = network.ok(f"/shifts/{shift['id']}/driver-links")
    token = link["token"]
    with httpx.Client(timeout=60, base_url=network.address) as phone:
        assert phone.get(f"/drive/{token}").status_code == 200
        assert phone.post(f"/drive/{token}").status_code == 303
        assert phone.post("/drive/wasl_drive_wrong").status_code == 401
        assert phone.get(f"/nothing/{token}").status_code == 404
        assert phone.get(f"/me?key={session}").status_code == 404
        assert phone.get("/static/app.css/" + token).status_code == 404
    network.another(session).get("/me")

    seen = lines_until(lines, "session")
    ours = [line for line in seen if line["route"] == "/drive/{token}"]
    assert [(line["method"], line["status"]) for line in ours] == [("GET", 200), ("POST", 303), ("POST", 401)]
    assert {line["route"] for line in seen if line["status"] == 404} <= {"none", "/static"}
    first = seen[0]
    assert (first["route"], first["status"], first["actor_kind"]) == ("/api/v1/me", 200, "api_key")
    assert first["network_id"] == me["network"]["id"]
    assert first["milliseconds"] >= 0
    # The driver's link is known by its shift.
    assert set(first) == {
        "event", "level", "timestamp", "method", "route", "status", "milliseconds", "actor_kind", "actor_id",
        "network_id", "request_id",
    }  # fmt: skip
    key = network.http.headers["Authorization"].removeprefix("Bearer ")
    for secret in (token, session, key, PASSWORD, "Zaynab", "zaynab@example.org", "wasl_"):
        assert secret not in lines.getvalue()


def test_the_address_itself_would_have_said_the_token() -> None:
    """The twin: it is the route's pattern, in place of the path, that keeps it out."""
    scope = {"method": "GET", "path": "/drive/wasl_drive_abc", "route": Route("/drive/{token}", print), "state": {}}
    assert "wasl_drive_abc" not in str(line_of(scope, 200, 0.001))
    assert "wasl_drive_abc" in str(line_of({**scope, "route": Route(scope["path"], print)}, 200, 0.001))


@pytest.mark.parametrize("given", ["abcdefgh", "6f1e2d3c-0001-4000-8000-0123456789ab", "A.b_c-12345"])
def test_an_id_that_looks_like_one_is_taken_over(given: str) -> None:
    assert request_id_of(given) == given


@pytest.mark.parametrize(
    "given",
    [None, "", "short", "x" * 65, 'abcdefgh"}\n{"event": "forged"', "abcdefgh\r\nX: y", "صلة-صلة-صلة", "-abcdefgh"],
)
def test_an_id_that_does_not_is_replaced(given: str | None) -> None:
    made = request_id_of(given)
    assert made != given
    assert len(made) == 32


def failing() -> FastAPI:
    app = FastAPI()
    app.add_middleware(RequestLog)
    install_error_handlers(app)

    @app.get("/broken/{token}")
    def broken(token: str) -> None:
        raise RuntimeError(f"the password is hunter2 and the token {token}")

    return app


def test_a_failure_of_ours_says_its_request_id_alone_and_is_logged_without_its_message(lines: io.StringIO) -> None:
    with LiveServer(failing()) as server:
        answer = httpx.get(f"{server.address}/broken/s3cret", headers={"X-Request-Id": "caller-0001"})
        made = httpx.get(f"{server.address}/broken/s3cret")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] == "caller-0001"
    assert answer.json() == {
        "type": "/docs/errors/internal", "title": "Something went wrong", "status": 500, "code": "internal",
        "detail": "Something went wrong on our side. Nothing was changed; try again.", "request_id": "caller-0001",
    }  # fmt: skip
    assert made.json()["request_id"] == made.headers["X-Request-Id"] != "caller-0001"
    told = lines.getvalue()
    assert "hunter2" not in told + answer.text
    assert "s3cret" not in told + answer.text
    unforeseen = json.loads(told.splitlines()[0])
    assert (unforeseen["event"], unforeseen["error"]) == ("unforeseen", "builtins.RuntimeError")
    assert unforeseen["request_id"] == "caller-0001"
    assert unforeseen["at"][-1].startswith("test_request_log.py:")


@pytest.mark.parametrize(
    "headers", [{"Accept-Language": "ar-EG,en;q=0.5"}, {"Accept-Language": "en", "Cookie": "wasl_language=ar"}]
)
def test_a_failure_of_ours_is_told_in_arabic_where_that_was_asked_for(
    lines: io.StringIO, headers: dict[str, str]
) -> None:
    with LiveServer(failing()) as server:
        answer = httpx.get(f"{server.address}/broken/s3cret", headers=headers)
        plain = httpx.get(f"{server.address}/broken/s3cret")
    assert (answer.status_code, answer.headers["Content-Language"]) == (500, "ar")
    problem = answer.json()
    assert (problem["title"], problem["detail"]) == ("حدث خطأ", "حدث خطأ من جانبنا. لم يتغيّر شيء؛ حاول مرة أخرى.")
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert plain.headers["Content-Language"] == "en"
    assert {name: problem[name] for name in ("type", "status", "code")} == {
        name: plain.json()[name] for name in ("type", "status", "code")
    }


def test_a_failure_is_told_in_english_where_even_the_words_are_broken(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ar" / "messages.po").mkdir(parents=True)  # a folder where the words should be
    monkeypatch.setattr(language, "MESSAGES", tmp_path)
    language.catalogue.cache_clear()
    try:
        with LiveServer(failing()) as server:
            answer = httpx.get(f"{server.address}/broken/x", headers={"Accept-Language": "ar"})
    finally:
        language.catalogue.cache_clear()
    assert (answer.status_code, answer.headers["Content-Language"]) == (500, "en")
    assert answer.json()["detail"].startswith("Something went wrong on our side.")


def test_nothing_that_a_caller_sends_makes_a_second_line(lines: io.StringIO) -> None:
    forged = "/%0A%7B%22event%22%3A%22request%22%7D"
    with LiveServer(failing()) as server:
        httpx.get(f"{server.address}{forged}", headers={"X-Request-Id": 'a"}{"event":"request"}', "User-Agent": "x\ty"})
        httpx.request("EVENT!", f"{server.address}/broken/x")
    told = lines.getvalue().splitlines()
    assert len(told) == 2
    assert [json.loads(line)["route"] for line in told] == ["none", "/broken/{token}"]
    assert json.loads(told[1])["method"] == "OTHER"


def test_a_message_of_the_database_holds_no_values(database: Database) -> None:
    assert database.engine.hide_parameters


def test_the_lines_can_be_switched_off(
    lines: io.StringIO, database: Database, streets: Streets, clock: HandSetClock, config: Settings
) -> None:
    quiet = config.model_copy(update={"request_log": "off", "worker": "off"})
    with LiveServer(create_app(database, streets, clock, quiet)) as server:
        answer = httpx.get(f"{server.address}/livez")
    assert len(answer.headers["X-Request-Id"]) == 32
    assert lines.getvalue() == ""
