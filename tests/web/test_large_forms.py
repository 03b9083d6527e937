"""Of a large body nothing is read before it is known who sends it, wherever one is taken; of somebody known it is."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.main import LARGEST_BODY, create_app
from app.roads.streets import Streets
from app.settings import Settings
from app.web.driver import drive
from tests.people.builders import entered, signed_in
from tests.service_client import ServiceClient

FORMS = ("/offers/new", f"/offers/{uuid4()}/amend", "/offers/csv", "/offers/csv/post")
OF_ROUTERS = {("POST", address) for address in (*FORMS[:2], "/regions/import", "/api/v1/region-imports/file")}


class Body:
    """A body of some megabytes, and how much of it was read."""

    def __init__(self) -> None:
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(12):
            self.read += 1
            yield b"x" * 100_000


@pytest.fixture
def app(database: Database, streets: Streets, config: Settings, clock: HandSetClock) -> FastAPI:
    return create_app(database, streets, clock, config=config)


def sent(app: FastAPI, method: str, address: str, body: Body, cookie: str = "wasl_session=unknown") -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Accept": "text/html"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, address, content=body, headers=headers)

    return asyncio.run(send())


def with_large_bodies(app: FastAPI) -> set[tuple[str, str]]:
    """Method and address of every operation that takes more than others do, by itself or with all of its router."""
    found = [each for each in app.routes if isinstance(each, APIRoute) and (each.max_body_size or 0) > LARGEST_BODY]
    return OF_ROUTERS | {
        (method, re.sub(r"\{[^}]+\}", str(uuid4()), each.path))
        for each in found
        for method in each.methods or ()
        if method in ("POST", "PUT", "PATCH")
    }


def test_nothing_is_read_of_somebody_unknown(app: FastAPI) -> None:
    taken = with_large_bodies(app)
    addresses = {re.sub("[0-9a-f-]{36}", "{}", address) for _, address in taken}
    assert {"/offers/new", "/offers/{}/amend", "/offers/csv", "/drive"} <= addresses
    for method, address in sorted(taken):
        body = Body()
        answer = sent(app, method, address, body)
        assert answer.status_code in (303, 401), (address, answer.status_code)
        assert body.read <= 1, address


def test_of_somebody_signed_in_it_is_read(app: FastAPI, network: ServiceClient) -> None:
    till = signed_in(network, entered(network, network.organisation("supermarket", "Lidl"), "organisation_admin"))
    token = till.http.headers["Authorization"].removeprefix("Bearer ")
    for address in FORMS:
        body = Body()
        assert sent(app, "POST", address, body, f"wasl_session={token}").status_code not in (303, 401), address
        assert body.read > 1, address


def test_without_the_look_before_it_a_field_of_the_form_would_have_it_read(app: FastAPI) -> None:
    """The twin: a driver's report names fields, and those are read before anything is asked of the sender."""
    plain = APIRouter()
    plain.post("/drive", max_body_size=drive.REPORT_BYTES)(drive.report)
    app.router.routes.insert(0, plain.routes[0])
    body = Body()
    sent(app, "POST", "/drive", body)
    assert body.read > 1
