"""What travels together from one store to one food bank: allotted food as shipments that some vehicle can take."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.engine.pieces import cut
from routing.openings import Intervals, overlap
from routing.problem import Load, Problem
from routing.retime import Cargo, Tour, opening_for
from routing.score import Fill, value_per_kg

Amounts = Mapping[tuple[str, str], int]  # grams by lot and need


@dataclass(frozen=True)
class Shipment:
    """One pickup and one drop-off, or a drop-off only where the cargo is on board from the start. `shifts`: the numbers
    of those that have the skills and the room; `worth` in thousandths of a cent, with its part of the fairness of
    all that the food bank gets."""

    store: str
    bank: str
    cargo: tuple[Cargo, ...]
    collecting: Intervals
    receiving: Intervals
    load: Load
    worth: int
    shifts: tuple[int, ...]
    on_board: bool


def shipments_of(problem: Problem, amounts: Amounts) -> list[Shipment]:
    """Cut what is allotted into shipments that some vehicle can take; lots with the same places, windows and shifts
    travel together."""
    groups: defaultdict[object, list[Cargo]] = defaultdict(list)
    bonus = _bonus_per_gram(problem, amounts)
    for (lot_id, need_id), grams in sorted(amounts.items()):
        lot, need = problem.lots_by_id[lot_id], problem.needs_by_id[need_id]
        room = need_room(problem, lot_id, need_id)
        if not lot.splittable and grams > room:
            continue
        first = Cargo(lot_id, need_id, grams)
        key = (lot.site, need.site, lot.on_board, _windows(problem, first), _skilled(problem, (first,)))
        for part, size in enumerate(cut(problem, lot, min(grams, room)) if room else ()):
            groups[key].append(Cargo(lot_id, need_id, size, part))
    return [_shipment(problem, batch, bonus) for cargo in groups.values() for batch in _batches(problem, cargo)]


def _bonus_per_gram(problem: Problem, amounts: Amounts) -> Mapping[str, float]:
    """By need, what fairness makes of a gram in the mean of all that its food bank is to get."""
    fill, grams, worth = Fill(problem), defaultdict[str, int](int), defaultdict[str, int](int)
    for (_, need_id), size in amounts.items():
        need = problem.needs_by_id[need_id]
        worth[need.organisation] += fill.bonus_for(need, size)
        grams[need.organisation] += size
        fill.add(need, size)
    return {need.id: worth[need.organisation] / max(1, grams[need.organisation]) for need in problem.needs}


def amounts_in(tours: Sequence[Tour]) -> Amounts:
    """Grams by lot and need that the tours deliver."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for tour in tours:
        for visit in tour:
            for cargo in visit.cargo if visit.kind == "drop_off" else ():
                found[cargo.lot, cargo.need] += cargo.grams
    return found


def need_room(problem: Problem, lot: str, need: str) -> int:
    """Grams of this lot that the site of the need could put away if it were empty."""
    limit = problem.sites_by_id[problem.needs_by_id[need].site].storage.limit_for(
        problem.lots_by_id[lot].temperature_class
    )
    return problem.lots_by_id[lot].grams if limit is None else limit


def _windows(problem: Problem, cargo: Cargo) -> tuple[Intervals, Intervals]:
    return (
        opening_for(problem, "pickup", cargo.lot, cargo.need),
        opening_for(problem, "drop_off", cargo.lot, cargo.need),
    )


def _skilled(problem: Problem, cargo: Sequence[Cargo]) -> tuple[int, ...]:
    """The shifts that may carry all of it and stop where it comes from and goes to."""
    lots = [problem.lots_by_id[each.lot] for each in cargo]
    sites = {problem.needs_by_id[each.need].site for each in cargo} | {lot.site for lot in lots if lot.on_board is None}
    return tuple(
        number
        for number, shift in enumerate(problem.shifts)
        if all(problem.may_carry(shift, lot) for lot in lots) and all(problem.may_stop(shift, site) for site in sites)
    )


def _batches(problem: Problem, cargo: Sequence[Cargo]) -> list[tuple[Cargo, ...]]:
    """Cargo in batches of at most a shipment's grams that at least one vehicle can take."""
    batches: list[tuple[Cargo, ...]] = []
    for piece in cargo:
        for number, batch in enumerate(batches):
            together = (*batch, piece)
            if _load(problem, together).grams <= problem.policy.shipment_grams and _able(problem, together):
                batches[number] = together
                break
        else:
            batches.append((piece,))
    return batches


def _load(problem: Problem, cargo: Sequence[Cargo]) -> Load:
    """Parts of a lot that travel together share a crate begun."""
    grams: defaultdict[tuple[str, str], int] = defaultdict(int)
    for piece in cargo:
        grams[piece.lot, piece.need] += piece.grams
    total = Load()
    for (lot, _), size in grams.items():
        total += problem.lots_by_id[lot].load_for(size)
    return total


def _able(problem: Problem, cargo: Sequence[Cargo]) -> tuple[int, ...]:
    """The shifts that have the skills and, empty, the room."""
    load = _load(problem, cargo)
    return tuple(number for number in _skilled(problem, cargo) if load.fits_in(problem.shifts[number].capacity))


def _shipment(problem: Problem, cargo: tuple[Cargo, ...], bonus: Mapping[str, float]) -> Shipment:
    collecting, receiving = _windows(problem, cargo[0])
    for piece in cargo[1:]:
        also, too = _windows(problem, piece)
        collecting, receiving = overlap(collecting, also), overlap(receiving, too)
    lot = problem.lots_by_id[cargo[0].lot]
    return Shipment(
        lot.site,
        problem.needs_by_id[cargo[0].need].site,
        cargo,
        collecting,
        receiving,
        _load(problem, cargo),
        sum(
            piece.grams * value_per_kg(problem, problem.lots_by_id[piece.lot]) + int(piece.grams * bonus[piece.need])
            for piece in cargo
        ),
        _able(problem, cargo),
        lot.on_board is not None,
    )


def shipments_in(problem: Problem, tours: Sequence[Tour]) -> tuple[list[Shipment], list[list[int]]]:
    """What the tours carry, as shipments, and for each tour the order of its nodes (even: pickup, odd: drop-off)."""
    found: list[Shipment] = []
    orders: list[list[int]] = []
    bonus = _bonus_per_gram(problem, amounts_in(tours))
    for number, tour in enumerate(tours):
        order: list[int] = []
        ends: dict[int, list[int]] = defaultdict(list)
        collected: set[Cargo] = set()
        for stop, visit in enumerate(tour):
            if visit.kind == "pickup":
                for end, cargo in _by_end(tour, stop).items():
                    collected.update(cargo)
                    ends[end].append(len(found))
                    order.append(2 * len(found))
                    found.append(_shipment(problem, cargo, bonus))
            elif visit.kind == "drop_off":
                order += [2 * each + 1 for each in ends[stop]]
                on_board = tuple(cargo for cargo in visit.cargo if cargo not in collected)
                if on_board:
                    order.append(2 * len(found) + 1)
                    found.append(replace(_shipment(problem, on_board, bonus), shifts=(number,)))
        orders.append(order)
    return found, orders


def _by_end(tour: Tour, stop: int) -> dict[int, tuple[Cargo, ...]]:
    """What is collected at this stop, by the stop where it is delivered."""
    dropped = {cargo: end for end, visit in enumerate(tour) if visit.kind == "drop_off" for cargo in visit.cargo}
    found: defaultdict[int, list[Cargo]] = defaultdict(list)
    for cargo in tour[stop].cargo:
        found[dropped[cargo]].append(cargo)
    return {end: tuple(cargo) for end, cargo in found.items()}
