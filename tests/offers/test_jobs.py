"""The worker posts what is due of a standing offer as soon as it is stated."""

import time
from typing import Any

from tests.service_client import ServiceClient, a_line


def test_what_is_due_already_is_posted_by_the_worker_without_waiting_for_the_hour(
    till: ServiceClient, store: dict[str, Any]
) -> None:
    wish = till.ok(
        "/standing-offers",
        {
            "site_id": store["id"],
            "recurrence": "FREQ=DAILY",
            "starts_on": "2026-11-25",
            "pickup_from": "08:00",
            "pickup_until": "12:00",
            "lines": [a_line(kg="9")],
        },
    )
    until = time.monotonic() + 120
    while not (items := till.get("/offers").json()["items"]):
        assert time.monotonic() < until
        time.sleep(0.3)
    assert [(item["standing_offer_id"], item["service_date"]) for item in items] == [(wish["id"], "2026-11-25")]
