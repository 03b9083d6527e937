"""The application on a real port in a thread of this process: for the demo and the tests, which use the front door."""

import asyncio
import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

STARTING_SECONDS = 30
TICK_SECONDS, TICKS_A_DAY = 0.1, 864_000  # as uvicorn counts
SECONDS_TO_HANG_UP, LOOK_SECONDS = 0.1, 0.002
SECONDS_TO_END = 5
ROUNDS_TO_BE_KNOWN = 4  # of the loop, from a caller accepted to a connection that uvicorn lists, and back


class _PromptServer(uvicorn.Server):
    """Says when it has started and ends when it is told to: uvicorn looks ten times a second whether it should, and
    pauses as long for callers to hang up, whether there are any or not. A thousand servers of tests notice."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: asyncio.Event | None = None

    def end(self) -> None:
        """From any thread."""
        self.should_exit = True
        if self._loop is not None and self._told is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        self.up.set()
        tick = 0
        while not await self.on_tick(tick):
            tick = (tick + 1) % TICKS_A_DAY
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever has not hung up by the end of uvicorn's pause is left to it, and who still has not by then is hung up
        on: a connection that the loop leaves open when it ends stays open until somebody tidies up, and its caller
        waits. Those who were accepted last are let in before the server is closed, since asyncio forgets without
        closing whoever is accepted and not yet let in by then."""
        loop = asyncio.get_running_loop()
        for listening in (each for server in self.servers for each in server.sockets):
            loop.remove_reader(listening.fileno())
        await _rounds()
        for server in self.servers:
            server.close()
        state, until = self.server_state, time.monotonic() + SECONDS_TO_HANG_UP
        for connection in list(state.connections):
            connection.shutdown()
        while (state.connections or state.tasks) and time.monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)
        if state.connections or state.tasks:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()
        for connection in list(state.connections):
            if isinstance(transport := getattr(connection, "transport", None), asyncio.WriteTransport):
                transport.abort()
        await _rounds()


async def _rounds() -> None:
    for _ in range(ROUNDS_TO_BE_KNOWN):
        await asyncio.sleep(0)


class LiveServer:
    """Serves on loopback while the block runs; `port` 0 takes a free one."""

    def __init__(self, app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.create_server((host, port))
        # Inherited by what it accepts. asyncio would set it but for the protocol, which `create_server` leaves unnamed;
        # without it the second packet of an answer waits some 40 ms for the caller's acknowledgement of the first.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host, self.port = host, self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            loop="asyncio",
            log_config=None,  # its own closes all handlers of this process, whoever writes to them
            log_level="warning",
            lifespan="on",
            timeout_graceful_shutdown=SECONDS_TO_END,
            timeout_keep_alive=30,  # a caller who pauses for some seconds meets an open connection
            ws="none",
            access_log=False,
        )
        self._server = _PromptServer(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + STARTING_SECONDS
        while not self._server.up.wait(0.02):
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the web server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.end()
        self._thread.join(timeout=30)
        self._socket.close()

    def wait(self) -> None:
        """Until it is stopped from outside."""
        self._thread.join()
