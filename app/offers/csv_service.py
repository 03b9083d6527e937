"""Verbs on files of offers: look at one without taking anything, post one as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import not_found, refused
from app.models.offers import Offer
from app.models.partners import Network, Site
from app.offers import service
from app.offers.csv_bytes import Fault, misfit
from app.offers.csv_reader import KnownSite, Reading, ReadOffer, read_offers
from app.partners.service import network_of, zone_of

# A row's columns by the field of the rule book that found them unfit.
COLUMN_OF_FIELD = {"pickup_from": "pickup_from", "pickup_until": "pickup_until", "site_id": "site"}


def read_file(session: Session, principal: Principal, body: bytes, site_id: UUID | None, now: datetime) -> Reading:
    """What the file says and what of it does not fit, the rule book's refusals included; nothing is taken.

    Raises `not_found` for a site that is not the caller's.
    """
    principal.require("offers.post")
    network = network_of(session, principal)
    sites = service.sites_of_caller(session, principal)
    if site_id is not None and site_id not in sites:
        raise not_found("site")
    reading = read_offers(body, zone_of(network), [KnownSite(site.id, site.name) for site in sites.values()], site_id)
    faults = [fault for each in reading.offers for fault in _faults(session, each, sites, now, network)]
    return replace(reading, faults=sorted([*reading.faults, *faults], key=lambda fault: fault.row))


def _faults(
    session: Session, each: ReadOffer, sites: Mapping[UUID, Site], now: datetime, network: Network
) -> list[Fault]:
    """The rule book's refusals at the rows that they come from."""
    found = []
    for fault in service.faults_of(session, each.offer, sites, now, network):
        parts = fault.pointer.split("/")[1:]
        if parts[0] == "lines":
            found.append(misfit(each.rows[int(parts[1])], parts[2], fault))
        else:
            found.append(misfit(each.rows[0], COLUMN_OF_FIELD.get(parts[0], parts[0]), fault))
    return found


def post_file(
    session: Session, principal: Principal, body: bytes, site_id: UUID | None, now: datetime
) -> Sequence[Offer]:
    """Post what the file says, all of it or, with every fault at its row and column, nothing: `csv_unfit` (422)."""
    reading = read_file(session, principal, body, site_id, now)
    if reading.faults:
        errors = [fault.error for fault in reading.faults]
        sentence = "{count} places of this file do not fit. Nothing was posted. Mend them and send it again."
        if len(errors) == 1:
            sentence = "One place of this file does not fit. Nothing was posted. Mend it and send it again."
        raise refused("csv_unfit", sentence, errors, count=len(errors))
    return service.post_offers(session, principal, [each.offer for each in reading.offers], now)
