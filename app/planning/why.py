"""Why this food bank: an allocation of a stored plan explained, from the problem and the plan as they were kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

import routing
from app.declines.queries import declined_pairs
from app.domain.service_date import clock_text
from app.domain.units import kg_display, km_display
from app.domain.whys import Said
from app.kit.auth import Principal
from app.kit.errors import WaslError, conflict, not_found
from app.kit.tenancy import Scope, within
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation, Plan
from app.planning.snapshot import Day, read_planned, why_not
from routing.explain.instead import Cannot, Instead, NotDrivable, Share, Why, why_there

AS_GOOD_CENTS = 50  # what is within that of the plan is as good: nobody would drive otherwise for it
WORTH_SAYING_METRES, WORTH_SAYING_SECONDS = 100, 60


@dataclass(frozen=True)
class Alternative:
    """Another food bank in words; the names are empty for whoever may not know them."""

    site_name: str
    organisation_name: str
    grams: int
    worth_less: int  # thousandths of a cent
    metres_more: int
    seconds_more: int
    said: list[Said]


@dataclass(frozen=True)
class Excluded:
    """A food bank that cannot have it, and why."""

    site_name: str
    organisation_name: str
    said: Said
    because: str = ""  # what the rule book says, where it is about that


@dataclass(frozen=True)
class Explanation:
    """All that is told of an allocation, with the plan in which it was decided."""

    allocation: Allocation
    plan: Plan
    currency: str
    why: Why
    said: list[Said]
    others: list[Alternative]
    cannot: list[Excluded]
    no_better: int
    shares_told: bool  # how much of what it could have the food bank has had


def why_this_food_bank(session: Session, principal: Principal, allocation_id: UUID) -> Explanation:
    """Why an allocation is where it is: all of it for those who plan, for its two partners without the others' names,
    shares and reasons, and for the donor without the food bank's share too.

    Raises `not_found`, and `why_not_known` (409) where the plan does not say: it breaks rules since it was edited, or
    was made by hand.
    """
    principal.require("allocations.read")
    asked = session.get(Allocation, allocation_id)
    if asked is None:
        raise not_found("allocation")
    whole = principal.may_across_network("plans.read")
    own = whole or asked.receiver_organisation_id == principal.organisation_id
    with within(session, Scope(network=asked.network_id), principal.scope):
        row, plan, planned, allocation = _decided(session, asked)
        problem = routing.problem_from_json(plan.problem)
        try:
            why = why_there(problem, planned, allocation)
        except NotDrivable:
            raise _not_known() from None
        # Its day is read as it is now: names, and what the rule book says.
        day = read_planned(session, plan.network_id, plan.service_date, problem)
        day.planned_needs.read()
        day.sites.read()
        return _Telling(session, day, problem, row, plan, why, whole=whole, own=own).explanation()


def _not_known() -> WaslError:
    return conflict("why_not_known", "This plan cannot say why: it was drawn by hand, or edits have broken it.")


def _decided(session: Session, row: Allocation) -> tuple[Allocation, Plan, routing.Plan, routing.Allocation]:
    """The promise in the plan that decided on it, as a row and in the plan's document: a change only copies what was
    done before it."""
    while True:
        plan = session.get_one(Plan, row.plan_id, options=[undefer(Plan.problem), undefer(Plan.document)])
        planned = routing.plan_from_json(plan.document) if plan.document.get("allocations") else None
        found = None if planned is None else _same(planned, row)
        if planned is not None and found is not None:
            return row, plan, planned, found
        before = session.scalars(
            select(Allocation).where(Allocation.plan_id == plan.changes_plan_id, Allocation.parcel_id == row.parcel_id)
        ).first()
        if before is None:
            raise _not_known()
        row = before


def _same(planned: routing.Plan, row: Allocation) -> routing.Allocation | None:
    """The allocation of the plan's document that a row stands for: a lot is a line, or what a promise has on board."""
    lots = {str(each) for each in (row.offer_line_id, row.parcel_id, row.from_parcel_id)}
    found = [
        each
        for each in planned.allocations
        if each.lot in lots and (each.need, each.shift) == (str(row.need_id), str(row.shift_id))
    ]
    return next((each for each in found if each.grams == row.grams), found[0] if found else None)


class _Telling:
    """From figures to words."""

    def __init__(
        self,
        session: Session,
        day: Day,
        problem: routing.Problem,
        row: Allocation,
        plan: Plan,
        why: Why,
        *,
        whole: bool,
        own: bool,
    ) -> None:
        self._session, self._day, self._problem, self._row, self._plan = session, day, problem, row, plan
        self._why, self._whole, self._own = why, whole, own

    def explanation(self) -> Explanation:
        why = self._why
        others = [self._alternative(each) for each in why.others]
        return Explanation(
            allocation=self._row,
            plan=self._plan,
            currency=self._day.network.currency,
            why=why,
            said=list(self._speaks_for()) + ([] if others else [Said("nobody_else")]),
            others=others if self._whole else others[:1],
            cannot=list(self._excluded()) if self._whole else [],
            no_better=why.no_better if self._whole else 0,
            shares_told=self._own,
        )

    def _speaks_for(self) -> Iterator[Said]:
        why = self._why
        site, bank = self._names(why.allocation.need)
        at = clock_text(why.begin, self._day.service_date, self._day.zone)
        yield Said("arrives", {"kg": kg_display(why.allocation.grams), "site": site, "at": at})
        if why.metres < WORTH_SAYING_METRES and why.seconds < WORTH_SAYING_SECONDS:
            yield Said("no_way")
        else:
            way = {"km": km_display(why.metres)} if why.metres >= WORTH_SAYING_METRES else {}
            yield Said("way", {**way, "minutes": _minutes(max(0, why.seconds))})
        before, after = _percent(why.share_before), _percent(why.share_after)
        if self._own and before is not None and after is not None and after > before:
            yield Said("share_rises", {"bank": bank, "percent": str(after), "than_percent": str(before)})

    def _alternative(self, other: Instead) -> Alternative:
        site, bank = self._names(other.need) if self._whole else ("", "")
        cents = other.worth_less / 1000
        named: Mapping[str, str] = {"site": site} if site else {}
        money = {"money": money_text(abs(other.worth_less), self._day.network.currency)}
        if abs(cents) < AS_GOOD_CENTS:
            head = Said("as_good", named)
        else:
            head = Said("would_cost" if cents > 0 else "better_alone", {**named, **money})
        return Alternative(
            site, bank, other.grams, other.worth_less, other.metres_more, other.seconds_more,
            [head, *self._differences(other, bank)],
        )  # fmt: skip

    def _differences(self, other: Instead, bank: str) -> Iterator[Said]:
        if abs(other.metres_more) >= WORTH_SAYING_METRES:
            code = "further" if other.metres_more > 0 else "nearer"
            yield Said(code, {"km": km_display(abs(other.metres_more))})
        if abs(other.seconds_more) >= WORTH_SAYING_SECONDS:
            code = "longer" if other.seconds_more > 0 else "shorter"
            yield Said(code, {"minutes": _minutes(abs(other.seconds_more))})
        theirs, own = _percent(other.share), _percent(self._why.share_before)
        if self._whole and theirs is not None and own is not None and theirs != own and other.costs.fairness:
            code = "has_had_more" if theirs > own else "has_had_less"
            if (theirs > own) == (other.costs.fairness > 0):
                yield Said(code, {"bank": bank, "percent": str(theirs), "than_percent": str(own)})
        if other.grams < self._why.allocation.grams:
            yield Said("takes_less", {"kg": kg_display(other.grams)})
        if other.costs.moves > 0:
            yield Said("breaks_promise")

    def _excluded(self) -> Iterator[Excluded]:
        declined = declined_pairs(self._session, self._plan.network_id, self._plan.service_date)
        line = self._line()
        for each in self._why.cannot:
            site, bank = self._names(each.need)
            yield Excluded(site, bank, *self._reason(each, declined, line))

    def _reason(
        self, each: Cannot, declined: frozenset[tuple[UUID, UUID]], line: tuple[Offer, OfferLine] | None
    ) -> tuple[Said, str]:
        if each.reason != "may_not_have_it":
            return Said(each.reason, {"kg": kg_display(each.grams)} if each.grams else {}), ""
        if (self._row.offer_line_id, UUID(each.need)) in declined:
            return Said("declined"), ""
        need = self._day.needs_by_id.get(UUID(each.need))
        refusal = None if line is None or need is None else why_not(self._day, *line, need)
        if refusal is None:  # the rule book would let them: it was left to others
            return Said("usually_turns_it_down" if line is not None else "may_not_have_it"), ""
        return Said("may_not_have_it"), refusal.sentence

    def _line(self) -> tuple[Offer, OfferLine] | None:
        found = self._session.execute(
            select(Offer, OfferLine)
            .join(OfferLine, OfferLine.offer_id == Offer.id)
            .where(OfferLine.id == self._row.offer_line_id)
        ).first()
        return None if found is None else (found[0], found[1])

    def _names(self, need: str) -> tuple[str, str]:
        site = self._day.sites[UUID(self._problem.needs_by_id[need].site)]
        return site.name, self._day.organisations[site.organisation_id].name


def _percent(share: Share) -> int | None:
    return min(100, round(100 * share.had / share.wanted)) if share.wanted else None


def _minutes(seconds: int) -> str:
    return str(round(seconds / 60))


def money_text(thousandths_of_cents: int, currency: str) -> str:
    """An amount as `3.40 GBP`: the policy's money, which nobody pays."""
    return f"{thousandths_of_cents / 100_000:.2f} {currency}"
