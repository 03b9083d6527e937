"""A body that is too large is refused in the words of every other refusal, where the framework has plain text."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TooLargeAsProblem:
    """Around the framework's own limit: its plain 413 leaves as the application's answer to a 413."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but for a plain 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def watched(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                replaced = True
                request = Request(scope, receive)
                answer = scope["app"].exception_handlers[HTTPException](request, HTTPException(413))
                await answer(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, watched)


def _is_plain_refusal(message: Message) -> bool:
    kind = Headers(raw=message.get("headers", [])).get("Content-Type", "")
    return message["status"] == 413 and kind.startswith("text/plain")
