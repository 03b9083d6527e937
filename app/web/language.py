"""The reader's language: which one, its words from a catalogue, its direction, its dates and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from fastapi import Request
from markupsafe import Markup, escape

from app.domain import reasons
from app.domain.units import kg_display, kg_text, km_display
from app.kit.errors import FieldError
from app.kit.language import LANGUAGE_COOKIE as LANGUAGE_COOKIE
from app.kit.language import LANGUAGES as LANGUAGES
from app.kit.language import PlainLanguage, asked_language
from app.kit.language import catalogue as catalogue


@dataclass(frozen=True)
class Language(PlainLanguage):
    """How a page speaks to its reader."""

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl"."""
        return str(self.locale.text_direction)

    @property
    def weekdays(self) -> list[int]:
        """ISO weekdays from the one that weeks begin with where the reader is."""
        return [(self.locale.first_week_day + number) % 7 + 1 for number in range(7)]

    def t(self, text: str, /, **words: Any) -> Markup:
        """The sentence in this language; words are filled in, escaped and kept apart from its direction."""
        return _filled(self._translated(text), words)

    def n(self, one: str, many: str, count: int, /, **words: Any) -> Markup:
        """The sentence that fits the number, in the language's own plural form."""
        return _filled(self._plural(one, many, count), {"count": count, **words})

    def forms(self, one: str, many: str, /) -> dict[str, str]:
        """A sentence of any number, for a script: by the names of plural forms, with some number of that form in it."""
        examples = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
        return {name: self._plural(one, many, count).format(count=count) for name, count in examples.items()}

    def reason(self, code: str, details: Mapping[str, Any]) -> Markup:
        """Why food stays, or why a stop failed."""
        template, words = reasons.template_and_words(code, details)
        return self.t(template, **{name: self._translated(word) for name, word in words.items()})

    def at_field(self, error: FieldError) -> str:
        """What a form says at a field: whoever fills it in sees choices, not their codes and ids."""
        if error.code in ("literal_error", "enum", "uuid_parsing"):
            return self._translated("Choose one of those that are shown.")
        if error.code.startswith("datetime_"):
            return self._translated("Choose a day and a time.")
        if error.code == "string_too_short" and error.words.get("min_length") == 1:
            return self._translated("This field is missing.")
        return self.refusal(error)

    def kg(self, grams: int) -> str:
        """Kilograms: no decimals from ten up, one below."""
        return kg_display(grams)

    def kg_exact(self, grams: int) -> str:
        """Kilograms to the gram, for a field that is sent back."""
        return kg_text(grams)

    def km(self, metres: int) -> str:
        """Kilometres with one decimal."""
        return km_display(metres)

    def short_day(self, day: date) -> str:
        """A date of the coming days, without its weekday and year."""
        return format_date(day, "d MMM", locale=self.locale)

    def weekday(self, day: date) -> str:
        """The weekday of a date as people say it."""
        return format_date(day, "EEEE", locale=self.locale)


def _filled(template: str, words: Mapping[str, Any]) -> Markup:
    """The words in their gaps, each isolated: a Latin name inside Arabic does not turn the sentence round."""
    safe = {
        name: Markup("<bdi>{}</bdi>").format(escape(word)) if isinstance(word, str) else word
        for name, word in words.items()
    }
    return Markup(escape(template).format_map(safe) if words else escape(template))  # noqa: S704


def language_of(request: Request) -> Language:
    """What the reader asked for just now, before, or by the browser's own settings."""
    return Language(asked_language(request))
