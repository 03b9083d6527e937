"""The base map over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.kit.live_server import LiveServer
from app.roads import api
from app.roads.region import Region


@pytest.fixture(scope="module")
def client(region_folder: Path, newport: Region) -> Iterator[httpx.Client]:
    service = FastAPI()
    service.include_router(api.router)
    service.dependency_overrides[api.region_folder] = lambda: region_folder
    service.dependency_overrides[api.other_tiles] = lambda: None
    with (
        LiveServer(service) as served,
        httpx.Client(timeout=60, base_url=served.address, trust_env=False) as found,
    ):
        yield found


def test_a_region_says_who_made_its_map(client: httpx.Client, newport: Region) -> None:
    answer = client.get("/api/v1/regions/newport")
    assert answer.status_code == 200
    assert answer.json()["attribution"] == "© OpenStreetMap contributors"
    assert answer.json()["bounds"] == list(newport.bounds)
    assert answer.json()["fingerprint"] == newport.fingerprint


def test_a_tile_may_be_kept_and_asked_for_again_by_its_tag(client: httpx.Client) -> None:
    answer = client.get("/api/v1/regions/newport/tiles/14/8055/5442.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert "max-age" in answer.headers["cache-control"]
    assert answer.json()["roads"]
    again = client.get(
        "/api/v1/regions/newport/tiles/14/8055/5442.json", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""


def test_a_tile_comes_packed_to_whoever_can_unpack_it(client: httpx.Client) -> None:
    path = "/api/v1/regions/newport/tiles/14/8055/5442.json"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2


@pytest.mark.parametrize(
    "path",
    [
        "atlantis",
        "atlantis/tiles/14/0/0.json",
        "newport/tiles/9/0/0.json",
        "newport/tiles/10/1024/0.json",
        "NEWPORT",
    ],
)
def test_a_region_or_tile_that_is_not_there_is_404(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/api/v1/regions/{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(".")
