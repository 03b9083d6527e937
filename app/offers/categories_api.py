"""HTTP for the list of food categories."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from app.domain import arabic_words
from app.domain.categories import CATEGORIES, GROUPS, SOURCES, WORDS
from app.kit.language import AskedLanguage, headers_of
from app.kit.web import PROBLEMS, ApiRoute, Caller

router = APIRouter(prefix="/api/v1/categories", route_class=ApiRoute, tags=["offers"], responses=PROBLEMS)
NAMES = {"en": WORDS, "ar": arabic_words.CATEGORIES}


class GpcOut(BaseModel):
    """A family or brick of GS1's Global Product Classification."""

    level: Literal["family", "brick"]
    code: str
    title: str


class CategoryOut(BaseModel):
    """One category, and where it belongs in the classifications of others."""

    code: str
    name: str
    gpc: list[GpcOut]
    wrap_group: str | None
    fao_group: str | None
    remark: str


class GroupsSourceOut(BaseModel):
    """Where a classification is published, and how sure we are of what we wrote down of it."""

    name: str
    edition: str
    note: str


class CategoriesOut(BaseModel):
    """The whole list; it is short, so it has no pages."""

    items: list[CategoryOut]
    sources: dict[str, GroupsSourceOut]


@router.get("")
def list_categories(call: Caller, response: Response, language: AskedLanguage) -> CategoriesOut:
    """The categories of food for offers and needs, named in the language of Accept-Language."""
    call.principal.require("network.read")
    response.headers.update(headers_of(language))
    items = [
        CategoryOut(
            code=code,
            name=NAMES[language][code],
            gpc=[GpcOut(level=each.level, code=each.code, title=each.title) for each in GROUPS[code].gpc],
            wrap_group=GROUPS[code].wrap,
            fao_group=GROUPS[code].fao,
            remark=GROUPS[code].remark,
        )
        for code in CATEGORIES
    ]
    sources = {key: GroupsSourceOut(name=s.name, edition=s.edition, note=s.note) for key, s in SOURCES.items()}
    return CategoriesOut(items=items, sources=sources)
