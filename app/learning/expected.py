"""What stores are expected to have: learnt from their days, kept, and read beside what is posted for a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.expected_food import WeekdayHabit, instant_of, learn, likely
from app.domain.opening import closed_on
from app.kit.auth import Principal
from app.learning.store_days import store_days
from app.models.expected import ExpectedFoodRow, NothingToday, PostingHabit
from app.models.offers import Offer
from app.models.partners import Network, Site
from app.partners.service import network_of, zone_of


def keep_expected(session: Session, network: Network, window: timedelta, today: date, now: datetime) -> None:
    """Replace what was expected of a network's stores by what their days of the window say."""
    for model in (ExpectedFoodRow, PostingHabit):
        session.execute(delete(model).where(model.network_id == network.id))
    found = store_days(session, network.id, today - window, today, zone_of(network))
    owners = {site.id: site.organisation_id for site in session.scalars(select(Site).where(Site.id.in_(found)))}
    for site_id, days in found.items():
        for habit in learn(days, today):
            session.add_all(_rows(habit, site_id, network.id, owners[site_id], now))
    session.flush()


def _rows(
    habit: WeekdayHabit, site_id: UUID, network_id: UUID, organisation_id: UUID, now: datetime
) -> list[PostingHabit | ExpectedFoodRow]:
    owner = {"site_id": site_id, "network_id": network_id, "organisation_id": organisation_id}
    row = PostingHabit(
        **owner,
        weekday=habit.weekday,
        days=habit.days,
        days_posted=habit.days_posted,
        days_answered=habit.days_answered,
        posted_percent=habit.posted_percent,
        posted_by_minute=habit.posted_by_minute,
        pickup_from_minute=habit.window[0],
        pickup_until_minute=habit.window[1],
        learnt_at=now,
    )
    foods = [
        ExpectedFoodRow(
            **owner,
            weekday=habit.weekday,
            category=each.food[0],
            temperature_class=each.food[1],
            grams=each.grams,
            grams_when_there=each.grams_when_there,
            spread_grams=each.spread_grams,
            crates=each.crates,
            share_percent=each.share_percent,
            days_with=each.days_with,
            days=each.days,
        )
        for each in habit.foods
    ]
    return [row, *foods]


@dataclass(frozen=True)
class ExpectedStore:
    """A store on one service date: what is learnt of that weekday, and what it has said of the date so far."""

    site: Site
    habit: PostingHabit
    foods: Sequence[ExpectedFoodRow]
    day: date
    zone: tzinfo
    posted: bool
    said_nothing: bool

    @property
    def grams(self) -> int:
        """All that is expected."""
        return sum(each.grams for each in self.foods)

    @property
    def closed(self) -> bool:
        """Whether an exception closes it on that date."""
        return closed_on(self.day, self.site.exceptions)

    @property
    def silent(self) -> bool:
        """Whether it could still post, and has said nothing."""
        return not (self.posted or self.said_nothing or self.closed)

    @property
    def counted_on(self) -> bool:
        """Whether an outlook of the date takes its expected food for granted."""
        return self.silent and likely(self.habit.days, self.habit.posted_percent)

    @property
    def posts_by(self) -> datetime:
        """When it usually has posted."""
        return instant_of(self.habit.posted_by_minute, self.day, self.zone)

    @property
    def window(self) -> tuple[datetime, datetime]:
        """Between when its food can usually be fetched."""
        first, last = self.habit.pickup_from_minute, self.habit.pickup_until_minute
        return instant_of(first, self.day, self.zone), instant_of(last, self.day, self.zone)


def expected_on(session: Session, network: Network, day: date) -> list[ExpectedStore]:
    """The stores of which something is learnt for that weekday, by name; those that the session may see."""
    weekday = day.isoweekday()
    habits = session.execute(
        select(PostingHabit, Site)
        .join(Site, Site.id == PostingHabit.site_id)
        .where(PostingHabit.network_id == network.id, PostingHabit.weekday == weekday)
        .order_by(Site.name, Site.id)
    ).all()
    foods: defaultdict[UUID, list[ExpectedFoodRow]] = defaultdict(list)
    query = select(ExpectedFoodRow).where(ExpectedFoodRow.network_id == network.id, ExpectedFoodRow.weekday == weekday)
    for row in session.scalars(query.order_by(ExpectedFoodRow.category, ExpectedFoodRow.temperature_class)):
        foods[row.site_id].append(row)
    posted = set(
        session.scalars(
            select(Offer.site_id).where(
                Offer.network_id == network.id, Offer.service_date == day, Offer.state == "open"
            )
        )
    )
    quiet = set(
        session.scalars(
            select(NothingToday.site_id).where(NothingToday.network_id == network.id, NothingToday.service_date == day)
        )
    )
    zone = zone_of(network)
    return [
        ExpectedStore(site, habit, foods[site.id], day, zone, site.id in posted, site.id in quiet)
        for habit, site in habits
    ]


def expected_of_caller(session: Session, principal: Principal, day: date) -> list[ExpectedStore]:
    """What is expected on a day: of all stores for those who plan, of their own for a store's people."""
    principal.require("offers.read")
    return expected_on(session, network_of(session, principal), day)
