"""A PDF read back: what its tags say on each page, in the order in which it is read, and what it looks like."""

from io import BytesIO

import pypdfium2
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream


def read(document: bytes) -> PdfReader:
    return PdfReader(BytesIO(document), strict=True)


def told(document: bytes) -> list[list[str]]:
    """By page, every piece of text that a reader who listens hears."""
    reader = read(document)
    return [
        [
            str(operands[1]["/ActualText"])
            for operands, operator in ContentStream(page.get_contents(), reader).operations
            if operator == b"BDC" and "/ActualText" in operands[1]
        ]
        for page in reader.pages
    ]


def whole(document: bytes) -> str:
    return "\n".join(part for page in told(document) for part in page)


def pictures(document: bytes) -> list[Image.Image]:
    """Each page in grey, 72 points an inch."""
    with pypdfium2.PdfDocument(document) as opened:
        return [page.render().to_pil().convert("L") for page in opened]
