"""The application as a whole: health, documents, an API description that a stranger can use."""

from pathlib import Path

import httpx
import pytest

from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.settings import Settings


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: it looks for news all the time, and one test takes the database away under everybody's feet."""
    return Settings(data_folder=tmp_path, worker="off")


def test_it_is_alive_and_ready(server: LiveServer) -> None:
    assert httpx.get(f"{server.address}/livez").json() == {"status": "alive"}
    ready = httpx.get(f"{server.address}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "schema": True})


def test_without_its_database_it_is_alive_and_not_ready(server: LiveServer, database: Database) -> None:
    database.engine.dispose()
    database.engine = Database("postgresql+psycopg://nobody@127.0.0.1:1/none").engine
    assert httpx.get(f"{server.address}/livez").status_code == 200
    assert httpx.get(f"{server.address}/readyz").status_code == 503
    answer = httpx.get(f"{server.address}/api/v1/offers", headers={"Authorization": "Bearer wasl_key_x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]


def test_the_type_of_a_problem_leads_to_its_explanation(server: LiveServer) -> None:
    problem = httpx.get(f"{server.address}/api/v1/offers").json()
    page = httpx.get(f"{server.address}{problem['type']}")
    assert page.status_code == 200
    assert f'<code dir="ltr">{problem["code"]}</code>' in page.text
    plain = httpx.get(f"{server.address}{problem['type']}", headers={"Accept": "text/markdown"})
    assert plain.text.startswith(f"# `{problem['code']}`")
    assert httpx.get(f"{server.address}/docs/errors/no_such_code").json()["code"] == "not_found"
    assert f"`{problem['code']}`" in httpx.get(f"{server.address}/docs/errors").text
    assert httpx.get(f"{server.address}/docs/../pyproject.toml").status_code == 404


def test_every_operation_is_described_in_words(server: LiveServer) -> None:
    document = httpx.get(f"{server.address}/api/openapi.json", timeout=60).json()
    operations = [(m, p, o) for p, methods in document["paths"].items() for m, o in methods.items()]
    assert len(operations) > 35
    assert [(method, path) for method, path, operation in operations if not operation.get("description")] == []
    keyless = [path for _, path, operation in operations if path.startswith("/api/") and "security" not in operation]
    open_to_all = (
        "/api/v1/sign-in",
        "/api/v1/invitations/accept",
        "/api/v1/regions/",
        "/api/v1/van/",
        "/api/v1/public-pages/",
        "/api/v1/public-cards/",
        "/api/v1/papers/",
    )
    assert [path for path in keyless if not path.startswith(open_to_all)] == []
    assert all("422" in operation["responses"] for _, path, operation in operations if path.startswith("/api/v1/o"))


def test_an_address_where_nothing_is_answers_in_the_callers_language(server: LiveServer) -> None:
    program = httpx.get(f"{server.address}/api/v1/nothing")
    assert program.headers["Content-Type"] == "application/problem+json"
    person = httpx.get(f"{server.address}/nothing", headers={"Accept": "text/html", "Accept-Language": "ar"})
    assert (person.status_code, 'dir="rtl"' in person.text) == (404, True)
