"""View objects for papers, with names in both scripts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.additions import Gain, Prices, ranked
from app.domain.counting import cited_on, counted_food
from app.domain.ledger import MassBalance
from app.driving.delivery_note import DeliveryNote, NoteLine, Party
from app.driving.food_receipt import FoodReceipt
from app.kit.language import PlainLanguage
from app.models.additions import AdditionDay, AdditionReport
from app.models.doors import StopSignature
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation
from app.models.together import TogetherDay, TogetherFigures
from app.offers.certificates import YearCertificate
from app.offers.receipts import Certificate, LineReceipt, Receipt
from app.papers.route_sheet import RouteDay
from app.papers.words import CheckMark, Issuer
from app.planning.schemas import RouteOut
from app.reports.additions.queries import Found
from app.reports.together.figures import KindView
from app.reports.together.queries import Line
from app.sharing.schemas import CostShareOut
from app.sharing.statement import Part, Statement

THEN = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 27)
BANK = "بنك طعام نيوبورت المركزي"
BREAD = "خبز طازج (Warburtons) 800 g"
BALANCE = MassBalance(offered=12_501, collected=12_000, delivered=11_000, refused=1_000, withdrawn=501)
FOOD = counted_food({DAY: BALANCE.for_people})
DRAWING = [[100, 200, 200, 100, 300, 250, 400, 120], [90, 240]]


CODE = "7K2M-Q9XD-4HTR-0WBN"
CHECK = CheckMark(CODE, f"https://wasl.example.org/check/{CODE}", "https://wasl.example.org/check")


def issuer(language: str, *, demonstration: bool = False, check: CheckMark | None = None) -> Issuer:
    return Issuer(PlainLanguage(language), "Gwent surplus food", ZoneInfo("Europe/London"), demonstration, check)


def line(description: str = BREAD, **fields: Any) -> LineReceipt:
    row = OfferLine(
        description=description,
        **{"temperature_class": "chilled", "date_mark": "use_by", "mark_date": date(2026, 11, 29), **fields},
    )
    return LineReceipt(row, BALANCE, ["Newport Food Bank", BANK])


def receipt(*lines: LineReceipt) -> Receipt:
    offer = Offer(id=UUID("12345678-0000-4000-8000-000000000000"), service_date=DAY, state="open")
    return Receipt(offer, lines or [line(), line("Rolls", temperature_class="ambient")], BALANCE, THEN)


def signatures() -> list[StopSignature]:
    at_store = StopSignature(
        stop_kind="pickup", site_name="Tesco Spytty", signed_by="Rana Haddad", strokes=DRAWING, signed_at=THEN
    )
    at_bank = StopSignature(
        stop_kind="drop_off", site_name=BANK, signed_by="هدى", strokes=[], signed_at=THEN + timedelta(hours=1)
    )
    return [at_store, at_bank]


def food_receipt() -> FoodReceipt:
    food = Allocation(
        description=BREAD, donor_name="Tesco Spytty", receiver_name=BANK, temperature_class="frozen", grams=62_500
    )
    return FoodReceipt(food, DAY, 62_500, 60_001, None, signatures(), [], THEN)


def certificate(**fields: Any) -> Certificate:
    by_category = {"bread_and_bakery": BALANCE, "drinks": BALANCE}
    given: dict[str, Any] = {"by_category": by_category, "receivers": ["Newport Food Bank", BANK], **fields}
    return Certificate(
        organisation="Lidl", month=date(2026, 10, 1), offers=3, total=BALANCE, as_of=THEN, food=FOOD, **given
    )


def year_certificate(**fields: Any) -> YearCertificate:
    given: dict[str, Any] = {
        "by_month": {date(2025, 3, 1): BALANCE, date(2025, 12, 1): BALANCE},
        "by_category": {"bread_and_bakery": BALANCE},
        "receivers": [BANK],
        **fields,
    }
    return YearCertificate(organisation="Lidl", year=2025, offers=30, total=BALANCE, as_of=THEN, food=FOOD, **given)


def note_line(description: str = BREAD, **fields: Any) -> NoteLine:
    row = OfferLine(
        description=description,
        date_mark="use_by",
        mark_date=date(2026, 11, 29),
        lot=fields.pop("lot", "L2611-07"),
        allergens=["gluten", "milk"],
    )
    food = Allocation(id=UUID(int=5), description=description, temperature_class="chilled", crates=7, grams=12_000)
    given: dict[str, Any] = {
        "grams": 11_000,
        "refused_grams": 0,
        "reason": None,
        "celsius": 4.6,
        "standing": "",
        "store": Party("Tesco Spytty", "Tesco", "Spytty Road, Newport NP19 4TX"),
        "food_bank": Party(BANK, "Gwent Food Banks", "Corporation Road 12"),
    }
    return NoteLine(food=food, line=row, **{**given, **fields})


def delivery_note(*lines: NoteLine, **fields: Any) -> DeliveryNote:
    given: dict[str, Any] = {
        "kind": "drop_off",
        "here": Party(BANK, "Gwent Food Banks", "Corporation Road 12"),
        "signatures": signatures()[:1],
        "signed": "shown",
        "lines": lines
        or (
            note_line(),
            note_line("Yoghurt", refused_grams=1_000, reason="too_warm", celsius=9.5, standing="held", lot=""),
        ),
        **fields,
    }
    return DeliveryNote(
        stop_id=UUID(int=1),
        visit_id=UUID(int=1),
        service_date=DAY,
        at=THEN,
        route_number=3,
        vehicle="White van",
        driver="أحمد العلي",
        as_of=THEN,
        **given,
    )


def stop(sequence: int, kind: str, foods: int, description: str = BREAD) -> dict[str, Any]:
    nobody = UUID(int=sequence)
    food = {
        "id": nobody, "parcel_id": nobody, "from_parcel_id": None, "offer_line_id": nobody,
        "category": "bread_and_bakery", "temperature_class": "chilled", "grams": 12_500,
        "donor_name": "Tesco Spytty", "receiver_name": BANK,
    }  # fmt: skip
    at = THEN + timedelta(minutes=5 * sequence)
    return {
        "id": nobody, "visit_id": nobody, "sequence": sequence, "kind": kind, "site_name": f"{BANK} {sequence}",
        "organisation_name": "Lidl", "address": "Spytty Rd, Newport", "access": "stairs",
        "access_notes": "Ring at the back.\nاستخدم المدخل الخلفي (Gate 4)", "latitude": 51.6, "longitude": -3.0,
        "arrive_at": at, "begin_at": at, "leave_at": at, "metres_from_previous": 900,
        "allocations": [
            {**food, "description": f"{description} <{sequence}.{index}>", "crates": index + 1}
            for index in range(foods)
        ],
    }  # fmt: skip


def route(stops: list[dict[str, Any]] | None = None, *, estimated: bool = True) -> RouteOut:
    nobody = UUID(int=1)
    given = stops or [stop(0, "start", 0), stop(1, "pickup", 2), stop(2, "break", 0), stop(3, "drop_off", 2)]
    return RouteOut.model_validate(
        {
            "id": nobody, "plan_id": nobody, "shift_id": nobody, "number": 3, "vehicle_name": "White van",
            "driver_name": "أحمد العلي", "metres": 45_200, "seconds": 15_300, "driving_seconds": 9_000,
            "estimated": estimated, "locked": False, "line": [], "stops": given,
        }
    )  # fmt: skip


def route_day(*, published: bool = True) -> RouteDay:
    return RouteDay(DAY, published, THEN)


def cost_share(organisation: str, **fields: Any) -> CostShareOut:
    money = {"share": 1234, "alone": 2000, "saved": 766, "adds": 1230, "own_vans": 3000, "balance": -1766}
    nearest = {"partners": [BANK, organisation], "saves_by_staying": 310}
    others = {"standing": "core", "left_out": None, "alone_vans": "own", "adds_error": None, "nearest": nearest}
    others |= {"kind": "planned", "kg": 30_000, "planned_kg": None, "vans_not_reported": 0, "number": 1}
    same = {"service_date": DAY, "organisation_id": UUID(int=7), "organisation": organisation}
    return CostShareOut.model_validate({**same, **money, **others, **fields})


def statement(*shares: CostShareOut) -> Statement:
    nothing = dict.fromkeys(
        ("standing", "share", "alone", "saved", "adds", "own_vans", "balance", "nearest", "alone_vans")
    )
    found = shares or (
        cost_share(BANK),
        cost_share("Duffryn Centre", alone_vans="hired", adds_error=45.0, balance=1234, own_vans=0),
        cost_share("Pantry", left_out="nothing_brought", **nothing),
    )
    recorded = {"kind": "recorded", "service_date": DAY - timedelta(days=1), "planned_kg": 40_000}
    driven = [
        cost_share(BANK, **recorded, vans_not_reported=1, share=1111, balance=-1889),
        cost_share("Duffryn Centre", **recorded, vans_not_reported=1, left_out="nothing_brought", **nothing),
    ]
    recorded_part = Part("recorded", [] if shares else driven, [])
    return Statement(DAY.replace(day=1), "GBP", recorded_part, Part("planned", found, []), THEN)


def together_kind(kind: str, grams: int = 62_500) -> KindView:
    """A day of two food banks, under two sets of assumptions."""
    day = TogetherDay(
        service_date=DAY, kind=kind, number=2, factors=[vars(each) for each in cited_on([], DAY)],
        facts={"plan_number": 3, "routes_reported": 2, "routes_measured": 1}, estimated_travel=True, worked_out_at=THEN,
    )  # fmt: skip
    shares = {None: 1.0, "Pantry": 0.25, BANK: 0.75}
    lines = []
    for variant, share in (("usual", 1.0), ("all_stores", 0.5)):
        for side, least in (("together", 1.0), ("alone", 0.6)):
            for partner, part in shares.items():
                if variant != "usual" and (partner is not None or side == "together"):
                    continue
                lines.append(_together_line(day, partner, side, variant, round(grams * share * least * part)))
    return KindView(day, lines)


def _together_line(day: TogetherDay, partner: str | None, side: str, variant: str, grams: int) -> Line:
    row = TogetherFigures(
        organisation_id=None if partner is None else UUID(int=len(partner)), variant=variant, side=side, grams=grams,
        metres=45_200, driver_seconds=15_300, vehicles=0 if partner == "Pantry" else 2, grams_co2e_driving=12_611,
        visits=4, empty_visits=1, duplicate_visits=2, people_served=80, fill_rate=0.42 if grams else None,
    )  # fmt: skip
    return Line(row, day, partner)


def additions() -> Found:
    """Two days solved again, and one without figures: a box helps, a driver's hour is noise, a store is nothing."""
    report = AdditionReport(
        first_day=date(2026, 11, 23),
        last_day=DAY,
        state="done",
        currency="GBP",
        prices={"vehicle": 0, "chilled_box": 150},
        asked_at=THEN,
        ended_at=THEN,
    )
    figures = {"offered_grams": 250_000, "grams": 200_000, "spread_grams": 2_000, "shifts_without_rates": 0}
    days = [
        AdditionDay(service_date=date(2026, 11, 23), left_out=None, **figures),
        AdditionDay(service_date=date(2026, 11, 24), left_out=None, **{**figures, "shifts_without_rates": 1}),
        AdditionDay(service_date=DAY, left_out="books_disagree", shifts_without_rates=0),
    ]
    gains = [
        Gain(date(2026, 11, 23), "chilled_box", "van", 40_000, 1_000, 600, 1_000, 2_000),
        Gain(date(2026, 11, 23), "driver_hour", "van", 1_000, 0, 600, 200, 2_000),
        Gain(date(2026, 11, 23), "store", "", 0, 0, 0, 0, 2_000),
    ]
    return Found(report, days, ranked(gains, Prices(), 2), {"van": BANK}, None)
