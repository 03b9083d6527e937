"""Travel times of every source in one run: embedded streets, servers on loopback, the estimate with its error.

    .venv/bin/python benchmarks/travel_times.py EXTRACT.osm.pbf [--places 500] [--many 2000] [--folder FOLDER]

Imports the extract into the folder (kept, so that a second run starts at once), draws places beside its streets, and
asks each source for the same tables and lines. The servers are osrm-routed and valhalla_service out of the installed
packages, started on loopback and ended again. Times are wall time, the best of three; errors are against the embedded
streets; the fitted estimate is fitted to one half of the places and judged on the other.
"""

import argparse
import contextlib
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.roads.embedded import EmbeddedRoads  # noqa: E402
from app.roads.estimate import EstimatedRoads, Fit, fit_to  # noqa: E402
from app.roads.provider import Point, PointOffRoads, RoadMatrix, RoadProvider, Snap  # noqa: E402
from app.roads.region import Region, import_region  # noqa: E402
from app.roads.servers import routing_server  # noqa: E402
from tests.roads.servers.running import running_osrm, running_valhalla  # noqa: E402

STOPS = 15
REPEATS = 3
VALHALLA_PLACES = 100  # its tables take thirty times as long
UNDERESTIMATED = 0.75


@dataclass(frozen=True)
class Row:
    """One source: how long its table and its line took, and how far its seconds are from the embedded streets'."""

    source: str
    places: int
    table_seconds: float
    line_milliseconds: float
    error: str

    def text(self) -> str:
        return (
            f"| {self.source} | {self.places} x {self.places} | {self.table_seconds:.2f} |"
            f" {self.line_milliseconds:.1f} | {self.error} |"
        )


def best[T](question: Callable[[], T]) -> tuple[float, T]:
    """The shortest of three times, and an answer."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        answer = question()
        times.append(time.perf_counter() - began)
    return min(times), answer


def places_beside_streets(roads: EmbeddedRoads, region: Region, count: int, seed: int) -> list[Snap]:
    """Places all over the region's frame, at most 500 m from a street, always the same for the same seed."""
    west, south, east, north = region.bounds
    chance = np.random.default_rng(seed)
    found: list[Snap] = []
    while len(found) < count:
        point = Point(float(chance.uniform(west, east)), float(chance.uniform(south, north)))
        with contextlib.suppress(PointOffRoads):
            found.append(roads.nearest(point))
    return found


def error_of(matrix: RoadMatrix, truth: RoadMatrix) -> str:
    """Mean and 95th percentile of the relative error of the seconds, and how many pairs are far too short."""
    usable = (truth.seconds > 0) & (matrix.seconds > 0)
    ratio = matrix.seconds[usable] / truth.seconds[usable]
    errors = np.abs(ratio - 1)
    return (
        f"median ratio {np.median(ratio):.2f}; off by {errors.mean():.1%} on average, {np.quantile(errors, 0.95):.0%}"
        f" for one pair in 20; {(ratio < UNDERESTIMATED).mean():.0%} of the pairs over 25 % too short"
    )


def measured(source: str, provider: RoadProvider, snaps: Sequence[Snap], truth: RoadMatrix | None) -> Row:
    seconds, matrix = best(lambda: provider.matrix(list(snaps)))
    line, _ = best(lambda: provider.route(list(snaps[:STOPS])))
    compared = "is what the others are compared with" if truth is None else error_of(matrix, cut(truth, len(snaps)))
    return Row(source, len(snaps), seconds, line * 1000, compared)


def cut(matrix: RoadMatrix, count: int) -> RoadMatrix:
    """The table of the first places."""
    return RoadMatrix(matrix.seconds[:count, :count], matrix.metres[:count, :count], matrix.snaps[:count])


def half(matrix: RoadMatrix, first: int) -> RoadMatrix:
    """The table of every second place, from the first or the second on."""
    chosen = slice(first, None, 2)
    return RoadMatrix(matrix.seconds[chosen, chosen], matrix.metres[chosen, chosen], matrix.snaps[chosen])


def estimates(snaps: Sequence[Snap], truth: RoadMatrix) -> Iterator[Row]:
    yield measured("estimate, 30 km/h x 1.4", EstimatedRoads(), snaps, truth)
    fit = fit_to(half(truth, 0)) or Fit()
    judged = half(truth, 1)
    name = f"estimate, fitted: {fit.km_per_hour:.0f} km/h x {fit.detour:.2f}"
    yield measured(name, EstimatedRoads(fit), judged.snaps, judged)


def many(roads: EmbeddedRoads, snaps: Sequence[Snap]) -> str:
    """A large network's table in blocks, then one more site, with the memory that it took."""
    began = time.perf_counter()
    roads.matrix(list(snaps[:-1]))
    whole = time.perf_counter() - began
    began = time.perf_counter()
    roads.table(snaps[-1:], snaps)
    roads.table(snaps[:-1], snaps[-1:])
    one_more = time.perf_counter() - began
    parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    status = Path(f"/proc/{roads.process_id}/status").read_text()
    child = next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    return (
        f"{len(snaps) - 1} places: {whole:.1f} s in blocks; one more: {one_more:.1f} s;"
        f" at most {child} MiB in the engine's process, {parent} MiB in ours."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("--places", type=int, default=500)
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=None)
    wish = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = wish.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        name = wish.extract.name.split(".")[0]
        began = time.perf_counter()
        region = import_region(wish.extract, name, folder / "regions", profiles=["car"])
        machine = platform.processor() or platform.machine()
        print(f"{datetime.now(UTC).date()}; {machine}, {region.engine}, seed {wish.seed}.")
        print(f"{name}: imported in {time.perf_counter() - began:.1f} s, {region.bytes // 1_000_000} MB.\n")
        roads = stack.enter_context(EmbeddedRoads(region))
        snaps = places_beside_streets(roads, region, max(wish.places, wish.many + 1), wish.seed)
        chosen = snaps[: wish.places]
        truth = roads.matrix(list(chosen))
        print(f"| source | table | s | line through {STOPS} stops, ms | seconds of the table |")
        print("| --- | --- | --- | --- | --- |")
        print(measured("embedded", roads, chosen, None).text(), flush=True)
        graph, anchor = region.graph_of("car"), Point(*region.anchor_of("car"))
        for limit in ("100", "10000"):
            with running_osrm(graph, folder / "osrm.log", "--max-table-size", limit) as server:
                provider = routing_server("osrm", server.url, "car", anchor=anchor)
                print(measured(f"osrm-routed, at most {limit}", provider, chosen, truth).text(), flush=True)
                provider.close()
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with running_valhalla(wish.extract, scratch / "valhalla") as server:
            provider = routing_server("valhalla", server.url, "car")
            few = provider.snap([snap.point for snap in chosen[:VALHALLA_PLACES]])
            print(measured("valhalla_service", provider, few, truth).text(), flush=True)
            provider.close()
        for row in estimates(chosen, truth):
            print(row.text(), flush=True)
        print("\n" + many(roads, snaps[: wish.many + 1]))


if __name__ == "__main__":
    main()
