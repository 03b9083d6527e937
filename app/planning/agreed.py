"""A day's problem made to obey the agreements of that day, and what is kept with a plan so that it can be judged later.

The rule itself is app.domain.agreements. What goes to somebody alone is a pair of the problem less; who comes first is
a pair that waits; whose vans alone fetch a line is a skill that only their shifts have.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import routing
from app.domain import agreements as rules
from app.models.agreements import Agreement
from app.models.partners import Organisation, Site
from app.models.plans import UnservedOffer
from routing import Eligibility, Plan, Problem

VANS_OF = "vans of "
MOST_LOOKS = 2000  # pairs of need and shift at which it is looked who else could have a line: two seconds or so
# Reasons that speak of the food banks: about food that is kept for one of them they would say too much.
ABOUT_FOOD_BANKS = ("no_eligible_need", "no_need_left", "storage_full", "no_receiving_window_in_time")
Obeyed = dict[str, Any]  # as a plan's row keeps it


@dataclass(frozen=True)
class InForce:
    """An agreement on a day that it holds, and what it is called."""

    rule: rules.Agreement
    donor_name: str
    receiver_name: str
    driver_name: str | None
    until: str | None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        rule = {
            name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(self.rule).items()
        }
        return {**vars(self), "rule": rule}


def in_force_from(told: Mapping[str, Any]) -> InForce:
    """What `told` said."""
    found = told["rule"].items()
    rule: dict[str, Any] = {name: frozenset(value) if isinstance(value, list) else value for name, value in found}
    return InForce(**{**told, "rule": rules.Agreement(**rule)})


def read_agreements(session: Session, network_id: UUID, service_date: date) -> tuple[InForce, ...]:
    """Those of a network that hold on a day, in the order in which they were agreed."""
    rows = session.scalars(select(Agreement).where(Agreement.network_id == network_id, Agreement.state != "proposed"))
    holding = [row for row in rows if rules.holds_on(_term(row), service_date)]
    if not holding:
        return ()
    names = {row.id: row.name for row in session.scalars(select(Organisation))}
    sites = session.scalars(select(Site).where(Site.network_id == network_id)).all()
    holding.sort(key=lambda row: (max(filter(None, (row.donor_agreed_at, row.receiver_agreed_at))), row.id))
    return tuple(_in_force(row, names, sites) for row in holding)


def _term(row: Agreement) -> rules.Term:
    return rules.Term(
        row.state, row.valid_from, row.valid_until, frozenset(row.weekdays), replaced=row.replaced_by_id is not None
    )


def _in_force(row: Agreement, names: Mapping[UUID, str], sites: Iterable[Site]) -> InForce:
    driver = row.driver_organisation_id
    stores = row.store_ids or [site.id for site in sites if site.organisation_id == row.donor_organisation_id]
    return InForce(
        rules.Agreement(
            id=str(row.id),
            kind=row.kind,
            exclusive=row.exclusive,
            stores=frozenset(map(str, stores)),
            receiver=str(row.receiver_organisation_id),
            receiver_site=None if row.receiver_site_id is None else str(row.receiver_site_id),
            categories=frozenset(row.categories),
            driver=None if driver is None else str(driver),
        ),
        donor_name=names[row.donor_organisation_id],
        receiver_name=names[row.receiver_organisation_id],
        driver_name=None if driver is None else names[driver],
        until=None if row.valid_until is None else row.valid_until.isoformat(),
    )


def agreed_stores(agreements: Iterable[InForce]) -> dict[str, list[str]]:
    """By food bank, the stores that it has an agreement with."""
    found: dict[str, set[str]] = {}
    for each in agreements:
        found.setdefault(each.rule.receiver, set()).update(each.rule.stores)
    return {bank: sorted(stores) for bank, stores in sorted(found.items())}


@dataclass(frozen=True)
class Obeying:
    """A problem that obeys. later: pairs that get what is left over. withheld: pairs that it would have besides."""

    problem: Problem
    agreements: tuple[InForce, ...] = ()
    later: frozenset[tuple[str, str]] = frozenset()
    withheld: tuple[Eligibility, ...] = ()
    held: Mapping[str, rules.Held] = field(default_factory=dict)

    def told(self) -> Obeyed | None:
        """What a plan's row keeps of it; None where there is nothing to obey."""
        if not self.agreements:
            return None
        return {
            "agreements": [each.told() for each in self.agreements],
            "later": sorted(map(list, self.later)),
            "withheld": [[each.lot, each.need, each.deliver_by] for each in self.withheld],
            "held": {lot: list(each.agreements) for lot, each in self.held.items()},
            "grams": self._grams(),
        }

    def _grams(self) -> dict[str, int]:
        """By agreement, what it holds of the day's food."""
        found: dict[str, int] = {}
        for lot, held in self.held.items():
            for agreement in held.agreements:
                found[agreement] = found.get(agreement, 0) + self.problem.lots_by_id[lot].grams
        return found


Promised = Collection[tuple[str, str, str]]  # lot, need and shift of what is promised already


def obeying(problem: Problem, agreements: Sequence[InForce], promised: Promised = ()) -> Obeying:
    """The problem as these agreements want it, whose lots stand in the order in which they were posted. What is
    promised stays allowed, and what is on board is fetched already."""
    if not agreements:
        return Obeying(problem)
    held = rules.held_by(
        [each.rule for each in agreements],
        [rules.Food(lot.id, lot.site, lot.category, lot.grams, not lot.splittable) for lot in problem.lots],
        [rules.Wanted(need.id, need.organisation, need.site, need.grams) for need in problem.needs],
        {lot.id: problem.needs_for(lot.id) for lot in problem.lots},
    )
    kept_word = {(lot, need) for lot, need, _ in promised}
    allowed: list[Eligibility] = []
    withheld: list[Eligibility] = []
    later: set[tuple[str, str]] = set()
    for lot, need in problem.pairs():
        pair = Eligibility(lot, need, problem.deadline(lot, need) or 0)
        by = held.get(lot)
        free = by is None or need in by.needs or (lot, need) in kept_word
        if by is not None and not free and not by.alone:
            later.add((lot, need))
        (withheld if by is not None and by.alone and not free else allowed).append(pair)
    driven = _driven(problem, held, promised)
    return Obeying(
        replace(problem, eligibilities=tuple(allowed), **_with_skills(problem, driven)),
        tuple(agreements),
        frozenset(later),
        tuple(withheld),
        held,
    )


def _driven(problem: Problem, held: Mapping[str, rules.Held], promised: Promised) -> dict[str, frozenset[str]]:
    """The lots that only some organisations fetch; but for what is on board, or promised with another's van."""
    others = {shift.id: shift.organisation for shift in problem.shifts}
    with_vans_of: dict[str, set[str]] = {}
    for lot, _, shift in promised:
        with_vans_of.setdefault(lot, set()).add(others.get(shift, ""))
    return {
        lot: by.drivers
        for lot, by in held.items()
        if by.drivers is not None
        and problem.lots_by_id[lot].on_board is None
        and with_vans_of.get(lot, set()) <= by.drivers
    }


def _with_skills(problem: Problem, driven: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    names = {drivers: VANS_OF + " ".join(sorted(drivers)) for drivers in set(driven.values())}
    if not names:
        return {}
    lots = (
        replace(lot, skills=(*lot.skills, names[driven[lot.id]])) if lot.id in driven else lot for lot in problem.lots
    )
    shifts = (
        replace(
            shift,
            skills=(*shift.skills, *sorted(name for drivers, name in names.items() if shift.organisation in drivers)),
        )
        for shift in problem.shifts
    )
    return {"lots": tuple(lots), "shifts": tuple(shifts)}


def freed(problem: Problem, obeyed: Obeyed | None) -> Problem:
    """The problem as it would be without any agreement."""
    if not obeyed or not obeyed.get("agreements"):
        return problem
    back = [Eligibility(lot, need, deadline) for lot, need, deadline in obeyed["withheld"]]
    known = {lot.id for lot in problem.lots}
    order = {need.id: number for number, need in enumerate(problem.needs)}
    lots = {lot.id: number for number, lot in enumerate(problem.lots)}
    pairs = [*(problem.eligibilities or ()), *(pair for pair in back if pair.lot in known and pair.need in order)]
    return replace(
        problem,
        eligibilities=tuple(sorted(pairs, key=lambda pair: (lots[pair.lot], order[pair.need]))),
        lots=tuple(replace(lot, skills=_others(lot.skills)) for lot in problem.lots),
        shifts=tuple(replace(shift, skills=_others(shift.skills)) for shift in problem.shifts),
    )


def _others(skills: Iterable[str]) -> tuple[str, ...]:
    return tuple(skill for skill in skills if not skill.startswith(VANS_OF))


def agreements_of(obeyed: Obeyed | None) -> tuple[InForce, ...]:
    """What a plan was made to obey."""
    return tuple(in_force_from(each) for each in (obeyed or {}).get("agreements", ()))


def withholds(obeyed: Obeyed | None, lot: str, need: str) -> bool:
    """Whether nothing but an agreement keeps this food from this need."""
    return any(each[:2] == [lot, need] for each in (obeyed or {}).get("withheld", ()))


@dataclass(frozen=True)
class Breach:
    """Food of a plan that goes where, or with whom, an agreement does not want it: the stop of the shift where it
    is."""

    lot: str
    shift: str
    stop: int
    agreement: InForce
    driver: bool  # it is about who drives


def breaches(problem: Problem, plan: Plan, obeyed: Obeyed | None) -> list[Breach]:
    """Every agreement that the plan breaks; none for a plan as it was made."""
    if not obeyed or not obeyed.get("agreements"):
        return []
    by_id = {each.rule.id: each for each in agreements_of(obeyed)}
    withheld = {(lot, need) for lot, need, _ in obeyed["withheld"]}
    found = []
    for each in plan.allocations:
        for number, broken in enumerate(
            ((each.lot, each.need) in withheld, not _may_fetch(problem, each.lot, each.shift))
        ):
            if broken:
                about = [by_id[id] for id in obeyed["held"][each.lot]]
                stop = each.pickup_stop if number else each.drop_off_stop
                agreement = next((one for one in about if not number or one.rule.driver), about[0])
                found.append(Breach(each.lot, each.shift, stop, agreement, driver=bool(number)))
    return found


def _may_fetch(problem: Problem, lot: str, shift: str) -> bool:
    asked = {skill for skill in problem.lots_by_id[lot].skills if skill.startswith(VANS_OF)}
    return asked <= set(problem.shifts_by_id[shift].skills)


def with_reasons(obeyed: Obeyed | None, problem: Problem, plan: Plan, names: Mapping[str, str]) -> Obeyed | None:
    """With the true reason of each line that stays because of an agreement, beside the planner's. names: of sites.

    Where somebody else could have the food but for the agreement, that is said: proven on the routes as they are.
    """
    if not obeyed or not obeyed.get("agreements"):
        return obeyed
    by_id = {each.rule.id: each for each in agreements_of(obeyed)}
    withheld: dict[str, set[str]] = {}
    for lot, need, _ in obeyed["withheld"]:
        withheld.setdefault(lot, set()).add(need)
    free, reasons, looked = freed(problem, obeyed), {}, 0
    for each in plan.unserved:
        about = [by_id[id] for id in obeyed["held"].get(each.lot, ())]
        if not about:
            continue
        code, found = "kept_by_agreement", None
        if each.reason == "no_vehicle_with_skills":
            code, found = "driver_by_agreement", {"driver": ", ".join(sorted({a.driver_name or "" for a in about}))}
        elif each.lot in withheld:
            other, looks = None, len(withheld[each.lot]) * len(problem.shifts)
            if looked + looks <= MOST_LOOKS:
                other, looked = routing.who_could_take(free, plan, each.lot, withheld[each.lot]), looked + looks
            if other is not None or each.reason in ABOUT_FOOD_BANKS:
                found = _kept(about, None if other is None else names[problem.needs_by_id[other].site])
        if found is not None:
            reasons[each.lot] = {"instead_of": each.reason, "reason": code, "details": found}
    return {**obeyed, "reasons": reasons}


def _kept(about: Sequence[InForce], other: str | None) -> dict[str, str]:
    found = {"kept_for": ", ".join(dict.fromkeys(each.receiver_name for each in about))}
    untils = [each.until for each in about]
    if None not in untils:
        found["until_day"] = max(str(each) for each in untils)
    return found | ({} if other is None else {"other": other})


def retell(obeyed: Obeyed | None, unserved: Iterable[UnservedOffer]) -> None:
    """Have the rows of what stays say so where it is because of an agreement, as long as the planner's reason
    stands."""
    reasons = (obeyed or {}).get("reasons", {})
    for row in unserved:
        said = reasons.get(str(row.offer_line_id))
        if said is not None and said["instead_of"] == row.reason:
            row.reason, row.details = said["reason"], {**row.details, **said["details"]}
            row.change, row.change_details = None, {}
