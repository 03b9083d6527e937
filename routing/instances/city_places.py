"""Days on real places: Newport with its streets, Pittsburgh without. Stores and receivers are real, nobody there has
said that they take part; what they offer, need and drive is invented."""

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from routing.instances.city_invent import CENTS_PER_KM, Fleet, Setting, Variant, invented_day
from routing.instances.city_roads import globe_roads
from routing.plain import ProblemError
from routing.problem import Problem, TravelMatrix

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "city"
NEWPORT, PITTSBURGH = FOLDER / "newport.json.gz", FOLDER / "pittsburgh.csv"

NEWPORT_SOURCE = (
    "Places and streets of Newport, Wales: © OpenStreetMap contributors, available under the Open Database Licence"
    " (https://www.openstreetmap.org/copyright)."
)
PITTSBURGH_SOURCE = (
    "Stores and sites of Pittsburgh: CodeForPittsburgh/food-access-map-data (MIT), from the USDA Food and Nutrition"
    " Service and the Greater Pittsburgh Community Food Bank; travel is estimated (great circle x 1.3 at 28 km/h)."
)


def newport_day(vehicles: Fleet, seed: int, *, split: bool = False, cents_per_km: int = CENTS_PER_KM) -> Problem:
    """60 invented offers at 23 real stores for 18 real receivers, 12 vehicles (7 if scarce), on the streets of
    Newport. Raises ProblemError if the file of places is not there."""
    document = json.loads(gzip.decompress(_content(NEWPORT)))
    stores = [place["id"] for place in document["places"] if place["kind"] == "supermarket"]
    banks = [place["id"] for place in document["places"] if place["kind"] != "supermarket"]
    numbers = {place["id"]: number for number, place in enumerate(document["places"])}

    def roads(sites: Sequence[str]) -> TravelMatrix:
        kept = np.array([numbers[site] for site in sites])
        return TravelMatrix(*(np.array(document[name], np.int32)[np.ix_(kept, kept)] for name in ("seconds", "metres")))

    setting = Setting(f"newport {seed}", stores, banks, roads, "Europe/London", estimated_travel=False)
    return invented_day(setting, Variant(vehicles, split, cents_per_km), offers=60, vehicles=12)


def pittsburgh_day(vehicles: Fleet, seed: int, *, split: bool = False, cents_per_km: int = CENTS_PER_KM) -> Problem:
    """400 invented offers at up to 185 real supermarkets for 137 real food bank sites, 90 vehicles (50 if scarce).
    Its streets are not at hand, so travel is estimated. Raises ProblemError if the file of places is not there."""
    rows = list(csv.DictReader(_content(PITTSBURGH).decode().splitlines()))
    points: dict[str, tuple[float, float]] = {}
    of_kind: dict[str, list[str]] = {"supermarket": [], "food_bank": []}
    for row in rows:
        site = f"{row['kind']}-{len(of_kind[row['kind']]) + 1}"
        of_kind[row["kind"]].append(site)
        points[site] = (float(row["lat"]), float(row["lon"]))

    def roads(sites: Sequence[str]) -> TravelMatrix:
        return globe_roads([points[site] for site in sites])

    setting = Setting(f"pittsburgh {seed}", of_kind["supermarket"], of_kind["food_bank"], roads, "America/New_York")
    return invented_day(setting, Variant(vehicles, split, cents_per_km), offers=400, vehicles=90)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        sentence = f"The places in {path.name} are not here: they come with the source of Wasl, not with its package."
        raise ProblemError("name", sentence, "unknown_reference") from error
