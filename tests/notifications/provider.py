"""A provider of text messages on loopback, what came to phones through it, and a number that is proved by it."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import httpx
import pytest

from app.domain.units import latin_digits
from app.settings import Settings
from tests.service_client import ServiceClient
from tests.webhooks.receiver import Received, Receiver

if TYPE_CHECKING:
    from tests.notifications.conftest import Desk

FORM = "To={to}&From=+441632960000&Body={text}"
PHONE = "+447911123456"


class Provider(Receiver):
    """Answers with the statuses that a test gives, then with 201."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        super().__init__(self._said)

    def _said(self, _: Received) -> tuple[int, dict[str, str], bytes]:
        status = self.statuses.pop(0) if self.statuses else 201
        return status, {"Location": "http://127.0.0.1:9/"}, b'{"error": "+447911123456 said no"}'

    def set_up(self, config: Settings, body: str = FORM) -> None:
        """Have the installation send through it."""
        config.sms_url, config.sms_body, config.sms_authorization = self.url, body, "Bearer the-key"

    def texts(self) -> list[tuple[str, str]]:
        """Numbers and texts, oldest first."""
        return [read(each) for each in self.received]

    def newest_code(self) -> str:
        """The six digits of the newest text."""
        found = re.search("[0-9]{6}", latin_digits(self.texts()[-1][1]))
        assert found is not None
        return found[0]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


def read(received: Received) -> tuple[str, str]:
    """Number and text, as a provider reads them."""
    if received.headers["content-type"] == "application/json":
        document = json.loads(received.body)
        [message] = document["messages"]
        assert document["flash"] is False
        return message["to"], message["text"]
    fields = parse_qs(received.body.decode(), strict_parsing=True)
    assert fields["From"] == ["+441632960000"]
    return fields["To"][0], fields["Body"][0]


def change(client: ServiceClient, **changes: object) -> httpx.Response:
    """Choose, from the version that is there."""
    version = client.get("/me/notification-choices").json()["version"]
    headers = {"If-Match": f'"{version}"'}
    return client.http.patch("/me/notification-choices", json=changes, headers=headers)


def try_code(client: ServiceClient, code: str) -> httpx.Response:
    """Type a code in."""
    return client.http.post("/me/phone-confirmation", json={"code": code})


def prove(client: ServiceClient, desk: "Desk", provider: Provider) -> None:
    """Confirm the number that was given; the provider forgets the text that it took for it."""
    assert client.post("/me/phone-code").status_code == 202
    desk.send(subject="code")
    assert try_code(client, provider.newest_code()).json()["phone_confirmed"]
    provider.received.clear()
