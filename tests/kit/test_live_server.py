"""Whoever is connected when a served application ends is hung up on, and no connection is left open behind it."""

import asyncio
import contextlib
import gc
import socket
import time
import warnings
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.kit import live_server
from app.kit.live_server import LiveServer


async def for_ever() -> AsyncIterator[bytes]:
    while True:
        yield b"still here\n" * 10_000
        await asyncio.sleep(0.01)


def with_a_stream_without_end() -> FastAPI:
    service = FastAPI()
    service.get("/stream")(lambda: StreamingResponse(for_ever(), media_type="text/plain"))
    return service


def forgotten() -> list[str]:
    """What Python says of things that were left to it without being closed."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        gc.collect()
    return [str(each.message) for each in said]


@pytest.fixture(autouse=True)
def nothing_forgotten_before() -> None:
    forgotten()


async def busy() -> None:
    time.sleep(0.3)


def test_callers_who_come_as_it_ends_are_hung_up_on() -> None:
    service = FastAPI()
    service.get("/busy")(busy)
    with LiveServer(service) as served:
        first = socket.create_connection((served.host, served.port), timeout=5)
        first.sendall(b"GET /busy HTTP/1.1\r\nHost: wasl.example.org\r\nConnection: close\r\n\r\n")
        time.sleep(0.1)
        callers = [socket.create_connection((served.host, served.port), timeout=5) for _ in range(6)]
    with first:
        assert first.recv(12) == b"HTTP/1.1 200"
    for caller in callers:
        with caller, contextlib.suppress(ConnectionResetError):
            assert caller.recv(1) == b""
    assert forgotten() == []


def test_a_caller_who_does_not_take_what_is_sent_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_server, "SECONDS_TO_END", 1)
    with LiveServer(with_a_stream_without_end()) as served:
        caller = socket.create_connection((served.host, served.port), timeout=5)
        caller.sendall(b"GET /stream HTTP/1.1\r\nHost: wasl.example.org\r\n\r\n")
        assert caller.recv(12) == b"HTTP/1.1 200"
        time.sleep(0.5)  # until what waits on the way is full
    with caller, contextlib.suppress(ConnectionResetError):
        while caller.recv(65536):
            pass
    assert forgotten() == []
