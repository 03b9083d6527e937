"""What a network's page, and the places on it, look like over HTTP to those who look after them."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from app.domain.personal import NOT_OF_PEOPLE_IN_NEED
from app.kit.web import Body
from app.partners.schemas import ExceptionIn, ExceptionOut, Exceptions, Out, WeeklyWindows, WindowOut, each_date_once

SHORTEST_SLUG, LONGEST_SLUG = 3, 60
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]{1,28}[0-9]", re.ASCII)


def is_slug(text: str) -> bool:
    """Whether a page could have this address."""
    return SHORTEST_SLUG <= len(text) <= LONGEST_SLUG and _SLUG.fullmatch(text) is not None


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise ValueError("Write small letters from a to z, digits and single hyphens, as in newport-food.")
    return text


def _phone(text: str) -> str:
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
    if plain and not _PHONE.fullmatch(plain):
        raise ValueError("Write a telephone number, as in +44 1633 123456.")
    return plain


Slug = Annotated[str, StringConstraints(min_length=SHORTEST_SLUG, max_length=LONGEST_SLUG), AfterValidator(_slug)]
PublicName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Phone = Annotated[str, StringConstraints(max_length=30), AfterValidator(_phone)]
PublicNote = Annotated[
    str, StringConstraints(max_length=200), Field(description=f"Everybody reads it. {NOT_OF_PEOPLE_IN_NEED}")
]


class PublicPageIn(Body):
    """A network's page for everybody, as a whole."""

    is_on: bool = Field(default=False, description="Off: nothing is at its address")
    slug: Slug = Field(description="The end of its address, /n/{slug}: small letters, digits and single hyphens")
    name_en: PublicName
    name_ar: Annotated[str, StringConstraints(max_length=120)] = Field(default="", description="Empty: as in English")


class PublicPageOut(Out):
    """A network's page for everybody."""

    is_on: bool
    slug: str
    name_en: str
    name_ar: str
    version: int


class DistributionPointIn(Body):
    """What everybody may know of a place where people collect food, as a whole; hours are those of giving out."""

    is_public: bool = Field(default=False, description="Said by the place's own organisation alone")
    windows: WeeklyWindows
    exceptions: Exceptions = []
    note_en: PublicNote = ""
    note_ar: PublicNote = ""
    phone: Phone = Field(default="", description="For whoever has a question; everybody reads it")

    @field_validator("exceptions")
    @classmethod
    def _once(cls, found: list[ExceptionIn]) -> list[ExceptionIn]:
        each_date_once(found)
        return found


class DistributionPointOut(Out):
    """What everybody may know of a place where people collect food."""

    site_id: UUID
    organisation_id: UUID
    is_public: bool
    windows: list[WindowOut]
    exceptions: list[ExceptionOut]
    note_en: str
    note_ar: str
    phone: str
    version: int
