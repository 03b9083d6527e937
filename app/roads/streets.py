"""The streets of this installation: for each network and profile the source that was chosen, and what follows it.

A source that fails is followed by the region's own streets and then by the estimate; whoever asked is told.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.roads.choice import SERVERS, RoadsChoice
from app.roads.embedded import EmbeddedRoads
from app.roads.estimate import EstimatedRoads, Fit
from app.roads.line_shape import seen
from app.roads.provider import (
    ATTRIBUTION,
    Place,
    Point,
    PointOffRoads,
    Profile,
    RoadHealth,
    RoadLine,
    RoadProvider,
    RoadsUnavailable,
    Snap,
)
from app.roads.region import RegionError, open_region
from app.roads.servers import routing_server


@dataclass(frozen=True, slots=True)
class Answered[T]:
    """An answer, whose it is, and a sentence for every source before it that failed."""

    value: T
    source: str
    estimated: bool
    failures: tuple[str, ...]


class Streets:
    """Providers by network and profile, opened when first needed. Share one between threads; close it at the end."""

    def __init__(self, folder: Path, *, openrouteservice_key: str | None = None) -> None:
        self._folder = folder
        self._key = openrouteservice_key
        self._open: dict[tuple[str, str, Profile], RoadProvider] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the regions are."""
        return self._folder

    def ask[T](
        self,
        choice: RoadsChoice,
        profile: Profile,
        question: Callable[[RoadProvider], T],
        fit: Fit | None = None,
    ) -> Answered[T]:
        """The first answer. What is asked of the estimate always has one; refusals (RoadError) are not failures."""
        failures: list[str] = []
        for name in _order(choice):
            try:
                provider = self._provider(name, choice, profile, fit)
                return Answered(question(provider), name, name == "estimate", tuple(failures))
            except RoadsUnavailable as error:
                failures.append(error.sentence)
        raise RoadsUnavailable(" ".join(failures))

    def line(self, choice: RoadsChoice, profile: Profile, places: Sequence[Place], fit: Fit | None = None) -> RoadLine:
        """The way along the streets through all places, as a map can show it; places in a row that are the same count
        once."""
        distinct = [place for i, place in enumerate(places) if i == 0 or place != places[i - 1]]
        if len(distinct) < 2:
            return RoadLine((), ())
        line = self.ask(choice, profile, lambda provider: provider.route(distinct), fit).value
        return replace(line, coordinates=seen(line.coordinates))

    def pin(self, choice: RoadsChoice, point: Point) -> Snap:
        """Where a pin meets the nearest street; the region's, where travel times are estimated. Raises PointOffRoads
        over 500 m from any, RoadsUnavailable where no source knows streets."""
        if choice.provider == "estimate":
            choice = RoadsChoice(choice.region)
        answer = self.ask(choice, "car", lambda provider: provider.snap([point])[0])
        if answer.estimated:
            raise RoadsUnavailable(" ".join(answer.failures) or "No streets are known here; import a region first.")
        return answer.value

    def is_joined(self, choice: RoadsChoice, point: Point) -> bool | None:
        """Whether the rest of the region can be driven to from the point and back; None where nobody can tell."""
        try:
            return self._embedded(choice.region, "car").is_joined(point)
        except (RoadsUnavailable, PointOffRoads):
            return None

    def lacks(self, choice: RoadsChoice, profile: Profile) -> str | None:
        """Why vehicles of this profile cannot be planned on the network's own streets, in one sentence; None where they
        can, or where there are no streets at all and everybody is estimated."""
        if choice.provider != "embedded":
            return None
        try:
            region = open_region(choice.region, self._folder)
        except RegionError:
            return None
        try:
            region.graph_of(profile)
        except RegionError as error:
            return error.sentence
        return None

    def health(self, choice: RoadsChoice, profile: Profile = "car") -> RoadHealth:
        """Whether the chosen source answers right now."""
        try:
            return self._provider(choice.provider, choice, profile, None).health()
        except RoadsUnavailable as error:
            return RoadHealth(False, error.sentence)

    def attribution(self, choice: RoadsChoice, profile: Profile = "car") -> str:
        """What must stay visible beside what the chosen source made; that of the map where it cannot be opened."""
        try:
            return self._provider(choice.provider, choice, profile, None).attribution() or ATTRIBUTION
        except RoadsUnavailable:
            return ATTRIBUTION

    def close(self) -> None:
        """End the processes and connections behind the open providers."""
        with self._lock:
            for provider in self._open.values():
                provider.close()
            self._open.clear()

    def _provider(self, name: str, choice: RoadsChoice, profile: Profile, fit: Fit | None) -> RoadProvider:
        if name == "estimate":
            return EstimatedRoads(fit or Fit())
        if name == "embedded":
            return self._embedded(choice.region, profile)
        assert choice.url is not None  # noqa: S101  (choice_of refuses a server without)
        with self._lock:
            known = self._open.get((name, choice.url, profile))
            if known is None:
                key = self._key if name == "openrouteservice" else None
                anchor = self._anchor(choice.region, profile)
                known = routing_server(name, choice.url, profile, key, anchor=anchor)
                self._open[name, choice.url, profile] = known
            return known

    def _anchor(self, region: str, profile: Profile) -> Point | None:
        """A place on the main network, where the region itself was imported for the profile."""
        try:
            return Point(*open_region(region, self._folder).anchor_of(profile))
        except RegionError:
            return None

    def _embedded(self, region: str, profile: Profile) -> EmbeddedRoads:
        """The region's own streets; a region that was imported again is opened anew. Who still asks the old ones gets
        their answers: they are closed when nobody holds them any more."""
        try:
            fingerprint = open_region(region, self._folder).fingerprint_of(profile)
            with self._lock:
                known = self._open.get(("embedded", region, profile))
                if isinstance(known, EmbeddedRoads) and known.fingerprint() == fingerprint:
                    return known
                opened = EmbeddedRoads(open_region(region, self._folder), profile)
                self._open["embedded", region, profile] = opened
                return opened
        except RegionError as error:
            raise RoadsUnavailable(error.sentence) from error


def _order(choice: RoadsChoice) -> list[str]:
    """Chosen, then the region's own streets where a server was chosen, then the estimate."""
    if choice.provider in SERVERS:
        return [choice.provider, "embedded", "estimate"]
    return ["embedded", "estimate"] if choice.provider == "embedded" else ["estimate"]
