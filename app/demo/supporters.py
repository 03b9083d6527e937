"""Who supports the network besides those who give and receive food, all of it invented: sponsors with their grants, a
company that lends a van, a public body with its area, and the cards of a partner and of an ambassador."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from app.demo import city
from app.demo.caller import Caller
from app.demo.partners import TakingPart, Wheels, add_person, enter_vehicle, join
from app.kit.clock import HandSetClock

FOUNDATION = "Usk Foundation (invented)"
ENERGY = "Severn Cold Stores (invented)"
LENDER = "Bridge Street Builders (invented)"
COUNCIL = "City council (invented)"
LENT_VAN = city.Van("Lent van", 700, 400, 150, "", time(9), time(15))
BORROWER = "node/9740449661"  # a community centre without a vehicle of its own
PLACES_OF_READERS = ("node/10797072550", "way/369164852")  # Rhiwderin and Graig, at the edge of the city
MUCH_COOLING_KG = 500
BETWEEN_LETTERS = timedelta(minutes=20)  # whoever writes more often in a quarter of an hour is taken for a program

# A rough line around the city: west, south, east, north.
AREA = [[-3.11, 51.545], [-3.02, 51.525], [-2.92, 51.55], [-2.91, 51.60], [-2.99, 51.625], [-3.10, 51.61]]

CARDS: tuple[dict[str, Any], ...] = (
    {
        "slug": "usk-bakers",
        "kind": "partner",
        "name_en": "Bakers by the Usk (invented)",
        "name_ar": "خبّازو ضفة النهر (غير حقيقي)",
        "sentence_en": "What we bake and do not sell is eaten the same day.",
        "sentence_ar": "ما نخبزه ولا نبيعه يؤكل في اليوم نفسه.",
    },
    {
        "slug": "choir-of-pill",
        "kind": "ambassador",
        "name_en": "The choir of Pill (invented)",
        "name_ar": "جوقة حي بيل (غير حقيقية)",
        "sentence_en": "We sing, and we drive: come along.",
        "sentence_ar": "نغنّي ونقود أيضًا: تعالوا معنا.",
    },
)
# What was written through which card; who writes is nobody's name.
LETTERS: tuple[tuple[str, str, str], ...] = (
    ("usk-bakers", "give_food", "Corner shop 1 (invented)"),
    ("usk-bakers", "give_food", "Corner shop 2 (invented)"),
    ("usk-bakers", "drive", "Driver by a card 1 (invented)"),
    ("choir-of-pill", "drive", "Driver by a card 2 (invented)"),
    ("choir-of-pill", "drive", "Driver by a card 3 (invented)"),
    ("choir-of-pill", "give_money", "Readers of a local paper (invented)"),
)
WAITING = {
    "wish": "give_food",
    "name": "متجر البحر (غير حقيقي)",
    "contact": "sea-shop@newport.example",
    "organisation": "",
    "message": "لدينا خبز وخضار كل مساء ثلاثاء.",
}


def enter_supporters(office: Caller, taking_part: TakingPart, day: date, clock: HandSetClock) -> None:
    """Everything that supports the demonstration's day, entered some time before it."""
    foundation, energy = (join(office, "sponsor", name) for name in (FOUNDATION, ENERGY))
    council = join(office, "public_body", COUNCIL)
    office.put(
        f"/organisations/{council['id']}/area", {"boundary": {"type": "Polygon", "coordinates": [[*AREA, AREA[0]]]}}
    )
    ending = taking_part.ending
    cards = {
        card["slug"]: office.post("/cards", {**card, "slug": f"{card['slug']}{ending}", "consent": True})
        for card in CARDS
    }
    _write_letters(office, clock, ending)
    _give(office, taking_part, day, foundation["id"], energy["id"], cards)
    _lend(office, taking_part, day)
    add_person(office, taking_part, f"Sponsor, {FOUNDATION}", "organisation_admin", foundation["id"])
    add_person(office, taking_part, f"Public body, {COUNCIL}", "organisation_admin", council["id"])


def _write_letters(office: Caller, clock: HandSetClock, ending: str) -> None:
    """People write through the cards; all but the last are taken on."""
    with office.another(None) as anybody:
        for slug, wish, name in LETTERS:
            contact = f"{name.removesuffix(' (invented)').lower().replace(' ', '-')}@newport.example"
            anybody.post(f"/public-cards/{slug}{ending}/enquiries", {"wish": wish, "name": name, "contact": contact})
            clock.set(clock() + BETWEEN_LETTERS)
        for each in office.get("/enquiries")["items"]:
            office.post(f"/enquiries/{each['id']}/accept")
        anybody.post(f"/public-cards/usk-bakers{ending}/enquiries", WAITING)


def _give(
    office: Caller,
    taking_part: TakingPart,
    day: date,
    foundation: str,
    energy: str,
    cards: Mapping[str, dict[str, Any]],
) -> None:
    """Three grants: for anything, for the vans with most cooling, and for two districts, which came through a card."""

    def grant(amount: str, days_before: int, days_after: int, **more: Any) -> None:
        first, last = day - timedelta(days=days_before), day + timedelta(days=days_after)
        dates = {"valid_from": first.isoformat(), "valid_until": last.isoformat()}
        office.post("/grants", {"amount": amount, **dates, **more})

    paid = [{"on": (day - timedelta(days=40)).isoformat(), "amount": "6000.00"}]
    grant("12000.00", 90, 275, organisation_id=foundation, purpose="running", received=paid)
    cooled = [each.vehicle["id"] for each in taking_part.wheels if each.van.chilled_kg >= MUCH_COOLING_KG]
    grant("3600.00", 60, 120, organisation_id=energy, purpose="vehicles", restricted=True, chosen=cooled)
    places = [taking_part.sites[osm_id]["id"] for osm_id in PLACES_OF_READERS]
    readers = {"giver": "Readers of a local paper (invented)", "card_id": cards["choir-of-pill"]["id"]}
    grant("120.00", 30, 60, **readers, purpose="places", restricted=True, chosen=places)


def _lend(office: Caller, taking_part: TakingPart, day: date) -> None:
    """A company's van is a community centre's for some weeks: it plans its shifts."""
    lender = join(office, "sponsor", LENDER)
    made = office.post(f"/organisations/{lender['id']}/api-keys", {"name": "Office", "scopes": ["fleet"]})
    site, borrower = taking_part.sites[BORROWER], taking_part.owners[BORROWER]
    with office.another(made["key"]) as own:
        lent = enter_vehicle(own, LENT_VAN, site)
        wish = {
            "vehicle_id": lent.vehicle["id"],
            "borrower_organisation_id": site["organisation_id"],
            "valid_from": (day - timedelta(days=3)).isoformat(),
            "valid_until": (day + timedelta(days=25)).isoformat(),
            "conditions": "Back in the yard by 17:00, with a full tank (invented)",
        }
        loan = own.post("/vehicle-loans", wish)
    borrower.post(f"/vehicle-loans/{loan['id']}/accept")
    taking_part.wheels.append(Wheels(borrower, LENT_VAN, lent.vehicle, site))


def around(office: Caller, taking_part: TakingPart, earlier: date) -> dict[str, Any]:
    """What the day's document says of all that."""
    network = office.get("/funding")["network"]
    slugs = [f"{card['slug']}{taking_part.ending}" for card in CARDS]
    cards = [office.get(f"/public-cards/{slug}")["brought_in"] for slug in slugs]
    volunteers = office.get("/volunteers")["items"]
    council = next(each for each in office.get("/organisations", limit="200")["items"] if each["name"] == COUNCIL)
    first = earlier.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    month = {"from": first.isoformat(), "until": last.isoformat(), "organisation_id": council["id"]}
    area = office.get("/area", **month)
    return {
        "grants": {"months_covered": network["months_covered"], "givers": network["givers"]},
        "cards": [{name: each[name] for name in ("donors", "drivers", "gifts")} for each in cards],
        "volunteers": {
            "accepted": sum(each["state"] == "accepted" for each in volunteers),
            "waiting": sum(each["state"] == "waiting" for each in volunteers),
            "tasks_done": sum(each["tasks_done"] for each in volunteers),
        },
        "area": {"days_recorded": area["days_recorded"], "kg_for_people": float(area["kg_for_people"] or 0)},
        "loan": office.get("/vehicle-loans")["items"][0]["state"],
    }
