"""Whose rows a transaction may see: set once per transaction, enforced by row-level security in the database."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Scope:
    """What the policies compare rows with; an empty scope sees nothing of any tenant.

    organisation: rows of one partner. network: all rows of one network (its dispatchers, its worker).
    shift: what one driver link opens. credential: the sha256 of a presented secret, to find its own row.
    email: the address somebody signs in with, to find that person's row.
    """

    organisation: UUID | None = None
    network: UUID | None = None
    shift: UUID | None = None
    credential: str = ""
    email: str = ""


def enter_scope(session: Session, scope: Scope) -> None:
    """Make `scope` the one of the running transaction; it ends with it."""
    session.execute(
        text(
            "SELECT set_config('wasl.organisation', :organisation, true), set_config('wasl.network', :network, true),"
            " set_config('wasl.shift', :shift, true), set_config('wasl.credential', :credential, true),"
            " set_config('wasl.email', :email, true)"
        ),
        {
            "organisation": str(scope.organisation or ""),
            "network": str(scope.network or ""),
            "shift": str(scope.shift or ""),
            "credential": scope.credential,
            "email": scope.email,
        },
    )
