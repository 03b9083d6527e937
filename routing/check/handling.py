"""Rules about collecting and delivering: where, when, and in which order."""

from collections.abc import Iterator

from routing.check.case import Case, Violation, clock


def collected_then_delivered_at_the_right_places(case: Case) -> Iterator[Violation]:
    rule = "collected_then_delivered_at_the_right_places"
    for where, allocation in case.allocations():
        pickup, drop_off = case.stops_of(allocation)
        lot = case.lot_of(allocation)
        if allocation.pickup_stop >= allocation.drop_off_stop:
            yield Violation(rule, "The food is delivered before it is collected.", where)
        if lot.on_board is None and (pickup.kind != "pickup" or pickup.site != lot.site):
            yield Violation(rule, "The food is collected where it is not.", where)
        if drop_off.kind != "drop_off" or drop_off.site != case.problem.needs_by_id[allocation.need].site:
            yield Violation(rule, "The food is delivered where it is not needed.", where)


def food_on_board_stays_in_its_vehicle(case: Case) -> Iterator[Violation]:
    """What was collected already is delivered by the shift that has it, from the start of its route on."""
    rule = "food_on_board_stays_in_its_vehicle"
    for where, allocation in case.allocations():
        lot = case.lot_of(allocation)
        if lot.on_board is None:
            continue
        if lot.on_board != allocation.shift:
            yield Violation(rule, f"The lot {lot.id} is on board of the shift {lot.on_board}.", where)
        if allocation.pickup_stop != 0:
            yield Violation(rule, f"The lot {lot.id} is on board from the start and not collected again.", where)


def collected_within_the_pickup_window(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        lot, begin = case.lot_of(allocation), case.stops_of(allocation)[0].begin
        if lot.on_board is None and not lot.window.earliest <= begin <= lot.window.latest:
            sentence = f"Collecting begins at {clock(begin)}, outside the pickup window."
            yield Violation("collected_within_the_pickup_window", sentence, where)


def delivered_within_receiving_hours(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        begin = case.stops_of(allocation)[1].begin
        windows = case.problem.needs_by_id[allocation.need].windows
        if not any(window.earliest <= begin <= window.latest for window in windows):
            sentence = f"Unloading begins at {clock(begin)}, when nobody receives."
            yield Violation("delivered_within_receiving_hours", sentence, where)


def delivered_in_time(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        begin = case.stops_of(allocation)[1].begin
        latest = case.problem.deadline(allocation.lot, allocation.need)
        if latest is not None and begin > latest:
            sentence = f"Unloading begins at {clock(begin)}; this food must be there by {clock(latest)}."
            yield Violation("delivered_in_time", sentence, where)
