"""A message in the reader's own language: a title, a sentence, and the same as a text message of one segment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from babel.dates import format_date

from app.domain.notification_words import TITLES, Sentence, page_of, sentence_of
from app.domain.notifications import News, Reader
from app.domain.text_message import cut, segments, shortest
from app.kit.language import PlainLanguage

_ISOLATED = re.compile("\u2068([^\u2068\u2069]*)\u2069")
_LATIN = re.compile("[A-Za-z]")
# What keyboards put in by themselves, and the alphabet of text messages has not.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..", "\u00a0": " "})


@dataclass(frozen=True)
class Wording:
    """What is said, and the path of the page where the reader sees more."""

    title: str
    sentence: str
    text_message: str
    page: str


def wording_of(news: News, reader: Reader, language: str, zone: tzinfo, base_url: str) -> Wording:
    """All that channels say of a message. Names are words and nothing more: no line breaks, no gaps of a template."""
    speaks, sentence = PlainLanguage(language), sentence_of(news, reader.site_name)
    page = page_of(news, reader.role, receives=reader.receives)
    short = _shortest(speaks, sentence, zone)
    # Whoever is texted a code that they did not ask for is led nowhere.
    with_link = short if news.kind == "code" else f"{short} {base_url.rstrip('/')}{page}"
    return Wording(
        title=speaks.said(TITLES[news.kind]),
        sentence=_filled(speaks, sentence, zone),
        text_message=with_link if base_url and segments(with_link) == 1 else short,
        page=page,
    )


def _shortest(speaks: PlainLanguage, sentence: Sentence, zone: tzinfo) -> str:
    """A text message of one segment wherever that can be: with all that is said, else in the short form."""
    said = shortest(lambda letters: _text_message(speaks, sentence, zone, letters))
    if segments(said) == 1 or not sentence.short:
        return said
    brief = replace(sentence, templates=(sentence.short,))
    return shortest(lambda letters: _text_message(speaks, brief, zone, letters))


def _filled(speaks: PlainLanguage, sentence: Sentence, zone: tzinfo, letters: int | None = None) -> str:
    """The sentence; with `letters`, names are cut to so many and days are short."""
    words = {name: " ".join(str(word).split()) for name, word in {**sentence.plain, **sentence.names}.items()}
    if sentence.category is not None:
        words["food"] = speaks.said(sentence.category)
    if letters is not None:
        words |= {name: cut(words[name], letters) for name in (*sentence.names, "food") if name in words}
    words |= {name: _day(speaks, day, short=letters is not None) for name, day in sentence.days.items()}
    words |= {name: speaks.clock(instant, zone) for name, instant in sentence.times.items()}
    return _said(speaks, sentence, words)


def _said(speaks: PlainLanguage, sentence: Sentence, words: Mapping[str, str]) -> str:
    if len(sentence.templates) == 2:
        one, many = sentence.templates
        return speaks.counted(one, many, sentence.count, **words)
    return speaks.said(sentence.templates[0], **words)


def _day(speaks: PlainLanguage, day: date, *, short: bool) -> str:
    return format_date(day, "EEE d MMM", locale=speaks.locale) if short else speaks.day(day)


def _text_message(speaks: PlainLanguage, sentence: Sentence, zone: tzinfo, letters: int) -> str:
    """Who says it, and what. Words keep their isolates only where their direction is another: they cost two letters."""
    said = f"{speaks.said('Wasl')}: {_filled(speaks, sentence, zone, letters)}".translate(_PLAIN)
    return _ISOLATED.sub(lambda found: found[0] if _LATIN.search(found[1]) else found[1], said)
