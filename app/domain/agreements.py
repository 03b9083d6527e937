"""What agreements between supermarkets and food banks make of a day: whose food a line is first, or alone, and who
fetches it. docs/decisions/0016 says why.

The rule. Lines are asked in the order in which they were posted. An agreement covers a line of its stores, weekdays and
categories. Where several do, the firmest kind decides, and agreements of one kind share the line:

1. `only` with nobody else, `exclusive`: the line goes to the food bank or to nobody.
2. `only`: the line goes to the food bank alone while its needs have room for the whole line. If they have room for a
   part of it, the food bank comes first, and what it cannot take is free for the others.
3. `first`: the food bank comes first while its needs have room for any of it: a plan is made as if nobody else could
   have the line, and what that plan cannot bring there is free for the others.

A food bank whose needs cannot take the food, or have no room left after the lines that were posted before, is passed
over, and the next kind decides; a line that no agreement holds is free for everybody. What must stay whole has room
only where one need can take all of it. A line that is held is fetched by the vans that the agreement names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

KINDS: tuple[str, ...] = ("only", "first")
SIDES: tuple[str, ...] = ("donor", "receiver", "network")
PAYERS: tuple[str, ...] = ("as_partners", "donor", "receiver", "half_each")


@dataclass(frozen=True)
class Term:
    """When an agreement holds; no weekdays means all. replaced: another took its place, so it holds to its last day."""

    state: str
    valid_from: date
    valid_until: date | None = None
    weekdays: frozenset[int] = frozenset()
    replaced: bool = False


@dataclass(frozen=True)
class Agreement:
    """One agreement on a day that it holds. stores: the sites whose food it is about. receiver_site: only the needs of
    this one; None for all. driver: the organisation whose vans alone fetch the food; None for any van."""

    id: str
    kind: str
    exclusive: bool
    stores: frozenset[str]
    receiver: str
    receiver_site: str | None = None
    categories: frozenset[str] = frozenset()
    driver: str | None = None

    def covers(self, food: "Food") -> bool:
        """Whether it is about this line."""
        return food.store in self.stores and (not self.categories or food.category in self.categories)

    def means(self, need: "Wanted") -> bool:
        """Whether this need is of its food bank."""
        return need.organisation == self.receiver and self.receiver_site in (None, need.site)


@dataclass(frozen=True)
class Food:
    """A line. whole: it does not go in parts."""

    id: str
    store: str
    category: str
    grams: int
    whole: bool = False


@dataclass(frozen=True)
class Wanted:
    """A need, with the grams that it can still take."""

    id: str
    organisation: str
    site: str
    grams: int


@dataclass(frozen=True)
class Held:
    """A line that agreements hold: for these needs, or these first. drivers: whose vans fetch it; None for any."""

    agreements: tuple[str, ...]
    needs: frozenset[str]
    alone: bool
    drivers: frozenset[str] | None


def holds_on(term: Term, day: date) -> bool:
    """Whether an agreement is in force on the day."""
    agreed = term.state == "active" or (term.state == "ended" and term.replaced)
    within = term.valid_from <= day and (term.valid_until is None or day <= term.valid_until)
    return agreed and within and (not term.weekdays or day.isoweekday() in term.weekdays)


def held_by(
    agreements: Sequence[Agreement], foods: Iterable[Food], needs: Iterable[Wanted], pairs: Mapping[str, Sequence[str]]
) -> dict[str, Held]:
    """The lines, in the order in which they were posted, that agreements hold; what is not in it is free. pairs: by
    line the needs that may have it."""
    by_id = {need.id: need for need in needs}
    room = {need.id: need.grams for need in by_id.values()}
    found: dict[str, Held] = {}
    for food in foods:
        held = _held(agreements, food, [by_id[need] for need in pairs.get(food.id, ())], room)
        if held is None:
            continue
        found[food.id] = held
        left = food.grams
        for need in pairs.get(food.id, ()):
            if need in held.needs and left > 0 and (not food.whole or room[need] >= food.grams):
                taken = min(left, max(0, room[need]))
                room[need] -= taken
                left -= taken
    return found


def _held(agreements: Sequence[Agreement], food: Food, able: Sequence[Wanted], room: Mapping[str, int]) -> Held | None:
    about = [each for each in agreements if each.covers(food)]
    for kind, exclusive in (("only", True), ("only", False), ("first", False)):
        same = [each for each in about if each.kind == kind and (each.exclusive and kind == "only") == exclusive]
        theirs = [need for need in able if any(each.means(need) for each in same)]
        space = _space(food, theirs, room)
        if not same or (space <= 0 and not exclusive):
            continue
        alone = exclusive or (kind == "only" and space >= food.grams)
        named = {each.driver for each in same}
        drivers = None if None in named else frozenset(each for each in named if each is not None)
        return Held(tuple(each.id for each in same), frozenset(need.id for need in theirs), alone, drivers)
    return None


def _space(food: Food, needs: Sequence[Wanted], room: Mapping[str, int]) -> int:
    """Grams of the line that these needs still have room for."""
    rooms = [max(0, room[need.id]) for need in needs]
    if food.whole:
        return food.grams if any(each >= food.grams for each in rooms) else 0
    return sum(rooms)


def sides_that_agree(proposed_by: str) -> frozenset[str]:
    """Of the two organisations, those whose word is given by proposing: the network's office speaks for neither."""
    return frozenset({proposed_by} & {"donor", "receiver"})
