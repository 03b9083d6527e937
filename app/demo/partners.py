"""The network's office brings everybody in: organisations, keys, sites, needs, vehicles, shifts, offers."""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.demo import city, food
from app.demo.caller import Caller, DemoStopped

Say = Callable[[str], None]
PUBLIC_PAGE = "newport"


@dataclass(frozen=True)
class SignIn:
    """Somebody who can look at the pages."""

    who: str
    email: str
    password: str


@dataclass(frozen=True)
class Wheels:
    """A van that was entered: whose it is, and where its shifts begin and end."""

    owner: Caller
    van: city.Van
    vehicle: dict[str, Any]
    site: dict[str, Any]


@dataclass
class TakingPart:
    """What the office has entered so far."""

    offers: list[dict[str, Any]] = field(default_factory=list)
    shifts: list[dict[str, Any]] = field(default_factory=list)
    sites: dict[str, dict[str, Any]] = field(default_factory=dict)  # by OpenStreetMap id
    sign_ins: list[SignIn] = field(default_factory=list)
    tills: dict[str, Caller] = field(default_factory=dict)  # each chain's stores, by its name
    owners: dict[str, Caller] = field(default_factory=dict)  # each receiver's office, by OpenStreetMap id
    wheels: list[Wheels] = field(default_factory=list)
    ending: str = ""  # of addresses that are one network's in a database

    @property
    def page(self) -> str:
        """Where everybody finds the network."""
        return f"{PUBLIC_PAGE}{self.ending}"

    def close(self) -> None:
        """Hang up on all of them."""
        for caller in (*self.tills.values(), *self.owners.values(), *(each.owner for each in self.wheels)):
            caller.close()


def bring_in(office: Caller, day: date, zone: ZoneInfo, say: Say) -> TakingPart:
    """Whoever takes part, the people who look at pages, and the page for everybody."""
    taking_part = enter_all(office, day, zone, say)
    _enter_people(office, taking_part)
    _show_to_everybody(office, taking_part)
    return taking_part


def prepare(taking_part: TakingPart, day: date, zone: ZoneInfo, seed: int, say: Say) -> None:
    """Everything up to the evening before: the day is then ready to be planned."""
    rng = random.Random(seed)
    posts = {store.osm_id: food.offers_of(store, day, zone, rng) for store in city.stores()}
    _state_needs(taking_part, [offer for offers in posts.values() for offer in offers], day, rng, say)
    taking_part.shifts += [plan_shift(wheels, day, zone) for wheels in taking_part.wheels]
    say(f"{len(taking_part.shifts)} vehicles have a shift.")
    taking_part.offers += post_offers(taking_part, posts, say)


def enter_all(office: Caller, day: date, zone: ZoneInfo, say: Say) -> TakingPart:
    """Whoever takes part, with a key each: donors with their stores, receivers and the carrier with their vans."""
    taking_part = TakingPart()
    _enter_donors(office, taking_part, day, zone, say)
    _enter_receivers(office, taking_part, day, zone, say)
    _enter_carrier(office, taking_part)
    return taking_part


def join(office: Caller, kind: str, name: str) -> dict[str, Any]:
    """A partner: the office proposes, and the organisation accepts with a key of its own."""
    organisation: dict[str, Any] = office.post("/organisations", {"kind": kind, "name": name})
    path = f"/organisations/{organisation['id']}/api-keys"
    made = office.post(path, {"name": "Own office", "scopes": ["organisation"]})
    with office.another(made["key"]) as own:
        own.post(f"/partnerships/{organisation['partnership']['id']}/accept")
    return organisation


def _enter_donors(office: Caller, taking_part: TakingPart, day: date, zone: ZoneInfo, say: Say) -> None:
    """Chains and their stores, each chain with a key."""
    stores = city.stores()
    for chain in dict.fromkeys(city.chain_of(store) for store in stores):
        organisation = join(office, "supermarket", chain)
        made = office.post(
            f"/organisations/{organisation['id']}/api-keys", {"name": "Stores of the chain", "scopes": ["offers"]}
        )
        taking_part.tills[chain] = office.another(made["key"])
        for store in (store for store in stores if city.chain_of(store) == chain):
            taking_part.sites[store.osm_id] = office.post(
                "/sites",
                {
                    "organisation_id": organisation["id"],
                    "kind": "store",
                    "name": city.store_label(store, stores),
                    "address": store.address,
                    "latitude": store.latitude,
                    "longitude": store.longitude,
                    "windows": city.windows_of(store, day, zone, receiving=False),
                    "setup_seconds": 300,
                    "service_seconds": 90,
                    "access_notes": "Goods entrance at the back; ask for the duty manager (invented).",
                    "temperature_classes": ["ambient", "chilled", "frozen"],
                    "osm_id": store.osm_id,
                },
            )
    say(f"{len(stores)} real supermarkets of {len(taking_part.tills)} names take part.")


def _enter_receivers(office: Caller, taking_part: TakingPart, day: date, zone: ZoneInfo, say: Say) -> None:
    """Food banks and community places, each with a key of its own; some have a vehicle."""
    places, owners = city.receiving_places(), taking_part.owners
    for receiver in city.RECEIVERS:
        place = places[receiver.osm_id]
        organisation = join(office, receiver.kind, place.name)
        made = office.post(
            f"/organisations/{organisation['id']}/api-keys", {"name": "Office", "scopes": ["needs", "fleet"]}
        )
        owner = owners[receiver.osm_id] = office.another(made["key"])
        site = taking_part.sites[receiver.osm_id] = office.post(
            "/sites",
            {
                "organisation_id": organisation["id"],
                "kind": "distribution_point",
                "name": place.name,
                "address": place.address,
                "latitude": place.latitude,
                "longitude": place.longitude,
                "windows": city.windows_of(place, day, zone, receiving=True),
                "setup_seconds": 300,
                "service_seconds": 60,
                "access_notes": "Ring at the side door (invented).",
                "temperature_classes": list(receiver.keeps),
                "osm_id": receiver.osm_id,
            },
        )
        if receiver.vehicle is not None:
            taking_part.wheels.append(enter_vehicle(owner, receiver.vehicle, site))
    say(f"{len(owners)} real food banks and community places take part as receivers.")


def enter_vehicle(owner: Caller, van: city.Van, site: dict[str, Any]) -> Wheels:
    """A van of an owner's, whose shifts begin and end at a site."""
    vehicle = owner.post(
        "/vehicles",
        {
            "name": van.name,
            "capacity_kg": str(van.capacity_kg),
            "capacity_crates": van.capacity_kg // 6,
            "chilled_kg": str(van.chilled_kg),
            "frozen_kg": str(van.frozen_kg),
        },
    )
    return Wheels(owner, van, vehicle, site)


def plan_shift(wheels: Wheels, day: date, zone: ZoneInfo) -> dict[str, Any]:
    """The van's usual shift on a day."""
    shift: dict[str, Any] = wheels.owner.post(
        "/shifts",
        {
            "vehicle_id": wheels.vehicle["id"],
            "driver_name": wheels.van.driver,
            "starts_at": datetime.combine(day, wheels.van.starts, tzinfo=zone).isoformat(),
            "ends_at": datetime.combine(day, wheels.van.ends, tzinfo=zone).isoformat(),
            "start_site_id": wheels.site["id"],
            "end_site_id": wheels.site["id"],
        },
    )
    return shift


def _enter_people(office: Caller, taking_part: TakingPart) -> None:
    """One person of each kind that has pages, so that they can be looked at."""
    own = office.get("/me")["organisation"]["id"]
    spytty, bank = taking_part.sites["node/9876916419"], taking_part.sites["node/10937165747"]
    for who, role, organisation, site in (
        ("Dispatcher", "dispatcher", own, None),
        ("Network administrator (sites, regions)", "network_admin", own, None),
        (f"Shop assistant, {spytty['name']}", "donor_staff", spytty["organisation_id"], spytty["id"]),
        (f"Coordinator, {bank['name']}", "organisation_admin", bank["organisation_id"], None),
    ):
        add_person(office, taking_part, who, role, organisation, site)


def add_person(
    office: Caller, taking_part: TakingPart, who: str, role: str, organisation: str, site: str | None = None
) -> None:
    """Somebody of an organisation, with a password that is shown at the end."""
    address = f"{role.replace('_', '-')}-{secrets.token_hex(3)}@newport.example"
    sign_in = SignIn(who, address, secrets.token_urlsafe(10))
    body = {"name": who, "email": sign_in.email, "role": role, "password": sign_in.password, "site_id": site}
    office.post(f"/organisations/{organisation}/people", body)
    taking_part.sign_ins.append(sign_in)


def _show_to_everybody(office: Caller, taking_part: TakingPart) -> None:
    """The network switches its page on, and three places put themselves there, each with a key of its own office."""
    try:
        _switch_page_on(office, taking_part.page)
    except DemoStopped as stopped:
        if stopped.code != "address_taken":
            raise
        taking_part.ending = f"-{secrets.token_hex(2)}"  # another demonstration in this database has the plain one
        _switch_page_on(office, taking_part.page)
    for osm_id, hours in city.HOURS_FOR_PEOPLE.items():
        site = taking_part.sites[osm_id]
        path = f"/organisations/{site['organisation_id']}/api-keys"
        made = office.post(path, {"name": "Public hours", "scopes": ["organisation"]})
        with office.another(made["key"]) as own:
            own.put(
                f"/sites/{site['id']}/distribution-point",
                {
                    "is_public": True,
                    "windows": [
                        {"weekdays": list(days), "opens": opens, "closes": closes} for days, opens, closes in hours
                    ],
                    "note_en": "Bring a bag (invented hours).",
                    "note_ar": "أحضر معك كيسًا (المواعيد غير حقيقية).",
                },
            )


def _switch_page_on(office: Caller, slug: str) -> None:
    page = {"is_on": True, "slug": slug, "name_en": "Food in Newport", "name_ar": "الطعام في نيوبورت"}
    office.put("/network/public-page", page)


def _state_needs(
    taking_part: TakingPart,
    offers: list[dict[str, Any]],
    day: date,
    rng: random.Random,
    say: Say,
) -> None:
    """What receivers ask for on a day when stores have these offers."""
    needs = food.needs_of(offers, day, rng)
    for receiver, need in needs:
        site = taking_part.sites[receiver.osm_id]
        taking_part.owners[receiver.osm_id].post("/needs", {**need, "site_id": site["id"]})
    say(f"{len(needs)} needs are stated (invented).")


def _enter_carrier(office: Caller, taking_part: TakingPart) -> None:
    carrier = join(office, "carrier", city.CARRIER_NAME)
    made = office.post(f"/organisations/{carrier['id']}/api-keys", {"name": "Office", "scopes": ["fleet"]})
    depot = office.post(
        "/sites",
        {
            "organisation_id": carrier["id"],
            "kind": "depot",
            "name": "Carrier's yard (invented)",
            "latitude": city.CARRIER_DEPOT[0],
            "longitude": city.CARRIER_DEPOT[1],
            "windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}],
        },
    )
    taking_part.wheels.append(enter_vehicle(office.another(made["key"]), city.CARRIER_VAN, depot))


def post_offers(taking_part: TakingPart, posts: dict[str, list[dict[str, Any]]], say: Say) -> list[dict[str, Any]]:
    """Each chain's stores post with the chain's own key."""
    offers = []
    for store in city.stores():
        till = taking_part.tills[city.chain_of(store)]
        for offer in posts.get(store.osm_id, ()):
            body = {**offer, "site_id": taking_part.sites[store.osm_id]["id"]}
            offers.append(till.post("/offers", body))
    kg = sum(float(line["kg"]) for offer in offers for line in offer["lines"])
    say(f"{len(offers)} offers are posted, {kg:,.0f} kg (invented).")
    return offers
