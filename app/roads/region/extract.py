"""Looking a map file over: what it is, whether it is whole, and its digest, before anything is built from it."""

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.roads.region.manifest import RegionError

LONGEST_BLOCK_HEADER = 64 * 1024  # bytes, both limits from the format: wiki.openstreetmap.org/wiki/PBF_Format
LONGEST_BLOCK = 32 * 1024 * 1024
CUT_SHORT = "it is cut short; download it again"
NOT_PBF = "it is not an OpenStreetMap PBF file"
OTHER_KINDS = (
    (b"<", "it is OpenStreetMap XML; turn it into PBF first (osmium cat FILE.osm -o FILE.osm.pbf)"),
    (b"\xef\xbb\xbf<", "it is OpenStreetMap XML; turn it into PBF first (osmium cat FILE.osm -o FILE.osm.pbf)"),
    (b"\x1f\x8b", "it is packed with gzip; unpack it first"),
    (b"BZh", "it is packed with bzip2; unpack it first"),
    (b"PK\x03\x04", "it is a zip archive; unpack it first"),
)
# With so many of its streets' points missing, an extract was not made for routing.
MISSING_WARNED, MISSING_REFUSED = 0.001, 0.25


def look_over(extract: Path, reading: Callable[[int], None] = lambda _: None) -> tuple[str, int]:
    """The sha256 of a map file and its size in bytes.

    `reading` hears how many bytes were read. Raises RegionError for what is no whole OpenStreetMap PBF.
    """
    try:
        if extract.is_dir():
            raise RegionError(f"{extract} is a folder; name the map file in it.")
        with extract.open("rb") as file:
            _walk(file, extract.name)
            file.seek(0)
            return _digest(file, reading)
    except FileNotFoundError as error:
        raise RegionError(f"There is no map file {extract}.") from error
    except OSError as error:
        raise RegionError(f"The map file {extract} cannot be read: {error.strerror}.") from error


def cannot_be_used(name: str, why: str) -> RegionError:
    """One sentence about a map file."""
    return RegionError(f"The map file {name} cannot be used: {why}.")


def _walk(file: BinaryIO, name: str) -> None:
    """From block to block to the end, without unpacking any: a file that is cut short is known at once."""
    start = file.read(4)
    if not start:
        raise cannot_be_used(name, "it is empty")
    for magic, why in OTHER_KINDS:
        if start.startswith(magic):
            raise cannot_be_used(name, why)
    size = file.seek(0, 2)
    position = 0
    while position < size:
        file.seek(position)
        kind, length = _block(file, name, first=position == 0)
        if position == 0 and kind != b"OSMHeader":
            raise cannot_be_used(name, NOT_PBF)
        position = file.tell() + length
    if position > size:
        raise cannot_be_used(name, CUT_SHORT)


def _block(file: BinaryIO, name: str, *, first: bool) -> tuple[bytes, int]:
    """The kind of the block that begins here, and the bytes that follow its header."""
    prefix = file.read(4)
    if len(prefix) < 4:
        raise cannot_be_used(name, NOT_PBF if first else CUT_SHORT)
    (length,) = struct.unpack(">I", prefix)
    if not 0 < length <= LONGEST_BLOCK_HEADER:
        raise cannot_be_used(name, NOT_PBF if first else "it is damaged; download it again")
    header = file.read(length)
    if len(header) < length:
        raise cannot_be_used(name, CUT_SHORT if header.find(b"OSMHeader") >= 0 or not first else NOT_PBF)
    kind, size = _header_fields(header)
    if kind is None or size is None or size > LONGEST_BLOCK:
        raise cannot_be_used(name, NOT_PBF if first else "it is damaged; download it again")
    return kind, size


def _header_fields(header: bytes) -> tuple[bytes | None, int | None]:
    """type (field 1) and datasize (field 3) of a BlobHeader message; None for what is not there."""
    kind: bytes | None = None
    size: int | None = None
    position = 0
    try:
        while position < len(header):
            key, position = _varint(header, position)
            value, position = _varint(header, position)
            if key & 7 == 2:
                if key >> 3 == 1:
                    kind = header[position : position + value]
                position += value
            elif key == 3 << 3:
                size = value
            elif key & 7 != 0:
                return None, None
    except IndexError:
        return None, None
    return kind, size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise IndexError


def _digest(file: BinaryIO, reading: Callable[[int], None]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
        reading(size)
    return digest.hexdigest(), size


def missing_points_warning(name: str, points: int, missing: int) -> str | None:
    """What to say of streets whose points are not in the file; None when (nearly) all are.

    Raises RegionError when so many are missing that the streets are of no use.
    """
    share = missing / points if points else 0.0
    percent = f"{100 * share:.0f}" if share >= 0.01 else f"{100 * share:.1f}"
    if share > MISSING_REFUSED:
        raise cannot_be_used(
            name, f"{percent} % of its street points are missing; take an extract that was cut with complete ways"
        )
    if share < MISSING_WARNED:
        return None
    return (
        f"{percent} % of the street points are missing: the extract was cut through its streets; routes near its edge "
        f"may be wrong."
    )
