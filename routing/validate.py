"""Refuse a problem that no plan could answer sensibly, naming the field and the fault in one sentence."""

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from routing.plain import ProblemError

if TYPE_CHECKING:
    from routing.problem import Load, Lot, Need, Policy, Problem, Shift, TimeWindow

CLASSES = ("ambient", "chilled", "frozen", "hot")
LATEST_SECOND = 3 * 86_400
MOST_GRAMS = 1_000_000_000
MOST_CENTS = 1_000_000


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def validate(problem: "Problem") -> None:
    """Raise ProblemError for the first fault found."""
    _date(problem.service_date)
    if not problem.time_zone:
        raise ProblemError("time_zone", "The time zone is missing.", "missing_value")
    for name in ("sites", "lots", "needs", "shifts"):
        _unique_ids(name, getattr(problem, name))
    sites = {site.id for site in problem.sites}
    for number, site in enumerate(problem.sites):
        _within(f"sites[{number}].setup_seconds", site.setup_seconds, 0, 86_400)
        _within(f"sites[{number}].service_seconds", site.service_seconds, 0, 86_400)
    for number, lot in enumerate(problem.lots):
        _lot(f"lots[{number}]", lot, sites)
    for number, need in enumerate(problem.needs):
        _need(f"needs[{number}]", need, sites)
    for number, shift in enumerate(problem.shifts):
        _shift(f"shifts[{number}]", shift, problem, sites)
    _no_vehicle_twice(problem.shifts)
    _eligibilities(problem)
    for profile, matrix in problem.travel.items():
        if len(matrix) != len(problem.sites):
            sentence = f"There should be {len(problem.sites)} rows, one for each site."
            raise ProblemError(f"travel.{profile}.seconds", sentence, "wrong_size")
    _policy(problem.policy)


def _date(text: str) -> None:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise ProblemError("service_date", "The date should look like 2026-11-24.", "wrong_date") from None


def _unique_ids(name: str, things: Sequence[_Named]) -> None:
    seen: set[str] = set()
    for number, thing in enumerate(things):
        if not thing.id:
            raise ProblemError(f"{name}[{number}].id", "The id is missing.", "missing_value")
        if thing.id in seen:
            raise ProblemError(f"{name}[{number}].id", f"The id {thing.id} is used twice.", "duplicate_id")
        seen.add(thing.id)


def _within(path: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ProblemError(path, f"This should be from {least} to {most}, not {value}.", "out_of_range")


def _known(path: str, id: str, known: Iterable[str]) -> None:
    if id not in known:
        raise ProblemError(path, f"There is nothing of the name {id}.", "unknown_reference")


def _window(path: str, window: "TimeWindow") -> None:
    _within(f"{path}.earliest", window.earliest, 0, LATEST_SECOND)
    _within(f"{path}.latest", window.latest, 0, LATEST_SECOND)
    if window.earliest > window.latest:
        raise ProblemError(path, "The window ends before it begins.", "window_inverted")


def _lot(path: str, lot: "Lot", sites: set[str]) -> None:
    _known(f"{path}.site", lot.site, sites)
    _within(f"{path}.grams", lot.grams, 1, MOST_GRAMS)
    _within(f"{path}.crates", lot.crates, 0, MOST_GRAMS)
    _within(f"{path}.value_per_kg", lot.value_per_kg, 0, MOST_CENTS)
    if lot.temperature_class not in CLASSES:
        raise ProblemError(f"{path}.temperature_class", f"This should be one of {', '.join(CLASSES)}.", "unknown_class")
    _window(f"{path}.window", lot.window)


def _need(path: str, need: "Need", sites: set[str]) -> None:
    _known(f"{path}.site", need.site, sites)
    _within(f"{path}.grams", need.grams, 0, MOST_GRAMS)
    _within(f"{path}.people_served", need.people_served, 0, MOST_GRAMS)
    _within(f"{path}.delivered_grams", need.delivered_grams, 0, MOST_GRAMS)
    for number, window in enumerate(need.windows):
        _window(f"{path}.windows[{number}]", window)
        if number and window.earliest <= need.windows[number - 1].latest:
            raise ProblemError(
                f"{path}.windows[{number}]", "The windows should be in order and apart.", "windows_overlap"
            )


def _shift(path: str, shift: "Shift", problem: "Problem", sites: set[str]) -> None:
    _known(f"{path}.start_site", shift.start_site, sites)
    _known(f"{path}.end_site", shift.end_site, sites)
    if shift.profile not in problem.travel:
        raise ProblemError(f"{path}.profile", f"There are no travel times for {shift.profile}.", "unknown_reference")
    _window(f"{path}.window", shift.window)
    _capacity(f"{path}.capacity", shift.capacity)
    for name in ("cents_per_km", "cents_per_hour", "cents_per_use", "grams_co2e_per_km"):
        _within(f"{path}.{name}", getattr(shift, name), 0, MOST_CENTS)
    if shift.maximum_metres is not None:
        _within(f"{path}.maximum_metres", shift.maximum_metres, 0, MOST_GRAMS)
    if shift.maximum_stops is not None:
        _within(f"{path}.maximum_stops", shift.maximum_stops, 0, MOST_GRAMS)


def _capacity(path: str, capacity: "Load") -> None:
    for name in ("grams", "crates", "chilled_grams", "frozen_grams", "hot_grams"):
        _within(f"{path}.{name}", getattr(capacity, name), 0, MOST_GRAMS)


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
    lots = {lot.id for lot in problem.lots}
    needs = {need.id for need in problem.needs}
    seen: set[tuple[str, str]] = set()
    for number, pair in enumerate(problem.eligibilities or ()):
        _known(f"eligibilities[{number}].lot", pair.lot, lots)
        _known(f"eligibilities[{number}].need", pair.need, needs)
        if (pair.lot, pair.need) in seen:
            raise ProblemError(f"eligibilities[{number}]", "This pair is listed twice.", "duplicate_id")
        seen.add((pair.lot, pair.need))


def _policy(policy: "Policy") -> None:
    _within("policy.value_per_kg", policy.value_per_kg, 0, MOST_CENTS)
    _within("policy.shipment_grams", policy.shipment_grams, 1, MOST_GRAMS)
    reached = 0
    for number, step in enumerate(policy.fairness):
        _within(f"policy.fairness[{number}].until_percent", step.until_percent, reached + 1, 100)
        _within(f"policy.fairness[{number}].cents_per_kg", step.cents_per_kg, 0, MOST_CENTS)
        if number and step.cents_per_kg > policy.fairness[number - 1].cents_per_kg:
            raise ProblemError(
                f"policy.fairness[{number}].cents_per_kg",
                "A later step should not be worth more than the one before.",
                "out_of_range",
            )
        reached = step.until_percent
