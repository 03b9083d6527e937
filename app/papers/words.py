"""What papers say, in their reader's language: sentences with names kept apart, and the words for codes."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from app.domain.categories import WORDS
from app.domain.units import kg_text
from app.kit.language import PlainLanguage, isolated

# What is said of where food is, beside how much of it passed the door and reached people.
ELSEWHERE = (
    ("refused", "Refused at the door"),
    ("returned", "Returned"),
    ("wasted", "Thrown away"),
    ("expired", "Nobody fetched it in time"),
    ("withdrawn", "Not given: taken back, kept, or not there"),
    ("community_fridge", "In a community fridge"),
    ("animal_feed", "Fed to animals"),
    ("compost", "Composted"),
    ("still_open", "Still open"),
)
KEPT = {"ambient": "Not cooled", "chilled": "Chilled", "frozen": "Frozen", "hot": "Hot"}
MARKED = {"use_by": "Use by {day}", "best_before": "Best before {day}"}
ACCESS = {"dock": "Loading dock", "level": "Level access", "stairs": "Stairs", "lift": "Lift"}
REASONS = {
    "nothing_there": "Nothing there",
    "closed": "Closed",
    "van_full": "Van is full",
    "too_warm": "Too warm",
    "refused_at_the_door": "They refuse it",
    "other": "Something else",
}
STOPS = {"start": "Start", "end": "End", "pickup": "Collect", "drop_off": "Deliver", "break": "Break"}
DEMONSTRATION = (
    "Demonstration: places and streets are real; the offers, needs, vehicles and people shown here are invented."
)
GAP = " · "


@dataclass(frozen=True)
class CheckMark:
    """By what anybody checks a paper: its code as it is printed, the address that opens it, and the page to type at."""

    code: str
    address: str
    page: str


@dataclass(frozen=True)
class Issuer:
    """Who a paper is of and who reads it: the network's name and time zone, whether it only shows the service, and the
    check code of the paper where it was given one."""

    language: PlainLanguage
    network: str
    zone: tzinfo
    demonstration: bool = False
    check: CheckMark | None = None

    def t(self, text: str, /, **words: Any) -> str:
        """The sentence; a name in its gap does not turn it round, in either language."""
        apart = {name: isolated(word) if isinstance(word, str) else word for name, word in words.items()}
        return self.language.said(text, **apart)

    def n(self, one: str, many: str, count: int, /) -> str:
        """The sentence that fits the number."""
        return self.language.counted(one, many, count)

    def grams(self, grams: int) -> str:
        """Kilograms to the gram."""
        return self.t("{kg} kg", kg=kg_text(grams))

    def listed(self, names: list[str]) -> str:
        """Parts of a line, each in its own direction."""
        return self.language.comma.join(map(isolated, names))

    def category(self, code: str) -> str:
        """A category as a heading says it."""
        return self.t(WORDS[code]).capitalize()

    def clock(self, instant: datetime) -> str:
        """The time of day in the network's zone."""
        return self.language.clock(instant, self.zone)
