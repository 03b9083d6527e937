"""Real routing servers on loopback, and a relay in front of one that spoils answers on purpose."""

import importlib.util
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from app.roads.provider import Point
from app.roads.servers import ConnectionLimits

PATIENT = ConnectionLimits(connect_seconds=5, answer_seconds=60, backoff_seconds=0.01)
HASTY = ConnectionLimits(connect_seconds=0.5, answer_seconds=0.5, total_seconds=5, backoff_seconds=0.01)


def program(package: str, name: str) -> Path:
    """A program that lies in an installed package."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "bin" / name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class RunningServer:
    """A server process of ours, and where it listens."""

    process: subprocess.Popen[bytes]
    url: str

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def running(command: Sequence[str | Path], port: int, log: Path) -> Iterator[RunningServer]:
    """The command until it answers HTTP on the port; ended by its id."""
    with log.open("wb") as output:
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output)
    server = RunningServer(process, f"http://127.0.0.1:{port}")
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{server.url}/status", timeout=5, trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
        yield server
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_osrm(graph: Path, log: Path, *options: str) -> Iterator[RunningServer]:
    port = free_port()
    command = [program("osrm", "osrm-routed"), "--ip", "127.0.0.1", "--port", str(port), "--algorithm", "mld"]
    with running([*command, *options, graph], port, log) as server:
        yield server


@contextmanager
def running_valhalla(extract: Path, folder: Path) -> Iterator[RunningServer]:
    """A server on tiles built of the extract, without the databases of borders and time zones."""
    import valhalla

    (folder / "tiles").mkdir(parents=True)
    port = free_port()
    config: dict[str, Any] = valhalla.get_config(tile_extract="", tile_dir=str(folder / "tiles"))
    for name in ("admin", "timezone", "landmarks", "transit_dir", "traffic_extract"):
        config["mjolnir"].pop(name, None)
    config["mjolnir"]["concurrency"] = 1
    service = config["httpd"]["service"]
    service["listen"] = f"tcp://127.0.0.1:{port}"
    for name in ("loopback", "interrupt"):
        service[name] = f"ipc://{folder}/{name}"
    for name in ("loki", "thor", "odin", "meili"):
        config[name]["service"]["proxy"] = f"ipc://{folder}/{name}"
    (folder / "valhalla.json").write_text(json.dumps(config))
    build = [program("valhalla", "valhalla_build_tiles"), "-c", folder / "valhalla.json", extract]
    subprocess.run([str(part) for part in build], check=True, capture_output=True)
    command = [program("valhalla", "valhalla_service"), folder / "valhalla.json", "1"]
    with running(command, port, folder / "log") as server:
        yield server


def scattered(count: int, box: tuple[float, float, float, float], seed: int = 1) -> list[Point]:
    """Points spread over (west, south, east, north), the same for the same seed."""
    chance = np.random.default_rng(seed)
    return [
        Point(float(longitude), float(latitude))
        for longitude, latitude in zip(
            chance.uniform(box[0], box[2], count), chance.uniform(box[1], box[3], count), strict=True
        )
    ]


Behaviour = Callable[["RelayHandler"], None]


class Relay(ThreadingHTTPServer):
    """Passes requests on to a server, except that the first ones meet the behaviours of `script`, and where `always`
    is set, all do."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), RelayHandler)
        self.upstream = upstream
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.script: list[Behaviour] = []
        self.always: Behaviour | None = None
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.ended = threading.Event()
        self.lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked may have gone away: that is what is tested."""


class RelayHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Relay

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.requests.append((self.command, self.path, dict(self.headers), body))
            behave = self.server.script.pop(0) if self.server.script else self.server.always
        if behave is not None:
            behave(self)
            return
        answer = httpx.request(
            self.command, f"{self.server.upstream}{self.path}", content=body, timeout=30, trust_env=False
        )
        self.answer(answer.content, answer.status_code)

    do_POST = do_GET

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


@contextmanager
def relay_to(upstream: str) -> Iterator[Relay]:
    relay = Relay(upstream)
    thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield relay
    finally:
        relay.ended.set()
        relay.shutdown()
        thread.join()
        relay.server_close()


def named(name: str, behave: Behaviour) -> Behaviour:
    """The behaviour under a name, for the titles of tests."""
    behave.__name__ = name
    return behave


def failing(status: int, **headers: str) -> Behaviour:
    return named(f"HTTP {status} {headers or ''}", lambda handler: handler.answer(b"{}", status, **headers))


def saying(content: bytes | str | dict[str, Any], status: int = 200) -> Behaviour:
    if isinstance(content, dict):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    return named(f"{data[:30]!r}", lambda handler: handler.answer(data, status))


def hanging_up(handler: RelayHandler) -> None:
    """Close without a byte of an answer."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def half_an_answer(handler: RelayHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"code":"Ok"')
    handler.wfile.flush()
    hanging_up(handler)


def silence(handler: RelayHandler) -> None:
    handler.server.ended.wait(30)
    handler.close_connection = True


def dripping(handler: RelayHandler) -> None:
    """A byte now and then, for ever: every single wait is short."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.ended.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def dripping_headers(handler: RelayHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.ended.wait(0.05):
        handler.wfile.write(b"X-More: yes\r\n")
        handler.wfile.flush()


def endless(handler: RelayHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while not handler.server.ended.is_set():
        handler.wfile.write(chunk)
