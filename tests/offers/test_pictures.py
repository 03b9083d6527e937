"""A photo is read, turned, made smaller and written anew; what is no picture is refused, whatever it is."""

import contextlib
import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from app.offers.pictures import LONGEST_SIDE, Unreadable, picture_of


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **saving: object) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    written = io.BytesIO()
    image.save(written, kind, **saving)  # type: ignore[arg-type]
    return written.getvalue()


def telling_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make] = "CANARY camera"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (51.0, 34.0, 17.0)
    return exif


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_type_becomes_a_jpeg(kind: str) -> None:
    picture = picture_of(a_photo(kind))
    image = opened(picture.content)
    assert (image.format, image.size, (picture.width, picture.height)) == ("JPEG", (64, 48), (64, 48))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_when_it_was_taken_is_not_kept(kind: str) -> None:
    sent = a_photo(kind, exif=telling_exif(), comment=b"CANARY comment", xmp=b"<x>CANARY xmp</x>")
    assert opened(sent).getexif().get_ifd(IFD.GPSInfo)
    kept = picture_of(sent).content
    assert b"CANARY" not in kept
    assert b"Exif" not in kept
    assert not opened(kept).getexif()
    assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_that_was_held_sideways_is_turned_upright() -> None:
    image = opened(picture_of(a_photo(exif=telling_exif(orientation=6), quality=95)).content)
    assert image.size == (48, 64)
    top, bottom = image.getpixel((24, 8)), image.getpixel((24, 56))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > bottom[0]
    assert bottom[2] > 200 > top[2]


def test_a_large_photo_is_made_smaller_and_keeps_its_shape() -> None:
    picture = picture_of(a_photo(size=(4000, 1000)))
    assert (picture.width, picture.height) == (LONGEST_SIDE, 400)


def test_what_is_see_through_becomes_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    assert opened(picture_of(written.getvalue()).content).getpixel((5, 5)) == (255, 255, 255)


def a_bomb(side: int) -> bytes:
    """A PNG of few bytes with a great many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    packed = zlib.compressobj(9)
    rows = packed.compress(bytes(1 + side // 8) * side) + packed.flush()
    header = side.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8000, 12_000, 40_000])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    bomb = a_bomb(side)
    assert len(bomb) < 1_000_000
    with pytest.raises(Unreadable):
        picture_of(bomb)


@pytest.mark.parametrize(
    "body",
    [b"", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", a_photo("GIF"), a_photo("TIFF"), a_photo()[:200]],
    ids=["nothing", "pdf", "svg", "gif", "tiff", "broken off"],
)
def test_what_is_no_such_picture_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        picture_of(body)


@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 600), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_a_picture_or_is_refused_and_nothing_else(kind: str, place: int, damage: bytes) -> None:
    body = a_photo(kind)
    place = min(place, len(body))
    with contextlib.suppress(Unreadable):
        picture_of(body[:place] + damage + body[place + len(damage) :])


def test_the_reader_asks_for_no_file_of_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(a_photo())
    with pytest.raises(Unreadable):
        picture_of(str(path).encode())
