"""What a paper says in figures, apart from how it is drawn and in which language."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self, TypedDict

from app.domain.counting import CountedFood


@dataclass(frozen=True)
class Content:
    """One paper. Whoever has its code sees everything but `parts` and `details`.

    subject: what it is about, unique within its kind. first, last: its days, both included. grams: its totals in the
    order in which they are said. parts: the figures by line, food or month, which have to agree as well. donors,
    receivers: organisations, nobody's name. cents: totals of money in `currency`. figures_of: the day of the figures
    where the time that the paper is about was not over. sponsor: whose money it is about, an organisation. details:
    what else it says; a paper that says something else is issued anew. counted: meals and grams of CO2e that its food
    comes to; factors: the versions that these were counted with, which never change for a paper that was issued.
    """

    kind: str
    subject: str
    first: date
    last: date
    grams: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    donors: Sequence[str] = ()
    receivers: Sequence[str] = ()
    cents: Mapping[str, int] = field(default_factory=dict)
    currency: str = ""
    figures_of: date | None = None
    sponsor: str = ""
    details: Any = None
    counted: Mapping[str, int] = field(default_factory=dict)
    factors: Sequence[Mapping[str, Any]] = ()

    def agrees_with(self, other: "Content") -> bool:
        """Whether the figures are the same to the gram and the cent. What they are counted with is no part of it: the
        books say what was carried, and not what a meal is."""
        return (
            _there(self.grams) == _there(other.grams)
            and {name: _there(part) for name, part in self.parts.items()}
            == {name: _there(part) for name, part in other.parts.items()}
            and _there(self.cents) == _there(other.cents)
        )

    def kept(self, issuer: str, issued_to: str) -> dict[str, Any]:
        """What is kept of it, as JSON; `details` is left out, since it may name people."""
        found = {**asdict(self), "issuer": issuer, "issued_to": issued_to}
        del found["details"]
        loaded: dict[str, Any] = json.loads(json.dumps(found, default=str))
        return loaded

    def digest(self, issuer: str, issued_to: str) -> str:
        """The sha256 of all that it says."""
        said = {**asdict(self), "issuer": issuer, "issued_to": issued_to}
        if not any(each["version"] for each in self.factors):
            # Until a network chooses, they follow from the grams; and papers of before they were kept stay the same.
            del said["counted"], said["factors"]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """What was kept."""
        given = {name: value for name, value in kept.items() if name not in ("issuer", "issued_to")}
        figures_of = given.pop("figures_of")
        return cls(
            **{
                **given,
                "first": date.fromisoformat(given["first"]),
                "last": date.fromisoformat(given["last"]),
                "figures_of": date.fromisoformat(figures_of) if figures_of else None,
            }
        )


def _there(figures: Mapping[str, int]) -> dict[str, int]:
    """Nothing and not said are the same."""
    return {name: figure for name, figure in figures.items() if figure}


class CountedWith(TypedDict):
    """The two parts of a content that say what its food comes to."""

    counted: Mapping[str, int]
    factors: Sequence[Mapping[str, Any]]


def counted_with(food: CountedFood, driving_co2e_grams: int = 0) -> CountedWith:
    """What food comes to, after so much driving, and with which factors."""
    return {
        "counted": {"meals": food.meals, "co2e_grams": food.co2e_grams - driving_co2e_grams},
        "factors": [
            {
                "use": each.use,
                "version": each.number,
                "name": each.name,
                "value": each.value,
                "unit": each.unit,
                "source": each.source,
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
            }
            for each in food.factors
        ],
    }
