"""A day together beside the same day alone as it is read, on the page and on paper: claim by claim, partner by partner,
under each set of assumptions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.domain import impact
from app.domain.impact import Factor
from app.domain.together import ASSUMPTIONS, ASSUMPTIONS_OF_RECORDED, Tally
from app.issuing.content import Content
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.models.together import TogetherDay
from app.reports.together import queries
from app.reports.together.queries import Line, Sides

USUAL = "usual"
# What partnering promises, and the figures of each promise: label, kind of number, how it is read of a side.
CLAIMS: tuple[tuple[str, tuple[tuple[str, str, Callable[[Tally], float | None]], ...]], ...] = (
    (
        "Reaches more people",
        (
            ("Food delivered", "kg", lambda each: each.grams),
            ("Meals", "meals", lambda each: each.grams),
            ("People served", "count", lambda each: each.people_served),
            ("Lowest fill rate", "percent", lambda each: each.fill_rate),
        ),
    ),
    ("Saves time", (("Driver hours per tonne", "hours", lambda each: _seconds(each.hours_per_tonne)),)),
    (
        "Saves resources",
        (
            ("Distance per tonne", "km", lambda each: _thousands(each.km_per_tonne)),
            ("Vehicles", "count", lambda each: each.vehicles),
            ("CO₂e of driving per tonne", "kg", lambda each: _thousands(each.kg_co2e_per_tonne)),
        ),
    ),
    (
        "Avoids duplicated effort",
        (
            ("Duplicate visits", "count", lambda each: each.duplicate_visits),
            ("Of these, to an empty dock", "count", lambda each: each.empty_visits),
        ),
    ),
)
CHARTS: dict[str, tuple[str, Callable[[Tally], float | None]]] = {
    "food": ("Food delivered, kg", lambda each: each.grams / 1000),
    "distance": ("Distance per tonne, km", lambda each: each.km_per_tonne),
    "hours": ("Driver hours per tonne", lambda each: each.hours_per_tonne),
}
KIND_TITLES = {"recorded": "As recorded", "planned": "As planned"}


def _seconds(hours: float | None) -> float | None:
    return None if hours is None else hours * 3600


def _thousands(amount: float | None) -> float | None:
    return None if amount is None else amount * 1000


@dataclass(frozen=True)
class Row:
    """One figure: both sides, and the least and the most that it is alone under the other assumptions."""

    label: str
    kind: str
    together: float | None
    alone: float | None
    least: float | None
    most: float | None


@dataclass(frozen=True)
class KindView:
    """A day as planned or as recorded."""

    day: TogetherDay
    lines: Sequence[Line]

    def side(self, side: str, variant: str = USUAL) -> Tally | None:
        """The network's, where there is one."""
        for each in self.lines:
            if (each.row.side, each.row.variant, each.row.organisation_id) == (side, variant, None):
                return each.tally
        return None

    @property
    def variants(self) -> list[str]:
        """In their order, the usual assumptions first."""
        return list(dict.fromkeys(each.row.variant for each in self.lines))

    @property
    def claims(self) -> list[tuple[str, list[Row]]]:
        """The table, claim by claim."""
        together, alone = self.side("together") or Tally(), self.side("alone") or Tally()
        meal = Factor(**self.day.factors[0])
        others = [found for name in self.variants if (found := self.side("alone", name)) is not None]
        return [
            (
                claim,
                [_row(label, *_counted(kind, read, meal), together, alone, others) for label, kind, read in figures],
            )
            for claim, figures in CLAIMS
        ]

    @property
    def partners(self) -> list[tuple[str, Sides]]:
        """Those that the reader may see, by name."""
        found: dict[str, dict[str, Tally]] = {}
        for each in self.lines:
            if each.partner is not None and each.row.variant == USUAL:
                found.setdefault(each.partner, {})[each.row.side] = each.tally
        return [
            (name, Sides(sides["together"], sides["alone"])) for name, sides in sorted(found.items()) if len(sides) == 2
        ]

    @property
    def assumptions(self) -> Sequence[str]:
        """What stands behind the figures."""
        return (*ASSUMPTIONS, *(ASSUMPTIONS_OF_RECORDED if self.day.kind == "recorded" else ()))


def _counted(
    kind: str, read: Callable[[Tally], float | None], meal: Factor
) -> tuple[str, Callable[[Tally], float | None]]:
    """Meals are counted from grams, with what the day keeps; all else is read as it is."""
    if kind != "meals":
        return kind, read
    return "count", lambda each: impact.meals(each.grams, meal)


def _row(
    label: str,
    kind: str,
    read: Callable[[Tally], float | None],
    together: Tally,
    alone: Tally,
    others: Sequence[Tally],
) -> Row:
    values = [value for each in others if (value := read(each)) is not None]
    return Row(label, kind, read(together), read(alone), min(values, default=None), max(values, default=None))


def kinds_of_day(session: Session, principal: Principal, day: date) -> list[tuple[str, KindView]]:
    """The day as it was recorded and as it was planned, as far as it is worked out."""
    found = queries.get_days(session, principal, day)
    return [
        (kind, KindView(found[kind], queries.lines_of_day(session, principal, found[kind])))
        for kind in KIND_TITLES
        if kind in found
    ]


def content_of_day(day: date, kinds: Sequence[tuple[str, KindView]]) -> Content:
    """What a paper of the day says: kilograms of what was recorded, or else planned, and every figure that it stands
    on. Raises `not_found` where the day is not worked out."""
    if not kinds:
        raise not_found("day")
    first = kinds[0][1]
    grams = {
        f"delivered_{name}": side.grams for name in ("together", "alone") if (side := first.side(name)) is not None
    }
    return Content(
        kind="together_day",
        subject=day.isoformat(),
        first=day,
        last=day,
        grams=grams,
        parts={
            f"{kind} {name}": {"grams": side.grams, "metres": side.metres, "driver_seconds": side.driver_seconds}
            for kind, found in kinds
            for name in ("together", "alone")
            if (side := found.side(name)) is not None
        },
        details=[[kind, found.day.number, found.day.input_digest] for kind, found in kinds],
    )
