"""What a photo becomes before it is kept: read, turned upright, made smaller, and written anew without its metadata.

Nothing of the file that came in is kept: not where and when it was taken, not what else may hide in it.
"""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
LONGEST_SIDE = 1600
MOST_PIXELS = 36_000_000
QUALITY = 82


class Unreadable(ValueError):
    """What came is no picture that can be kept, with a sentence for the person who sent it."""


@dataclass(frozen=True)
class Picture:
    """A JPEG of our own making."""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """What tells it from every other picture."""
        return hashlib.sha256(self.content).hexdigest()


def picture_of(body: bytes) -> Picture:
    """The picture in a JPEG, PNG or WebP file; raises `Unreadable`."""
    try:
        with Image.open(io.BytesIO(body), formats=tuple(TYPES.values())) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Unreadable("This picture has too many pixels. Send it smaller.")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is then decoded at a fraction of its size
            return _kept(opened)
    except Unreadable:
        raise
    except Image.DecompressionBombError as error:
        raise Unreadable("This picture has too many pixels. Send it smaller.") from error
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, MemoryError, Warning) as error:
        # Pillow's readers raise whatever a broken file leads them to.
        raise Unreadable("This is not a picture that can be read. Send a photo as JPEG, PNG or WebP.") from error


def _kept(opened: Image.Image) -> Picture:
    opened.load()
    turned = ImageOps.exif_transpose(opened)
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    seen = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    clean = Image.new("RGB", seen.size, "white")  # a new picture has no metadata to be written along
    clean.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), clean.width, clean.height)
