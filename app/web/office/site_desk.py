"""What every page about places needs of the visitor's network: its partners and sites, and its addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import WaslError, not_found
from app.kit.web import database_of, now_of
from app.models.partners import Network, Organisation, Site
from app.partners.service import get_organisation, list_organisations, list_sites, network_of, zone_of
from app.roads.addresses import IndexMissing
from app.roads.addresses.api import address_server_of, index_missing, middle
from app.roads.addresses.lookup import Lookup
from app.roads.api import region_folder
from app.roads.places import Place
from app.roads.region import RegionError, open_region
from app.web.language import language_of


@dataclass(frozen=True)
class Desk:
    """What every page here needs of the visitor's network."""

    network: Network
    organisations: Sequence[Organisation]
    sites: Sequence[Site]

    @property
    def zone(self) -> ZoneInfo:
        """The network's local time."""
        return zone_of(self.network)

    def name_of(self, organisation_id: UUID) -> str:
        """A partner's name."""
        return next((each.name for each in self.organisations if each.id == organisation_id), "")

    @property
    def taken(self) -> set[str]:
        """Places of the map that are sites already."""
        return {site.osm_id for site in self.sites if site.osm_id}

    @property
    def middle(self) -> tuple[float, float] | None:
        """The middle (longitude, latitude) of the sites."""
        return middle([(site.longitude, site.latitude) for site in self.sites])


def desk_of(request: Request, visitor: Principal) -> Desk:
    def load(session: Session) -> Desk:
        everybody = list_organisations(session)
        own = get_organisation(session, visitor.organisation_id)
        return Desk(
            network_of(session, visitor),
            everybody if visitor.sees_network else [own],
            list_sites(session),
        )

    with database_of(request).transaction(visitor.scope) as session:
        return load(session)


def lookup_of(request: Request, network: Network) -> Lookup:
    """The network's addresses. Raises `addresses_missing` and `not_found` for a region that is not there."""
    try:
        region = open_region(network.region, region_folder(request))
    except RegionError as error:
        raise WaslError(error.sentence, "addresses_missing", 503, "Not available") from error
    return Lookup(region, address_server_of(request), language_of(request).code)


def today_of(request: Request, desk: Desk) -> date:
    return now_of(request).astimezone(desk.zone).date()


def place_of_map(request: Request, desk: Desk, osm_id: str) -> Place:
    looked = lookup_of(request, desk.network)
    try:
        place = looked.index.place(osm_id)
    except IndexMissing as error:
        raise index_missing(looked.region) from error
    if place is None:
        raise not_found("place on the map")
    return place
