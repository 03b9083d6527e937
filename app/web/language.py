"""The reader's language: which one, its words from a catalogue, its direction, its dates and numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from fastapi import Request
from markupsafe import Markup, escape

from app.domain import reasons
from app.domain.units import kg_display, kg_text, km_display
from app.kit.errors import FieldError, WaslError

LANGUAGES = ("en", "ar")
LANGUAGE_COOKIE = "wasl_language"
MESSAGES = Path(__file__).with_name("messages")
_GAPS = re.compile(r"\{\w+\}(?: \{\w+\})*\.?")


@cache
def catalogue(code: str) -> Catalog | None:
    """The translations of a language; English is the text of the pages itself."""
    path = MESSAGES / code / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=code)


@dataclass(frozen=True)
class Language:
    """How a page speaks to its reader."""

    code: str

    @property
    def locale(self) -> Locale:
        """Babel's facts about the language."""
        return Locale.parse(self.code)

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return str(self.locale.text_direction)

    @property
    def comma(self) -> str:
        """What stands between two parts of a line."""
        return "، " if self.code == "ar" else ", "

    def t(self, text: str, /, **words: Any) -> Markup:
        """The sentence in this language; words are filled in, escaped and kept apart from its direction."""
        return _filled(self._translated(text), words)

    def n(self, one: str, many: str, count: int, /, **words: Any) -> Markup:
        """The sentence that fits the number, in the language's own plural form."""
        return _filled(self._plural(one, many, count), {"count": count, **words})

    def _translated(self, text: str) -> str:
        found = catalogue(self.code)
        message = found.get(text) if found is not None else None
        return str(message.string) if message is not None and message.string else text

    def _plural(self, one: str, many: str, count: int) -> str:
        found = catalogue(self.code)
        message = found.get(one) if found is not None else None
        if message is None or not isinstance(message.string, tuple):
            return one if count == 1 else many
        form = int(_plural_form(self.code, count))
        return str(message.string[form]) or many

    def reason(self, code: str, details: Mapping[str, Any]) -> Markup:
        """Why food stays, or why a stop failed."""
        template, words = reasons.template_and_words(code, details)
        return self.t(template, **{name: self._translated(word) for name, word in words.items()})

    def refusal(self, error: WaslError | FieldError) -> str:
        """What an error says: in English its own sentence, else that sentence's translation, or that of its code."""
        found = catalogue(self.code)
        if found is None:
            return error.detail
        for text in (error.template or error.detail, f"refusal:{error.code}"):
            message = found.get(text)
            if message is not None and message.string:
                return self._with_words(str(message.string), error.words)
        return error.detail

    def at_field(self, error: FieldError) -> str:
        """What a form says at a field: whoever fills it in sees choices, not their codes and ids."""
        if error.code in ("literal_error", "enum", "uuid_parsing"):
            return self._translated("Choose one of those that are shown.")
        if error.code == "string_too_short" and error.words.get("min_length") == 1:
            return self._translated("This field is missing.")
        return self.refusal(error)

    def refusal_of_code(self, code: str) -> str:
        """What a code says in general, with dots for its gaps; empty in English, which the documents are in."""
        message = found.get(f"refusal:{code}") if (found := catalogue(self.code)) is not None else None
        return _GAPS.sub("…", str(message.string)) if message is not None else ""

    def _with_words(self, template: str, words: Mapping[str, Any]) -> str:
        """Plain text with the words in its gaps, each kept apart from its direction by Unicode's isolates."""
        said = {name: f"\u2068{self._translated(str(word))}\u2069" for name, word in words.items()}
        try:
            return template.format_map(said)
        except KeyError:  # the same code is said elsewhere without these words
            return re.sub(r"\s*\{\w+\}", "", template)

    def told(self, error: WaslError) -> WaslError:
        """The error with its title and all its sentences in this language."""
        fields = [replace(each, detail=self.refusal(each)) for each in error.errors]
        of_first = bool(error.errors) and error.detail == error.errors[0].detail
        detail = fields[0].detail if of_first else self.refusal(error)
        return replace(error, title=self._translated(error.title), detail=detail, errors=fields)

    def kg(self, grams: int) -> str:
        """Kilograms: no decimals from ten up, one below."""
        return kg_display(grams)

    def kg_exact(self, grams: int) -> str:
        """Kilograms to the gram, for a field that is sent back."""
        return kg_text(grams)

    def km(self, metres: int) -> str:
        """Kilometres with one decimal."""
        return km_display(metres)

    def day(self, day: date) -> str:
        """A date as people say it."""
        return format_date(day, "EEEE d MMMM y", locale=self.locale)

    def clock(self, instant: datetime, zone: ZoneInfo) -> str:
        """The local time of day."""
        return f"{instant.astimezone(zone):%H:%M}"

    def hours(self, seconds: int) -> str:
        """Hours and minutes."""
        minutes = round(seconds / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"


def _filled(template: str, words: Mapping[str, Any]) -> Markup:
    """The words in their gaps, each isolated: a Latin name inside Arabic does not turn the sentence round."""
    safe = {
        name: Markup("<bdi>{}</bdi>").format(escape(word)) if isinstance(word, str) else word
        for name, word in words.items()
    }
    return Markup(escape(template).format_map(safe) if words else escape(template))  # noqa: S704


@cache
def _plural_form(code: str, count: int) -> int:
    """The index of the plural form, as the catalogue's own header counts them."""
    forms = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 4, "other": 5}
    category = Locale.parse(code).plural_form(count)
    return forms[category] if code == "ar" else int(category != "one")


def language_of(request: Request) -> Language:
    """What the reader asked for just now, before, or by the browser's own settings."""
    for wished in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wished in LANGUAGES:
            return Language(str(wished))
    return Language(_best_of(request.headers.get("Accept-Language", "")))


def _best_of(header: str) -> str:
    """The language of ours that an Accept-Language header (RFC 9110, 12.5.4) likes best, else English."""
    liked: dict[str, float] = {}
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        quality = re.fullmatch(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", weight)
        code = tag.strip().lower().split("-")[0]
        if code in LANGUAGES:
            liked[code] = max(liked.get(code, 0.0), float(quality[1]) if quality else 1.0)
    best = max(liked, key=lambda code: liked[code], default="en")
    return best if liked.get(best, 0) > 0 else "en"
