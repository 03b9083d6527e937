"""The rule about locked routes: driven as they were locked, breaks apart, and nothing besides."""

from collections import Counter
from collections.abc import Iterator

from routing.check.case import Case, Violation, is_visit
from routing.plan import Route
from routing.problem import LockedStop

Handled = tuple[str, str, Counter[tuple[str, str]]]  # kind, site, grams by lot and need


def locked_routes_are_driven_as_locked(case: Case) -> Iterator[Violation]:
    rule = "locked_routes_are_driven_as_locked"
    for locked in case.problem.locked:
        wanted = [_wanted(stop) for stop in locked.stops]
        route = case.routes.get(locked.shift)
        driven = [] if route is None else _driven(case, route)
        if len(driven) != len(wanted):
            sentence = f"The shift {locked.shift} is locked with {len(wanted)} stops and has {len(driven)}."
            yield Violation(rule, sentence, locked.shift)
            continue
        for number, (is_so, should_be) in enumerate(zip(driven, wanted, strict=True), 1):
            if is_so != should_be:
                sentence = f"Stop {number} of the locked shift {locked.shift} is another or handles other food."
                yield Violation(rule, sentence, locked.shift)


def _wanted(stop: LockedStop) -> Handled:
    grams: Counter[tuple[str, str]] = Counter()
    for cargo in stop.cargo:
        grams[cargo.lot, cargo.need] += cargo.grams
    return stop.kind, stop.site, grams


def _driven(case: Case, route: Route) -> list[Handled]:
    found = []
    for position, stop in enumerate(route.stops):
        if is_visit(stop):
            grams: Counter[tuple[str, str]] = Counter()
            for allocation in case.handled_at(route, position):
                grams[allocation.lot, allocation.need] += allocation.grams
            found.append((stop.kind, stop.site, grams))
    return found
