"""The network of the demonstration and of the simulated week: its city, its time zone, its office."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from app.demo.city import CITY
from app.partners.founding import NewNetwork
from app.roads.region import import_region

ZONE = ZoneInfo("Europe/London")
NETWORK = NewNetwork(
    name="Newport (demonstration)",
    region="newport",
    time_zone=ZONE.key,
    currency="GBP",
    coordinator="Newport network office (invented)",
    demonstration=True,
)


def import_city(regions: Path, say: Callable[[str], None]) -> None:
    """Build the city's streets and map, unless they are there."""
    import_region(
        CITY / "newport.osm.pbf", NETWORK.region, regions, lambda sentence, _percent: say(sentence), profiles=["car"]
    )
