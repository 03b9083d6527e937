"""Public pickup-and-delivery instances on the engine: every pair must be served, with few vehicles or short routes."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from routing.engine.anneal import close_route, insert_all, open_all, remember_best, return_to_best, search
from routing.engine.layout import (
    ABSENT,
    BLINKS,
    BY_ABSENT,
    COLD,
    FLEET,
    HOT,
    LONGEST_STRING,
    MEAN_OUT,
    MOST_ABSENT,
    NO_CLOCK,
    STEPS_TO_DO,
    Day,
    Scratch,
    State,
)
from routing.engine.meter import Meter
from routing.engine.nearness import near_ends
from routing.engine.room import make_room

if TYPE_CHECKING:
    from routing.instances.pairs import PairInstance

MORE_THAN_ANYTHING = 1000.0  # x the longest arc: what a pair is worth


def solve_pairs(
    instance: "PairInstance",
    *,
    seconds: float = 10.0,
    iterations: int | None = None,
    seed: int = 1,
    objective: str = "vehicles",
    stop: Callable[[], bool] | None = None,
) -> list[list[int]]:
    """Routes as node numbers, the depot left out; every pair is served, or ValueError is raised."""
    began = time.monotonic()
    run = Run(instance, seconds, iterations, seed, objective, stop, began)
    return run.solve()


class Run:
    """One search on one instance."""

    def __init__(
        self,
        instance: "PairInstance",
        seconds: float,
        iterations: int | None,
        seed: int,
        objective: str,
        stop: Callable[[], bool] | None,
        began: float,
    ) -> None:
        self.instance, self.seed, self.objective, self.stop = instance, seed, objective, stop
        self.clock = Meter(seconds, iterations, began)
        self.scale = float(np.mean(instance.distance)) / 20.0
        self.day: Day
        self.state: State
        self.scratch: Scratch

    def solve(self) -> list[list[int]]:
        pairs = len(self.instance.pickups)
        if pairs == 0:
            return []
        self._start()
        if self.objective == "vehicles":
            self._reduce_fleet(FLEET_PART)
        self._shorten()
        return self._routes()

    def _start(self) -> None:
        """A first plan, with as many vehicles as it takes."""
        pairs = len(self.instance.pickups)
        most = self.instance.vehicles or pairs
        fleet = min(most, max(8, pairs // 3))
        while True:
            self.day = pair_day(self.instance, fleet, use=self.objective == "vehicles")
            big = np.array([2**60])
            self.state, self.scratch = make_room(self.day, big, np.zeros(0, np.int64), np.zeros(1, np.int64), self.seed)
            open_all(self.day, self.state, self.scratch)
            insert_all(self.day, self.state, self.scratch)
            if self.state.counters[ABSENT] == 0 or fleet >= most:
                break
            fleet = min(most, 2 * fleet)
        remember_best(self.state, self.scratch)
        if self.state.counters[ABSENT] > 0:
            self._search(1.0, fleet=True)
        if self.state.counters[ABSENT] > 0:
            raise ValueError("No plan was found that serves every pair.")

    def _settings(self, steps: int, fleet: bool, hot: float, cold: float) -> NDArray[np.float64]:
        settings = np.zeros(16)
        settings[MEAN_OUT], settings[LONGEST_STRING], settings[BLINKS] = MEAN, STRING, BLINK_RATE
        settings[HOT], settings[COLD] = hot * self.scale, cold * self.scale
        settings[BY_ABSENT] = NEAR_ABSENT
        settings[MOST_ABSENT], settings[STEPS_TO_DO], settings[FLEET] = 10**6, steps, float(fleet)
        return settings

    def _stopped(self) -> bool:
        return self.stop is not None and self.stop()

    def _search(self, until: float, fleet: bool) -> None:
        """Search until this part of the time is over; for the fleet, until no piece is absent or it is hopeless."""
        begin, fewest = self.clock.part(), len(self.instance.pickups)
        while (steps := self.clock.next_steps(until)) and not self._stopped():
            part = (self.clock.part() - begin) / max(1e-9, until - begin)
            hot = HOTTEST * (COLDEST / HOTTEST) ** part if not fleet else FLEET_HEAT
            settings = self._settings(steps, fleet, hot, hot)
            before = time.monotonic()
            done = search(self.day, self.state, self.scratch, settings)
            self.clock.count(int(done), time.monotonic() - before)
            fewest = min(fewest, int(self.state.counters[ABSENT]))
            if fleet and (fewest == 0 or (part > HOPELESS_AFTER and fewest > HOPELESS)):
                return

    def _reduce_fleet(self, until: float) -> None:
        """Take one route away after the other, as long as what it carried finds a place on the rest."""
        best = self._used()
        while self.clock.part() < until and not self._stopped():
            lightest = self._lightest_route()
            if lightest < 0:
                return
            for vehicle in np.flatnonzero(self.state.node_count == 0):
                self.state.enabled[vehicle] = 0
            close_route(self.day, self.state, self.scratch, lightest)
            self._search(until, fleet=True)
            if self.state.counters[ABSENT] > 0:
                break
            best = min(best, self._used())
        return_to_best(self.day, self.state, self.scratch)
        self.state.enabled[:] = self.state.node_count > 0

    def _used(self) -> int:
        return int(np.count_nonzero(self.state.node_count))

    def _lightest_route(self) -> int:
        """The route whose pieces were absent least often."""
        used = np.flatnonzero(self.state.node_count > 0)
        if len(used) < 2:
            return -1
        carried = self.state.piece_vehicle
        sums = [int(self.state.absences[carried == vehicle].sum()) for vehicle in used]
        return int(used[int(np.argmin(sums))])

    def _shorten(self) -> None:
        self._search(1.0, fleet=False)
        return_to_best(self.day, self.state, self.scratch)

    def _routes(self) -> list[list[int]]:
        """Routes as node numbers of the instance."""
        found = []
        for vehicle in np.flatnonzero(self.state.node_count > 0):
            codes = self.state.nodes[vehicle, : self.state.node_count[vehicle]]
            ends = (self.instance.deliveries if code % 2 else self.instance.pickups for code in codes)
            found.append([int(nodes[code // 2]) for nodes, code in zip(ends, codes, strict=True)])
        return found


FLEET_PART = 0.4
# One route too few shows early: where after a third of the time more pieces than this are absent, shorter routes are
# the better use of the rest.
HOPELESS_AFTER, HOPELESS = 0.35, 4
MEAN, STRING, BLINK_RATE, NEAR_ABSENT = 10.0, 10.0, 0.01, 0.9
HOTTEST, COLDEST, FLEET_HEAT = 10.0, 0.02, 0.2


def pair_day(instance: "PairInstance", fleet: int, *, use: bool) -> Day:
    """The instance as the engine holds it: a piece for each pair, each with the one place it may go to."""
    pairs, vehicles = len(instance.pickups), fleet
    pickups, deliveries = instance.pickups, instance.deliveries
    longest = float(instance.distance.max())

    def row(value: float) -> NDArray[np.float64]:
        return np.full(vehicles, value, dtype=np.float64)

    numbers = np.zeros(vehicles, dtype=np.int64)
    windows = np.stack([instance.earliest[deliveries], instance.latest[deliveries]], axis=1).astype(np.float64)
    return Day(
        seconds=np.ascontiguousarray(instance.time, dtype=np.float64)[None],
        clock=NO_CLOCK,
        metres=np.ascontiguousarray(instance.distance, dtype=np.float64)[None],
        setup=np.zeros(len(instance.demand)),
        service=np.array(instance.service, dtype=np.float64, order="C", copy=True),
        vehicle_profile=numbers,
        vehicle_start=numbers.copy(),
        vehicle_end=numbers.copy(),
        vehicle_from=row(float(instance.earliest[0])),
        vehicle_until=row(float(instance.latest[0])),
        vehicle_capacity=row(float(instance.capacity))[:, None].copy(),
        vehicle_base=np.zeros((vehicles, 1)),
        vehicle_per_metre=row(1.0),
        vehicle_per_second=row(0.0),
        vehicle_use=row(10 * longest if use else 0.0),
        vehicle_most_metres=row(np.inf),
        vehicle_most_stops=numbers + 2**31,
        vehicle_class=numbers.copy(),
        break_first=np.zeros(vehicles + 1, dtype=np.int64),
        break_from=np.zeros(0),
        break_until=np.zeros(0),
        break_seconds=np.zeros(0),
        piece_site=np.asarray(pickups, dtype=np.int64),
        piece_from=instance.earliest[pickups].astype(np.float64),
        piece_until=instance.latest[pickups].astype(np.float64),
        piece_load=instance.demand[pickups].astype(np.float64)[:, None].copy(),
        piece_grams=np.ones(pairs, dtype=np.int64),
        piece_least=np.ones(pairs, dtype=np.int64),
        piece_value=np.full(pairs, MORE_THAN_ANYTHING * longest),
        piece_on_board=np.full(pairs, -1, dtype=np.int64),
        piece_promised_vehicle=np.full(pairs, -1, dtype=np.int64),
        piece_promised_need=np.full(pairs, -1, dtype=np.int64),
        piece_keys=pair_keys(instance),
        allowed=np.ones((pairs, vehicles), dtype=np.uint8),
        stop_allowed=np.ones((len(instance.demand), vehicles), dtype=np.uint8),
        candidate_first=np.arange(pairs + 1, dtype=np.int64),
        candidate_need=np.zeros(pairs, dtype=np.int64),
        candidate_site=np.asarray(deliveries, dtype=np.int64),
        candidate_bank=np.zeros(pairs, dtype=np.int64),
        candidate_storage=np.full(pairs, -1, dtype=np.int64),
        candidate_windows=windows,
        candidate_window_count=np.ones(pairs, dtype=np.int64),
        step_until=np.zeros((1, 1)),
        step_worth=np.zeros((1, 1)),
        move_cost=0.0,
        neighbours=near_ends(instance.distance, pickups, deliveries),
    )


def pair_keys(instance: "PairInstance") -> NDArray[np.float64]:
    """Orders in which to put pairs back: chance, large, far, near, narrow windows, early, late."""
    pickups, deliveries = instance.pickups, instance.deliveries
    far = instance.distance[0, pickups] + instance.distance[0, deliveries]
    width = np.minimum(
        instance.latest[pickups] - instance.earliest[pickups],
        instance.latest[deliveries] - instance.earliest[deliveries],
    )
    rows = [
        np.zeros(len(pickups)), -instance.demand[pickups], -far, far, width, instance.earliest[pickups],
        -instance.latest[deliveries],
    ]  # fmt: skip
    return np.array(rows, dtype=np.float64)
