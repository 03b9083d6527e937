"""Whose rows a transaction may see: set once per transaction, enforced twice.

Row-level security in the database is the one guard; the other is the session's own filter here, which puts each
table's rule into every SELECT, UPDATE and DELETE that goes through the ORM. Either alone keeps tenants apart.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ClauseElement, ColumnElement, Executable, FromClause, Table, event, false, or_, text, true
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.sql.visitors import iterate


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


# What opens a row of a table to a scope; None where the scope has nothing to compare it with.
type Opening = Callable[[Any, Scope], ColumnElement[bool] | None]


def by_organisation(column: str = "organisation_id") -> Opening:
    """Open to the partner that `column` names."""
    return lambda model, scope: None if scope.organisation is None else getattr(model, column) == scope.organisation


def by_network(column: str = "network_id") -> Opening:
    """Open to those who see the whole network that `column` names."""
    return lambda model, scope: None if scope.network is None else getattr(model, column) == scope.network


def by_shift(column: str = "shift_id") -> Opening:
    """Open to the holder of the link of the shift that `column` names."""
    return lambda model, scope: None if scope.shift is None else getattr(model, column) == scope.shift


def by_credential(column: str) -> Opening:
    """Open to whoever presents the secret whose sha256 is in `column`."""
    return lambda model, scope: getattr(model, column) == scope.credential if scope.credential else None


def by_email(column: str) -> Opening:
    """Open to whoever signs in with the address in `column`."""
    return lambda model, scope: getattr(model, column) == scope.email if scope.email else None


def to_everybody(model: Any, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG001
    """Open to all: a table that holds nothing of any tenant."""
    return true()


OWN_OR_NETWORK: tuple[Opening, ...] = (by_organisation(), by_network())
OF_NETWORK: tuple[Opening, ...] = (by_network(),)


class UnknownTenancy(LookupError):
    """A table of which nobody said whose rows are whose: nothing is read from it."""


def rule_of(model: type[Any], scope: Scope) -> ColumnElement[bool]:
    """Which rows of `model` are open to `scope`.

    Raises UnknownTenancy for a class that does not say so in `__tenancy__`.
    """
    openings: Iterable[Opening] | None = vars(model).get("__tenancy__")
    if openings is None:
        raise UnknownTenancy(
            f"Say in {model.__name__}.__tenancy__ whose rows are whose: OWN_OR_NETWORK, OF_NETWORK or other openings"
            " of app.kit.tenancy, the same as its policy in the migrations."
        )
    found = [opened for opening in openings if (opened := opening(model, scope)) is not None]
    return or_(*found) if found else false()


@lru_cache(maxsize=20_000)
def criterion(model: type[DeclarativeBase], scope: Scope) -> ExecutableOption:
    """The rule of one table for `scope`, in the form that statements take."""
    return with_loader_criteria(model, rule_of(model, scope), include_aliases=True)


@cache
def _models_of_tables(base: type[DeclarativeBase]) -> Mapping[FromClause, frozenset[type[DeclarativeBase]]]:
    """By table, the models whose rows a statement about it can bring along: its own, and by relationships, however
    many steps away, those that are read for the objects found."""
    following = {mapper: {mapper, *(each.mapper for each in mapper.relationships)} for mapper in base.registry.mappers}
    while True:
        further = {mapper: set().union(*(following[each] for each in found)) for mapper, found in following.items()}
        if further == following:
            break
        following = further
    return {mapper.local_table: frozenset(each.class_ for each in found) for mapper, found in following.items()}


def criteria(base: type[DeclarativeBase], statement: Executable, scope: Scope) -> list[ExecutableOption]:
    """The rules for `scope` of all tables that the statement names, at any depth, and of those that come along. Not of
    every table there is: each rule takes a statement longer than its rows do."""
    of_tables = _models_of_tables(base)
    named = {
        of_tables[each]
        for each in iterate(cast(ClauseElement, statement))
        if isinstance(each, Table) and each in of_tables
    }
    return [criterion(model, scope) for model in dict.fromkeys(model for found in named for model in found)]


def filter_statements(session_class: type[Session], base: type[DeclarativeBase]) -> None:
    """From now on statements through sessions of this class see the rows of their transaction's scope alone."""

    def within_scope(state: ORMExecuteState) -> None:
        reads_or_changes = state.is_select or state.is_update or state.is_delete
        # Rows that follow from a filtered statement (relationships) bring its criteria with them.
        if reads_or_changes and state.is_orm_statement and not (state.is_column_load or state.is_relationship_load):
            state.statement = state.statement.options(*criteria(base, state.statement, state.session.info["scope"]))

    event.listen(session_class, "do_orm_execute", within_scope)


def enter_scope(session: Session, scope: Scope) -> None:
    """Make `scope` the one of the running transaction; it ends with it."""
    session.info["scope"] = scope
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


@contextmanager
def within(session: Session, scope: Scope, back: Scope) -> Iterator[None]:
    """Run the block in `scope`, for a verb that has decided already that it may, then go `back`; what waits to be
    written is written on its own side of the border."""
    session.flush()
    enter_scope(session, scope)
    yield
    session.flush()
    enter_scope(session, back)
