"""Make newport.json.gz: the places of the demonstration and the travel between them on the streets of Newport.

`python benchmarks/city/newport_streets.py FOLDER` builds the street graph in the folder (a minute) and writes the file
beside this script. Only needed when the extract or the routing profile changes: days and their digests follow.
"""

import gzip
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from app.demo.city import RECEIVERS, receiving_places, stores  # noqa: E402
from app.roads.embedded import EmbeddedRoads  # noqa: E402
from app.roads.places import Place  # noqa: E402
from app.roads.provider import Point, Table  # noqa: E402
from app.roads.region import import_region  # noqa: E402

SOURCE = "data/newport/newport.osm.pbf, 12 June 2023; © OpenStreetMap contributors, Open Database Licence 1.0"


def plain(place: Place) -> dict[str, str | float]:
    return {
        "id": place.osm_id,
        "kind": place.kind,
        "name": place.name,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def plain_table(table: Table) -> list[list[int | None]]:
    return [[None if value < 0 else value for value in row] for row in table.tolist()]


def main() -> None:
    receiving = receiving_places()
    places = [*stores(), *(receiving[receiver.osm_id] for receiver in RECEIVERS)]
    region = import_region(
        ROOT / "data" / "newport" / "newport.osm.pbf", "newport", Path(sys.argv[1]), profiles=["car"]
    )
    with EmbeddedRoads(region) as roads:
        matrix = roads.matrix([Point(place.longitude, place.latitude) for place in places])
    document = {
        "source": SOURCE,
        "engine": region.engine,
        "places": [plain(place) for place in places],
        "seconds": plain_table(matrix.seconds),
        "metres": plain_table(matrix.metres),
    }
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    (HERE / "newport.json.gz").write_bytes(gzip.compress(content, mtime=0))
    print(f"{len(places)} places, {len(content)} bytes of JSON.")


if __name__ == "__main__":
    main()
