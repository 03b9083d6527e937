"""What the generated tests stand on: one world for each file of them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.kit.embedded_postgres import EmbeddedPostgres
from app.roads.streets import Streets
from tests.conftest import named_database
from tests.security.tenants import World, world


@pytest.fixture(scope="module")
def everything(
    postgres: EmbeddedPostgres,
    template: str,
    streets: Streets,
    regions: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """One database and one service for all tests of the file."""
    name = f"world_{uuid4().hex}"
    postgres.create_database(name, template=template)
    with world(named_database(postgres, name), streets, regions, tmp_path_factory.mktemp("world")) as made:
        yield made
