"""One key, one effect, however many ask at once; a verb that fails leaves the key free."""

import threading
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.errors import WaslError, refused
from app.kit.idempotency import Answer, fingerprint, once
from app.partners.founding import Founded, NewNetwork, found


@pytest.fixture
def founded(database: Database, clock: HandSetClock) -> Founded:
    return found(database, NewNetwork("N", "newport", "Europe/London", "GBP", "Bank"), clock())


@pytest.fixture
def principal(founded: Founded) -> Principal:
    return Principal(
        "api_key", uuid4(), founded.network_id, founded.organisation_id, "key", scopes=frozenset({"partners"})
    )


def add_an_organisation(session: Session, network_id: UUID) -> Answer:
    identity = uuid4()
    session.execute(
        text("INSERT INTO organisations (id, kind, name, home_network_id) VALUES (:i, 'carrier', 'Carrier', :n)"),
        {"i": identity, "n": network_id},
    )
    return Answer(201, {"id": str(identity)})


def carriers(database: Database, principal: Principal) -> int:
    with database.transaction(principal.scope) as session:
        return int(session.scalar(text("SELECT count(*) FROM organisations WHERE kind = 'carrier'")) or 0)


def test_many_at_once_with_one_key_have_one_effect_and_one_answer(
    database: Database, principal: Principal, clock: HandSetClock
) -> None:
    answers: list[Answer] = []
    digest = fingerprint("POST", "/x", "{}")

    def ask() -> None:
        answers.append(
            once(database, principal, "k", digest, clock(), lambda s: add_an_organisation(s, principal.network_id))
        )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.body["id"] for answer in answers}) == 1
    assert carriers(database, principal) == 1


def test_without_a_key_each_request_has_its_own_effect(
    database: Database, principal: Principal, clock: HandSetClock
) -> None:
    """The twin of the test above: it is the key that makes them one."""
    for _ in range(3):
        once(database, principal, None, "", clock(), lambda s: add_an_organisation(s, principal.network_id))
    assert carriers(database, principal) == 3


def test_a_verb_that_is_refused_leaves_the_key_free(
    database: Database, principal: Principal, clock: HandSetClock
) -> None:
    def refuse(session: Session) -> Answer:
        add_an_organisation(session, principal.network_id)
        raise refused("no", "No.")

    with pytest.raises(WaslError, match="No"):
        once(database, principal, "k", "d", clock(), refuse)
    assert carriers(database, principal) == 0
    answer = once(database, principal, "k", "d", clock(), lambda s: add_an_organisation(s, principal.network_id))
    assert answer.status == 201
