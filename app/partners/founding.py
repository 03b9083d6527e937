"""How a network begins: the operator founds it at the command line and gets the first administrator's key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.kit.auth import PREFIX_LENGTH, digest_of, new_secret
from app.kit.db import Database
from app.kit.errors import not_found, refused
from app.kit.tenancy import Scope
from app.models.partners import Network
from app.models.system import Credential
from app.partners.schemas import OrganisationIn
from app.partners.service import found_network
from app.roads.choice import ChoiceError, RoadsChoice, choice_of

FIRST_SCOPES = ("partners", "plans", "fleet", "needs", "offers")


@dataclass(frozen=True)
class NewNetwork:
    """What the operator says of the network."""

    name: str
    region: str
    time_zone: str
    currency: str
    coordinator: str
    demonstration: bool = False


@dataclass(frozen=True)
class Founded:
    """The new network, its first organisation and the key that is shown once."""

    network_id: UUID
    organisation_id: UUID
    key: str


def choose_roads(database: Database, network_id: UUID, stored: dict[str, Any]) -> RoadsChoice:
    """Say where a network's travel times come from; plans from then on use it.

    Raises WaslError `not_found` (404) and `unknown_roads` (422).
    """
    with database.transaction(Scope(network=network_id)) as session:
        network = session.get(Network, network_id)
        if network is None:
            raise not_found("network")
        try:
            choice = choice_of(network.region, stored)
        except ChoiceError as error:
            raise refused("unknown_roads", str(error)) from error
        network.roads = choice.stored()
    return choice


def found(database: Database, wish: NewNetwork, now: datetime) -> Founded:
    """Begin a network.

    Raises WaslError `unknown_time_zone` (422).
    """
    try:
        ZoneInfo(wish.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise refused("unknown_time_zone", f"There is no time zone called {wish.time_zone}.") from error
    network = Network(
        id=uuid4(),
        name=wish.name,
        time_zone=wish.time_zone,
        currency=wish.currency,
        region=wish.region,
        demonstration=wish.demonstration,
        policy={},
    )
    secret = new_secret("key")
    with database.transaction(Scope(network=network.id)) as session:
        first = found_network(session, network, OrganisationIn(kind="food_bank", name=wish.coordinator), now)
        session.add(
            Credential(
                kind="api_key",
                name="First administrator",
                secret_sha256=digest_of(secret),
                network_id=network.id,
                organisation_id=first.id,
                scopes=list(FIRST_SCOPES),
                prefix=secret[:PREFIX_LENGTH],
                created_at=now,
            )
        )
    return Founded(network.id, first.id, secret)
