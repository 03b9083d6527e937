"""Refuse a problem that no plan could answer sensibly, naming the field and the fault in one sentence. What only
keeps one lot from being served is no fault: the lot stays, with its reason."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from routing.limits import LATEST_SECOND, LIMITS, MOST_EXACT, SMALLEST_PART_GRAMS, Limit
from routing.plain import ProblemError, shown
from routing.validate_locked import validate_locked

if TYPE_CHECKING:
    from routing.news import News
    from routing.problem import Load, Lot, Need, Policy, Problem, Shift, TimeWindow

__all__ = ["CLASSES", "LATEST_SECOND", "validate", "validate_parts"]

CLASSES = ("ambient", "chilled", "frozen", "hot")


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def validate(problem: "Problem") -> None:
    """Raise ProblemError for the first fault found."""
    _date(problem.service_date)
    _time_zone(problem.time_zone)
    for name in ("sites", "lots", "needs", "shifts"):
        _unique_ids(name, getattr(problem, name))
    _travel(problem)
    sites = {site.id for site in problem.sites}
    shifts = {shift.id for shift in problem.shifts}
    for number, site in enumerate(problem.sites):
        _numbers(f"sites[{number}]", site)
        _numbers(f"sites[{number}].storage", site.storage)
        _skills(f"sites[{number}].skills", site.skills)
    for number, lot in enumerate(problem.lots):
        _lot(f"lots[{number}]", lot, sites, shifts)
    for number, need in enumerate(problem.needs):
        _need(f"needs[{number}]", need, sites)
    for number, shift in enumerate(problem.shifts):
        _shift(f"shifts[{number}]", shift, problem, sites)
    _no_vehicle_twice(problem.shifts)
    _eligibilities(problem)
    _promises(problem)
    _pace(problem)
    _policy(problem.policy)
    _on_board(problem)
    validate_locked(problem)
    _exact(problem)


def validate_parts(
    day: "Problem", news: "News", lots: Sequence["Lot"], needs: Sequence["Need"], shifts: Sequence["Shift"]
) -> None:
    """Raise ProblemError for the first fault of lots, needs and shifts that are to enter a day, or of a number in the
    news that they come with. The paths are those of the news."""
    _numbers("", news)
    for number, done in enumerate(news.done):
        _numbers(f"done[{number}]", done)
    for number, pair in enumerate(news.eligibilities):
        _numbers(f"eligibilities[{number}]", pair)
    for name, things in (("lots", lots), ("needs", needs), ("shifts", shifts)):
        _unique_ids(name, things)
    sites, driving = set(day.sites_by_id), {*day.shifts_by_id, *(shift.id for shift in shifts)}
    for number, lot in enumerate(lots):
        _lot(f"lots[{number}]", lot, sites, driving)
    for number, need in enumerate(needs):
        _need(f"needs[{number}]", need, sites)
    for number, shift in enumerate(shifts):
        _shift(f"shifts[{number}]", shift, day, sites)


def _date(text: str) -> None:
    try:
        good = datetime.date.fromisoformat(text).isoformat() == text
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ProblemError("service_date", "The date should look like 2026-11-24.", "wrong_date")


def _time_zone(name: str) -> None:
    if not name:
        raise ProblemError("time_zone", "The time zone is missing.", "missing_value")
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # not found, a folder of zones, or a path
        sentence = f"There is no time zone called {name}: name it as in Europe/London."
        raise ProblemError("time_zone", sentence, "unknown_time_zone") from error


def _unique_ids(name: str, things: Sequence[_Named]) -> None:
    seen: set[str] = set()
    for number, thing in enumerate(things):
        if not thing.id:
            raise ProblemError(f"{name}[{number}].id", "The id is missing.", "missing_value")
        if thing.id in seen:
            raise ProblemError(f"{name}[{number}].id", f"The id {thing.id} is used twice.", "duplicate_id")
        seen.add(thing.id)


def _travel(problem: "Problem") -> None:
    for profile, matrix in problem.travel.items():
        if len(matrix) != len(problem.sites):
            sentence = f"There should be {len(problem.sites)} rows, one for each site."
            raise ProblemError(f"travel.{profile}.seconds", sentence, "wrong_size")


def _numbers(path: str, thing: Any) -> None:
    """Every number of this thing that has a limit."""
    for name, limit in LIMITS[type(thing).__name__].items():
        _within(f"{path}.{name}" if path else name, getattr(thing, name), limit)


def _within(path: str, value: Any, limit: Limit) -> None:
    if value is None and limit.optional:
        return
    if type(value) is not int:
        raise ProblemError(path, "This should be a whole number.", "wrong_type")
    if not limit.least <= value <= limit.most:
        sentence = f"This should be from {limit.least} to {limit.most}, not {shown(value)}."
        raise ProblemError(path, sentence, "out_of_range")


def _known(path: str, id: str, known: Collection[str]) -> None:
    if id not in known:
        raise ProblemError(path, f"There is nothing of the name {id}.", "unknown_reference")


def _skills(path: str, skills: Iterable[str]) -> None:
    if not all(skills):
        raise ProblemError(path, "A skill needs a name.", "missing_value")


def _window(path: str, window: "TimeWindow") -> None:
    _numbers(path, window)
    if window.earliest > window.latest:
        raise ProblemError(path, "The window ends before it begins.", "window_inverted")


def _lot(path: str, lot: "Lot", sites: set[str], shifts: set[str]) -> None:
    _known(f"{path}.site", lot.site, sites)
    _numbers(path, lot)
    if lot.temperature_class not in CLASSES:
        raise ProblemError(f"{path}.temperature_class", f"This should be one of {', '.join(CLASSES)}.", "unknown_class")
    _window(f"{path}.window", lot.window)
    _skills(f"{path}.skills", lot.skills)
    if lot.on_board is not None:
        _known(f"{path}.on_board", lot.on_board, shifts)


def _need(path: str, need: "Need", sites: set[str]) -> None:
    _known(f"{path}.site", need.site, sites)
    _numbers(path, need)
    _windows(f"{path}.windows", need.windows, "windows_overlap")


def _windows(path: str, windows: Iterable["TimeWindow"], code: str) -> None:
    before = -1
    for number, window in enumerate(windows):
        _window(f"{path}[{number}]", window)
        if window.earliest <= before:
            raise ProblemError(f"{path}[{number}]", "The windows should be in order and apart.", code)
        before = window.latest


def _shift(path: str, shift: "Shift", problem: "Problem", sites: set[str]) -> None:
    _known(f"{path}.start_site", shift.start_site, sites)
    _known(f"{path}.end_site", shift.end_site, sites)
    if shift.profile not in problem.travel:
        raise ProblemError(f"{path}.profile", f"There are no travel times for {shift.profile}.", "unknown_reference")
    _window(f"{path}.window", shift.window)
    _numbers(f"{path}.capacity", shift.capacity)
    _numbers(path, shift)
    _skills(f"{path}.skills", shift.skills)
    _breaks(path, shift)
    if problem.leg(shift, shift.start_site, shift.end_site) is None:
        sentence = f"No road leads from {shift.start_site} to {shift.end_site}."
        raise ProblemError(f"{path}.end_site", sentence, "no_road")


def _breaks(path: str, shift: "Shift") -> None:
    """A shift that drives takes all its breaks, so one that nothing else is asked of has to manage that."""
    _windows(f"{path}.breaks", (pause.window for pause in shift.breaks), "breaks_overlap")
    free = shift.window.earliest
    for number, pause in enumerate(shift.breaks):
        _numbers(f"{path}.breaks[{number}]", pause)
        begin = max(free, pause.window.earliest)
        free = begin + pause.seconds
        if begin > pause.window.latest or free > shift.window.latest:
            sentence = "The shift cannot take this break within its own window."
            raise ProblemError(f"{path}.breaks[{number}]", sentence, "break_out_of_reach")


def _no_vehicle_twice(shifts: tuple["Shift", ...]) -> None:
    latest: dict[str, Shift] = {}
    for shift in sorted(shifts, key=lambda shift: shift.window.earliest):
        before = latest.get(shift.vehicle)
        if before is not None and shift.window.earliest < before.window.latest:
            raise ProblemError(
                f"shifts[{shifts.index(shift)}].window",
                f"The vehicle {shift.vehicle} is already out on another shift at that time.",
                "shifts_overlap",
            )
        latest[shift.vehicle] = shift


def _eligibilities(problem: "Problem") -> None:
    """There are very many pairs: what is right is seen at once, and looked at closely only where something is not."""
    pairs, lots, needs = problem.eligibilities or (), problem.lots_by_id, problem.needs_by_id
    limit = LIMITS["Eligibility"]["deliver_by"]
    times = [pair.deliver_by for pair in pairs]
    if not (
        {pair.lot for pair in pairs} <= lots.keys()
        and {pair.need for pair in pairs} <= needs.keys()
        and set(map(type, times)) <= {int}
        and limit.least <= min(times, default=limit.least)
        and max(times, default=limit.most) <= limit.most
    ):
        for number, pair in enumerate(pairs):
            _known(f"eligibilities[{number}].lot", pair.lot, lots)
            _known(f"eligibilities[{number}].need", pair.need, needs)
            _numbers(f"eligibilities[{number}]", pair)
    if len(problem.deadlines) < len(pairs):
        seen: set[tuple[str, str]] = set()
        for number, pair in enumerate(pairs):
            if (pair.lot, pair.need) in seen:
                raise ProblemError(f"eligibilities[{number}]", "This pair is listed twice.", "duplicate_id")
            seen.add((pair.lot, pair.need))


def _promises(problem: "Problem") -> None:
    seen = set()
    for number, promise in enumerate(problem.promises):
        path = f"promises[{number}]"
        _known(f"{path}.lot", promise.lot, problem.lots_by_id)
        _known(f"{path}.need", promise.need, problem.needs_by_id)
        _known(f"{path}.shift", promise.shift, problem.shifts_by_id)
        if promise in seen:
            raise ProblemError(path, "This promise is listed twice.", "duplicate_id")
        seen.add(promise)


def _pace(problem: "Problem") -> None:
    before = -1
    for number, step in enumerate(problem.pace):
        path = f"pace[{number}]"
        _numbers(path, step)
        if step.from_second <= before:
            raise ProblemError(f"{path}.from_second", "The steps should be in order and apart.", "out_of_range")
        before = step.from_second


def _policy(policy: "Policy") -> None:
    _numbers("policy", policy)
    for number, step in enumerate(policy.fairness):
        path = f"policy.fairness[{number}]"
        _numbers(path, step)
        if not number:
            continue
        before = policy.fairness[number - 1]
        if step.until_percent <= before.until_percent:
            raise ProblemError(f"{path}.until_percent", "The steps should rise.", "out_of_range")
        if step.cents_per_kg > before.cents_per_kg:
            sentence = "A later step should not be worth more than the one before."
            raise ProblemError(f"{path}.cents_per_kg", sentence, "out_of_range")


def _on_board(problem: "Problem") -> None:
    """What a vehicle has on board must have found room in it."""
    loads: dict[str, Load] = {}
    for number, lot in enumerate(problem.lots):
        if lot.on_board is not None:
            load = lot.load_for(lot.grams)
            loads[lot.on_board] = loads[lot.on_board] + load if lot.on_board in loads else load
            if not loads[lot.on_board].fits_in(problem.shifts_by_id[lot.on_board].capacity):
                sentence = f"The vehicle of the shift {lot.on_board} cannot carry all that is on board."
                raise ProblemError(f"lots[{number}].on_board", sentence, "too_much_on_board")


def _exact(problem: "Problem") -> None:
    """Worth is counted in thousandths of a cent; no sum of them may leave the whole numbers that floats can hold."""
    policy = problem.policy
    percent = max((need.priority_percent for need in problem.needs), default=100)
    dearest = max((step.cents_per_kg for step in policy.fairness), default=0) * max(100, percent) // 100
    past = sum(need.delivered_grams + need.past_delivered_grams for need in problem.needs)
    grams = sum(lot.grams for lot in problem.lots)
    worth = sum(lot.grams * (lot.value_per_kg or policy.value_per_kg) for lot in problem.lots)
    worth += (grams + past) * dearest + len(problem.promises) * policy.move_cents * 1000
    if worth > MOST_EXACT or _dearest_driving(problem) > MOST_EXACT:
        sentence = "All amounts together are too large to be counted exactly: use smaller grams, distances or cents."
        raise ProblemError("", sentence, "numbers_too_large")


def _dearest_driving(problem: "Problem") -> int:
    """More than any plan can cost: every piece of every lot fetched and brought over the longest road there is."""
    part = min(SMALLEST_PART_GRAMS, problem.policy.shipment_grams)
    pieces = sum(1 + (lot.grams // part if lot.splittable else 0) for lot in problem.lots)
    longest = max((int(table.metres.max(initial=0)) for table in problem.travel.values()), default=0)
    per_metre = max((shift.cents_per_km for shift in problem.shifts), default=0)
    hours = sum((shift.window.latest - shift.window.earliest) * shift.cents_per_hour for shift in problem.shifts)
    used = sum(shift.cents_per_use for shift in problem.shifts)
    return (2 * pieces + len(problem.shifts)) * longest * per_metre + hours * 1000 // 3600 + used * 1000
