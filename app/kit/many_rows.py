"""Thousands of rows of one table in one statement, in a fifth of the time that one statement for each takes."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, column, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import DeclarativeBase, Session, class_mapper
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.kit.db import CompressedJson


def insert_at_once(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]], *, or_renew: bool = False
) -> None:
    """Insert these rows, which the session does not know afterwards. What a row does not have is the model's default
    or NULL; columns that no row has and the model has no default for are the database's. Values are what JSON has, and
    identities, dates and instants with their zone; what else a row holds is left out. or_renew: a row whose `id` is
    there already takes the place of that one; else it is an error."""
    if not rows:
        return
    defaults = _defaults(model)
    names = [name for name in _columns(model) if name in defaults or any(name in row for row in rows)]
    # The database reads the rows by the types of the table's own columns.
    kind: ColumnElement[Any] = literal_column(f"NULL::{model.__tablename__}")
    packed = _packed(model) & set(names)
    values = literal(
        [
            {name: row.get(name, defaults.get(name)) for name in names}
            | {name: rf"\x{CompressedJson.packed(row[name]).hex()}" for name in packed if row.get(name) is not None}
            for row in rows
        ],
        JSONB,
    )
    read = func.jsonb_populate_recordset(kind, values).table_valued(*map(column, names), name="given")
    put = insert(model).from_select(names, select(*(read.c[name] for name in names)), include_defaults=False)
    if or_renew:
        others = {name: put.excluded[name] for name in names if name != "id"}
        put = put.on_conflict_do_update(index_elements=["id"], set_=others)
    session.execute(put)


@cache
def _columns(model: type[DeclarativeBase]) -> tuple[str, ...]:
    return tuple(each.key for each in class_mapper(model).column_attrs)


@cache
def _packed(model: type[DeclarativeBase]) -> frozenset[str]:
    """The columns whose values are kept compressed."""
    columns = ((each.key, each.columns[0].type) for each in class_mapper(model).column_attrs)
    return frozenset(name for name, kind in columns if isinstance(kind, CompressedJson))


@cache
def _defaults(model: type[DeclarativeBase]) -> Mapping[str, Any]:
    """The fixed values that a column has where nothing is said. An identity has to be said: others refer to it."""
    columns = {each.key: each.columns[0].default for each in class_mapper(model).column_attrs}
    return {name: default.arg for name, default in columns.items() if isinstance(default, ScalarElementColumnDefault)}
