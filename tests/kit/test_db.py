"""Connections: given back when the service ends, also those that somebody works with just then."""

import gc
import warnings
from uuid import uuid4

from sqlalchemy import text

from app.kit.db import Database
from app.kit.tenancy import Scope


def test_a_connection_that_is_in_use_when_the_service_ends_is_closed_when_its_work_is_done(database: Database) -> None:
    ending = Database(database.url)
    with ending.transaction(Scope(uuid4())) as session:
        assert session.scalar(text("SELECT 1")) == 1
        ending.close()
        assert session.scalar(text("SELECT 2")) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del session, ending
        gc.collect()
