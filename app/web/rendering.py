"""Templates to responses: one environment, escaped, with the reader's language and a strict content policy."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.categories import WORDS
from app.domain.signatures import box_of, path_of
from app.kit.language import keeps_cookies
from app.settings import Settings
from app.web.language import LANGUAGE_COOKIE, LANGUAGES, language_of

STATIC = Path(__file__).with_name("static")
YEAR_SECONDS = 365 * 24 * 3600
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:{tiles}; object-src 'none'; base-uri 'self'; form-action 'self';"
    " frame-ancestors {frames}"
)
HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

environment = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.globals.update(box_of=box_of, path_of=path_of)


def render(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page in the reader's language."""
    language = language_of(request)
    text = environment.get_template(template).render(
        lang=language,
        t=language.t,
        n=language.n,
        forms=language.forms,
        category_word=lambda code: language.t(WORDS[code]).capitalize(),
        other_languages=[code for code in LANGUAGES if code != language.code],
        here=lambda code: f"{request.url.path}?{urlencode({**request.query_params, 'lang': code})}",
        **{"signed_in": None, "demonstration": False, "all_pages": False, **context},
    )
    response = HTMLResponse(text, status, {**HEADERS, "Content-Security-Policy": content_policy(request)})
    if request.query_params.get("lang") in LANGUAGES and keeps_cookies(request):
        response.set_cookie(
            LANGUAGE_COOKIE, language.code, max_age=YEAR_SECONDS, samesite="lax", httponly=True, path="/"
        )
    return response


def content_policy(request: Request, *, in_frames: bool = False) -> str:
    """Everything from ourselves; pictures also from the origin of the tile server that the settings name, but on pages
    of everybody, whose readers nobody else hears of. in_frames: other sites may show the page within theirs."""
    config: Settings = request.app.state.settings
    origin = config.tile_origin if keeps_cookies(request) else None
    return CONTENT_POLICY.format(tiles=f" {origin}" if origin else "", frames="*" if in_frames else "'none'")


def see_other(path: str, **query: str) -> RedirectResponse:
    """After a form: on to the page that shows what came of it."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)
