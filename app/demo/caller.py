"""A caller of the REST API, as any partner's program would be: one key, an Idempotency-Key on every POST."""

from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx


class DemoStopped(Exception):
    """The service refused something that the demonstration needs; the message is one sentence.

    code: the problem's stable code, empty where there is none.
    """

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class Caller:
    """Speaks to the API with one key, or as anybody who has none."""

    def __init__(self, address: str, key: str | None) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._address = address
        self._http = httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def another(self, key: str | None) -> "Caller":
        """The same service, asked with another key, or by somebody who has none."""
        return Caller(self._address, key)

    def get(self, path: str, **query: str) -> Any:
        """What is there."""
        return self._answer(self._http.get(path, params=query))

    def post(self, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """Do something, once."""
        headers = {"Idempotency-Key": str(uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self._answer(self._http.post(path, json=body, headers=headers))

    def put(self, path: str, body: Any) -> Any:
        """Say something as a whole, for the first time."""
        return self._answer(self._http.put(path, json=body))

    def patch(self, path: str, body: Any, *, version: int) -> Any:
        """Change what was read in that version."""
        return self._answer(self._http.patch(path, json=body, headers={"If-Match": f'"{version}"'}))

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_success:
            return response.json()
        try:
            problem = response.json()
        except ValueError:  # a fault that nobody foresaw is no problem document
            problem = {"detail": f"status {response.status_code}"}
        sentence = f"{response.request.method} {response.request.url.path}: {problem.get('detail', '?')}"
        raise DemoStopped(sentence, problem.get("code", ""))
