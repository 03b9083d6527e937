"""Getting an extract from an address: an allowed host, resumed after a break, checked by its md5."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from app.roads.region.manifest import RegionError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MOST_REDIRECTS = 5
MOST_ATTEMPTS = 5
LONGEST_MD5_FILE = 4096
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
MD5 = re.compile(r"\b[0-9a-fA-F]{32}\b")

Fetching = Callable[[int, int | None], None]  # bytes so far, and in all where the server says so


class _Broken(Exception):
    """The connection broke or the server stumbled: another attempt goes on from where this one ended."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where extracts may be fetched from, as `host` or `host:port`, and how many bytes one may have."""

    hosts: Collection[str]
    most_bytes: int

    def require(self, address: str) -> SplitResult:
        """The address in its parts. Raises RegionError for one that may not be fetched."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise RegionError(f"{address} is not an address that a map file could be fetched from.") from error
        host = parts.hostname or ""
        if parts.username is not None or not host or parts.scheme not in ("http", "https"):
            raise RegionError(f"{address} is not an address that a map file could be fetched from.")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise RegionError("Map files are fetched over https only; write the address with https.")
        named = host if port is None else f"{host}:{port}"
        if named not in self.hosts:
            known = ", ".join(sorted(self.hosts)) or "no host at all"
            raise RegionError(f"Map files are fetched from {known}; {named} is not among them.")
        return parts


def is_address(source: str) -> bool:
    """Whether a source is an address and not a file."""
    return re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE) is not None


def file_name_of(address: str) -> str:
    """What the file at an address is called."""
    return urlsplit(address).path.rsplit("/", 1)[-1] or "extract.osm.pbf"


def fetch(
    address: str,
    folder: Path,
    allowed: Allowed,
    fetching: Fetching = lambda _done, _size: None,
    *,
    pause_seconds: float = 2.0,
) -> Path:
    """The file at `address`, in `folder`. What an earlier attempt left there is gone on with, if the server still has
    the same file.

    Raises RegionError when it may not, or cannot, be had whole.
    """
    allowed.require(address)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.part"
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            _receive(address, part, allowed, fetching)
            break
        except _Broken as error:
            if attempt == MOST_ATTEMPTS:
                raise RegionError(f"{address} could not be fetched: {error}. Try again later.") from error
            time.sleep(pause_seconds * attempt)
        except OSError as error:
            raise RegionError(f"{address} could not be kept: {(error.strerror or str(error)).lower()}.") from error
    _check(address, part, allowed)
    whole = part.with_suffix(".osm.pbf")
    part.replace(whole)
    _tag_file(part).unlink(missing_ok=True)
    return whole


def _receive(address: str, part: Path, allowed: Allowed, fetching: Fetching) -> None:
    done = part.stat().st_size if part.exists() else 0
    tag = _tag_of(part) if done else None
    headers = {"Accept-Encoding": "identity"}
    if done and tag:
        headers |= {"Range": f"bytes={done}-", "If-Range": tag}
    with _opened(address, headers, allowed) as answer:
        if answer.status_code == 416:  # what is here does not fit what is there
            part.unlink(missing_ok=True)
            raise _Broken("the file has changed while it was fetched")
        _require_success(address, answer)
        if answer.status_code != 206:
            done = 0
        said = answer.headers.get("Content-Length", "")
        size = done + int(said) if said.isdigit() else None
        _require_room(address, size or 0, allowed)
        _keep_tag(part, answer)
        with part.open("ab" if done else "wb") as file:
            for chunk in _chunks(answer):
                file.write(chunk)
                done += len(chunk)
                _require_room(address, done, allowed)
                fetching(done, size)
        if size is not None and done != size:
            raise _Broken("the connection broke")


def _chunks(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_raw()  # as they come: a break loses nothing that was received
    except httpx.TransportError as error:
        raise _Broken("the connection broke") from error


def _require_success(address: str, answer: httpx.Response) -> None:
    if answer.status_code >= 500 or answer.status_code == 429:
        raise _Broken(f"the server answers {answer.status_code}")
    if answer.status_code not in (200, 206):
        raise RegionError(f"There is no map file at {address}: the server answers {answer.status_code}.")


def _require_room(address: str, size: int, allowed: Allowed) -> None:
    if size > allowed.most_bytes:
        most = allowed.most_bytes / 1e9
        raise RegionError(f"The map file at {address} is larger than {most:g} GB, the most that is taken here.")


@contextmanager
def _opened(address: str, headers: dict[str, str], allowed: Allowed) -> Iterator[httpx.Response]:
    """The server's answer; every redirect has to lead to an allowed host as well."""
    for _ in range(MOST_REDIRECTS + 1):
        parts = allowed.require(address)
        # A proxy of the environment is for the world outside.
        with httpx.Client(timeout=TIMEOUT, trust_env=parts.hostname not in LOOPBACK) as client:
            try:
                with client.stream("GET", address, headers=headers) as answer:
                    if not answer.is_redirect:
                        yield answer
                        return
                    address = urljoin(address, answer.headers["Location"])
            except httpx.TransportError as error:
                raise _Broken("the server cannot be reached") from error
    raise RegionError("The address leads from one to another without end.")


def _check(address: str, part: Path, allowed: Allowed) -> None:
    """Compare with FILE.md5 where the server has one, as Geofabrik's does."""
    parts = urlsplit(address)
    wanted = _published_md5(parts._replace(path=f"{parts.path}.md5", query="", fragment="").geturl(), allowed)
    if wanted is None:
        return
    with part.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != wanted:
        part.unlink()
        raise RegionError(f"The map file at {address} did not arrive as it was sent (its md5 differs). Try again.")


def _published_md5(address: str, allowed: Allowed) -> str | None:
    try:
        with _opened(address, {}, allowed) as answer:
            if answer.status_code != 200:
                return None
            text = b""
            for chunk in answer.iter_bytes():
                text += chunk
                if len(text) > LONGEST_MD5_FILE:
                    return None
    except (_Broken, RegionError, httpx.TransportError):
        return None
    found = MD5.search(text.decode("utf-8", errors="replace"))
    return found.group().lower() if found else None


def _tag_file(part: Path) -> Path:
    return part.with_suffix(".tag")


def _tag_of(part: Path) -> str | None:
    try:
        tag = json.loads(_tag_file(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return tag if isinstance(tag, str) else None


def _keep_tag(part: Path, answer: httpx.Response) -> None:
    """What says that the server still has the same file; a weak tag does not."""
    tag = answer.headers.get("ETag", "")
    if not tag or tag.startswith("W/"):
        tag = answer.headers.get("Last-Modified", "")
    _tag_file(part).write_text(json.dumps(tag), encoding="utf-8")
