"""Addresses and places of a region over HTTP, for whoever is signed in."""

from functools import lru_cache
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.kit.errors import WaslError
from app.kit.paging import page_of_values
from app.kit.web import PROBLEMS, ApiRoute, Call, Caller, Cursor, Limit
from app.kit.wire import PageOut
from app.partners.service import list_sites, network_of
from app.roads.addresses.index import LONGEST_QUESTION, MOST_HITS, IndexMissing
from app.roads.addresses.lookup import Answers, Lookup
from app.roads.addresses.servers import AddressServer, address_server
from app.roads.api import named_region
from app.roads.places import RECEIVER_KINDS, Place
from app.roads.region import Region
from app.settings import Settings

router = APIRouter(prefix="/api/v1/regions/{name}", route_class=ApiRoute, tags=["addresses"], responses=PROBLEMS)

Kind = Literal[
    "supermarket", "food_bank", "social_facility", "community_centre", "charity", "food_shop", "place_of_worship"
]
Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]


class AddressOut(BaseModel):
    """One answer."""

    model_config = ConfigDict(from_attributes=True)

    kind: Literal["address", "place", "street", "locality", "postcode", "point"]
    name: str
    address: str
    label: str = Field(description="Name and address in one line")
    latitude: float
    longitude: float
    osm_id: str
    category: str
    match: Literal["whole", "partly", "street_only", "point", "swapped_point"] = Field(
        description="`street_only`: the house number is not on the map. `swapped_point`: latitude and longitude were "
        "typed the other way round, and are proposed back"
    )
    metres: int | None = Field(description="From the position asked for; by a search backwards alone")


class AddressesOut(BaseModel):
    """Answers, the best first."""

    hits: list[AddressOut]
    note: str | None = Field(description="A sentence where the address server did not answer and the own map did")
    attribution: str


class ProposalOut(BaseModel):
    """A real place of the map that could become a site; nothing in it is a promise that it takes part."""

    osm_id: str
    kind: Kind
    name: str
    address: str
    latitude: float
    longitude: float
    opening_hours: str | None = Field(description="As OpenStreetMap writes them")
    taken: bool = Field(description="Whether a site that you see is this place already")


def address_server_of(request: Request) -> AddressServer | None:
    """The server that this installation's settings name."""
    config: Settings = request.app.state.settings
    return _server(config.geocoder, config.geocoder_url)


@lru_cache(maxsize=4)
def _server(name: str | None, url: str | None) -> AddressServer | None:
    return address_server(name, url)


def lookup(
    region: Annotated[Region, Depends(named_region)],
    server: Annotated[AddressServer | None, Depends(address_server_of)],
    lang: Annotated[
        str, Query(pattern="^[a-z]{2,3}$", description="Names in this language, where there are any")
    ] = "en",
) -> Lookup:
    """The addresses of the region in the path."""
    return Lookup(region, server, lang)


Looked = Annotated[Lookup, Depends(lookup)]


def index_missing(region: Region) -> WaslError:
    """The region was imported before there were addresses."""
    sentence = f"The region {region.name} has no addresses yet; import the region again."
    return WaslError(sentence, "addresses_missing", 503, "Not available")


@router.get("/addresses")
def search_addresses(
    call: Caller,
    looked: Looked,
    q: Annotated[str, Query(max_length=10_000, description=f"The first {LONGEST_QUESTION} characters count")] = "",
    lat: Annotated[float | None, Query(ge=-90, le=90, description="Answers near here come first")] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_HITS)] = 10,
    typing: Annotated[bool, Query(description="Somebody is still typing: no server is asked")] = False,
) -> AddressesOut:
    """Find an address, a place, a street, a town, a postcode, or typed coordinates; the last word may be a beginning.

    Without `lat` and `lon`, answers near the middle of your network's sites come first.
    """
    call.principal.require("sites.read")
    near = (lon, lat) if lat is not None and lon is not None else centre_of(call, looked.region)
    try:
        return _out(looked, looked.search(q, near, limit, typing=typing))
    except IndexMissing as error:
        raise index_missing(looked.region) from error


@router.get("/addresses/reverse")
def find_address_of_position(call: Caller, looked: Looked, lat: Latitude, lon: Longitude) -> AddressesOut:
    """What is at a position: one answer with its distance, or none."""
    call.principal.require("sites.read")
    try:
        return _out(looked, looked.reverse(lon, lat))
    except IndexMissing as error:
        raise index_missing(looked.region) from error


@router.get("/places")
def list_map_places(
    call: Caller,
    looked: Looked,
    kind: Annotated[list[Kind], Query(description="Without any: supermarkets and those that could receive")] = [],  # noqa: B006
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[ProposalOut]:
    """Places of the map that could become sites, and whether they are, by kind and name."""
    call.principal.require("sites.read")
    try:
        places = looked.index.places(kind or ["supermarket", *RECEIVER_KINDS])
    except IndexMissing as error:
        raise index_missing(looked.region) from error
    taken = call.read(lambda session: {site.osm_id for site in list_sites(session) if site.osm_id})
    found = page_of_values([place for place in places if place.name], lambda place: place.osm_id, cursor, limit)
    items = [proposal(place, looked.language, taken) for place in found.items]
    return PageOut(items=items, next_cursor=found.next_cursor)


def proposal(place: Place, language: str, taken: set[str]) -> ProposalOut:
    """A place as it is proposed to readers of a language."""
    return ProposalOut.model_validate(
        {
            "osm_id": place.osm_id,
            "kind": place.kind,
            "name": place.name_in(language),
            "address": place.address,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "opening_hours": place.opening_hours,
            "taken": place.osm_id in taken,
        }
    )


def centre_of(call: Call, region: Region) -> tuple[float, float] | None:
    """The middle (longitude, latitude) of the sites that the caller sees in this region; None without any."""

    def positions(session: Session) -> list[tuple[float, float]]:
        if network_of(session, call.principal).region != region.name:
            return []
        return [(site.longitude, site.latitude) for site in list_sites(session)]

    return middle(call.read(positions))


def middle(positions: list[tuple[float, float]]) -> tuple[float, float] | None:
    """The median longitude and latitude: one site far out does not move it."""
    if not positions:
        return None
    half = len(positions) // 2
    return sorted(position[0] for position in positions)[half], sorted(position[1] for position in positions)[half]


def _out(looked: Lookup, answers: Answers) -> AddressesOut:
    hits = [AddressOut.model_validate(hit) for hit in answers.hits]
    return AddressesOut(hits=hits, note=answers.note, attribution=looked.region.attribution)
