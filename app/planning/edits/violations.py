"""Every rule that an edited plan breaks, as people read it: where it happens, with names, kilograms and local times.

The checker of plans is the judge. For what lies within one route, the look at routes drawn by hand says it more
closely: at the first stop where it happens.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import routing
from app.domain import reasons
from app.domain.service_date import clock_text
from app.domain.units import kg_display
from app.kit.errors import Spoken
from app.kit.language import LanguageCode, PlainLanguage
from app.planning import agreed
from app.planning.edits.remembered import broken_on
from app.planning.snapshot import Day
from routing import Plan, Problem, Route, Tour, Violation
from routing.check import BETWEEN_ROUTES

MOST_SAID = 3
_BETWEEN_ROUTES = frozenset(rule.__name__ for rule in BETWEEN_ROUTES)
_PLACE = re.compile(r"(routes|allocations)\[(\d+)\](?:\.stops\[(\d+)\])?")
Details = dict[str, str]
Told = dict[str, Any]  # code, details, shift and stop as the plan's row keeps them


@dataclass(frozen=True)
class Broken:
    """One broken rule: by which shift and at which of its stops (0 is the start), where it is about one."""

    rule: str
    shift: str | None = None
    stop: int | None = None
    subject: str = ""  # the need, site or lot that it is about, where it is about no shift


def violations_of(
    day: Day, problem: Problem, free: Problem, plan: Plan, tours: Mapping[str, Tour], obeyed: agreed.Obeyed | None
) -> list[Told]:
    """What the plan breaks; empty for a plan that can be driven as it stands. obeyed: what it was made to obey; free:
    its problem without that, and without locks; tours: the plan's own, by shift."""
    teller = _Teller(day, free, plan)
    return [*_of_agreements(day, problem, plan, obeyed)] + [
        {
            "code": each.rule,
            "details": teller.details(each),
            "shift": each.shift,
            "stop": each.stop,
        }
        for each in broken_by(free, plan, tours)
    ]


def _of_agreements(day: Day, problem: Problem, plan: Plan, obeyed: agreed.Obeyed | None) -> Iterator[Told]:
    """The agreements that the plan breaks, each once at a stop."""
    for each in dict.fromkeys(agreed.breaches(problem, plan, obeyed)):
        lot = problem.lots_by_id[each.lot]
        details = {"category": lot.category, "site": day.sites[UUID(lot.site)].name}
        if each.driver:
            details["driver"] = each.agreement.driver_name or ""
        else:
            details["kept_for"] = each.agreement.receiver_name
        yield {"code": "agreements_are_kept", "details": details, "shift": each.shift, "stop": each.stop}


def broken_by(problem: Problem, plan: Plan, tours: Mapping[str, Tour]) -> list[Broken]:
    """Every broken rule once at each place: by route, then what is about no route."""
    plan = replace(plan, problem_digest=problem.digest())
    between: dict[Broken, None] = {}

    def look(shifts: Collection[str]) -> dict[str, Sequence[Broken]]:
        found: dict[str, dict[Broken, None]] = {
            route.shift: dict.fromkeys(_in_tour(problem, route, tours[route.shift]))
            for route in plan.routes
            if route.shift in shifts
        }
        closer = {(each.rule, shift) for shift, here in found.items() for each in here}
        for violation in routing.check(problem, plan, shifts):
            broken = _placed(plan, violation)
            here = between if violation.rule in _BETWEEN_ROUTES else found.get(broken.shift or "", between)
            if (broken.rule, broken.shift) not in closer:
                here[broken] = None
        return {shift: tuple(here) for shift, here in found.items()}

    of_routes = broken_on(problem, plan.routes, look)
    found = [each for route in plan.routes for each in of_routes[route.shift]]
    order = {route.shift: number for number, route in enumerate(plan.routes)}
    last = len(order)
    return sorted([*found, *between], key=lambda each: (order.get(each.shift or "", last), each.stop or 0))


def _in_tour(problem: Problem, route: Route, tour: Tour) -> Iterator[Broken]:
    for each in routing.violations_of_tour(problem, problem.shifts_by_id[route.shift], tour)[1]:
        yield Broken(each.rule, route.shift, each.stop)


def _placed(plan: Plan, violation: Violation) -> Broken:
    """Where in the plan the checker has found it."""
    place = _PLACE.fullmatch(violation.where)
    if place is None:
        shift = next((route.shift for route in plan.routes if route.shift == violation.where), None)
        return Broken(violation.rule, shift, None, "" if shift else violation.where)
    number = int(place[2])
    if place[1] == "routes":
        return Broken(violation.rule, plan.routes[number].shift, int(place[3]) if place[3] else None)
    allocation = plan.allocations[number]
    return Broken(violation.rule, allocation.shift, allocation.drop_off_stop, allocation.lot)


def sentences(violations: Sequence[Told]) -> Spoken:
    """The first of them in both languages, for whoever is refused because of them."""
    first = list(dict.fromkeys(reasons.sentence(each["code"], each["details"]) for each in violations))[:MOST_SAID]
    arabic = said_in("ar")
    told = dict.fromkeys(arabic(each["code"], each["details"]) for each in violations)
    return Spoken(" ".join(first), " ".join(list(told)[:MOST_SAID]))


def said_in(code: LanguageCode) -> Callable[[str, Details], str]:
    """What says the sentence of a broken rule, or of an edit, in a language."""
    language = PlainLanguage(code)

    def said(code: str, details: Details) -> str:
        template, words = reasons.template_and_words(code, details)
        return language.said(template, **{name: language.said(word) for name, word in words.items()})

    return said


class _Teller:
    """The day's names for what a plan breaks."""

    def __init__(self, day: Day, problem: Problem, plan: Plan) -> None:
        self._day, self._problem, self._plan = day, problem, plan
        self._routes = {route.shift: route for route in plan.routes}
        self._vehicles = {str(shift.id): day.vehicles[shift.vehicle_id].name for shift in day.shifts}

    def details(self, broken: Broken) -> Details:
        """What the rule's sentence needs; what is not known stays out, and the sentence says less."""
        found: Details = {}
        route = self._routes.get(broken.shift or "")
        if route is not None:
            found["vehicle"] = self._vehicles[route.shift]
            if broken.stop is not None:
                stop = route.stops[broken.stop]
                found |= {"site": self._site(stop.site), "at": self._clock(stop.begin)}
                found |= self._at_stop(broken, route, broken.stop)
        return found | self._about(broken)

    def _at_stop(self, broken: Broken, route: Route, number: int) -> Details:
        problem = self._problem
        here = [each for each in self._plan.allocations if each.shift == route.shift]
        if broken.rule == "collected_within_the_pickup_window":
            windows = [problem.lots_by_id[each.lot].window for each in here if each.pickup_stop == number]
            begin = route.stops[number].begin
            window = next((each for each in windows if begin not in each), None)
            return {} if window is None else {
                "from": self._clock(window.earliest), "until": self._clock(window.latest)
            }  # fmt: skip
        if broken.rule == "delivered_in_time":
            latest = [problem.deadline(each.lot, each.need) for each in here if each.drop_off_stop == number]
            known = [each for each in latest if each is not None]
            return {"until": self._clock(min(known))} if known else {}
        if broken.rule == "routes_stay_within_their_shift":
            return {"until": self._clock(problem.shifts_by_id[route.shift].window.latest)}
        if broken.rule == "vehicles_carry_what_they_can":
            return self._over(route, number)
        return {}

    def _over(self, route: Route, number: int) -> Details:
        """What is too much on board after a stop: of all, else of one temperature class, else crates."""
        load, capacity = route.stops[number].load_after, self._problem.shifts_by_id[route.shift].capacity
        if load.grams > capacity.grams:
            return {"kg": kg_display(load.grams - capacity.grams)}
        for name in ("chilled", "frozen", "hot"):
            over = getattr(load, f"{name}_grams") - getattr(capacity, f"{name}_grams")
            if over > 0:
                return {"kg": kg_display(over), "temperature_class": name}
        return {"crates": str(load.crates - capacity.crates)} if load.crates > capacity.crates else {}

    def _about(self, broken: Broken) -> Details:
        """What rules say that look at more than one route."""
        problem = self._problem
        if broken.rule == "no_more_than_needed":
            need = problem.needs_by_id[broken.subject]
            total = sum(each.grams for each in self._plan.allocations if each.need == need.id)
            return {
                "site": self._site(need.site), "category": need.category, "kg": kg_display(total - need.grams)
            }  # fmt: skip
        if broken.rule == "no_more_than_can_be_stored":
            return self._stored(broken.subject)
        if broken.subject in problem.lots_by_id:
            lot = problem.lots_by_id[broken.subject]
            found = {"category": lot.category, "temperature_class": lot.temperature_class}
            return found | ({"site": self._site(lot.site)} if broken.rule == "whole_lots_stay_whole" else {})
        return {}

    def _stored(self, site: str) -> Details:
        """The temperature class of which a site gets the most too much."""
        over: dict[str, int] = {}
        for name in ("ambient", "chilled", "frozen", "hot"):
            most = self._problem.sites_by_id[site].storage.limit_for(name)
            total = sum(
                each.grams
                for each in self._plan.allocations
                if self._problem.needs_by_id[each.need].site == site
                and self._problem.lots_by_id[each.lot].temperature_class == name
            )
            if most is not None and total > most:
                over[name] = total - most
        worst = max(over, key=lambda name: over[name], default="")
        return {"site": self._site(site), "temperature_class": worst, "kg": kg_display(over[worst])} if worst else {}

    def _site(self, identity: str) -> str:
        return self._day.sites[UUID(identity)].name

    def _clock(self, seconds: int) -> str:
        return clock_text(seconds, self._day.service_date, self._day.zone)
