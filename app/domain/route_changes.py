"""What is different in a route that took another's place, as its driver has to hear it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Code = Literal["added", "gone", "other_food", "other_order"]
CODES: tuple[str, ...] = get_args(Code)


@dataclass(frozen=True)
class ComparedStop:
    """A stop by the identity of its visit, its place, and grams of each promise that is handled there."""

    visit: str
    site_name: str
    food: Mapping[str, int]


@dataclass(frozen=True)
class RouteChange:
    """One thing that is different; about the whole route where there is no place."""

    code: Code
    site_name: str = ""


def route_changes(before: Sequence[ComparedStop], after: Sequence[ComparedStop]) -> tuple[RouteChange, ...]:
    """Stops that came, that went, where other food is handled, and whether those that stayed are in another order."""
    old, new = {stop.visit: stop for stop in before}, {stop.visit: stop for stop in after}
    stayed = [visit for visit in old if visit in new]
    found = [RouteChange("added", stop.site_name) for stop in after if stop.visit not in old]
    found += [RouteChange("gone", stop.site_name) for stop in before if stop.visit not in new]
    found += [RouteChange("other_food", new[visit].site_name) for visit in stayed if new[visit].food != old[visit].food]
    if stayed != [visit for visit in new if visit in old]:
        found.append(RouteChange("other_order"))
    return tuple(found)
