"""What the generated tests of the API have to know of each operation: one row an operation, one maker a thing.

The operations themselves come from the API's own description. One that has no row here fails the tests with a sentence
that says so: whoever adds an operation says who may call it, whose thing it names and what a valid body looks like.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import func, inspect, select, text, update
from sqlalchemy.orm import Session

from app.domain.additions import Prices
from app.domain.check_code import RANDOM_BITS, code_of
from app.domain.impact_report import figures_of
from app.domain.permissions import Action, Scope
from app.issuing.content import Content
from app.issuing.service import digest_of as paper_digest
from app.kit.auth import digest_of, new_secret
from app.kit.outbox import announce
from app.kit.tenancy import Scope as RowScope
from app.models.additions import AdditionReport
from app.models.agreements import Agreement
from app.models.alarms import Alarm
from app.models.areas import Area
from app.models.cards import Card, Enquiry
from app.models.doors import StopPhoto
from app.models.escalations import Ask, Escalation
from app.models.events import Quarantine, StopEvent
from app.models.expected import Outlook, SiteReliability
from app.models.fleet import Shift
from app.models.funding import Grant
from app.models.impact import ImpactReport
from app.models.loans import VehicleLoan
from app.models.offers import StandingOffer
from app.models.outlets import Outlet
from app.models.papers import IssuedPaper
from app.models.partners import Organisation, Partnership, Person, Site
from app.models.plans import Allocation, Plan, PlanRun, Route, Stop
from app.models.public_pages import PublicPage
from app.models.receiving import ReceiptConfirmation
from app.models.system import OutboxMessage
from app.models.van_links import VanLink
from app.models.volunteers import Task, TaskSignUp, Volunteer
from app.models.webhooks import WebhookDelivery, WebhookEndpoint
from app.offers.csv_reader import write_offers
from app.offers.schemas import OfferIn
from app.people.links import Kind, make_link
from app.reports.impact.frozen import frozen
from tests.conftest import MORNING
from tests.drawn_plan import drawn_draft
from tests.service_client import ALL_DAY, DAY, LIDL_CARDIFF_ROAD, a_line, a_need, an_offer

if TYPE_CHECKING:
    from tests.security.tenants import Tenant

_DATE = {"day": "2026-12-01"}
QUIET_DAY = "2026-12-24"  # nothing is planned for it
_OLD_PLANS = count()
EVERYBODY_SIGNED_IN = "everybody who is signed in"
EVERYBODY = "everybody"
PASSWORD = "a long enough password"

# ---- Things: what an operation names in its path or body, and how one of a tenant comes to be. -----------------------


@dataclass(frozen=True)
class Thing:
    """A noun of the API. Whoever may see it besides the staff of its network: its own organisation, or nobody.

    make: its id, made as the tenant. of_network: only those who see the whole network see it.
    private: its organisation's own; not even the network's staff see it.
    """

    make: Callable[["Tenant"], str]
    of_network: bool = False
    private: bool = False


def _made(path: str, body: Callable[["Tenant"], Any]) -> Callable[["Tenant"], str]:
    return lambda tenant: str(tenant.admin.ok(path, body(tenant))["id"])


def _site(tenant: "Tenant") -> dict[str, Any]:
    return {
        "kind": "store",
        "name": f"{tenant.canary} place",
        "latitude": LIDL_CARDIFF_ROAD[0],
        "longitude": LIDL_CARDIFF_ROAD[1],
        "windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}],
        "access_notes": f"{tenant.canary} ring twice",
        "temperature_classes": ["ambient", "chilled", "frozen"],
    }


def _offer(tenant: "Tenant") -> dict[str, Any]:
    line = a_line(description=f"{tenant.canary} loaves")
    return an_offer({"id": tenant.id_of("site")}, line, note=f"{tenant.canary} note")


def _need(tenant: "Tenant") -> dict[str, Any]:
    return a_need({"id": tenant.id_of("site")}, service_date=tenant.another_day())


def _place_for_people(tenant: "Tenant") -> str:
    """A place with hours for people, in the version that every change here is made from."""
    body = {**_site(tenant), "kind": "distribution_point"}
    site = str(tenant.admin.ok("/sites", body)["id"])
    point = {"windows": ALL_DAY, "note_en": f"{tenant.canary} bring a bag"}
    assert tenant.admin.http.put(f"/sites/{site}/distribution-point", json=point).is_success
    return site


def _public_page(is_on: bool = False) -> dict[str, Any]:
    return {"is_on": is_on, "slug": f"page-{uuid4().hex}", "name_en": "Food for everybody"}


def _shown_as(tenant: "Tenant") -> str:
    """The address of the network's page, switched on; as a row, since a network has one alone."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        page = session.get(PublicPage, tenant.network_id)
        if page is None:
            page = PublicPage(network_id=tenant.network_id, **_public_page())
            session.add(page)
        page.is_on = True
        return page.slug


def _paper_code(tenant: "Tenant") -> str:
    """The check code of a paper that was issued to the tenant."""
    code = code_of(secrets.randbits(RANDOM_BITS))
    content = Content("month_certificate", "2026-11", date(2026, 11, 1), date(2026, 11, 30), {"posted": 1000})
    row = IssuedPaper(
        id=uuid4(),
        network_id=tenant.network_id,
        organisation_id=tenant.organisation_id,
        of_network=False,
        kind=content.kind,
        subject=content.subject,
        content_sha256=uuid4().hex,
        code=code,
        code_sha256=paper_digest(code),
        facts=content.kept(tenant.canary, tenant.canary),
        issued_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(row)
    return code


def _applied(tenant: "Tenant") -> str:
    """As a row: whoever applies is nobody yet."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        row = Volunteer(
            network_id=tenant.network_id, state="waiting", name=f"{tenant.canary} resident",
            email=f"{uuid4().hex}@example.org", phone="", language="en", languages=[], skills=[], vehicle="none",
            vehicle_grams=0, slots=[], note="", created_at=MORNING,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return str(row.id)


def _task(tenant: "Tenant") -> dict[str, Any]:
    start = tenant.another_instant() + timedelta(days=60)
    return {
        "kind": "sorting", "title": f"{tenant.canary} sorting", "place": f"{tenant.canary} hall", "people_wanted": 50,
        "starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=20)).isoformat(),
    }  # fmt: skip


def _sign_up(tenant: "Tenant") -> str:
    """As rows: somebody of this organisation has a place of a task of this organisation that has begun."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        whose: dict[str, Any] = {"network_id": tenant.network_id, "organisation_id": tenant.organisation_id}
        person = Person(
            name=f"{tenant.canary} helper", email=f"{uuid4().hex}@example.org", role="volunteer", state="active",
            created_at=MORNING, **whose,
        )  # fmt: skip
        task = Task(
            id=uuid4(), kind="sorting", title=f"{tenant.canary} sorting", place="", service_date=MORNING.date(),
            starts_at=MORNING - timedelta(hours=2), ends_at=MORNING - timedelta(hours=1), people_wanted=1, skills=[],
            languages=[], own_vehicle=False, bring="", note="", created_at=MORNING, **whose,
        )  # fmt: skip
        session.add_all([person, task])
        session.flush()
        row = TaskSignUp(
            task_id=task.id, people_wanted=1, place_number=1, person_id=person.id, taken_at=MORNING, **whose
        )
        session.add(row)
        session.flush()
        return str(row.id)


def _outlet(tenant: "Tenant") -> dict[str, Any]:
    return {"kind": "community_fridge", "name": f"{tenant.canary} fridge", "categories": ["bread_and_bakery"]}


def _an_outlet(tenant: "Tenant") -> str:
    """As the network's staff enter them."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        outlet = Outlet(
            network_id=tenant.network_id, temperature_classes=["ambient"], animal_products=False, collects=False,
            created_at=MORNING, **_outlet(tenant),
        )  # fmt: skip
        session.add(outlet)
        session.flush()
        return str(outlet.id)


def _impact_report(tenant: "Tenant") -> str:
    """As a row: what is published has to be over, and nothing is here."""
    day = MORNING.date()
    figures, digest = frozen(figures_of(day, day, [], names={"bank": tenant.canary}))
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        last = select(func.count()).select_from(ImpactReport).where(ImpactReport.network_id == tenant.network_id)
        report = ImpactReport(
            network_id=tenant.network_id, number=session.scalars(last).one() + 1, first_date=day, last_date=day,
            figures=figures, digest=digest, actor_kind="credential", actor_id=uuid4(), published_at=MORNING,
        )  # fmt: skip
        session.add(report)
        session.flush()
        return str(report.id)


def _public_body(tenant: "Tenant") -> str:
    """A public body of the tenant's network, with an area, in the version that every change here is made from."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        body = Organisation(kind="public_body", name=f"{tenant.canary} city", home_network_id=tenant.network_id)
        session.add(body)
        session.flush()
        site = UUID(tenant.id_of("site"))
        session.add(Area(organisation_id=body.id, network_id=tenant.network_id, site_ids=[site]))
        return str(body.id)


def _card_wish(tenant: "Tenant") -> dict[str, Any]:
    return {"slug": f"card-{uuid4().hex}", "kind": "partner", "name_en": f"{tenant.canary} card", "consent": True}


def _row_of_card(tenant: "Tenant", session: Session) -> Card:
    wish = _card_wish(tenant)
    del wish["consent"]
    card = Card(network_id=tenant.network_id, consented_on=MORNING.date(), is_on=True, created_at=MORNING, **wish)
    session.add(card)
    session.flush()
    return card


def _a_card(tenant: "Tenant") -> str:
    """As the network's staff make them."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        return str(_row_of_card(tenant, session).id)


def _card_shown_as(tenant: "Tenant") -> str:
    """The address of a card that is on."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        return _row_of_card(tenant, session).slug


def _card_to_write_through(tenant: "Tenant") -> str:
    """With all that was written before forgotten: who writes again and again would have to wait."""
    with tenant.database.transaction(RowScope()) as session:
        session.execute(text("SELECT wasl_forget_sign_in_tries('2100-01-01')"))
    return _card_shown_as(tenant)


def _an_enquiry(tenant: "Tenant") -> str:
    """As somebody wrote it through a card."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        enquiry = Enquiry(
            network_id=tenant.network_id, card_id=_row_of_card(tenant, session).id, wish="drive",
            contact_name=f"{tenant.canary} somebody", contact="somebody@example.org", received_at=MORNING,
        )  # fmt: skip
        session.add(enquiry)
        session.flush()
        return str(enquiry.id)


def _grant_wish(tenant: "Tenant") -> dict[str, Any]:
    return {"giver": f"{tenant.canary} trust", "amount": "10.00", "valid_from": DAY, "valid_until": "2027-01-01"}


def _a_grant(tenant: "Tenant") -> str:
    """As a row of the tenant's own: the network's staff enter them."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        grant = Grant(
            network_id=tenant.network_id, organisation_id=tenant.organisation_id, giver=f"{tenant.canary} trust",
            purpose="running", restricted=False, cents=1000, valid_from=MORNING.date(),
            valid_until=MORNING.date() + timedelta(30), entered_on=MORNING.date(), note=tenant.canary,
            created_at=MORNING,
        )  # fmt: skip
        session.add(grant)
        session.flush()
        return str(grant.id)


def _handover(tenant: "Tenant") -> dict[str, Any]:
    offer = tenant.admin.ok("/offers", _offer(tenant))
    return {"offer_line_id": offer["lines"][0]["id"], "kg": "1"}


def _open_line(tenant: "Tenant") -> str:
    return str(tenant.admin.ok("/offers", _offer(tenant))["lines"][0]["id"])


def _line_that_keeps(tenant: "Tenant") -> str:
    offer = _offer(tenant)
    marked = {"date_mark": "best_before", "mark_date": "2027-06-30"}
    lines = [{**line, **marked} for line in offer["lines"]]
    return str(tenant.admin.ok("/offers", {**offer, "lines": lines})["lines"][0]["id"])


def _ask(tenant: "Tenant") -> str:
    """As rows: asking is the job's."""
    line = UUID(_open_line(tenant))
    whose: dict[str, Any] = {"network_id": tenant.network_id, "organisation_id": tenant.organisation_id}
    food: dict[str, Any] = {
        "description": tenant.canary, "category": "bread_and_bakery", "temperature_class": "ambient",
        "date_mark": "none", "mark_date": None, "allergens": [], "dietary_flags": [], "donor": tenant.canary,
        "site": tenant.canary,
    }  # fmt: skip
    day, climbed, asked = MORNING.date(), uuid4(), uuid4()
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(
            Escalation(id=climbed, offer_line_id=line, service_date=day, opened_at=MORNING, created_at=MORNING, **whose)
        )
        session.flush()
        session.add(
            Ask(
                id=asked, site_id=UUID(tenant.id_of("site")), escalation_id=climbed, offer_line_id=line,
                service_date=day, step="ask_food_banks", grams=10_000, metres=900, food=food, asked_at=MORNING,
                closes_at=MORNING + timedelta(hours=6), **whose,
            )
        )  # fmt: skip
    return str(asked)


def _vehicle(tenant: "Tenant") -> dict[str, Any]:
    return {"name": f"{tenant.canary} van", "capacity_kg": "600", "chilled_kg": "300", "frozen_kg": "100"}


def _shift(tenant: "Tenant") -> dict[str, Any]:
    """Another half hour each time: a vehicle is driven once at a time."""
    start = tenant.another_instant()
    return {
        "vehicle_id": tenant.id_of("vehicle"),
        "driver_name": f"{tenant.canary} driver",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(minutes=20)).isoformat(),
        "start_site_id": tenant.id_of("site"),
        "end_site_id": tenant.id_of("site"),
    }


def _key(tenant: "Tenant") -> str:
    path = f"/organisations/{tenant.organisation_id}/api-keys"
    return str(tenant.admin.ok(path, {"name": f"{tenant.canary} key", "scopes": ["offers"]})["id"])


def _person(tenant: "Tenant") -> str:
    email = f"{uuid4().hex}@example.org"
    body = {"name": f"{tenant.canary} person", "email": email, "role": "donor_staff"}
    tenant.latest["email"] = email
    return str(tenant.admin.ok(f"/organisations/{tenant.organisation_id}/people", body)["id"])


def _invited(tenant: "Tenant") -> dict[str, Any]:
    body = {"name": f"{tenant.canary} invited", "email": f"{uuid4().hex}@example.org", "role": "donor_staff"}
    return tenant.admin.ok(f"/organisations/{tenant.organisation_id}/invitations", body)


def _token(tenant: "Tenant", person_id: str, kind: Kind) -> str:
    """The secret of a mailed link."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        person = session.get_one(Person, UUID(person_id))
        person.state = "active" if kind == "sign_in" else "invited"
        return make_link(session, person, kind, MORNING)[1]


def _partnership(tenant: "Tenant", **values: Any) -> str:
    """The partnership that stands, put back to how it was accepted: there is one alone."""
    stands = select(Partnership.id).where(
        Partnership.network_id == tenant.network_id,
        Partnership.organisation_id == tenant.organisation_id,
        Partnership.accepted_at.is_not(None),
    )
    active = {"state": "active", "suspended_by": None, "ended_at": None, "valid_until": None, "version": 1}
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        open_one = stands.where(Partnership.state != "ended")
        found = session.scalars(open_one).first() or session.scalars(stands).first()
        session.execute(update(Partnership).where(Partnership.id == found).values({**active, **values}))
    return str(found)


def _suspended(tenant: "Tenant") -> str:
    return _partnership(tenant, state="suspended", suspended_by="organisation")


def _proposal(tenant: "Tenant") -> str:
    """What the organisation proposed and nobody has answered: there is at most one."""
    waits = (Partnership.organisation_id == tenant.organisation_id, Partnership.state == "proposed")
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        found = session.scalars(select(Partnership.id).where(*waits)).first()
        session.execute(update(Partnership).where(*waits).values(proposed_by="organisation", version=1))
    return str(found or tenant.admin.ok("/partnerships", {})["id"])


def _nothing_proposed(tenant: "Tenant") -> None:
    """So that something can be proposed."""
    tenant.admin.ok(f"/partnerships/{_proposal(tenant)}/decline", {"reason": "Later"})


def _signed(tenant: "Tenant") -> str:
    found = _partnership(tenant)
    query = {"name": "Agreement", "signed_on": DAY}
    headers = {"Content-Type": "application/pdf", "If-Match": '"1"'}
    path = f"/partnerships/{found}/document"
    kept = tenant.admin.http.put(path, params=query, content=b"%PDF-1.7 signed", headers=headers)
    assert kept.status_code in (200, 409), kept.text
    return found


def a_picture() -> bytes:
    """A small photo."""
    kept = BytesIO()
    Image.new("RGB", (8, 8)).save(kept, "PNG")
    return kept.getvalue()


def _photo(tenant: "Tenant") -> str:
    tenant.latest["offer"] = str(tenant.admin.ok("/offers", _offer(tenant))["id"])
    path = f"/offers/{tenant.latest['offer']}/photos"
    sent = tenant.admin.http.post(path, content=a_picture(), headers={"Content-Type": "image/png"})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def _report(tenant: "Tenant") -> str:
    """As a row: what a driver said at a stop."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        stop = session.get_one(Stop, UUID(tenant.id_of("stop")))
        event = StopEvent(
            id=uuid4(), network_id=tenant.network_id, shift_id=stop.shift_id, stop_id=stop.id, kind="arrived",
            lines=[], reason=None, digest="", occurred_at=MORNING, recorded_at=MORNING,
        )  # fmt: skip
        session.add(event)
        session.flush()
        return str(event.id)


def _stop_photo(tenant: "Tenant") -> str:
    """As a row: a driver's phone sends it after a report."""
    shift = UUID(tenant.id_of("shift"))
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        photo = StopPhoto(
            network_id=tenant.network_id, shift_id=shift, event_id=uuid4(), photo_id=uuid4(), visit_id=uuid4(),
            stop_kind="pickup", site_name=tenant.canary, organisation_ids=[tenant.organisation_id],
            offer_line_ids=[], reported_at=MORNING, sha256="0" * 64, width=8, height=8, size_bytes=8,
            content=tenant.canary.encode(), created_at=MORNING,
        )  # fmt: skip
        session.add(photo)
        session.flush()
        return str(photo.id)


def _file(tenant: "Tenant") -> bytes:
    return write_offers([OfferIn.model_validate(_offer(tenant))])


def _standing_offer(tenant: "Tenant") -> dict[str, Any]:
    return {
        "site_id": tenant.id_of("site"),
        "recurrence": "FREQ=DAILY",
        "starts_on": "2026-11-27",
        "pickup_from": "09:00",
        "pickup_until": "11:00",
        "note": f"{tenant.canary} every day",
        "lines": [a_line(description=f"{tenant.canary} loaves")],
    }


def _left_out(tenant: "Tenant") -> str:
    found = str(tenant.admin.ok("/standing-offers", _standing_offer(tenant))["id"])
    tenant.admin.ok(f"/standing-offers/{found}/dates/{_DATE['day']}/skip", None, **{"If-Match": '"1"'})
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.execute(update(StandingOffer).where(StandingOffer.id == UUID(found)).values(version=1))
    return found


def _standing_need(tenant: "Tenant") -> dict[str, Any]:
    """Another day each time: two of the same category and day are refused."""
    day = tenant.another_day()
    terms = {"category": "drinks", "kg": "5", "weekdays": [1, 2, 3, 4, 5, 6, 7], "note": f"{tenant.canary} note"}
    return {"site_id": tenant.id_of("site"), "starts_on": day, "ends_on": day, **terms}


def _quarantine(tenant: "Tenant") -> str:
    """Food that the tenant gives to itself, so that no partner sees it."""
    row = Quarantine(
        id=uuid4(),
        network_id=tenant.network_id,
        shift_id=UUID(tenant.planned["shift"]),
        donor_organisation_id=tenant.organisation_id,
        receiver_organisation_id=tenant.organisation_id,
        offer_line_id=UUID(tenant.planned["line"]),
        allocation_id=UUID(tenant.planned["allocation"]),
        event_id=uuid4(),
        service_date=MORNING.date(),
        cause="too_warm",
        opened_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(row)
    return str(row.id)


def _declined(tenant: "Tenant") -> str:
    with tenant.another_dispatcher() as staff:
        staff.ok(f"/allocations/{tenant.planned['allocation']}/decline", {"reason": "no_room"})
    return tenant.planned["allocation"]


def _nothing_declined(tenant: "Tenant") -> None:
    with tenant.another_dispatcher() as staff:
        staff.post(f"/allocations/{tenant.planned['allocation']}/take-back-decline")


def _lesson(tenant: "Tenant") -> dict[str, Any]:
    return {"site_id": tenant.id_of("site"), "category": "drinks"}


def _alarm(tenant: "Tenant") -> str:
    """As a row: looking at shifts is the job's. Another subject each time, since an alarm stands once."""
    row = Alarm(
        id=uuid4(),
        network_id=tenant.network_id,
        organisation_id=tenant.organisation_id,
        shift_id=UUID(tenant.planned["shift"]),
        service_date=MORNING.date(),
        kind="shift_without_driver",
        severity="warning",
        subject_kind="shift",
        subject_id=uuid4(),
        details={"vehicle": f"{tenant.canary} van", "from": "08:00", "until": "16:00"},
        raised_at=MORNING,
        begun_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(row)
    return str(row.id)


def _difference(tenant: "Tenant") -> str:
    """As a row: confirming waits for the van. Another statement on the planned food each time, which then counts."""
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        food = session.get_one(Allocation, UUID(tenant.planned["allocation"]))
        said = select(func.count()).where(ReceiptConfirmation.parcel_id == food.parcel_id)
        row = ReceiptConfirmation(
            id=uuid4(),
            network_id=tenant.network_id,
            organisation_id=tenant.organisation_id,
            service_date=MORNING.date(),
            shift_id=UUID(tenant.planned["shift"]),
            allocation_id=food.id,
            parcel_id=food.parcel_id,
            offer_line_id=food.offer_line_id,
            number=1 + (session.scalar(said) or 0),
            received_grams=food.grams,
            note=tenant.canary,
            confirmed_by=tenant.canary,
            confirmed_at=MORNING,
        )
        session.add(row)
    return str(row.id)


def _unreliable(tenant: "Tenant") -> str:
    """The tenant's site, at which something went wrong."""
    row = SiteReliability(
        site_id=UUID(tenant.id_of("site")),
        side="store",
        network_id=tenant.network_id,
        organisation_id=tenant.organisation_id,
        visits=1,
        troubled=1,
        counts={"closed": 1, "empty": 0, "refused": 0, "late": 0, "weight_off": 0, "in_vain": 1},
        reasons={},
        happenings=[],
        last_happened_at=MORNING,
        learnt_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.merge(row)
    return str(row.site_id)


def _not_driven(tenant: "Tenant") -> str:
    """The tenant's organisation, whose van was to drive the planned route three days ago and did not."""
    ago = timedelta(days=3)
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        planned = {name: UUID(each) for name, each in tenant.planned.items()}
        shift = _copied(
            session, Shift, planned["shift"], organisation_id=tenant.organisation_id,
            **{name: getattr(session.get_one(Shift, planned["shift"]), name) - ago
               for name in ("starts_at", "ends_at", "service_date")},
        )  # fmt: skip
        number = 1_000 + next(_OLD_PLANS)  # what stood when the shift began is the newest of them
        published = {"state": "superseded", "published_at": None, "number": number, "service_date": shift.service_date}
        plan = _copied(session, Plan, planned["plan"], **published)
        route = _copied(session, Route, planned["route"], plan_id=plan.id, shift_id=shift.id)
        stop = _copied(session, Stop, planned["stop"], route_id=route.id, shift_id=shift.id, visit_id=uuid4())
        ids = {"plan_id": plan.id, "route_id": route.id, "shift_id": shift.id, "pickup_stop_id": stop.id}
        food = {"drop_off_stop_id": stop.id, "parcel_id": uuid4(), "published_at": None}
        _copied(session, Allocation, planned["allocation"], **ids, **food)
        session.execute(
            update(Plan)
            .where(Plan.id == plan.id)
            .values(published_at=shift.starts_at - ago + timedelta(seconds=number))
        )
    return str(tenant.organisation_id)


def _copied[R](session: Session, model: type[R], row_id: UUID, **values: Any) -> R:
    """Another row like that one, but for these values."""
    row = session.get_one(model, row_id)
    known = {each.key: getattr(row, each.key) for each in inspect(model).column_attrs}
    found = model(**{**known, "id": uuid4(), **values})
    session.add(found)
    session.flush()
    return found


def _search(tenant: "Tenant") -> str:
    """A run that searches for a plan of a day that nobody else plans."""
    run = PlanRun(
        id=uuid4(),
        network_id=tenant.network_id,
        service_date=date(2027, 1, 1) + timedelta(days=next(_OLD_PLANS)),
        state="running",
        requested_by=tenant.canary,
        requested_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(run)
    return str(run.id)


def _addition_report(tenant: "Tenant") -> str:
    """A report that is being worked out, as a row: the tenant's network may have no plan."""
    report = AdditionReport(
        id=uuid4(),
        network_id=tenant.network_id,
        first_day=MORNING.date(),
        last_day=MORNING.date(),
        days=[DAY],
        kinds=["vehicle"],
        prices=vars(Prices()),
        box_grams=60_000,
        currency="GBP",
        steps=1,
        seeds=1,
        additions_version="1",
        state="running",
        searches_left=3,
        asked_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(report)
    return str(report.id)


def _addition_wish(tenant: "Tenant") -> dict[str, Any]:
    """A network has one report at a time: those that are under way are ended first."""
    mine = update(AdditionReport).where(AdditionReport.network_id == tenant.network_id)
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.execute(mine.values(state="cancelled", searches_left=0))
    return {"from": DAY, "until": DAY}


def _outlook(tenant: "Tenant") -> str:
    """As a row: making one is the worker's."""
    common = {"network_id": tenant.network_id, "service_date": MORNING.date()}
    run = PlanRun(id=uuid4(), **common, state="done", outlook=True, requested_by=tenant.canary, requested_at=MORNING)
    store = {"site_id": tenant.id_of("site"), "site_name": f"{tenant.canary} place", "grams": 1000, "days": 4}
    row = Outlook(
        id=run.id,
        **common,
        problem_digest="",
        estimated_travel=False,
        grams_expected=1000,
        grams_posted=0,
        grams_brought=0,
        stores=[{**store, "usually_posted_by": MORNING.isoformat()}],
        routes=[],
        created_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(run)
        session.flush()
        session.add(row)
    return str(row.id)


def _agreement(tenant: "Tenant") -> str:
    """Proposed, between the tenant and itself, so that no partner sees it."""
    row = Agreement(
        id=uuid4(),
        network_id=tenant.network_id,
        donor_organisation_id=tenant.organisation_id,
        receiver_organisation_id=tenant.organisation_id,
        store_ids=[],
        categories=[],
        weekdays=[],
        kind="only",
        exclusive=False,
        paid_by="as_partners",
        note=f"{tenant.canary} agreement",
        valid_from=MORNING.date(),
        proposed_by="network",
        created_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(row)
    return str(row.id)


def _borrower(tenant: "Tenant") -> str:
    """Another organisation of the tenant's network, that takes part."""
    if "borrower" not in tenant.latest:
        organisation = Organisation(kind="food_bank", name="Borrower", home_network_id=tenant.network_id)
        with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
            session.add(organisation)
            session.flush()
            session.add(
                Partnership(
                    network_id=tenant.network_id, organisation_id=organisation.id, state="active",
                    proposed_by="network", valid_from=MORNING.date(), accepted_at=MORNING, created_at=MORNING,
                )
            )  # fmt: skip
            tenant.latest["borrower"] = str(organisation.id)
    return tenant.latest["borrower"]


def _loan_wish(tenant: "Tenant") -> dict[str, Any]:
    day = tenant.another_day()
    return {
        "vehicle_id": tenant.id_of("vehicle"), "borrower_organisation_id": _borrower(tenant),
        "valid_from": day, "valid_until": day, "conditions": f"{tenant.canary} conditions",
    }  # fmt: skip


def _vehicle_loan(tenant: "Tenant") -> str:
    """Asked for by the network, and agreed to by the borrower: the tenant, whose vehicle it is, accepts it."""
    wish = _loan_wish(tenant)
    named = {name: UUID(wish.pop(name)) for name in ("vehicle_id", "borrower_organisation_id")}
    days = {name: date.fromisoformat(wish.pop(name)) for name in ("valid_from", "valid_until")}
    row = VehicleLoan(
        id=uuid4(), network_id=tenant.network_id, lender_organisation_id=tenant.organisation_id,
        offered_by="network", borrower_agreed_at=MORNING, created_at=MORNING, **named, **days, **wish,
    )  # fmt: skip
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(row)
    return str(row.id)


def _endpoint(tenant: "Tenant") -> str:
    """As a row: adding one asks the resolver, and there may be no more than a few."""
    row = WebhookEndpoint(
        id=uuid4(),
        network_id=tenant.network_id,
        organisation_id=tenant.organisation_id,
        url="https://example.org/hooks",
        description=f"{tenant.canary} endpoint",
        kinds=[],
        whole_network=False,
        secret="whsec_test",
        created_at=MORNING,
    )
    with tenant.database.transaction(
        RowScope(network=tenant.network_id, organisation=tenant.organisation_id)
    ) as session:
        session.add(row)
    return str(row.id)


def _delivery(tenant: "Tenant") -> str:
    own = {"network_id": tenant.network_id, "organisation_id": tenant.organisation_id}
    row = WebhookDelivery(
        **own, id=uuid4(), endpoint_id=UUID(tenant.id_of("endpoint")), state="failed", created_at=MORNING
    )
    with tenant.database.transaction(
        RowScope(network=tenant.network_id, organisation=tenant.organisation_id)
    ) as session:
        subject = ("webhook endpoint", row.endpoint_id)
        announce(session, tenant.network_id, [tenant.organisation_id], "webhook.test", subject, MORNING)
        session.flush()
        row.message_id = session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(1)).one()
        session.add(row)
    return str(row.id)


def _feed_wish(tenant: "Tenant") -> dict[str, Any]:
    return {"kind": "site", "site_id": tenant.id_of("site"), "name": f"{tenant.canary} days"}


def _calendar(tenant: "Tenant") -> str:
    url: str = tenant.admin.ok("/feeds", _feed_wish(tenant))["url"]
    return url.rpartition("/")[2].removesuffix(".ics")


def _visited(tenant: "Tenant") -> str:
    """The tenant's site on the published plan."""
    visited = (
        select(Stop.site_id)
        .join(Site, Site.id == Stop.site_id)
        .where(Stop.route_id == UUID(tenant.planned["route"]), Stop.kind.in_(("pickup", "drop_off")))
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        return str(session.scalars(visited.where(Site.organisation_id == tenant.organisation_id)).one())


def _van_link(tenant: "Tenant") -> str:
    """As a row, of another day each time: one of a site and day stands at a time."""
    tenant.latest["van token"] = new_secret("van")
    row = VanLink(
        id=uuid4(),
        network_id=tenant.network_id,
        organisation_id=tenant.organisation_id,
        site_id=UUID(tenant.id_of("site")),
        service_date=date.fromisoformat(tenant.another_day()),
        secret_sha256=digest_of(tenant.latest["van token"]),
        made_at=MORNING,
        expires_at=MORNING + timedelta(days=365),
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.add(row)
    return str(row.id)


def _van_token(tenant: "Tenant") -> str:
    _van_link(tenant)
    return tenant.latest["van token"]


def _draft(tenant: "Tenant") -> str:
    """A draft beside the published plan, of the same food."""
    line, shift = tenant.planned["line"], tenant.planned["shift"]
    plan_id = drawn_draft(tenant.database, tenant.network_id, line, shift)
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        tenant.latest["draft route"] = str(session.scalars(select(Route.id).where(Route.plan_id == plan_id)).one())
    return str(plan_id)


def _edited_draft(tenant: "Tenant") -> str:
    """One whose route was locked, in the version that these tests name."""
    plan_id = _draft(tenant)
    with tenant.another_dispatcher() as staff:
        body = {"kind": "lock_route", "route_id": tenant.latest["draft route"]}
        staff.ok(f"/plans/{plan_id}/edits", body, **{"If-Match": '"1"'})
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        session.execute(update(Plan).where(Plan.id == UUID(plan_id)).values(version=1))
    return plan_id


THINGS: dict[str, Thing] = {
    "organisation": Thing(lambda tenant: str(tenant.organisation_id)),
    "site": Thing(_made("/sites", _site)),
    "partnership": Thing(_partnership),
    "suspended partnership": Thing(_suspended),
    "proposal": Thing(_proposal),
    "signed partnership": Thing(_signed),
    "person": Thing(_person),
    "invitation": Thing(lambda tenant: str(_invited(tenant)["id"])),
    "offer": Thing(_made("/offers", _offer)),
    "photo": Thing(_photo),
    "report": Thing(_report),
    "stop photo": Thing(_stop_photo),
    "standing offer": Thing(_made("/standing-offers", _standing_offer)),
    "standing offer with a date left out": Thing(_left_out),
    "need": Thing(_made("/needs", _need)),
    "standing need": Thing(_made("/standing-needs", _standing_need)),
    "vehicle": Thing(_made("/vehicles", _vehicle)),
    "shift": Thing(_made("/shifts", _shift)),
    "vehicle loan": Thing(_vehicle_loan),
    "key": Thing(_key),
    "endpoint": Thing(_endpoint, private=True),
    "delivery": Thing(_delivery, private=True),
    "feed": Thing(_made("/feeds", _feed_wish), private=True),
    "quarantine": Thing(_quarantine),
    "alarm": Thing(_alarm),
    "difference": Thing(_difference),
    "agreement": Thing(_agreement),
    "outlet": Thing(_an_outlet, of_network=True),
    "impact report": Thing(_impact_report, of_network=True),
    "public body": Thing(_public_body, of_network=True),
    "grant": Thing(_a_grant),
    "card": Thing(_a_card, of_network=True),
    "enquiry": Thing(_an_enquiry, of_network=True),
    "open line": Thing(_open_line, of_network=True),
    "line that keeps": Thing(_line_that_keeps),
    "ask": Thing(_ask),
    "allocation": Thing(lambda tenant: tenant.planned["allocation"], of_network=True),
    "unreliable site": Thing(_unreliable),
    "organisation with a shift not driven": Thing(_not_driven),
    "outlook": Thing(_outlook, of_network=True),
    "declined allocation": Thing(_declined, of_network=True),
    "run": Thing(lambda tenant: tenant.planned["run"], of_network=True),
    "search": Thing(_search, of_network=True),
    "addition_report": Thing(_addition_report, of_network=True),
    "plan": Thing(lambda tenant: tenant.planned["plan"], of_network=True),
    "draft": Thing(_draft, of_network=True),
    "edited draft": Thing(_edited_draft, of_network=True),
    "route": Thing(lambda tenant: tenant.planned["route"], of_network=True),
    "import": Thing(lambda tenant: tenant.an_import(), of_network=True),
    "stop": Thing(lambda tenant: tenant.planned["stop"]),
    "visited site": Thing(_visited),
    "van link": Thing(_van_link),
    "place for people": Thing(_place_for_people),
    "volunteer": Thing(_applied, of_network=True),
    "task": Thing(_made("/tasks", _task)),
    "sign-up": Thing(_sign_up),
}

# ---- Operations. -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    action: what permissions.TABLE allows to whom, or EVERYBODY_SIGNED_IN, or EVERYBODY.
    thing: the noun in THINGS that is addressed, by the one variable of the path or by the body.
    path: further variables of the path. query: what the query needs. body: a valid body that names the tenant's things.
    raw: a body that is not JSON, of the kind `media`. stream: the answer does not end, its beginning is looked at.
    fresh: every call gets a thing of its own, since the operation uses it up. after: what has to be put back.
    shared: partners see this of each other too, so what it answers may hold a partner's words.
    joins: what a partner offers is taken by it, so rows of that partner change.
    but: roles ("role", "role on tenant", "* on tenant" or "*") with another status than the table says, and the reason.
    unproven: why no call of these tests succeeds; otherwise at least one has to, so that the body is known to fit.
    fuzz: why schemathesis leaves it out; None where it does not.
    """

    action: str
    thing: str | None = None
    path: dict[str, "str | Callable[[Tenant], str]"] = field(default_factory=dict)
    query: dict[str, "str | Callable[[Tenant], str]"] = field(default_factory=dict)
    body: Callable[["Tenant"], Any] | None = None
    raw: Callable[["Tenant"], bytes] | None = None
    media: str | None = None
    stream: bool = False
    fresh: bool = False
    after: Callable[["Tenant"], object] | None = None
    shared: bool = False
    joins: bool = False
    ends_session: bool = False
    but: dict[str, tuple[int, str]] = field(default_factory=dict)
    unproven: str | None = None
    fuzz: str | None = None


_REGION = {"name": "newport"}
_NOT_BY_LINK = (403, "only a driver's link opens a shift; a person signed in as driver has none")
_ORGANISATION_AND_PLANS = "key: organisation plans"
_NO_PERSON = (403, "a key is no person: it has neither sessions nor a password")
# The planned food is given by the own organisation: only who gets it, or plans for the network, declines it.
_GIVES_THE_FOOD = {
    f"{role} on own": (403, "it gives this food and does not get it") for role in ("organisation_admin", "key: needs")
}
_NOT_FOR_KEYS = dict.fromkeys((*(f"key: {scope.value}" for scope in Scope), _ORGANISATION_AND_PLANS), _NO_PERSON)
# Who plans reads all partnerships; this key speaks for its own organisation alone.
_SPEAKS_FOR_ONE = {f"{_ORGANISATION_AND_PLANS} on partner": (403, "it reads the partnership, and is no side of it")}
_OTHER_SIDE = {
    f"{role} on partner": (403, "the network is the other side of what the organisation said")
    for role in ("network_admin", "key: partners")
}
# Every fault of a list is named at its place; a site that is not seen is one, the same as one that is not there.
_NAMED_IN_THE_LIST = (422, "the list as a whole is refused, with `not_found` at the site's field")
_NEWLY_ADDED = {"url": "https://93.184.215.14/hooks"}
_A_BROWSER = {
    "endpoint": "https://93.184.215.14/push",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
_EVENT_STREAM = "an event stream stays open for minutes"
_NEEDS_FILE = "a real extract is imported by tests/roads; here the service has no file and fetches none"

OPERATIONS: dict[str, Operation] = {
    "alive": Operation(EVERYBODY),
    "ready": Operation(EVERYBODY),
    # partners
    "sign_in_by_password": Operation(
        EVERYBODY,
        body=lambda tenant: {"email": f"{uuid4().hex}@example.org", "password": "not the right one"},
        unproven="nobody knows the password",
        but={"*": (401, "the address and the password do not belong together")},
    ),
    "sign_out": Operation(EVERYBODY_SIGNED_IN, ends_session=True, fuzz="it ends the session that the fuzzing lives on"),
    "get_me": Operation(Action.NETWORK_READ),
    "add_organisation": Operation(
        Action.PARTNERS_EDIT, body=lambda tenant: {"kind": "carrier", "name": f"Carrier {uuid4().hex[:6]}"}
    ),
    "list_organisations": Operation(Action.PARTNERS_READ, shared=True),
    "get_organisation": Operation(Action.PARTNERS_READ, "organisation"),
    "add_person": Operation(
        Action.PEOPLE_EDIT,
        "organisation",
        body=lambda tenant: {
            "name": "Somebody",
            "email": f"{uuid4().hex}@example.org",
            "role": "donor_staff",
            "password": PASSWORD,
        },
    ),
    "add_api_key": Operation(
        Action.KEYS_EDIT, "organisation", body=lambda tenant: {"name": "till", "scopes": ["offers"]}
    ),
    "revoke_api_key": Operation(Action.KEYS_EDIT, "key", fresh=True),
    "add_site": Operation(Action.SITES_EDIT, body=_site),
    "list_sites": Operation(Action.SITES_READ),
    "get_site": Operation(Action.SITES_READ, "site"),
    "change_site": Operation(Action.SITES_EDIT, "site", body=lambda tenant: {"access_notes": "mine now"}),
    # food
    "post_offer": Operation(Action.OFFERS_POST, "site", body=_offer),
    "list_offers": Operation(Action.OFFERS_READ),
    "get_usual_food": Operation(Action.OFFERS_READ, "site", query={"site_id": lambda tenant: tenant.id_of("site")}),
    "get_offer": Operation(Action.OFFERS_READ, "offer"),
    "amend_offer": Operation(Action.OFFERS_POST, "offer", body=lambda tenant: {"note": "mine now"}),
    "withdraw_offer": Operation(Action.OFFERS_POST, "offer", fresh=True),
    "state_need": Operation(Action.NEEDS_STATE, "site", body=_need),
    "list_needs": Operation(Action.NEEDS_READ),
    "get_need": Operation(Action.NEEDS_READ, "need"),
    "change_need": Operation(Action.NEEDS_STATE, "need", body=lambda tenant: {"kg": "1"}),
    # partnerships and what partners see of each other
    "change_organisation": Operation(
        Action.PARTNERS_EDIT, "organisation", body=lambda tenant: {"name": tenant.canary}, shared=True
    ),
    "list_partnerships": Operation(Action.PARTNERSHIPS_READ),
    "propose_partnership": Operation(
        Action.PARTNERSHIPS_EDIT,
        "organisation",
        body=lambda tenant: {"organisation_id": str(tenant.organisation_id)},
        after=_nothing_proposed,
    ),
    "get_partnership": Operation(Action.PARTNERSHIPS_READ, "partnership"),
    "change_partnership": Operation(
        Action.PARTNERSHIPS_EDIT,
        "proposal",
        body=lambda tenant: {"terms": {"note": "other terms"}},
        fresh=True,
        but={**_SPEAKS_FOR_ONE, **_OTHER_SIDE},
    ),
    "accept_partnership": Operation(
        Action.PARTNERSHIPS_EDIT, "proposal", fresh=True, after=_partnership, but=_SPEAKS_FOR_ONE
    ),
    "decline_partnership": Operation(
        Action.PARTNERSHIPS_EDIT,
        "proposal",
        body=lambda tenant: {"reason": "other terms"},
        fresh=True,
        but=_SPEAKS_FOR_ONE,
    ),
    "suspend_partnership": Operation(
        Action.PARTNERSHIPS_EDIT,
        "partnership",
        body=lambda tenant: {"reason": "a rest"},
        fresh=True,
        after=_partnership,
        but=_SPEAKS_FOR_ONE,
    ),
    "resume_partnership": Operation(
        Action.PARTNERSHIPS_EDIT,
        "suspended partnership",
        fresh=True,
        after=_partnership,
        but={**_SPEAKS_FOR_ONE, **_OTHER_SIDE},
    ),
    "end_partnership": Operation(
        Action.PARTNERSHIPS_EDIT,
        "partnership",
        body=lambda tenant: {"reason": "moved away"},
        fresh=True,
        after=_partnership,
        but=_SPEAKS_FOR_ONE,
    ),
    "keep_signed_document": Operation(
        Action.PARTNERSHIPS_EDIT,
        "partnership",
        query={"name": "Agreement", "signed_on": DAY},
        raw=lambda tenant: b"%PDF-1.7 signed",
        media="application/pdf",
        fresh=True,
        but=_SPEAKS_FOR_ONE,
    ),
    "get_signed_document": Operation(Action.PARTNERSHIPS_READ, "signed partnership"),
    "list_agreements": Operation(Action.AGREEMENTS_READ),
    "propose_agreement": Operation(
        Action.AGREEMENTS_EDIT,
        "organisation",
        body=lambda tenant: {
            "donor_organisation_id": str(tenant.organisation_id),
            "receiver_organisation_id": str(tenant.organisation_id),
            "weekdays": [7],
        },
    ),
    "get_agreement": Operation(Action.AGREEMENTS_READ, "agreement"),
    "accept_agreement": Operation(
        Action.AGREEMENTS_EDIT,
        "agreement",
        body=lambda tenant: {"signed_document": {"name": "Agreement", "signed_on": DAY}},
        fresh=True,
    ),
    "end_agreement": Operation(
        Action.AGREEMENTS_EDIT, "agreement", body=lambda tenant: {"reason": "moved away"}, fresh=True
    ),
    "list_partners": Operation(Action.PARTNERS_READ, shared=True),
    "get_partner": Operation(Action.PARTNERS_READ, "organisation", shared=True),
    "list_allocations": Operation(Action.ALLOCATIONS_READ, shared=True),
    # those who help
    "apply_to_help": Operation(
        EVERYBODY,
        path={"slug": _shown_as},
        body=lambda tenant: {"name": "Somebody", "email": f"{uuid4().hex}@example.org", "agrees": True},
        but={},
    ),
    "list_volunteers": Operation(Action.VOLUNTEERS_READ),
    "get_volunteer": Operation(Action.VOLUNTEERS_READ, "volunteer"),
    "accept_volunteer": Operation(Action.VOLUNTEERS_DECIDE, "volunteer", body=lambda tenant: {}, fresh=True),
    "refuse_volunteer": Operation(
        Action.VOLUNTEERS_DECIDE,
        "volunteer",
        body=lambda tenant: {"reason": "We have enough hands just now."},
        fresh=True,
    ),
    "speak_with_volunteer": Operation(Action.PLANS_EDIT, "volunteer"),
    "offer_task": Operation(Action.TASKS_EDIT, body=_task),
    "list_tasks": Operation(Action.TASKS_EDIT),
    "get_task": Operation(Action.TASKS_EDIT, "task"),
    "change_task": Operation(Action.TASKS_EDIT, "task", body=lambda tenant: {"bring": "gloves"}),
    "cancel_task": Operation(Action.TASKS_EDIT, "task", fresh=True),
    "list_task_sign_ups": Operation(Action.TASKS_EDIT, "task"),
    "mark_attendance": Operation(Action.TASKS_EDIT, "sign-up", body=lambda tenant: {"came": True}),
    "get_my_volunteer_profile": Operation(Action.TASKS_TAKE),
    "set_my_volunteer_profile": Operation(Action.TASKS_TAKE, body=lambda tenant: {"skills": ["licence_b"]}),
    "list_open_tasks": Operation(Action.TASKS_TAKE, shared=True),
    "take_task": Operation(Action.TASKS_TAKE, "task", shared=True, joins=True),
    "list_my_sign_ups": Operation(Action.TASKS_TAKE, shared=True),
    "give_task_back": Operation(
        Action.TASKS_TAKE,
        "sign-up",
        but={"*": (404, "a place is given back by whoever has it")},
        unproven="no role has the place of another",
    ),
    # people
    "list_people": Operation(Action.PEOPLE_READ),
    "get_person": Operation(Action.PEOPLE_READ, "person"),
    "change_person": Operation(Action.PEOPLE_EDIT, "person", body=lambda tenant: {"language": "ar"}),
    "disable_person": Operation(Action.PEOPLE_EDIT, "person"),
    "enable_person": Operation(Action.PEOPLE_EDIT, "person"),
    "invite_person": Operation(
        Action.PEOPLE_EDIT,
        "organisation",
        body=lambda tenant: {"name": "Somebody", "email": f"{uuid4().hex}@example.org", "role": "donor_staff"},
    ),
    "list_invitations": Operation(Action.PEOPLE_READ),
    "renew_invitation": Operation(Action.PEOPLE_EDIT, "invitation"),
    "revoke_invitation": Operation(Action.PEOPLE_EDIT, "invitation", fresh=True),
    "list_api_keys": Operation(Action.KEYS_READ),
    "ask_for_sign_in_link": Operation(EVERYBODY, body=lambda tenant: {"email": f"{uuid4().hex}@example.org"}),
    "use_sign_in_link": Operation(EVERYBODY, body=lambda tenant: {"token": _token(tenant, _person(tenant), "sign_in")}),
    "accept_invitation": Operation(
        EVERYBODY,
        body=lambda tenant: {
            "token": _token(tenant, _invited(tenant)["person_id"], "invitation"),
            "password": "heron kettle umbrella 41",
        },
    ),
    "change_password": Operation(
        EVERYBODY_SIGNED_IN,
        body=lambda tenant: {"old": "not the right one", "new": "heron kettle umbrella 41"},
        but=_NOT_FOR_KEYS,
        unproven="nobody knows the password",
    ),
    "list_sessions": Operation(EVERYBODY_SIGNED_IN, but=_NOT_FOR_KEYS),
    "end_session": Operation(
        EVERYBODY_SIGNED_IN,
        "key",
        but={**_NOT_FOR_KEYS, "*": (404, "only one's own sessions are seen, and this is none")},
        unproven="whose session is whose is tried by tests/people",
    ),
    # what one is told
    "get_notification_choices": Operation(EVERYBODY_SIGNED_IN, but=_NOT_FOR_KEYS),
    "change_notification_choices": Operation(
        EVERYBODY_SIGNED_IN, body=lambda tenant: {"quiet_hours": None}, but=_NOT_FOR_KEYS
    ),
    "ask_for_phone_code": Operation(
        EVERYBODY_SIGNED_IN,
        but=_NOT_FOR_KEYS,
        unproven="no provider is set up there; tests/notifications have codes sent",
    ),
    "confirm_phone": Operation(
        EVERYBODY_SIGNED_IN,
        body=lambda tenant: {"code": "123456"},
        but=_NOT_FOR_KEYS,
        unproven="nobody waits for a code there; tests/notifications confirm numbers",
    ),
    "list_notifications": Operation(EVERYBODY_SIGNED_IN, but=_NOT_FOR_KEYS),
    "test_notification": Operation(
        EVERYBODY_SIGNED_IN,
        body=lambda tenant: {"channel": "email"},
        but=_NOT_FOR_KEYS,
        unproven="no channel is set up there; tests/notifications send trials",
    ),
    "get_push_key": Operation(EVERYBODY_SIGNED_IN, but=_NOT_FOR_KEYS),
    "add_device": Operation(EVERYBODY_SIGNED_IN, body=lambda tenant: _A_BROWSER, but=_NOT_FOR_KEYS),
    "list_devices": Operation(EVERYBODY_SIGNED_IN, but=_NOT_FOR_KEYS),
    "take_device_off": Operation(
        EVERYBODY_SIGNED_IN,
        "key",
        but={**_NOT_FOR_KEYS, "*": (404, "only one's own devices are seen, and this is none")},
        unproven="whose device is whose is tried by tests/notifications",
    ),
    # personal data and the trail
    "export_self": Operation(Action.NETWORK_READ),
    "export_person": Operation(Action.PRIVACY_EDIT, "person"),
    "erase_person": Operation(
        Action.PRIVACY_EDIT, "person", body=lambda tenant: {"confirm": tenant.latest["email"]}, fresh=True
    ),
    "erase_driver": Operation(
        Action.PRIVACY_EDIT, "shift", body=lambda tenant: {"confirm": f"{tenant.canary} driver"}, fresh=True
    ),
    "list_audit_entries": Operation(Action.AUDIT_READ),
    "get_audit_head": Operation(Action.AUDIT_READ),
    "verify_audit_trail": Operation(Action.AUDIT_VERIFY),
    # many at once
    "add_sites": Operation(Action.SITES_EDIT, body=lambda tenant: {"items": [_site(tenant)]}),
    "post_offers": Operation(
        Action.OFFERS_POST,
        "site",
        body=lambda tenant: {"offers": [_offer(tenant)]},
        but={
            "* on stranger": _NAMED_IN_THE_LIST,
            **{
                f"{role} on partner": _NAMED_IN_THE_LIST
                for role in ("donor_staff", "organisation_admin", "key: offers")
            },
        },
    ),
    "state_needs": Operation(Action.NEEDS_STATE, "site", body=lambda tenant: {"needs": [_need(tenant)]}),
    "add_vehicles": Operation(Action.FLEET_EDIT, body=lambda tenant: {"items": [_vehicle(tenant)]}),
    "get_offers_csv_template": Operation(Action.OFFERS_POST),
    "preview_offers_csv": Operation(
        Action.OFFERS_POST,
        "site",
        query={"site_id": lambda tenant: tenant.id_of("site")},
        raw=_file,
        media="text/csv",
    ),
    "post_offers_csv": Operation(
        Action.OFFERS_POST,
        "site",
        query={"site_id": lambda tenant: tenant.id_of("site")},
        raw=_file,
        media="text/csv",
    ),
    # photos and what stands
    "list_categories": Operation(Action.NETWORK_READ),
    "add_photo": Operation(Action.OFFERS_POST, "offer", raw=lambda tenant: a_picture(), media="image/png"),
    "list_photos": Operation(Action.ALLOCATIONS_READ, "offer"),
    "get_photo": Operation(
        Action.ALLOCATIONS_READ, "photo", path={"offer_id": lambda tenant: tenant.latest["offer"]}, fresh=True
    ),
    "remove_photo": Operation(
        Action.OFFERS_POST, "photo", path={"offer_id": lambda tenant: tenant.latest["offer"]}, fresh=True
    ),
    "say_nothing_is_offered": Operation(
        Action.OFFERS_POST,
        "site",
        body=lambda tenant: {"site_id": tenant.id_of("site"), "service_date": QUIET_DAY},
    ),
    "state_standing_offer": Operation(Action.OFFERS_POST, "site", body=_standing_offer),
    "list_standing_offers": Operation(Action.OFFERS_READ),
    "get_standing_offer": Operation(Action.OFFERS_READ, "standing offer"),
    "change_standing_offer": Operation(
        Action.OFFERS_POST, "standing offer", body=lambda tenant: {"note": "mine now"}, fresh=True
    ),
    "end_standing_offer": Operation(Action.OFFERS_POST, "standing offer", fresh=True),
    "list_standing_offer_occurrences": Operation(
        Action.OFFERS_READ, "standing offer", query={"from": "2026-11-27", "until": "2026-12-04"}
    ),
    "skip_standing_offer_date": Operation(Action.OFFERS_POST, "standing offer", path=_DATE, fresh=True),
    "amend_standing_offer_date": Operation(
        Action.OFFERS_POST, "standing offer", path=_DATE, body=lambda tenant: {"note": "mine now"}, fresh=True
    ),
    "restore_standing_offer_date": Operation(
        Action.OFFERS_POST, "standing offer with a date left out", path=_DATE, fresh=True
    ),
    "state_standing_need": Operation(Action.NEEDS_STATE, "site", body=_standing_need),
    "list_standing_needs": Operation(Action.NEEDS_READ),
    "get_standing_need": Operation(Action.NEEDS_READ, "standing need"),
    "change_standing_need": Operation(Action.NEEDS_STATE, "standing need", body=lambda tenant: {"kg": "1"}),
    "end_standing_need": Operation(Action.NEEDS_STATE, "standing need", fresh=True),
    "change_vehicle": Operation(Action.FLEET_EDIT, "vehicle", body=lambda tenant: {"name": f"{tenant.canary} van"}),
    "retire_vehicle": Operation(Action.FLEET_EDIT, "vehicle", fresh=True),
    "change_shift": Operation(
        Action.FLEET_EDIT, "shift", body=lambda tenant: {"driver_name": f"{tenant.canary} other"}, fresh=True
    ),
    "cancel_shift": Operation(Action.FLEET_EDIT, "shift", fresh=True),
    "end_driver_links": Operation(Action.DRIVER_LINKS_MAKE, "shift"),
    "list_vehicle_loans": Operation(Action.FLEET_READ),
    "offer_vehicle_loan": Operation(Action.FLEET_EDIT, "vehicle", body=_loan_wish),
    "get_vehicle_loan": Operation(Action.FLEET_READ, "vehicle loan"),
    "get_vehicle_loan_carried": Operation(Action.FLEET_READ, "vehicle loan"),
    "accept_vehicle_loan": Operation(Action.FLEET_EDIT, "vehicle loan", fresh=True),
    "end_vehicle_loan": Operation(
        Action.FLEET_EDIT, "vehicle loan", body=lambda tenant: {"reason": "it is needed"}, fresh=True
    ),
    # the network's rules, what was held back, the ledger
    "get_network": Operation(Action.NETWORK_READ),
    "change_network": Operation(
        Action.POLICY_EDIT, body=lambda tenant: {"food_safety": {"best_before_tolerance_days": 1}}
    ),
    "get_food_safety": Operation(Action.NETWORK_READ),
    "list_quarantines": Operation(Action.LEDGER_READ),
    "get_quarantine": Operation(Action.LEDGER_READ, "quarantine"),
    "release_quarantine": Operation(Action.QUARANTINE_DECIDE, "quarantine", fresh=True),
    "discard_quarantine": Operation(Action.QUARANTINE_DECIDE, "quarantine", fresh=True),
    "list_ledger_entries": Operation(Action.LEDGER_READ),
    "get_offer_ledger": Operation(Action.LEDGER_READ, "offer"),
    "settle_allocation": Operation(
        Action.LEDGER_SETTLE,
        "allocation",
        body=lambda tenant: {"wasted_kg": "1"},
        unproven="nothing was refused or is left over; tests/ledger drive a day",
    ),
    "list_leftovers": Operation(Action.LEDGER_SETTLE, query={"service_date": DAY}),
    "list_contradictions": Operation(Action.LEDGER_SETTLE, query={"service_date": DAY}),
    # where food goes that no food bank takes
    "add_outlet": Operation(Action.POLICY_EDIT, body=_outlet),
    "list_outlets": Operation(Action.PLANS_READ),
    "list_open_food": Operation(Action.PLANS_READ, query={"service_date": DAY}),
    "get_outlet": Operation(Action.PLANS_READ, "outlet"),
    "change_outlet": Operation(Action.POLICY_EDIT, "outlet", body=lambda tenant: {"collects": True}, fresh=True),
    "hand_over_to_outlet": Operation(Action.LEDGER_SETTLE, "outlet", body=_handover),
    "list_handovers": Operation(Action.LEDGER_READ),
    "list_escalations": Operation(Action.PLANS_READ, query={"service_date": DAY}),
    "stop_escalation": Operation(Action.PLANS_EDIT, "open line"),
    "resume_escalation": Operation(Action.PLANS_EDIT, "open line"),
    "offer_on_next_day": Operation(
        Action.OFFERS_POST,
        "line that keeps",
        fresh=True,
    ),
    "list_asks": Operation(Action.NEEDS_READ),
    "get_ask": Operation(Action.NEEDS_READ, "ask"),
    "answer_ask": Operation(Action.NEEDS_STATE, "ask", body=lambda tenant: {"takes": False}, fresh=True),
    # vans expected, and what is wrong
    "get_plan_arrivals": Operation(Action.PLANS_READ, "plan"),
    "list_arrivals": Operation(Action.ALLOCATIONS_READ),
    "give_van_link": Operation(Action.VAN_LINKS_GIVE, "visited site", body=lambda tenant: {"service_date": DAY}),
    "end_van_link": Operation(Action.VAN_LINKS_GIVE, "van link", fresh=True),
    # what everybody is shown
    "get_public_page": Operation(Action.NETWORK_READ),
    "set_public_page": Operation(Action.POLICY_EDIT, body=lambda tenant: _public_page()),
    "get_distribution_point": Operation(Action.SITES_READ, "place for people"),
    "set_distribution_point": Operation(
        Action.SITES_EDIT, "place for people", body=lambda tenant: {"windows": ALL_DAY, "note_en": "mine now"}
    ),
    "read_public_card": Operation(EVERYBODY, path={"slug": _card_shown_as}, shared=True),
    "send_enquiry": Operation(
        EVERYBODY,
        path={"slug": _card_to_write_through},
        body=lambda tenant: {"wish": "drive", "name": "Somebody", "contact": "somebody@example.org"},
    ),
    "read_public_page": Operation(EVERYBODY, path={"slug": _shown_as}, shared=True),
    "check_paper": Operation(EVERYBODY, path={"code": _paper_code}, shared=True),
    "list_donations": Operation(Action.ALLOCATIONS_READ),
    "read_van_page": Operation(EVERYBODY, path={"token": _van_token}, shared=True),
    "list_alarms": Operation(Action.ALARMS_READ),
    "get_alarm": Operation(Action.ALARMS_READ, "alarm"),
    "acknowledge_alarm": Operation(Action.ALARMS_ACKNOWLEDGE, "alarm", fresh=True),
    # telling others
    "add_webhook_endpoint": Operation(Action.WEBHOOKS_EDIT, body=lambda tenant: _NEWLY_ADDED),
    "list_webhook_endpoints": Operation(Action.WEBHOOKS_READ),
    "get_webhook_endpoint": Operation(Action.WEBHOOKS_READ, "endpoint"),
    "change_webhook_endpoint": Operation(
        Action.WEBHOOKS_EDIT, "endpoint", body=lambda tenant: {"kinds": ["plan.published"]}
    ),
    "delete_webhook_endpoint": Operation(Action.WEBHOOKS_EDIT, "endpoint", fresh=True),
    "rotate_webhook_secret": Operation(Action.WEBHOOKS_EDIT, "endpoint"),
    "test_webhook_endpoint": Operation(Action.WEBHOOKS_EDIT, "endpoint"),
    "list_webhook_deliveries": Operation(Action.WEBHOOKS_READ, "endpoint"),
    "replay_webhook_delivery": Operation(Action.WEBHOOKS_EDIT, "delivery"),
    "replay_webhook_deliveries_since": Operation(
        Action.WEBHOOKS_EDIT, "endpoint", query={"since": "2026-11-20T00:00:00Z"}
    ),
    "listen_to_events": Operation(
        Action.EVENTS_READ, query={"since": "2026-11-20T00:00:00Z"}, stream=True, fuzz=_EVENT_STREAM
    ),
    "list_events": Operation(Action.EVENTS_READ),
    "make_calendar_feed": Operation(Action.FEEDS_EDIT, "site", body=_feed_wish),
    "list_calendar_feeds": Operation(Action.FEEDS_EDIT),
    "revoke_calendar_feed": Operation(Action.FEEDS_EDIT, "feed", fresh=True),
    "give_my_calendar": Operation(Action.TASKS_TAKE, shared=True),
    "end_my_calendar": Operation(Action.TASKS_TAKE, shared=True),
    "read_calendar": Operation(EVERYBODY, path={"token": _calendar}, shared=True),
    # fleet
    "add_vehicle": Operation(Action.FLEET_EDIT, body=_vehicle),
    "list_vehicles": Operation(Action.FLEET_READ),
    "get_vehicle": Operation(Action.FLEET_READ, "vehicle"),
    "add_shift": Operation(Action.FLEET_EDIT, "vehicle", body=_shift),
    "list_shifts": Operation(Action.FLEET_READ),
    "get_shift": Operation(Action.FLEET_READ, "shift"),
    "give_driver_link": Operation(Action.DRIVER_LINKS_MAKE, "shift"),
    # plans
    "request_plan": Operation(Action.PLANS_REQUEST, body=lambda tenant: {"service_date": QUIET_DAY}),
    "request_outlook": Operation(Action.PLANS_REQUEST, body=lambda tenant: {"service_date": "2026-12-22"}),
    "get_outlook": Operation(Action.PLANS_READ, "outlook"),
    "get_plan_run": Operation(Action.PLANS_READ, "run"),
    "end_search": Operation(Action.PLANS_REQUEST, "search", fresh=True),
    "watch_plan_run": Operation(Action.PLANS_READ, "run", fuzz=_EVENT_STREAM),
    "list_plans": Operation(Action.PLANS_READ),
    "get_plan": Operation(Action.PLANS_READ, "plan"),
    "get_plan_prices": Operation(Action.PLANS_READ, "draft"),
    "get_plan_document": Operation(Action.PLANS_READ, "plan"),
    "change_plan": Operation(Action.PLANS_REQUEST, "plan", body=lambda tenant: {}),
    "edit_plan": Operation(
        Action.PLANS_EDIT,
        "draft",
        body=lambda tenant: {"kind": "lock_route", "route_id": tenant.latest["draft route"]},
        fresh=True,
    ),
    "try_plan_edit": Operation(
        Action.PLANS_EDIT,
        "draft",
        body=lambda tenant: {"kind": "lock_route", "route_id": tenant.latest["draft route"]},
        fresh=True,
    ),
    "undo_plan_edit": Operation(Action.PLANS_EDIT, "edited draft", fresh=True),
    "list_plan_edits": Operation(Action.PLANS_READ, "edited draft"),
    "copy_plan": Operation(Action.PLANS_EDIT, "draft"),
    "publish_plan": Operation(Action.PLANS_PUBLISH, "plan", unproven="the plan is published already"),
    "explain_allocation": Operation(
        Action.ALLOCATIONS_READ,
        "allocation",
        shared=True,
        unproven="the plan of these tests is written by hand and does not say why",
    ),
    "get_route": Operation(Action.ROUTES_READ, "route"),
    "get_route_geojson": Operation(Action.ROUTES_READ, "route"),
    "get_route_gpx": Operation(Action.ROUTES_READ, "route"),
    "get_route_pdf": Operation(Action.ROUTES_READ, "route"),
    # driving
    "get_driver_route": Operation(Action.DRIVING_RECORD, but={"driver": _NOT_BY_LINK}),
    "record_stop_events": Operation(
        Action.DRIVING_RECORD,
        "stop",
        body=lambda tenant: {
            "events": [
                {
                    "id": str(uuid4()),
                    "stop_id": tenant.id_of("stop"),
                    "kind": "arrived",
                    "occurred_at": f"{DAY}T09:00:00+00:00",
                }
            ]
        },
        but={"driver": _NOT_BY_LINK},
    ),
    "put_stop_photo": Operation(
        Action.DRIVING_RECORD,
        "report",
        path={"photo_id": lambda tenant: str(uuid4())},
        fresh=True,
        raw=lambda tenant: a_picture(),
        media="image/png",
        but={"driver": _NOT_BY_LINK},
    ),
    "put_driver_position": Operation(
        Action.DRIVING_RECORD,
        body=lambda tenant: {"latitude": 51.58, "longitude": -2.99, "accuracy_metres": 20},
        but={"driver": _NOT_BY_LINK},
        unproven="the clock of these tests stands before the shift",
    ),
    "forget_driver_position": Operation(Action.DRIVING_RECORD, but={"driver": _NOT_BY_LINK}),
    "list_van_positions": Operation(Action.PLANS_READ, query={"service_date": DAY}),
    "get_photo_of_food": Operation(
        Action.DRIVING_RECORD,
        "photo",
        but={"driver": _NOT_BY_LINK},
        unproven="the route of these tests carries food without photos",
    ),
    "get_stop_photo": Operation(Action.ALLOCATIONS_READ, "stop photo"),
    # declines
    "decline_allocation": Operation(
        Action.ALLOCATIONS_DECLINE,
        "allocation",
        body=lambda tenant: {"reason": "no_room"},
        but=_GIVES_THE_FOOD,
        after=_nothing_declined,
    ),
    "take_back_decline": Operation(
        Action.ALLOCATIONS_DECLINE, "declined allocation", fresh=True, but=_GIVES_THE_FOOD, after=_nothing_declined
    ),
    "list_declines": Operation(Action.ALLOCATIONS_DECLINE),
    # receiving
    "confirm_receipt": Operation(
        Action.RECEIPTS_CONFIRM,
        "allocation",
        body=lambda tenant: {"kg": "12.5"},
        but=_GIVES_THE_FOOD,
        unproven="the van was not there yet; tests/receiving drive a day",
    ),
    "list_receipt_confirmations": Operation(Action.RECEIPTS_CONFIRM),
    "see_difference": Operation(
        Action.LEDGER_SETTLE, "difference", body=lambda tenant: {"kg_delivered": None}, fresh=True
    ),
    "list_lessons": Operation(Action.ALLOCATIONS_DECLINE),
    "take_off_need": Operation(Action.NEEDS_STATE, "site", body=_lesson),
    "forget_lesson": Operation(Action.NEEDS_STATE, "site", body=_lesson),
    # reports and what was learnt
    "get_day_report": Operation(Action.REPORTS_READ, query={"service_date": DAY}),
    "get_cost_shares": Operation(Action.SHARES_READ, query={"from": DAY, "until": DAY}),
    "share_day_cost": Operation(Action.PLANS_PUBLISH, body=lambda tenant: {"service_date": DAY}),
    "add_card": Operation(Action.POLICY_EDIT, body=_card_wish),
    "list_cards": Operation(Action.POLICY_EDIT),
    "get_card": Operation(Action.POLICY_EDIT, "card"),
    "change_card": Operation(Action.POLICY_EDIT, "card", body=lambda tenant: {"is_on": True}, fresh=True),
    "list_enquiries": Operation(Action.POLICY_EDIT),
    "accept_enquiry": Operation(Action.POLICY_EDIT, "enquiry", fresh=True),
    "decline_enquiry": Operation(Action.POLICY_EDIT, "enquiry", fresh=True),
    "add_grant": Operation(Action.FUNDING_EDIT, body=_grant_wish),
    "list_grants": Operation(Action.FUNDING_READ),
    "get_grant": Operation(Action.FUNDING_READ, "grant"),
    "change_grant": Operation(
        Action.FUNDING_EDIT, "grant", body=lambda tenant: {"note": "spoken with them"}, fresh=True
    ),
    "list_grant_payments": Operation(Action.FUNDING_READ, "grant"),
    "get_funding": Operation(Action.FUNDING_READ),
    "count_funding_day": Operation(
        Action.FUNDING_EDIT,
        body=lambda tenant: {"service_date": "2026-11-20"},
        unproven="no day is over; tests/funding drive one",
    ),
    "get_together_day": Operation(Action.REPORTS_READ, query={"service_date": DAY}),
    "get_together_totals": Operation(Action.REPORTS_READ, query={"from": DAY, "until": DAY}),
    "list_together_figures": Operation(Action.REPORTS_READ, query={"from": DAY, "until": DAY}),
    "work_out_together_day": Operation(Action.PLANS_REQUEST, body=lambda tenant: {"service_date": DAY}),
    "get_impact": Operation(Action.IMPACT_READ, query={"from": DAY, "until": DAY}),
    "get_impact_factors": Operation(Action.IMPACT_READ),
    "choose_impact_factor": Operation(Action.POLICY_EDIT, body=lambda tenant: {"use": "meals", "code": "feba"}),
    "list_impact_reports": Operation(Action.IMPACT_READ),
    "publish_impact_report": Operation(
        Action.IMPACT_PUBLISH,
        body=lambda tenant: {"from": DAY, "until": DAY},
        unproven="no day of this world is over; tests/reports/impact publish one that was driven",
    ),
    "get_impact_report": Operation(Action.IMPACT_READ, "impact report"),
    "get_area_totals": Operation(
        Action.AREA_READ,
        "public body",
        query={
            "from": "2026-10-01",
            "until": "2026-10-31",
            "organisation_id": lambda tenant: tenant.id_of("public body"),
        },
    ),
    "get_area": Operation(Action.AREA_READ, "public body"),
    "set_area": Operation(
        Action.PARTNERS_EDIT, "public body", body=lambda tenant: {"site_ids": [tenant.id_of("site")]}
    ),
    "list_duplicate_efforts": Operation(Action.PLANS_EDIT, query={"from": DAY, "until": DAY}),
    "mark_duplicate_effort": Operation(
        Action.PLANS_EDIT,
        body=lambda tenant: {"entry": "same_place:nobody", "seen_until": DAY, "outcome": "later"},
        but=dict.fromkeys(
            ("dispatcher", "network_admin", "key: plans", _ORGANISATION_AND_PLANS), (404, "there is no such entry")
        ),
        unproven="nothing was driven twice there; tests/reports/duplicates drive a day",
    ),
    "get_arrival_report": Operation(Action.REPORTS_READ, query={"from": DAY, "until": DAY}),
    "list_addition_reports": Operation(Action.PLANS_REQUEST),
    "estimate_addition_report": Operation(Action.PLANS_REQUEST, query={"from": DAY, "until": DAY}),
    "ask_addition_report": Operation(Action.PLANS_REQUEST, body=_addition_wish),
    "get_addition_report": Operation(Action.PLANS_REQUEST, "addition_report"),
    "list_additions": Operation(Action.PLANS_REQUEST, "addition_report"),
    "list_addition_gains": Operation(Action.PLANS_REQUEST, "addition_report"),
    "end_addition_report": Operation(Action.PLANS_REQUEST, "addition_report", fresh=True),
    "get_learnt_times": Operation(Action.PLANS_REQUEST),
    "learn_times_now": Operation(Action.PLANS_REQUEST),
    "get_reliability": Operation(Action.ALLOCATIONS_READ),
    "follow_up_site": Operation(
        Action.PLANS_EDIT,
        "unreliable site",
        fresh=True,
        body=lambda tenant: {"side": "store", "seen_until": MORNING.isoformat(), "note": "spoken with them"},
    ),
    "get_shift_reliability": Operation(Action.FLEET_READ),
    "follow_up_shifts": Operation(
        Action.PLANS_EDIT,
        "organisation with a shift not driven",
        fresh=True,
        body=lambda tenant: {"seen_until": MORNING.isoformat(), "note": "spoken with them"},
    ),
    "get_expected_food": Operation(Action.OFFERS_READ, query={"service_date": DAY}),
    # streets
    "read_region": Operation(EVERYBODY, path=_REGION),
    "read_map_tile": Operation(EVERYBODY, path={**_REGION, "z": "12", "x": "2012", "y": "1361"}),
    "read_travel_source": Operation(Action.PLANS_READ),
    "search_addresses": Operation(Action.SITES_READ, path=_REGION, query={"q": "Cardiff Road"}),
    "find_address_of_position": Operation(Action.SITES_READ, path=_REGION, query={"lat": "51.5713", "lon": "-3.0126"}),
    "list_map_places": Operation(Action.SITES_READ, path=_REGION),
    "request_region_import": Operation(
        Action.REGIONS_IMPORT,
        body=lambda tenant: {"source": "not-there.osm.pbf"},
        unproven=_NEEDS_FILE,
        fuzz="it fetches what it is given, for as long as that takes",
    ),
    "list_region_imports": Operation(Action.REGIONS_IMPORT),
    "get_region_import": Operation(Action.REGIONS_IMPORT, "import"),
    "send_region_file": Operation(
        Action.REGIONS_IMPORT,
        raw=lambda tenant: b"not an extract",
        unproven=_NEEDS_FILE,
        fuzz="its body is an extract of up to gigabytes",
    ),
}


def row_of(operation_id: str) -> Operation:
    """The row of an operation; an operation without one fails here, with what to do."""
    row = OPERATIONS.get(operation_id)
    assert row is not None, (
        f'add a row to tests/security/operations.py: OPERATIONS["{operation_id}"] = Operation(action, thing, body=...)'
        " says who may call it, whose thing it names and what a valid body looks like"
    )
    return row
