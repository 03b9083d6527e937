"""Which of our two languages somebody asks for, and how plain text is said in it: errors, calendars, files.

The words are in one catalogue with those of the pages, and what pages need beside plain text is in `app.web.language`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.units import format_unit
from fastapi import Depends, Header, Request

from app.kit.errors import FieldError, Spoken, WaslError

LanguageCode = Literal["en", "ar"]
LANGUAGES: tuple[LanguageCode, ...] = get_args(LanguageCode)
LANGUAGE_COOKIE = "wasl_language"
MESSAGES = Path(__file__).resolve().parents[1] / "web" / "messages"
_GAPS = re.compile(r"\{\w+\}(?: \{\w+\})*\.?")
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*")
# Between Arabic words the parts of a date would be set in the opposite order.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}\+\d{2}:\d{2})?)?")


def isolated(text: str) -> str:
    """The text kept apart from the direction of what stands around it, by Unicode's isolates."""
    return f"\u2068{text}\u2069"


@cache
def catalogue(code: str) -> Catalog | None:
    """The translations of a language; English is the text of the code itself."""
    path = MESSAGES / code / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=code)


@dataclass(frozen=True)
class PlainLanguage:
    """How plain text speaks to its reader."""

    code: str

    @property
    def comma(self) -> str:
        """What stands between two parts of a line."""
        return "، " if self.code == "ar" else ", "

    def said(self, text: str, /, **words: Any) -> str:
        """The sentence with names and numbers in its gaps as they are, lists with commas between their parts; in Arabic
        each keeps its own direction."""
        if catalogue(self.code) is None:
            return text.format_map({name: self._listed(word, str) for name, word in words.items()}) if words else text
        apart = {name: self._listed(word, isolated) for name, word in words.items()}
        return self._filled(self._translated(text), apart)

    def counted(self, one: str, many: str, count: int, /, **words: Any) -> str:
        """As `said`, of a number of things: the sentence that fits the number, in the language's own plural form."""
        found = self._plural(one, many, count)
        apart = isolated if catalogue(self.code) is not None else str
        return self._filled(found, {"count": str(count), **{name: apart(str(word)) for name, word in words.items()}})

    @property
    def locale(self) -> Locale:
        """Babel's facts about the language."""
        return Locale.parse(self.code)

    def day(self, day: date) -> str:
        """A date as people say it."""
        return format_date(day, "EEEE d MMMM y", locale=self.locale)

    def clock(self, instant: datetime, zone: tzinfo) -> str:
        """The local time of day."""
        return f"{instant.astimezone(zone):%H:%M}"

    def month(self, day: date) -> str:
        """The month that a day is in, as people say it."""
        return format_date(day, "LLLL y", locale=self.locale)

    def hours(self, seconds: int) -> str:
        """Hours and minutes."""
        minutes = round(seconds / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"

    def duration(self, seconds: int) -> str:
        """Hours and minutes in words, such as "2 hours and 30 minutes", to the nearest minute."""
        hours, minutes = divmod(round(seconds / 60), 60)
        units = [(hours, "duration-hour")] if hours else []
        if minutes or not hours:
            units.append((minutes, "duration-minute"))
        said = [format_unit(amount, unit, "long", locale=self.locale) for amount, unit in units]
        return format_list(said, locale=self.locale)

    def _plural(self, one: str, many: str, count: int) -> str:
        found = catalogue(self.code)
        message = found.get(one) if found is not None else None
        if message is None or not isinstance(message.string, tuple):
            return one if count == 1 else many
        form = int(_plural_form(self.code, count))
        return str(message.string[form]) or many

    def _listed(self, word: Any, each: Callable[[str], str]) -> str:
        return self.comma.join(map(each, word)) if isinstance(word, list | tuple) else each(str(word))

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

    def refusal_of_code(self, code: str) -> str:
        """What a code says in general, with dots for its gaps; empty in English, which the documents are in."""
        message = found.get(f"refusal:{code}") if (found := catalogue(self.code)) is not None else None
        return _GAPS.sub("…", str(message.string)) if message is not None else ""

    def told(self, error: WaslError) -> WaslError:
        """The error with its title and all its sentences in this language."""
        fields = [replace(each, detail=self.refusal(each)) for each in error.errors]
        of_first = bool(error.errors) and error.detail == error.errors[0].detail
        detail = fields[0].detail if of_first else self.refusal(error)
        return replace(error, title=self._translated(error.title), detail=detail, errors=fields)

    def _translated(self, text: str) -> str:
        found = catalogue(self.code)
        message = found.get(text) if found is not None else None
        return str(message.string) if message is not None and message.string else text

    def _with_words(self, template: str, words: Mapping[str, Any]) -> str:
        """Plain text with an error's words in its gaps, those translated that the catalogue knows."""
        return self._filled(template, {name: isolated(self._word(word)) for name, word in words.items()})

    def _word(self, word: Any) -> str:
        return word.in_language(self.code) if isinstance(word, Spoken) else self._translated(str(word))

    def _filled(self, template: str, words: Mapping[str, str]) -> str:
        template = _DATE.sub(lambda date: isolated(date[0]), template)
        try:
            return template.format_map(words)
        except KeyError:  # the same code is said elsewhere without these words
            return re.sub(r"\s*\{\w+\}", "", template)


def without_cookies(request: Request) -> None:
    """From now on the request is answered as if its sender had no cookie, and is given none: for pages of everybody,
    which may be kept and shown to somebody else."""
    request.state.without_cookies = True


def keeps_cookies(request: Request) -> bool:
    """Whether what is asked may depend on cookies."""
    return not getattr(request.state, "without_cookies", False)


@cache
def _plural_form(code: str, count: int) -> int:
    """The index of the plural form, as the catalogue's own header counts them."""
    forms = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 4, "other": 5}
    category = Locale.parse(code).plural_form(count)
    return forms[category] if code == "ar" else int(category != "one")


def asked_language(request: Request) -> LanguageCode:
    """What the reader asked for just now, before, or by the own settings of a browser or program."""
    before = request.cookies.get(LANGUAGE_COOKIE) if keeps_cookies(request) else None
    for wished in (request.query_params.get("lang"), before):
        for code in LANGUAGES:
            if code == wished:
                return code
    return preferred_language(request.headers.get("Accept-Language"))


def preferred_language(accepted: str | None) -> LanguageCode:
    """The language of ours that an Accept-Language header (RFC 9110, 12.5.4) likes best, the first of equals, else
    English. A weight that is none counts as none given."""
    best, weight = LANGUAGES[0], 0.0
    for part in (accepted or "").split(","):
        tag, _, parameter = part.partition(";")
        found = _QUALITY.fullmatch(parameter)
        quality = float(found[1]) if found else 1.0
        for code in LANGUAGES:
            if tag.strip().lower().split("-")[0] == code and quality > weight:
                best, weight = code, quality
    return best


def _asked(
    request: Request,
    _: Annotated[
        str | None, Header(alias="Accept-Language", max_length=500, description="`en` or `ar`: for people to read")
    ] = None,
) -> LanguageCode:
    return asked_language(request)


AskedLanguage = Annotated[LanguageCode, Depends(_asked)]


def headers_of(code: str) -> dict[str, str]:
    """What an answer says of the language that it is in."""
    return {"Content-Language": code, "Vary": "Accept-Language"}
