"""The rule about breaks: whoever drives takes them all, in order, when they are due and for their full length."""

from collections.abc import Iterator

from routing.check.case import Case, Violation, clock


def breaks_are_taken(case: Case) -> Iterator[Violation]:
    rule = "breaks_are_taken"
    for number, route in case.numbered_routes():
        due = case.shift_of(route).breaks
        taken = [(position, stop) for position, stop in enumerate(route.stops) if stop.kind == "break"]
        if len(taken) != len(due):
            yield Violation(rule, f"The shift has {len(due)} breaks, the route {len(taken)}.", f"routes[{number}]")
            continue
        for (position, stop), pause in zip(taken, due, strict=True):
            where = f"routes[{number}].stops[{position}]"
            if not pause.window.earliest <= stop.begin <= pause.window.latest:
                yield Violation(rule, f"The break begins at {clock(stop.begin)}, outside its window.", where)
            if stop.leave - stop.begin < pause.seconds:
                yield Violation(rule, f"The break should last {pause.seconds} s.", where)
            if position and stop.site != route.stops[position - 1].site:
                yield Violation(rule, "A break is taken where the vehicle stands.", where)
