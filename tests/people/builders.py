"""People of a test: entered with a password, signed in; and a look past row security."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, create_engine, text

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
    """The tables as they are, without row security; nothing stays changed."""
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        for table in ("people", "person_links", "mail_messages", "sign_in_tries", "credentials", "audit_entries"):
            connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
        yield connection
        connection.rollback()
    engine.dispose()
