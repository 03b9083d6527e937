"""People of a test: entered with a password, signed in; and a look past row security."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, create_engine

from tests.conftest import TestDatabase
from tests.service_client import ServiceClient

PASSWORD = "a long enough password"
ANOTHER = "quite another sentence"


def entered(
    network: ServiceClient, organisation: dict[str, Any], role: str = "donor_staff", **fields: Any
) -> dict[str, Any]:
    """Somebody with a password."""
    body = {"name": f"A {role}", "email": f"{uuid4().hex}@example.org", "role": role, "password": PASSWORD}
    return network.ok(f"/organisations/{organisation['id']}/people", {**body, **fields})


def signed_in(network: ServiceClient, person: dict[str, Any], password: str = PASSWORD) -> ServiceClient:
    """That person, with a session of their own."""
    return network.another(network.ok("/sign-in", {"email": person["email"], "password": password})["token"])


def own(network: ServiceClient) -> dict[str, Any]:
    """The organisation that runs the network."""
    found: dict[str, Any] = network.get("/me").json()["organisation"]
    return found


def an_invitation(**fields: Any) -> dict[str, Any]:
    """Whom to invite."""
    return {"name": "Noor", "email": f"{uuid4().hex}@example.org", "role": "donor_staff", **fields}


@contextmanager
def as_owner(migrated: TestDatabase) -> Iterator[Connection]:
    """The tables as they are: as the superuser, for whom row security does not hold. Nothing stays changed, and no lock
    stands in the way of the service."""
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    try:
        with engine.connect() as connection:
            yield connection
            connection.rollback()
    finally:
        engine.dispose()
