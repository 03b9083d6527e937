"""An extract comes whole from a host that is allowed, or not at all: asked of a real server on loopback."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.roads.region import RegionError
from app.roads.region.fetch import Allowed, fetch, is_address

CONTENT = bytes(range(256)) * 4000


@dataclass
class Shelf:
    """What the server gives out, how it misbehaves, and what it was asked."""

    content: bytes = CONTENT
    etag: str = '"one"'
    md5: str | None = None
    breaks_after: list[int] = field(default_factory=list)  # bytes, for each answer in turn
    stumbles: list[int] = field(default_factory=list)  # statuses, before it answers
    redirect: str | None = None
    ranges: list[str | None] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers as its shelf says."""

    shelf: Shelf
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith(".md5"):
            self._send(200 if self.shelf.md5 else 404, (self.shelf.md5 or "").encode())
        elif self.shelf.redirect and self.path == "/moved.osm.pbf":
            self.send_response(302)
            self.send_header("Location", self.shelf.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.shelf.stumbles:
            self._send(self.shelf.stumbles.pop(0), b"")
        else:
            self._send_file()

    def _send_file(self) -> None:
        asked = self.headers.get("Range")
        self.shelf.ranges.append(asked)
        content, status = self.shelf.content, 200
        if asked and self.headers.get("If-Range") == self.shelf.etag:
            content, status = content[int(asked.removeprefix("bytes=").rstrip("-")) :], 206
        self._send(status, content, self.shelf.breaks_after.pop(0) if self.shelf.breaks_after else None)

    def _send(self, status: int, content: bytes, breaks_after: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", self.shelf.etag)
        self.end_headers()
        self.wfile.write(content[:breaks_after])
        if breaks_after is not None:
            self.close_connection = True

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # who refuses a file hangs up in the middle of it
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def host(shelf: Shelf) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OfThisTest", (Handler,), {"shelf": shelf}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(host: str, folder: Path, *, path: str = "/town.osm.pbf", most_bytes: int = 10**9) -> bytes:
    allowed = Allowed({host}, most_bytes)
    return fetch(f"http://{host}{path}", folder, allowed, pause_seconds=0.01).read_bytes()


def test_a_file_is_fetched_whole_with_its_progress(host: str, tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    allowed = Allowed({host}, 10**9)
    found = fetch(f"http://{host}/town.osm.pbf", tmp_path, allowed, lambda done, size: heard.append((done, size)))
    assert found.read_bytes() == CONTENT
    assert heard[-1] == (len(CONTENT), len(CONTENT))
    assert list(tmp_path.iterdir()) == [found]


def test_what_broke_off_is_gone_on_with(host: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after = [300_000, 200_000]
    assert fetched(host, tmp_path) == CONTENT
    assert shelf.ranges == [None, "bytes=300000-", "bytes=500000-"]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(host: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after = [1000] * 5
    with pytest.raises(RegionError, match="could not be fetched: the connection broke"):
        fetched(host, tmp_path)
    shelf.content, shelf.etag = CONTENT[::-1], '"two"'
    assert fetched(host, tmp_path) == CONTENT[::-1]


def test_a_server_that_stumbles_is_asked_again(host: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.stumbles = [503, 500, 429]
    assert fetched(host, tmp_path) == CONTENT


@pytest.mark.parametrize("status", [404, 403, 401])
def test_an_address_without_a_file_is_refused_at_once(host: str, shelf: Shelf, tmp_path: Path, status: int) -> None:
    shelf.stumbles = [status]
    with pytest.raises(RegionError, match=f"There is no map file at .*: the server answers {status}"):
        fetched(host, tmp_path)


def test_the_published_md5_decides(host: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.md5 = f"{hashlib.md5(CONTENT).hexdigest()}  town.osm.pbf\n"
    assert fetched(host, tmp_path) == CONTENT
    shelf.md5 = f"{'0' * 32}  town.osm.pbf\n"
    with pytest.raises(RegionError, match=r"did not arrive as it was sent \(its md5 differs\)"):
        fetched(host, tmp_path / "again")
    assert not list((tmp_path / "again").glob("*.osm.pbf"))


def test_a_file_above_the_limit_is_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(RegionError, match=r"is larger than 0\.0005 GB, the most that is taken here"):
        fetched(host, tmp_path, most_bytes=500_000)


def test_a_redirect_is_followed_to_allowed_hosts_alone(host: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.redirect = "/town-261125.osm.pbf"
    assert fetched(host, tmp_path, path="/moved.osm.pbf") == CONTENT
    for elsewhere in ("http://127.0.0.1:9/secret", "https://example.org/x.osm.pbf", "file:///etc/passwd"):
        shelf.redirect = elsewhere
        with pytest.raises(RegionError, match=r"fetched from"):
            fetched(host, tmp_path, path="/moved.osm.pbf")
    shelf.redirect = "/moved.osm.pbf"
    with pytest.raises(RegionError, match="without end"):
        fetched(host, tmp_path, path="/moved.osm.pbf")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://download.geofabrik.de/x.osm.pbf", "over https only"),
        ("https://example.org/x.osm.pbf", "fetched from download.geofabrik.de; example.org is not among them"),
        ("https://download.geofabrik.de:8443/x.osm.pbf", "is not among them"),
        ("https://download.geofabrik.de.example.org/x", "is not among them"),
        ("https://someone:secret@download.geofabrik.de/x", "is not an address"),
        ("https://127.0.0.1/x", "is not among them"),
        ("https://[::1", "is not an address"),
        ("ftp://download.geofabrik.de/x", "is not an address"),
        ("file:///etc/passwd", "is not an address"),
    ],
)
def test_an_address_elsewhere_is_never_asked(address: str, why: str, tmp_path: Path) -> None:
    assert is_address(address)
    with pytest.raises(RegionError, match=why):
        fetch(address, tmp_path, Allowed({"download.geofabrik.de"}, 10**9))


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match=r"could not be fetched: the server cannot be reached\. Try again later\.$"):
        fetch("http://127.0.0.1:9/x.osm.pbf", tmp_path, Allowed({"127.0.0.1:9"}, 10**9), pause_seconds=0.01)
