"""A thin line to a service of this machine, such as a phone has on the road: its bytes are counted, come at so many a
second in each direction, and are as late as they would be there."""

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PIECE_BYTES = 1460  # what one packet carries
READY_SECONDS = 10
OPENED_BY = 2  # round trips before a new connection carries anything: TCP's own and that of TLS 1.3


@dataclass(frozen=True)
class Profile:
    """A line: kilobits a second each way, milliseconds there and back."""

    name: str
    down_kbit: float
    up_kbit: float
    round_trip_ms: float


FAST_3G = Profile("fast 3G", 1600, 750, 150)
SLOW_3G = Profile("slow 3G", 400, 400, 400)
NO_LIMIT = Profile("as it is", 1e6, 1e6, 0)


class _Way:
    """One direction, which all connections share: when what is sent now has got through."""

    def __init__(self, kbit: float) -> None:
        self._bytes_a_second, self._free_at = kbit * 1000 / 8, 0.0
        self.carried = 0

    def through_at(self, size: int, now: float) -> float:
        self.carried += size
        self._free_at = max(self._free_at, now) + size / self._bytes_a_second
        return self._free_at


class ThinLine:
    """A port of this machine that leads to the service over a line of this profile, which may change meanwhile."""

    def __init__(self, address: str, profile: Profile) -> None:
        there = urlsplit(address)
        self._there = (str(there.hostname), int(there.port or 80))
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.become(profile)

    def become(self, profile: Profile) -> None:
        """Another line from now on; what it carried is counted from nothing."""
        self._late = profile.round_trip_ms / 2000
        self._down, self._up = _Way(profile.down_kbit), _Way(profile.up_kbit)

    @property
    def down_bytes(self) -> int:
        """What came to the phone: whole answers with their heads, of every connection."""
        return self._down.carried

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(READY_SECONDS):
            raise RuntimeError("the line did not open")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(READY_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        under_way = asyncio.all_tasks(self._loop)
        for task in under_way:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*under_way, return_exceptions=True))

    async def _connect(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await asyncio.sleep(OPENED_BY * 2 * self._late)
        there, forth = await asyncio.open_connection(*self._there)
        await asyncio.gather(self._carry(here, forth, is_up=True), self._carry(there, back, is_up=False))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_up: bool) -> None:
        """Reading goes on while what was read is under way: a line is as long as it is late."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.ensure_future(self._arrive(under_way, target))
        with contextlib.suppress(OSError):
            while piece := await source.read(PIECE_BYTES):
                now = self._loop.time()
                through = (self._up if is_up else self._down).through_at(len(piece), now)
                under_way.put_nowait((through + self._late, piece))
                await asyncio.sleep(max(0.0, through - now))
        under_way.put_nowait((self._loop.time() + self._late, b""))
        await arriving

    async def _arrive(self, under_way: asyncio.Queue[tuple[float, bytes]], target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                at, piece = await under_way.get()
                await asyncio.sleep(max(0.0, at - self._loop.time()))
                if not piece:
                    break
                target.write(piece)
                await target.drain()
        target.close()
