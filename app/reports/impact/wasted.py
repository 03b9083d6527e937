"""Why food reached nobody: the lines that ended so, with what drivers, plans and dispatchers said of each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.ledger import Entry, balances
from app.domain.losses import losses_of_line
from app.kit.many_rows import among
from app.models.events import LedgerEntry, Quarantine, StopEvent
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation, Plan, Stop, UnservedOffer

_ENDED = ("expired", "wasted", "withdrawn", "animal_feed", "compost")
type ByLine = Mapping[UUID, Sequence[tuple[str, int]]]


def losses_by_day(session: Session, network_id: UUID, first: date, last: date) -> dict[date, dict[str, int]]:
    """By day, grams by reason."""
    entries = _entries(session, network_id, first, last)
    places = {day: _ended(of) for day, of in entries.items()}
    lines = [UUID(line) for of in places.values() for line in of]
    if not lines:
        return {}
    said, planned, discarded = _drivers_word(session, lines), _plans_word(session, lines), _discarded(session, lines)
    promised = set(
        session.scalars(
            select(Allocation.offer_line_id)
            .where(
                Allocation.network_id == network_id,
                Allocation.published_at.is_not(None),
                among(Allocation.offer_line_id, lines),
            )
            .distinct()
        )
    )
    found = {}
    for day, of in places.items():
        thrown = _refused_and_wasted(entries[day])
        total: Counter[str] = Counter()
        for name, accounts in of.items():
            line = UUID(name)
            total.update(
                losses_of_line(
                    accounts,
                    stayed=[*said.get(line, ()), *planned.get(line, ())],
                    discarded=discarded.get(line, ()),
                    refused_and_wasted=thrown[name],
                    promised=line in promised,
                )
            )
        found[day] = dict(total)
    return found


def _entries(session: Session, network_id: UUID, first: date, last: date) -> dict[date, list[Entry]]:
    """By day the entries of the lines of which something went where nobody eats it, those of one kind added up."""
    within = (Offer.network_id == network_id, Offer.service_date.between(first, last))
    ended = (
        select(LedgerEntry.offer_line_id)
        .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(*within, LedgerEntry.to_account.in_(_ENDED))
        .distinct()
    )
    of = (Offer.service_date, LedgerEntry.offer_line_id, LedgerEntry.from_account, LedgerEntry.to_account)
    query = (
        select(*of, func.sum(LedgerEntry.grams))
        .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(among(LedgerEntry.offer_line_id, session.scalars(ended).all()))
        .group_by(*of)
        .order_by(*of)
    )
    found: dict[date, list[Entry]] = defaultdict(list)
    for day, line, source, target, grams in session.execute(query):
        found[day].append(Entry(str(line), source, target, int(grams)))
    return found


def _ended(entries: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """The lines of which something ended where nobody eats it."""
    by_line = balances(entries)
    return {line: of for line, of in by_line.items() if any(of[account] > 0 for account in _ENDED)}


def _refused_and_wasted(entries: Iterable[Entry]) -> Counter[str]:
    """By line, the grams that went from refused to wasted, less what a correction took back."""
    found: Counter[str] = Counter()
    for each in entries:
        if (each.from_account, each.to_account) == ("refused", "wasted"):
            found[each.line] += each.grams
        elif (each.from_account, each.to_account) == ("wasted", "refused"):
            found[each.line] -= each.grams
    return found


def _drivers_word(session: Session, lines: Collection[UUID]) -> ByLine:
    """By line, why drivers did not load it and how much it was: of each promise the newest word."""
    said = (
        select(Stop.visit_id, StopEvent.id, StopEvent.reason, StopEvent.occurred_at)
        .join(Stop, Stop.id == StopEvent.stop_id)
        .where(StopEvent.kind.in_(("failed", "collected")), StopEvent.reason.is_not(None))
        .subquery()
    )
    query = (
        select(Allocation.offer_line_id, Allocation.parcel_id, said.c.reason, Allocation.grams)
        .join(Stop, Stop.id == Allocation.pickup_stop_id)
        .join(said, said.c.visit_id == Stop.visit_id)
        .where(among(Allocation.offer_line_id, lines), Allocation.published_at.is_not(None))
        .order_by(said.c.occurred_at.desc(), said.c.id, Allocation.pickup_at.desc())
    )
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    seen = set()
    for line, parcel, reason, grams in session.execute(query):
        if parcel not in seen:
            seen.add(parcel)
            found[line].append((reason, grams))
    return found


def _plans_word(session: Session, lines: Collection[UUID]) -> ByLine:
    """By line, why the plan that was driven left it out and how much of it."""
    query = (
        select(UnservedOffer.offer_line_id, UnservedOffer.reason, UnservedOffer.grams)
        .select_from(UnservedOffer)
        .join(Plan, Plan.id == UnservedOffer.plan_id)
        .where(Plan.state == "published", among(UnservedOffer.offer_line_id, lines))
        .order_by(UnservedOffer.position)
    )
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    for line, reason, grams in session.execute(query):
        found[line].append((reason, grams))
    return found


def _discarded(session: Session, lines: Collection[UUID]) -> ByLine:
    """By line, why food was held back and thrown away; one cause a promise."""
    query = (
        select(Quarantine.offer_line_id, Allocation.parcel_id, Quarantine.cause, Allocation.grams)
        .select_from(Quarantine)
        .join(Allocation, Allocation.id == Quarantine.allocation_id)
        .where(Quarantine.state == "discarded", among(Quarantine.offer_line_id, lines))
        .order_by(Quarantine.opened_at, Quarantine.id)
    )
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    seen = set()
    for line, parcel, cause, grams in session.execute(query):
        if parcel not in seen:
            seen.add(parcel)
            found[line].append((cause, grams))
    return found
