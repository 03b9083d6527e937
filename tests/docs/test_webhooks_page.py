"""The example on the page about webhooks verifies what the service really sends, as it stands."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.webhooks.deliver import Letter, signed_headers
from app.webhooks.service import new_secret
from tests.conftest import ROOT


def example() -> Any:
    block = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(block, names)
    return names["is_ours"]


def test_the_example_believes_the_service_and_nobody_else() -> None:
    is_ours, some = example(), UUID(int=1)
    new, old = new_secret(), new_secret()
    body = '{"type":"food.delivered","data":{"receiver_name":"بنك الطعام"}}'
    letter = Letter(some, some, some, some, 1, 0, "msg_1", "https://example.org/", body, (new, old))
    now = datetime.now(UTC)
    headers = signed_headers(letter, now)
    assert is_ours(new, headers, body.encode())
    assert is_ours(old, headers, body.encode())
    assert not is_ours(new_secret(), headers, body.encode())
    assert not is_ours(new, headers, body.replace("food", "feed").encode())
    assert not is_ours(new, {**headers, "webhook-id": "msg_2"}, body.encode())
    assert not is_ours(new, signed_headers(letter, now - timedelta(minutes=6)), body.encode())
