"""The pages of a month as a browser asks for them: signed in once, in one language or the other."""

from types import TracebackType
from typing import Self

import httpx

from app.demo.caller import DemoStopped
from app.demo.partners import SignIn
from app.kit.language import LANGUAGE_COOKIE


class Pages:
    """What one signed-in reader is shown."""

    def __init__(self, address: str, reader: SignIn) -> None:
        self._http = httpx.Client(base_url=address, headers={"Origin": address}, timeout=120, follow_redirects=True)
        form = {"email": reader.email, "password": reader.password}
        answer = self._http.post("/sign-in", data=form, follow_redirects=False)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise DemoStopped(f"The reader cannot sign in: status {answer.status_code}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, language: str = "en") -> bytes:
        """One page or file; raises DemoStopped where it does not load."""
        self._http.cookies.set(LANGUAGE_COOKIE, language, domain=self._http.base_url.host)
        answer = self._http.get(path)
        if answer.status_code != httpx.codes.OK:
            raise DemoStopped(f"{path} does not load: status {answer.status_code}.")
        return answer.content
