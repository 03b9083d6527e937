"""Every operation of the API, for every role, on the things of one's own, of a partner and of a stranger.

Generated: the operations from the API's description, what is expected from app.domain.permissions.TABLE and the rows of
tests/security/operations.py. A stranger's thing is 404 and nothing of it is read or changed; so is a partner's, but for
the network's own staff and what partners share.
"""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.kit import tenancy
from tests.security.api_description import DESCRIBED, Described
from tests.security.operations import EVERYBODY, EVERYBODY_SIGNED_IN, OPERATIONS, THINGS, Operation, row_of
from tests.security.tenants import (
    DRIVER_LINK,
    NOBODY,
    ROLES,
    Tenant,
    World,
    across_network,
    held,
    may,
    without_row_security,
)

TENANTS = ("own", "partner", "stranger")


def expected(described: Described, row: Operation, role: str, tenant: str) -> int | None:
    """The status that has to be refused with; None where the role may."""
    if row.action != EVERYBODY:
        if role == NOBODY:
            return 401
        if role == DRIVER_LINK and not described.path.startswith("/api/v1/driver/"):
            return 403
        if row.action != EVERYBODY_SIGNED_IN and not may(role, row.action):
            return 403
    for named in (f"{role} on {tenant}", f"* on {tenant}", role, "*"):
        if named in row.but:
            return row.but[named][0]
    if row.thing is None:
        return None
    thing = THINGS[row.thing]
    if tenant == "stranger":
        return 404
    if role == DRIVER_LINK:
        return None if row.thing in ("stop", "route", "report") else 404
    if (across_network(role, row.action) and not thing.private) or (tenant == "own" and not thing.of_network):
        return None
    return None if row.shared else 404


def cases(row: Operation) -> list[tuple[str, str]]:
    """Every role with every tenant whose thing can be named: a network's things are its partners' as well."""
    named = TENANTS if row.thing else ("own",)
    if row.thing and (THINGS[row.thing].of_network or row.thing in ("stop", "report")):
        named = ("own", "stranger")
    return [(role, tenant) for tenant in named for role in ROLES]


def identity_of(row: Operation, tenant: Tenant, wish: int | None) -> str:
    """What is named; what an operation uses up is made anew, but for those who are turned away before."""
    if row.thing is None:
        return ""
    fresh = row.fresh and (wish not in (401, 403) or bool(row.but))
    return THINGS[row.thing].make(tenant) if fresh else tenant.id_of(row.thing)


def said(values: dict[str, Any], tenant: Tenant) -> dict[str, str]:
    return {name: value(tenant) if callable(value) else value for name, value in values.items()}


def request_of(
    described: Described, row: Operation, client: Any, tenant: Tenant, identity: str, body: Any, **headers: str
) -> httpx.Request:
    variables = dict.fromkeys(described.variables, identity) | said(row.path, tenant)
    built: httpx.Request = client.http.build_request(
        described.method,
        f"{tenant.address}{described.path.format(**variables)}",
        params=said(row.query, tenant),
        json=body,
        content=None if row.raw is None else row.raw(tenant),
        headers={"If-Match": '"1"', **({"Content-Type": row.media} if row.media else {}), **headers},
    )
    return built


def ask(row: Operation, client: Any, request: httpx.Request) -> httpx.Response:
    answer: httpx.Response = client.http.send(request, stream=True)
    if row.stream and answer.is_success:
        text = next(answer.iter_text())
        answer.close()
        return httpx.Response(answer.status_code, text=text)
    answer.read()
    client.http.cookies.clear()  # signing in sets one
    return answer


def judged(described: Described, row: Operation, everything: World) -> tuple[list[str], bool]:
    """Every case of an operation that is not as it has to be, in words; whether any call succeeded."""
    wrong: list[str] = []
    succeeded = False
    for role, whose in cases(row):
        found, success = case(described, row, everything, role, whose)
        wrong += [f"{role} on {whose}: {each}" for each in found]
        succeeded = succeeded or success
    return wrong, succeeded


def case(described: Described, row: Operation, everything: World, role: str, whose: str) -> tuple[list[str], bool]:
    partner, stranger, tenant = everything.partner, everything.stranger, everything.tenant(whose)
    client = everything.holders[role]
    if row.ends_session and role != NOBODY:
        client = client.another(held(everything.own, role, everything.shift))
    wish = expected(described, row, role, whose)
    identity = identity_of(row, tenant, wish)
    body = None if row.body is None else row.body(tenant)
    watched: list[tuple[str, UUID]] = []
    if described.method not in ("GET", "HEAD") and whose != "own":
        watched.append(("network_id", stranger.network_id))
        if whose == "partner" and not (across_network(role, row.action) or row.joins):
            watched.append(("organisation_id", partner.organisation_id))
    before = [everything.rows_of(*each) for each in watched]
    answer = ask(row, client, request_of(described, row, client, tenant, identity, body))
    wrong = []
    if wish is None and (answer.status_code in (401, 403, 404) or answer.status_code >= 500):
        wrong.append(f"{answer.status_code} instead of an answer: {answer.text[:200]}")
    if wish is not None and answer.status_code != wish:
        wrong.append(f"{answer.status_code} instead of {wish}: {answer.text[:200]}")
    if stranger.canary in answer.text:
        wrong.append("the answer shows a stranger's words")
    if partner.canary in answer.text and not (across_network(role, row.action) or row.shared or role == DRIVER_LINK):
        wrong.append("the answer shows a partner's words")
    for each, then in zip(watched, before, strict=True):
        now = everything.rows_of(*each)
        wrong += [f"rows of {table} are not what they were" for table in now if now[table] != then[table]]
    if row.after is not None:
        row.after(tenant)
    return wrong, answer.is_success


@pytest.mark.parametrize("described", DESCRIBED, ids=lambda each: each.operation_id)
def test_everybody_gets_their_own_and_nobody_a_strangers(described: Described, everything: World) -> None:
    row = row_of(described.operation_id)
    wrong, succeeded = judged(described, row, everything)
    assert wrong == []
    assert succeeded or row.unproven, "no call succeeded: say a valid body, or in `unproven` why none can"


KEYED = [each for each in DESCRIBED if each.method == "POST" and "idempotency-key" in map(str.lower, each.headers)]


def _but_secrets(answer: httpx.Response) -> dict[str, Any]:
    """What is shown once is not kept for whoever asks again."""
    told: dict[str, Any] = answer.json()
    return {
        name: _without_secrets(value) if isinstance(value, dict) else value
        for name, value in _without_secrets(told).items()
    }


def _without_secrets(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in ("token", "key", "secret", "url", "link")}


@pytest.mark.parametrize("described", KEYED, ids=lambda each: each.operation_id)
def test_one_key_has_one_effect_and_one_answer(described: Described, everything: World) -> None:
    """I11: what is asked twice with one key is done once, whatever the operation."""
    row, tenant = row_of(described.operation_id), everything.tenant("own")
    as_it_was = row.after or (lambda _: None)
    for role in ROLES:
        if expected(described, row, role, "own") is not None:
            continue
        as_it_was(tenant)
        client, identity = everything.holders[role], identity_of(row, tenant, None)
        body = None if row.body is None else row.body(tenant)
        key = {"Idempotency-Key": str(uuid4())}
        request = request_of(described, row, client, tenant, identity, body, **key)
        first = ask(row, client, request)
        again = ask(row, client, request) if first.is_success else first
        as_it_was(tenant)
        if first.is_success:
            assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (first.status_code, "true")
            assert _but_secrets(again) == _but_secrets(first)
            return
    assert row.unproven, "no call succeeded: say a valid body, or in `unproven` why none can"


@pytest.mark.parametrize(
    ("operation_id", "complaint"),
    [
        ("get_offer", "network_admin on stranger: 200 instead of 404"),
        ("get_need", "organisation_admin on partner: 200 instead of 404"),
        ("list_vehicles", "dispatcher on own: the answer shows a stranger's words"),
        ("change_site", "network_admin on stranger: rows of sites are not what they were"),
    ],
)
def test_without_the_guards_the_matrix_complains(
    operation_id: str, complaint: str, everything: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: these very cases go wrong once row security and the session filter are gone."""
    described = next(each for each in DESCRIBED if each.operation_id == operation_id)
    monkeypatch.setattr(tenancy, "criteria", lambda base, statement, scope: ())
    with without_row_security(everything.superuser):
        wrong, _ = judged(described, row_of(operation_id), everything)
    assert [each for each in wrong if each.startswith(complaint)] != [], wrong


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    for described in DESCRIBED:
        row_of(described.operation_id)
    assert sorted(set(OPERATIONS) - {each.operation_id for each in DESCRIBED}) == []


def _size() -> str:
    rows = [(each, OPERATIONS[each.operation_id]) for each in DESCRIBED if each.operation_id in OPERATIONS]
    total = sum(len(cases(row)) for _, row in rows)
    return f"{len(rows)} operations, {len(ROLES)} roles, {len(TENANTS)} tenants, {total} cases"


@pytest.mark.parametrize("size", [_size()])
def test_the_size_of_the_matrix(size: str, record_property: Any) -> None:
    """The figures are in this test's name."""
    record_property("matrix", size)
    assert len(DESCRIBED) > 50
    assert len(KEYED) > 40
