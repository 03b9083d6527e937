"""A network whose page is on, with a pantry on it; without a worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.feeds.test_api import Partners, partners
from tests.service_client import ServiceClient

__all__ = ["partners"]

WEEKDAYS = [{"weekdays": [1, 2, 3, 4, 5], "opens": "10:00", "closes": "12:30"}]
SLUG = "newport-food"
Put = Callable[..., dict[str, Any]]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


def put(client: ServiceClient, path: str, body: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    answer = client.http.put(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def named(**fields: Any) -> dict[str, Any]:
    return {"is_on": True, "slug": SLUG, "name_en": "Food in Newport", "name_ar": "طعام نيوبورت", **fields}


def a_point(**fields: Any) -> dict[str, Any]:
    return {"is_public": True, "windows": WEEKDAYS, **fields}


@pytest.fixture
def page(network: ServiceClient, partners: Partners) -> dict[str, Any]:
    """The page is on, and the pantry's own office has put it there."""
    bring = {"note_en": "Bring a bag", "note_ar": "أحضر كيسًا", "phone": "+44 1633 123456"}
    put(partners.of_bank, f"/sites/{partners.bank['id']}/distribution-point", a_point(**bring))
    return put(network, "/network/public-page", named())
