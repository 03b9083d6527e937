"""Alembic's entry: runs on the connection that `app.kit.migrate` opens as the owner of the tables."""

from typing import Any

from alembic import context

import app.models  # noqa: F401  (registers the tables)
from app.kit.db import Base, UtcDateTime


def include_object(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:  # noqa: ARG001
    """Procrastinate's own tables come with its own SQL."""
    return not (name or "").startswith(("procrastinate_", "ix_procrastinate", "idx_procrastinate"))


def render_item(kind: str, thing: Any, autogen_context: Any) -> str | bool:  # noqa: ARG001
    """Migrations must not import the application: own types are written out."""
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run `./run migrate`: migrations need the connection that it opens.")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_object=include_object,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
