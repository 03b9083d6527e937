"""What links to the page of a site and day, and that page, look like over HTTP."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.arrivals.schemas import FoodStop, ToldErrorOut
from app.arrivals.van_page import VanPage, VisitShown
from app.domain.categories import Category
from app.domain.van_page import Standing
from app.kit.web import Body
from app.kit.wire import Day, KgOut
from app.partners.schemas import Out


class VanLinkIn(Body):
    """Of which day."""

    service_date: Day = Field(description="Local day")


class VanLinkOut(Out):
    """A link. Everybody who asks for the same site and day is given the same one while it stands."""

    id: UUID
    site_id: UUID
    service_date: date
    made_at: datetime
    expires_at: datetime = Field(description="The end of the day; nothing is behind the link from then on")


class GivenVanLinkOut(VanLinkOut):
    """A link with its address; null where the same `Idempotency-Key` is answered again: ask without it."""

    url: str | None = Field(description="Whoever knows it can read the page")


class VanFoodOut(BaseModel):
    """Food of one kind: as reported, else as it is on the van, else as planned."""

    category: Category
    kg: KgOut


class VanVisitOut(BaseModel):
    """One visit. `expected_at` is what was told last, and means from `expected_from` to `expected_until`."""

    kind: FoodStop
    standing: Standing
    planned_at: datetime
    expected_at: datetime
    expected_from: datetime
    expected_until: datetime
    worked_out_at: datetime
    arrived_at: datetime | None
    food: list[VanFoodOut]

    @classmethod
    def of(cls, shown: VisitShown, now: datetime) -> Self:
        """From what is shown."""
        visit = shown.visit
        return cls(
            kind="pickup" if shown.kind == "pickup" else "drop_off",
            standing=visit.standing(now),
            planned_at=visit.planned_at,
            expected_at=visit.expected_at,
            expected_from=visit.between[0],
            expected_until=visit.between[1],
            worked_out_at=shown.worked_out_at,
            arrived_at=visit.arrived_at,
            food=[VanFoodOut(category=Category(category), kg=grams) for category, grams in shown.grams.items()],
        )


class VanPageOut(BaseModel):
    """When vans come to one site on one day and what they bring or fetch. `visits` empty: none comes any more."""

    site_name: str
    service_date: date
    time_zone: str
    read_at: datetime
    ends_at: datetime
    visits: list[VanVisitOut]
    error: ToldErrorOut | None = Field(description="Of what the network's vans were told; null: none has come yet")

    @classmethod
    def of(cls, page: VanPage) -> Self:
        """From what the page shows."""
        return cls(
            site_name=page.site_name,
            service_date=page.service_date,
            time_zone=page.time_zone,
            read_at=page.now,
            ends_at=page.ends_at,
            visits=[VanVisitOut.of(each, page.now) for each in page.visits],
            error=None if page.error is None else ToldErrorOut.of(page.error),
        )
