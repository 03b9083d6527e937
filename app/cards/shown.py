"""A card as everybody sees it: whose it is, what the network did, and whom it brought in. Nothing of whoever looks."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.counting import Reach
from app.domain.service_date import service_date_of
from app.kit.db import Database
from app.kit.errors import not_found
from app.kit.tenancy import Scope
from app.models.cards import Card, CardRecruit
from app.models.funding import Grant
from app.models.partners import Network
from app.models.public_pages import PublicPage
from app.people.tries import count_try
from app.public.figures import figures_of
from app.public.schemas import is_slug

TOLD_FROM = 3  # gifts on: the amount of one or two would be somebody's


@dataclass(frozen=True)
class Counters:
    """Whom a card brought in; cents: None while so few gave that it would tell of somebody."""

    donors: int = 0
    drivers: int = 0
    gifts: int = 0
    cents: int | None = None

    @property
    def any(self) -> bool:
        """Whether anybody came."""
        return bool(self.donors or self.drivers or self.gifts)


@dataclass(frozen=True)
class CardShown:
    """All that a card shows. page: the address of the network's own page, where that is on."""

    network_id: UUID
    card: Card
    network_en: str
    network_ar: str
    page: str | None
    currency: str
    demonstration: bool
    reach: Reach
    brought_in: Counters

    def name_in(self, language: str) -> str:
        """Whose card it is, in a language."""
        return (self.card.name_ar if language == "ar" else "") or self.card.name_en

    def sentence_in(self, language: str) -> str:
        """Its sentence, in the other language where there is none in this one."""
        wanted, other = self.card.sentence_en, self.card.sentence_ar
        if language == "ar":
            wanted, other = other, wanted
        return wanted or other

    def network_in(self, language: str) -> str:
        """What the network is called in a language."""
        return (self.network_ar if language == "ar" else "") or self.network_en


def shown(database: Database, slug: str, address: str, now: datetime) -> CardShown:
    """What is at an address now. Unknown and switched off are the same `not_found`, and who tries many addresses is
    told to wait: `too_many_attempts` (429)."""
    network_id = network_of_card(database, slug, address, now)
    with database.transaction(Scope(network=network_id)) as session:
        network, page = session.get_one(Network, network_id), session.get(PublicPage, network_id)
        card = session.scalars(select(Card).where(Card.slug == slug)).one()
        counted = counters(session, [card.id])[card.id]
        session.expunge_all()
    reach = figures_of(database, network_id, service_date_of(now, ZoneInfo(network.time_zone)), now).all_time
    return CardShown(
        network_id=network_id,
        card=card,
        network_en=network.name if page is None else page.name_en,
        network_ar="" if page is None else page.name_ar,
        page=page.slug if page is not None and page.is_on else None,
        currency=network.currency,
        demonstration=network.demonstration,
        reach=reach,
        brought_in=counted,
    )


def network_of_card(database: Database, slug: str, address: str, now: datetime) -> UUID:
    """Whose card is at an address."""
    found: UUID | None = None
    if is_slug(slug):
        with database.transaction(Scope()) as session:
            found = session.scalar(select(func.wasl_card_shown_as(slug)))
    if found is None:
        count_try(database, "public_link", f"card {slug}", address, now)
        raise not_found("page")
    return found


def counters(session: Session, cards: Collection[UUID]) -> dict[UUID, Counters]:
    """Whom each of these cards brought in."""
    came: Counter[tuple[UUID, str]] = Counter()
    for card, kind in session.execute(
        select(CardRecruit.card_id, CardRecruit.kind).where(CardRecruit.card_id.in_(cards))
    ):
        came[card, kind] += 1
    sums = select(Grant.card_id, func.count(), func.sum(Grant.cents)).where(Grant.card_id.in_(cards))
    given = {card: (count, int(cents)) for card, count, cents in session.execute(sums.group_by(Grant.card_id))}
    return {
        each: Counters(
            donors=came[each, "donor"],
            drivers=came[each, "driver"],
            gifts=given.get(each, (0, 0))[0],
            cents=given[each][1] if given.get(each, (0, 0))[0] >= TOLD_FROM else None,
        )
        for each in cards
    }
