"""How a routing server is asked: one address, bounded patience, bounded answers, and one sentence where it fails."""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx

from app.roads.provider import RoadError, RoadsUnavailable

BROKE_OFF = "broke off in the middle of its answer"
NOT_JSON = "answered with something that is not JSON"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long and how often a server is asked before it counts as failed."""

    connect_seconds: float = 3.0
    answer_seconds: float = 20.0  # for one request, from the question to the last byte
    total_seconds: float = 180.0  # for all requests of one table or line together
    requests_at_once: int = 4
    retries: int = 2
    backoff_seconds: float = 0.25  # doubled with each retry
    longest_wait_seconds: float = 10.0  # the most that a server's Retry-After is heeded
    answer_bytes: int = 64 * 1024 * 1024


class Refused(Exception):
    """The server understood the question and refused it (HTTP 4xx); `document` is its JSON, or None."""

    def __init__(self, status: int, document: Any) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.document = document

    def field(self, name: str) -> Any:
        """One field of the refusal; None where it is no JSON object or lacks the field."""
        return self.document.get(name) if isinstance(self.document, dict) else None


class MalformedAnswer(Exception):
    """The answer is JSON, but not of the shape that was asked for."""


class _Passing(Exception):
    """A failure that may be over at the next try."""

    def __init__(self, what: str, wait_seconds: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.wait_seconds = wait_seconds


class ServerConnection:
    """All requests to one server. Only the given address is ever called: no redirects, no proxies of the environment.

    Safe to share between threads. A key is sent as a header and appears in no sentence, log line or repr.
    """

    def __init__(
        self, url: str, limits: ConnectionLimits | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Raises RoadError for an address that is none, or a header that cannot be sent."""
        self.limits = limits or ConnectionLimits()
        self.url = _base_url(url)
        parts = httpx.URL(self.url)
        self.host = parts.host if parts.port is None else f"{parts.host}:{parts.port}"
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **(headers or {})}
        if not all(value.isascii() and value.isprintable() for value in self._headers.values()):
            raise RoadError(f"The key for the routing server at {self.host} has characters that no key can have.")
        self._slots = threading.BoundedSemaphore(self.limits.requests_at_once)
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"ServerConnection({self.host!r})"

    def all[T](self, jobs: Sequence[Callable[["Asking"], T]]) -> list[T]:
        """What the jobs return, in their order; they run side by side and ask the server through what they are given.

        When one fails, the others are given up and its error is raised. Raises RoadsUnavailable when the whole is not
        done within `total_seconds`, whatever the server does meanwhile.
        """
        if not jobs:
            return []
        asking = Asking(self, time.monotonic() + self.limits.total_seconds)
        pool = ThreadPoolExecutor(min(len(jobs), self.limits.requests_at_once), thread_name_prefix="routing-server")
        try:
            futures = [pool.submit(job, asking) for job in jobs]
            done, unfinished = wait(futures, timeout=asking.seconds_left, return_when=FIRST_EXCEPTION)
            failed = [future for future in futures if future in done and future.exception() is not None]
            if not failed and unfinished:
                raise self.unavailable(f"did not answer everything within {self.limits.total_seconds:g} s")
            return [future.result() for future in failed or futures]
        finally:
            asking.give_up()
            pool.shutdown(wait=False, cancel_futures=True)

    def one[T](self, job: Callable[["Asking"], T]) -> T:
        """What a single job returns."""
        return self.all([job])[0]

    def unavailable(self, what: str) -> RoadsUnavailable:
        """The one sentence about a failure of this server."""
        return RoadsUnavailable(f"The routing server at {self.host} {what}.")

    def refusal(self, refused: Refused) -> RoadsUnavailable:
        """The sentence for a refusal that is nobody's point's fault."""
        if refused.status in (401, 403):
            return self.unavailable(f"refuses us (HTTP {refused.status}); look whether its key is right")
        if refused.status == 404:
            return self.unavailable("knows no such service (HTTP 404); look whether its address is right")
        return self.unavailable(f"refused the question (HTTP {refused.status})")

    def close(self) -> None:
        """Close all connections; the next question opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def exchange(self, path: str, body: Any, ends: float) -> Any:
        """One request and its JSON answer, without retries: a GET, or a POST where there is a body.

        Raises _Passing where another try may help, Refused for 4xx, RoadsUnavailable for the rest.
        """
        ends = min(ends, time.monotonic() + self.limits.answer_seconds)
        left = max(ends - time.monotonic(), 0.001)
        timeout = httpx.Timeout(left, connect=min(left, self.limits.connect_seconds))
        began = False
        try:
            with self._opened().stream(
                "GET" if body is None else "POST", f"{self.url}{path}", json=body, timeout=timeout
            ) as response:
                began = True
                self._heed_status(response)
                return self._document(response, self._content(response, ends))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Passing("cannot be reached") from error
        except httpx.TimeoutException as error:
            raise self._too_slow() from error
        except httpx.DecodingError as error:
            raise self.unavailable(NOT_JSON) from error
        except httpx.TransportError as error:
            if began:
                raise self.unavailable(BROKE_OFF) from error
            raise _Passing("closed the connection without an answer") from error
        except httpx.InvalidURL as error:
            raise self.unavailable("cannot be asked such a question") from error

    def slot(self, seconds: float) -> bool:
        """Take one of the places for requests at once; whoever gets it gives it back with `free_slot`."""
        return self._slots.acquire(timeout=max(seconds, 0))

    def free_slot(self) -> None:
        self._slots.release()

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                secure = self.url.startswith("https:")
                self._client = httpx.Client(
                    headers=self._headers,
                    follow_redirects=False,
                    # No proxy and no .netrc of the environment: nobody else sees the question or the key.
                    trust_env=False,
                    verify=httpx.create_ssl_context() if secure else False,
                    # Routing servers close idle connections early (OSRM after 5 s).
                    limits=httpx.Limits(max_connections=None, keepalive_expiry=4),
                )
            return self._client

    def _heed_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 429:
            raise _Passing("takes no more requests for now (HTTP 429)", _retry_after(response))
        if status >= 500:
            raise _Passing(f"failed (HTTP {status})")
        if 300 <= status < 400:
            raise self.unavailable("sent us to another address, which is not followed; enter its final address")

    def _content(self, response: httpx.Response, ends: float) -> bytes:
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self.limits.answer_bytes:
                raise self.unavailable(f"answered with more than {self.limits.answer_bytes // 1_000_000} MB")
            if time.monotonic() > ends:
                raise self._too_slow()
        return bytes(content)

    def _document(self, response: httpx.Response, content: bytes) -> Any:
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            if response.is_success:
                raise self.unavailable(NOT_JSON) from error
            document = None
        if not response.is_success:
            raise Refused(response.status_code, document)
        return document

    def _too_slow(self) -> RoadsUnavailable:
        return self.unavailable(f"did not answer within {self.limits.answer_seconds:g} s")


class Asking:
    """One table or line under way: all its requests share a deadline, and end together."""

    def __init__(self, connection: ServerConnection, ends: float) -> None:
        self._connection = connection
        self._ends = ends
        self._given_up = threading.Event()

    @property
    def seconds_left(self) -> float:
        return self._ends - time.monotonic()

    def give_up(self) -> None:
        """Start no further request and wait for no further retry."""
        self._given_up.set()

    def ask(self, path: str, body: Any = None) -> Any:
        """The JSON answer; tried again after 5xx, 429 and connections that failed before an answer, never after 4xx.

        Raises Refused, RoadsUnavailable.
        """
        limits = self._connection.limits
        for attempt in range(limits.retries + 1):
            try:
                return self._once(path, body)
            except _Passing as failure:
                if attempt == limits.retries or self.seconds_left <= 0:
                    raise self._connection.unavailable(failure.what) from failure
                self._pause(failure, attempt)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, path: str, body: Any) -> Any:
        if self._given_up.is_set() or not self._connection.slot(self.seconds_left):
            self._out_of_time()
        try:
            return self._connection.exchange(path, body, self._ends)
        finally:
            self._connection.free_slot()

    def _pause(self, failure: _Passing, attempt: int) -> None:
        limits = self._connection.limits
        seconds = failure.wait_seconds
        if seconds is None:
            # Half of it at random, so that requests that failed together do not come back together.
            seconds = limits.backoff_seconds * 2**attempt * (0.5 + random.random() / 2)  # noqa: S311
        elif seconds > limits.longest_wait_seconds:
            raise self._connection.unavailable(failure.what) from failure
        if self._given_up.wait(min(seconds, max(self.seconds_left, 0))):
            self._out_of_time()

    def _out_of_time(self) -> NoReturn:
        raise self._connection.unavailable(
            f"did not answer everything within {self._connection.limits.total_seconds:g} s"
        )


def _base_url(text: str) -> str:
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, TypeError) as error:
        raise _no_address() from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise _no_address()
    return str(url).rstrip("/")


def _no_address() -> RoadError:
    return RoadError(
        "The address of a routing server is like https://routes.example.org: http or https, no user, no question mark."
    )


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server asks us to wait; None where it says nothing, or a date."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
