"""Food-rescue days of our own, published by name: which offer goes to which food bank is part of the question.

A name says it all: `city-M-scarce-1` is the first day of 150 offers with scarce vehicles, `newport-plentiful-2` the
second on the streets of Newport; `-split` lets lots be shared out, `-km300` makes each kilometre cost 300 cents.
"""

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from routing.files import problem_to_json
from routing.instances.city_draw import Draw
from routing.instances.city_invent import CENTS_PER_KM, Fleet, Setting, Variant, invented_day
from routing.instances.city_places import NEWPORT_SOURCE, PITTSBURGH_SOURCE, newport_day, pittsburgh_day
from routing.instances.city_roads import plane_roads
from routing.plain import ProblemError
from routing.problem import Problem, TravelMatrix

Size = Literal["S", "M", "L", "XL", "XXL"]

SIZES: dict[Size, tuple[int, int, int]] = {  # offers, food banks, vehicles of the plentiful day
    "S": (30, 6, 5),
    "M": (150, 20, 20),
    "L": (500, 50, 60),
    "XL": (1500, 120, 170),
    "XXL": (5000, 300, 550),
}
SIDE_METRES = 30_000
SUBURBS = 4
SUBURB_BORDER = 4_000  # metres that the middle of a suburb keeps from the edge
CENTRE_SHARE = 0.4
CENTRE_SPREAD, SUBURB_SPREAD = 3_000, 1_800  # metres

INVENTED = "Offers, needs and vehicles are invented."
SOURCES = {
    "city": "Places and roads are invented too: a plane of 30 x 30 km, straight lines x 1.3 at 28 km/h.",
    "newport": NEWPORT_SOURCE,
    "pittsburgh": PITTSBURGH_SOURCE,
}
NAME = re.compile(
    r"(?:(city)-(S|M|L|XL|XXL)|(newport|pittsburgh))"
    r"-(plentiful|scarce)-([1-9][0-9]{0,5})(-split)?(?:-km(0|[1-9][0-9]{0,3}))?"
)

Point = tuple[int, int]

__all__ = ["INVENTED", "SIZES", "about", "city_day", "instance", "newport_day", "pittsburgh_day", "write_instance"]


def city_day(
    size: Size, vehicles: Fleet, seed: int, *, split: bool = False, cents_per_km: int = CENTS_PER_KM
) -> Problem:
    """A day in an invented city: centre and four suburbs, 0.7 times as many stores as offers.

    The same for everybody for a seed. Scarce days have 55 % of the vehicles (rounded up) of the plentiful day of the
    same seed and are otherwise equal to it; `split` lets lots be shared out between food banks, and `cents_per_km`
    makes driving dearer or cheaper.
    """
    offers, banks, plentiful = SIZES[size]
    stores = offers * 7 // 10
    draw = Draw(f"city {size} {seed} places")
    middles = _middles(draw)
    points = {f"store-{number}": _point(draw, middles) for number in range(1, stores + 1)}
    points |= {f"bank-{number}": _point(draw, middles) for number in range(1, banks + 1)}

    def roads(sites: Sequence[str]) -> TravelMatrix:
        return plane_roads([points[site] for site in sites])

    names = list(points)
    setting = Setting(f"city {size} {seed}", names[:stores], names[stores:], roads)
    return invented_day(setting, Variant(vehicles, split, cents_per_km), offers=offers, vehicles=plentiful)


def _middles(draw: Draw) -> list[Point]:
    """The city centre in the middle, then the suburbs."""
    low, high = SUBURB_BORDER, SIDE_METRES - SUBURB_BORDER
    suburbs = [(round(draw.between(low, high)), round(draw.between(low, high))) for _ in range(SUBURBS)]
    return [(SIDE_METRES // 2, SIDE_METRES // 2), *suburbs]


def _point(draw: Draw, middles: Sequence[Point]) -> Point:
    centre = draw.chance(CENTRE_SHARE)
    middle = middles[0] if centre else draw.one_of(middles[1:])
    spread = CENTRE_SPREAD if centre else SUBURB_SPREAD
    east, north = (round(draw.normal(each, spread)) for each in middle)
    return min(SIDE_METRES, max(0, east)), min(SIDE_METRES, max(0, north))


@dataclass(frozen=True)
class Named:
    """What the name of an instance says; `size` is empty for a real place."""

    name: str
    place: str
    size: str
    seed: int
    variant: Variant

    @property
    def family(self) -> str:
        """The name without its seed: what averages are taken over."""
        kind = f"{self.place}-{self.size}" if self.size else self.place
        split = "-split" if self.variant.split else ""
        km = "" if self.variant.cents_per_km == CENTS_PER_KM else f"-km{self.variant.cents_per_km}"
        return f"{kind}-{self.variant.fleet}{split}{km}"


def parsed(name: str) -> Named:
    """Raises ProblemError for a name that no instance has."""
    found = NAME.fullmatch(name)
    if found is None:
        sentence = (
            f"{name} is no instance; names look like city-M-scarce-1, newport-plentiful-2, city-S-scarce-1-split."
        )
        raise ProblemError("name", sentence, "unknown_reference")
    city, size, place, fleet, seed, split, km = found.groups()
    variant = Variant(cast(Fleet, fleet), bool(split), CENTS_PER_KM if km is None else int(km))
    return Named(name, city or place, size or "", int(seed), variant)


def instance(name: str) -> Problem:
    """The day of that name. Raises ProblemError for an unknown name, or if the data of a real place is not there."""
    said = parsed(name)
    fleet, split, cents = said.variant.fleet, said.variant.split, said.variant.cents_per_km
    if said.place == "newport":
        return newport_day(fleet, said.seed, split=split, cents_per_km=cents)
    if said.place == "pittsburgh":
        return pittsburgh_day(fleet, said.seed, split=split, cents_per_km=cents)
    return city_day(cast(Size, said.size), fleet, said.seed, split=split, cents_per_km=cents)


def about(name: str) -> str:
    """What is invented in an instance and where the rest comes from: to be said wherever it is shown."""
    return f"{INVENTED} {SOURCES[parsed(name).place]}"


def write_instance(name: str, output: Path) -> Problem:
    """Write the day of that name as a JSON file that `python -m routing solve` reads: the problem beside what is to
    be said about it. A file whose name ends in `.gz` is compressed. Raises ProblemError, and OSError if it cannot
    be written.
    """
    problem = instance(name)
    document: dict[str, Any] = {"instance": name, "about": about(name), "problem": problem_to_json(problem)}
    content = (json.dumps(document, ensure_ascii=False) + "\n").encode()
    output.write_bytes(gzip.compress(content, mtime=0) if output.suffix == ".gz" else content)
    return problem
