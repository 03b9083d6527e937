"""Notifications by text message: one POST to a provider's HTTP API, as a form or as JSON, as the settings have it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from app.notifications.channels import Note, Outcome, Recipient, Refused, Sent, TryLater

ANSWER_SECONDS = 15
# A number that cannot be reached is refused for good; what may be mended (a credential, a limit, a fault) is not.
_MAY_CHANGE = frozenset({401, 402, 403, 408, 409, 425, 429})
# Nothing has gone out: there was no connection, or no request that could be written.
_NOT_TAKEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_GAP = re.compile(r"\{(to|text|reference)\}")


@dataclass(frozen=True)
class ByTextMessage:
    """Through the provider that the settings name.

    body: the template of what is posted: JSON, or else a form as in `To={to}&Body={text}`; `{reference}` is the same
    however often a text is tried. authorization: the header's whole value.
    """

    url: str
    body: str
    authorization: str | None = field(default=None, repr=False)

    async def send(self, to: Recipient, note: Note, now: datetime) -> Outcome:  # noqa: ARG002
        """Hand the text to the provider."""
        if to.phone is None:
            return Refused("no phone number")
        words = {"to": to.phone, "text": note.text_message, "reference": str(note.reference)}
        content, kind = filled(self.body, words)
        headers = {"Content-Type": kind, "Accept": "application/json", "User-Agent": "Wasl/1"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        try:
            # Neither a proxy of the environment nor a redirect takes the credential anywhere else.
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, follow_redirects=False) as client:
                answer = await client.post(self.url, content=content, headers=headers)
        except _NOT_TAKEN as error:
            return TryLater(f"no answer: {type(error).__name__}")
        except (httpx.HTTPError, OSError) as error:
            # The provider may have it already: a text too few is better than the same text every hour.
            return Sent(doubt=f"no answer: {type(error).__name__}")
        return outcome_of(answer.status_code)


def outcome_of(status: int) -> Outcome:
    """What the provider's status means; its words are not kept: they may repeat the number or the text."""
    if 200 <= status <= 299:
        return Sent()
    if status in _MAY_CHANGE or status >= 500 or 300 <= status <= 399:
        return TryLater(f"the provider answered {status}")
    return Refused(f"the provider answered {status}")


def filled(template: str, words: dict[str, str]) -> tuple[bytes, str]:
    """The body and its content type. The template is read first and filled afterwards, so no text can end a field."""

    def fill(text: str) -> str:
        return _GAP.sub(lambda gap: words[gap[1]], text)

    if is_json(template):
        return json.dumps(_each(json.loads(template), fill)).encode(), "application/json"
    # A sender's number is written with a plus, which in a form would be a space.
    pairs = [(name, fill(value)) for name, value in parse_qsl(template.replace("+", "%2B"), keep_blank_values=True)]
    return urlencode(pairs).encode(), "application/x-www-form-urlencoded"


def is_json(template: str) -> bool:
    """Whether a template is JSON; else it is a form's."""
    return template.lstrip().startswith(("{", "["))


def _each(value: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {name: _each(each, fill) for name, each in value.items()}
    return [_each(each, fill) for each in value] if isinstance(value, list) else value
