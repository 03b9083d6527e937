"""Who takes part: Newport's real supermarkets as donors and its real food banks and community places as receivers.

The places are real, as OpenStreetMap has them; that they take part, and everything they offer or need, is invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.roads.places import Place, donors, propose_windows, read_places

CITY = Path(__file__).resolve().parents[2] / "data" / "newport"
DEFAULT_RECEIVING = (time(9), time(16))  # invented: where the extract has no hours, or under three that day
SHORTEST_RECEIVING_HOURS = 3


@dataclass(frozen=True)
class Receiver:
    """One receiving place of the invented day: whom it serves, what it can keep, and its vehicle if it has one."""

    osm_id: str
    kind: str
    people: int
    keeps: tuple[str, ...]
    vehicle: "Van | None" = None


@dataclass(frozen=True)
class Van:
    """An invented vehicle and its shift."""

    name: str
    capacity_kg: int
    chilled_kg: int
    frozen_kg: int
    driver: str
    starts: time
    ends: time


COLD = ("ambient", "chilled", "frozen")
COOL = ("ambient", "chilled")
DRY = ("ambient",)

RECEIVERS: tuple[Receiver, ...] = (
    Receiver(
        "node/10937165747", "food_bank", 260, COLD, Van("Food bank van", 800, 500, 200, "Driver 1", time(8), time(15))
    ),
    Receiver(
        "node/10154492490",
        "food_bank",
        140,
        COLD,
        Van("Soup kitchen van", 500, 300, 100, "Driver 2", time(8), time(14, 30)),
    ),
    Receiver(
        "node/1243077938", "community_group", 90, COLD, Van("Gap van", 350, 200, 60, "Driver 3", time(9), time(15))
    ),
    Receiver("node/7200017739", "community_group", 45, COOL),
    Receiver("node/9596043207", "community_group", 35, COOL),
    Receiver(
        "node/10040778177",
        "community_group",
        120,
        COLD,
        Van("Duffryn van", 450, 250, 80, "Driver 4", time(8, 30), time(14, 30)),
    ),
    Receiver("node/10130534060", "community_group", 95, COOL),
    Receiver(
        "node/10278090261",
        "community_group",
        150,
        COOL,
        Van("Pill van", 400, 250, 0, "Driver 5", time(9), time(15)),
    ),
    Receiver("node/10542895133", "community_group", 60, COOL),
    Receiver("node/10797072550", "community_group", 40, DRY),
    Receiver(
        "node/9469749079",
        "community_group",
        85,
        COLD,
        Van("Somerton van", 350, 200, 60, "Driver 6", time(9), time(15)),
    ),
    Receiver("node/9740449661", "community_group", 110, COOL),
    Receiver("node/9863013744", "community_group", 70, COOL),
    Receiver("way/179272330", "community_group", 80, COOL),
    Receiver("way/369164852", "community_group", 50, DRY),
    Receiver("node/6874315885", "community_group", 55, DRY),
    Receiver("node/10665788087", "community_group", 40, DRY),
    Receiver("node/7045117801", "community_group", 65, COOL),
)
# When three of them give food to people, all invented: weekdays, from, until.
HOURS_FOR_PEOPLE: dict[str, tuple[tuple[tuple[int, ...], str, str], ...]] = {
    "node/10937165747": (((1, 2, 3, 4, 5), "09:00", "19:30"),),
    "node/10040778177": (((1, 3, 5), "10:00", "12:30"), ((1, 2, 3, 4, 5), "16:30", "18:30")),
    "node/10278090261": (((2, 4, 6), "10:00", "13:00"),),
}
# A carrier lends a van to the network; on their own, the food banks would not have it.
CARRIER_NAME = "Volunteer carrier (invented)"
CARRIER_DEPOT = (51.5865, -2.9935)
CARRIER_VAN = Van("Carrier van", 1000, 600, 300, "Driver 7", time(8), time(16))

# How much surplus a store has, by what it is called: kilograms of one line, and offers a day.
LARGE = {"Tesco Extra", "Asda", "Morrisons"}
MIDDLE = {"Lidl", "ALDI", "M&S Foodhall", "The Food Warehouse", "Heron Foods"}


def stores() -> tuple[Place, ...]:
    """Newport's 23 supermarkets."""
    return donors(read_places(CITY / "newport.places.geojson"))


def receiving_places() -> dict[str, Place]:
    """The receivers' real places by OpenStreetMap id."""
    wanted = {receiver.osm_id for receiver in RECEIVERS}
    found = {place.osm_id: place for place in read_places(CITY / "newport.places.geojson")}
    return {osm_id: found[osm_id] for osm_id in wanted}


def chain_of(store: Place) -> str:
    """The organisation behind a store: shops of one name belong together."""
    return store.name


def store_label(store: Place, all_stores: Sequence[Place]) -> str:
    """A name that tells two shops of one chain apart by their street."""
    same = [other for other in all_stores if other.name == store.name]
    street = store.address.split(",")[0].lstrip("0123456789 -")
    return f"{store.name}, {street}" if len(same) > 1 and street else store.name


def windows_of(place: Place, day: date, zone: ZoneInfo, *, receiving: bool) -> list[dict[str, Any]]:
    """The place's weekly hours for the API; a receiver without useful hours that day gets the default."""
    proposal = propose_windows(place, day, zone)
    windows = [
        {"weekdays": list(window.weekdays), "opens": window.opens.isoformat(), "closes": window.closes.isoformat()}
        for window in proposal.windows
        if window.opens < window.closes
    ]
    if receiving and _hours_on(windows, day) < SHORTEST_RECEIVING_HOURS:
        opens, closes = DEFAULT_RECEIVING
        return [{"weekdays": [1, 2, 3, 4, 5], "opens": opens.isoformat(), "closes": closes.isoformat()}]
    return windows


def _hours_on(windows: Sequence[dict[str, Any]], day: date) -> float:
    total = 0.0
    for window in windows:
        if day.isoweekday() in window["weekdays"]:
            opens, closes = time.fromisoformat(window["opens"]), time.fromisoformat(window["closes"])
            total += closes.hour + closes.minute / 60 - opens.hour - opens.minute / 60
    return total
