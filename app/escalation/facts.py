"""What is known of the lines that are open: grams, times, who may be asked, which outlets may have them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, lazyload

from app.domain import escalation as rules
from app.domain.escalation import Bank, Left, Policy, Step, policy_of
from app.domain.food_safety import Line
from app.domain.outlets import KINDS, may_have_returned
from app.domain.safety_limits import policy_of as safety_of
from app.escalation.banks import Banks, read_banks
from app.ledger.service import balances_of
from app.models.escalations import Ask, Escalation
from app.models.events import LedgerEntry
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.outlets import Outlet
from app.models.partners import Network, Organisation, Site
from app.models.plans import Allocation, Plan
from app.outlets.fitting import refusal_at
from app.partners.service import zone_of

NOT_YET_PUBLISHED = ("draft", "ready")
OPEN_IN = ("offered", "expired", "returned")  # the accounts of food that is open


@dataclass(frozen=True)
class Case:
    """One line with all that its ladder depends on. planned: grams that the newest draft brings, by need, beyond what
    is published; promised: what the published plan brings, by need."""

    network: Network
    offer: Offer
    line: OfferLine
    store: Site
    donor: str  # what the organisation is called whose food it is
    row: Escalation | None
    asks: Sequence[Ask]
    balances: Mapping[str, int]
    planned: Mapping[UUID, int]
    promised: Mapping[UUID, int]
    said_yes: Mapping[UUID, int]  # grams of the needs that a yes has made, unless they were withdrawn
    open_since: datetime  # when some of it came on offer, or back, the last time
    outlets: Sequence[Outlet]
    banks: Banks
    now: datetime

    @property
    def policy(self) -> Policy:
        """What the network has said of its ladder."""
        return policy_of(self.network.policy)

    @property
    def offered(self) -> int:
        """Grams on offer."""
        return self.balances.get("offered", 0)

    @property
    def at_store(self) -> int:
        """Grams that stand at the store: on offer, or booked as not fetched in time."""
        return self.offered + self.balances.get("expired", 0)

    @property
    def there(self) -> int:
        """Grams that are open: at the store, or come back from a van and settled as returned."""
        return self.at_store + self.balances.get("returned", 0)

    @cached_property
    def left(self) -> Left:
        """Its times. What came back from a van is open since then."""
        row = self.row
        begun = self.open_since if row is None or self.returns else row.opened_at
        zone = zone_of(self.network)
        ends = rules.end_of_life(
            self.food, self.offer.service_date, zone,
            ready_at=self.offer.pickup_from, policy=safety_of(self.network.food_safety),
        )  # fmt: skip
        return Left(begun, self.offer.pickup_until, ends)

    @property
    def returns(self) -> bool:
        """Whether the food had gone somewhere, and is open again."""
        row = self.row
        comes_back = row is not None and row.state == "over" and row.ended_as not in ("past_its_end", "next_day")
        return comes_back and self.there > 0

    @property
    def can_be_fetched(self) -> bool:
        """Whether a van can still come."""
        return self.now < self.left.fetched_until

    @property
    def wanted(self) -> int:
        """Grams that food banks said yes to, and that no published plan brings them yet."""
        return sum(
            max(0, min(ask.taken_grams or 0, self.said_yes[ask.need_id]) - self.promised.get(ask.need_id, 0))
            for ask in self.asks
            if ask.need_id is not None and ask.need_id in self.said_yes
        )

    @property
    def open_to_ask(self) -> int:
        """Grams of which nobody has said yes and that no draft brings to others."""
        to_others = sum(grams for need, grams in self.planned.items() if need not in self.said_yes)
        return max(0, self.offered - self.wanted - to_others)

    @property
    def climbing(self) -> int:
        """Grams that no plan has a place for: what a draft brings somewhere counts as planned while a van can come."""
        return max(0, self.there - (sum(self.planned.values()) if self.can_be_fetched else 0))

    @property
    def taken(self) -> list[str]:
        """The steps that were taken since it was open."""
        return [] if self.row is None or self.returns else [each["step"] for each in self.row.taken]

    @cached_property
    def food(self) -> Line:
        """The line as the rule book reads it."""
        line = self.line
        return Line(
            line.category, line.grams, line.temperature_class, line.date_mark, line.mark_date,
            frozenset(line.allergens), frozenset(line.dietary_flags),
        )  # fmt: skip

    @cached_property
    def every_step(self) -> tuple[Step, ...]:
        """The whole ladder."""
        return rules.ladder(self.left, self.policy)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The ladder without steps for which nobody is there; what was taken stays."""
        return tuple(step for step in self.every_step if step.kind in self.taken or self._possible(step))

    def due(self) -> tuple[Step, ...]:
        """What has to be done now."""
        wanted = bool(self.wanted) and self.can_be_fetched
        found = rules.due(self.every_step, self.taken, self.now, wanted=wanted)
        return tuple(step for step in found if self._possible(step))

    def to_ask(self, step: str, at: datetime | None = None) -> tuple[Bank, ...]:
        """Whom a step asks, who was not asked before; nobody where nothing is left to take."""
        if step not in rules.ASKS or not self.open_to_ask:
            return ()
        asked = {str(ask.site_id) for ask in self.asks}
        found = rules.to_ask(
            step, self.banks.of(self.store, self.line, self.offer.service_date), self.food, self.offer.service_date,
            zone_of(self.network), at or self.now, ready_at=self.offer.pickup_from,
            radius_metres=self.policy.radius_metres, safety=safety_of(self.network.food_safety),
        )  # fmt: skip
        return tuple(bank for bank in found if bank.id not in asked)

    def fitting(self, kind: str, at: datetime) -> list[Outlet]:
        """The outlets of a kind that may have it at that moment."""
        return [
            each for each in self.outlets
            if each.kind == kind and (self.at_store or may_have_returned(kind, self.line.temperature_class))
            and refusal_at(self.network, each, self.offer, self.line, at) is None
        ]  # fmt: skip

    @cached_property
    def next_pickup(self) -> tuple[datetime, datetime] | None:
        """When it could be fetched on the next day."""
        pickup = self.offer.pickup_from, self.offer.pickup_until
        return rules.next_pickup(
            pickup, self.left.ends_at, zone_of(self.network), self.store.windows, self.store.exceptions
        )

    def _possible(self, step: Step) -> bool:
        at = max(step.at, self.now)
        if step.kind in rules.ASKS:
            return at < self.left.fetched_until and bool(self.to_ask(step.kind, at))
        if step.kind == "next_day":
            return self.policy.next_day and self.at_store > 0 and self.next_pickup is not None
        return step.kind not in KINDS or bool(self.fitting(step.kind, at))


def read_cases(session: Session, network: Network, lines: Collection[UUID], now: datetime) -> list[Case]:
    """These lines with all that is known of them, those whose pickup ends first first; the scope is the network's."""
    rows = session.execute(
        select(Offer, OfferLine, Site, Organisation.name)
        .join(OfferLine, OfferLine.offer_id == Offer.id)
        .join(Site, Site.id == Offer.site_id)
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(OfferLine.id.in_(lines))
        .order_by(Offer.pickup_until, Offer.id, OfferLine.position, OfferLine.id)
        .options(lazyload(Offer.lines))
    ).all()
    asks = _by_line(session.scalars(select(Ask).where(Ask.offer_line_id.in_(lines)).order_by(Ask.metres, Ask.id)))
    escalations = {
        row.offer_line_id: row for row in session.scalars(select(Escalation).where(Escalation.offer_line_id.in_(lines)))
    }
    balances = balances_of(session, list(lines))
    planned, promised = _plans_of(session, network.id, {offer.service_date for offer, *_ in rows}, lines)
    outlets = session.scalars(select(Outlet).where(Outlet.state == "active").order_by(Outlet.name, Outlet.id)).all()
    needs = [ask.need_id for each in asks.values() for ask in each if ask.need_id is not None]
    stated = session.execute(select(Need.id, Need.grams).where(Need.id.in_(needs), Need.state == "open"))
    said_yes: dict[UUID, int] = dict(stated.all())
    came = (
        select(LedgerEntry.offer_line_id, func.max(LedgerEntry.recorded_at))
        .where(LedgerEntry.offer_line_id.in_(lines), LedgerEntry.to_account.in_(("offered", "returned")))
        .group_by(LedgerEntry.offer_line_id)
    )
    since: dict[UUID, datetime] = dict(session.execute(came).all())
    banks = read_banks(session, network, {offer.service_date for offer, *_ in rows}, lines)
    return [
        Case(
            network, offer, line, store, donor, escalations.get(line.id), asks.get(line.id, ()),
            balances.get(line.id, {}), planned.get(line.id, {}), promised.get(line.id, {}), said_yes,
            since.get(line.id, offer.created_at), outlets, banks, now,
        )
        for offer, line, store, donor in rows
    ]  # fmt: skip


def open_lines(session: Session, network: Network, now: datetime) -> list[UUID]:
    """The lines of a network whose ladder may have something to do: open and not too old, or with one that climbs."""
    since = now - timedelta(hours=policy_of(network.policy).longest_hours)
    still = or_(*(func.wasl_line_balance(OfferLine.id, account) > 0 for account in OPEN_IN))
    opened = (
        select(OfferLine.id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(Offer.network_id == network.id, Offer.pickup_until > since, OfferLine.position >= 0, still)
    )
    rows = select(Escalation.offer_line_id).where(Escalation.network_id == network.id, Escalation.state != "over")
    return sorted(session.scalars(opened.union(rows)))


def lines_of_day(session: Session, network: Network, service_date: date) -> list[UUID]:
    """The lines of a day's offers that stand at their stores, or whose ladder was begun."""
    of_day = (
        select(OfferLine.id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(Offer.network_id == network.id, Offer.service_date == service_date, OfferLine.position >= 0)
    )
    lines = list(session.scalars(of_day.order_by(OfferLine.id)))
    balances = balances_of(session, lines)
    begun = set(session.scalars(select(Escalation.offer_line_id).where(Escalation.offer_line_id.in_(lines))))
    standing = {line for line, there in balances.items() if any(there.get(account, 0) > 0 for account in OPEN_IN)}
    return [line for line in lines if line in standing | begun]


Grams = Mapping[UUID, Mapping[UUID, int]]  # by line and need


def _plans_of(session: Session, network_id: UUID, days: set[date], lines: Collection[UUID]) -> tuple[Grams, Grams]:
    """What the newest draft of each day brings beyond the published plan, and what the published one brings."""
    plans = session.execute(
        select(Plan.id, Plan.service_date, Plan.state)
        .where(Plan.network_id == network_id, Plan.service_date.in_(days), Plan.state != "superseded")
        .order_by(Plan.service_date, Plan.number.desc())
    ).all()
    newest: dict[date, UUID | None] = {}
    for plan in plans:
        newest.setdefault(plan.service_date, plan.id if plan.state in NOT_YET_PUBLISHED else None)
    published = _grams_of(session, [plan.id for plan in plans if plan.state == "published"], lines)
    drafted = _grams_of(session, [plan for plan in newest.values() if plan is not None], lines)
    beyond = {
        line: {need: grams - published.get(line, {}).get(need, 0) for need, grams in needs.items()
               if grams > published.get(line, {}).get(need, 0)}
        for line, needs in drafted.items()
    }  # fmt: skip
    return beyond, published


def _grams_of(session: Session, plans: Sequence[UUID], lines: Collection[UUID]) -> Grams:
    found: defaultdict[UUID, Counter[UUID]] = defaultdict(Counter)
    rows = session.execute(
        select(Allocation.offer_line_id, Allocation.need_id, func.sum(Allocation.grams))
        .where(Allocation.plan_id.in_(plans), Allocation.offer_line_id.in_(lines))
        .group_by(Allocation.offer_line_id, Allocation.need_id)
    )
    for line, need, grams in rows:
        found[line][need] += int(grams)
    return found


def _by_line(asks: Iterable[Ask]) -> dict[UUID, list[Ask]]:
    found: defaultdict[UUID, list[Ask]] = defaultdict(list)
    for ask in asks:
        found[ask.offer_line_id].append(ask)
    return found
