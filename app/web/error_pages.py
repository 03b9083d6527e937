"""A page for each error code, at the address that is the type of its problem documents, from `docs/errors.md`."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from markupsafe import Markup, escape

from app.kit.errors import not_found
from app.web.language import language_of
from app.web.rendering import render

router = APIRouter(include_in_schema=False)
ERRORS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
_ROW = re.compile(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (\d{3}) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class ErrorCode:
    """What the documents say of one code: with which status it comes, what happened and what to do."""

    code: str
    status: int
    told: str

    @property
    def html(self) -> Markup:
        """What happened, as a sentence, with its code marked as such."""
        parts = (self.told[:1].upper() + self.told[1:]).split("`")
        return Markup("").join(
            Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
        )

    @property
    def markdown(self) -> str:
        """The page for whoever asks for Markdown."""
        return f"# `{self.code}`\n\nStatus {self.status}: {self.told}.\n\n[All errors](/docs/errors)\n"


@cache
def error_codes() -> dict[str, ErrorCode]:
    """Every code of the documents' table."""
    rows = _ROW.findall(ERRORS.read_text())
    return {
        code: ErrorCode(code, int(status), told.rstrip("."))
        for codes, status, told in rows
        for code in re.findall(r"`([a-z_]+)`", codes)
    }


@router.get("/docs/errors/{code}")
def show(request: Request, code: str) -> Response:
    """What one code means."""
    found = error_codes().get(code)
    if found is None:
        raise not_found("error code")
    if "text/markdown" in request.headers.get("Accept", ""):
        return PlainTextResponse(found.markdown, media_type="text/markdown")
    sentence = language_of(request).refusal_of_code(code)
    return render(request, "error_code.html", found=found, sentence=sentence)
