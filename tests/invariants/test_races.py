"""Pairs of verbs, the second run at every statement of the first: one legal outcome each, no law broken.

Each has a twin that takes the guards away and has to find the harm, or the races would prove nothing.
"""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest

from app.kit.auth import authenticate
from app.kit.db import Database
from app.kit.errors import WaslError
from tests.conftest import MORNING
from tests.invariants.conftest import Copy
from tests.invariants.interleaving import Gate, Told, interleaved, without_row_locks
from tests.invariants.verbs import (
    Verb,
    Whatever,
    adding_a_shift,
    amending,
    changing_the_need,
    collecting,
    copying,
    declining,
    declining_of,
    delivering,
    editing,
    handing_over,
    posting_anew,
    posting_with_a_key,
    publishing,
    requesting_a_plan,
    revoking,
    stating,
    withdrawing,
)

Copies = Callable[[str], Copy]
MOST_STATEMENTS = 80
REPORT = uuid4()
Legal = Callable[[Told, Told], bool]


def exactly_one(*codes: str) -> Legal:
    """One of the two is done, the other refused with one of these codes."""
    return lambda one, other: {one.code, other.code} in [{None, code} for code in codes]


def both_done(one: Told, other: Told) -> bool:
    return one.error is None and other.error is None


def both_the_same(one: Told, other: Told) -> bool:
    return both_done(one, other) and one.answer == other.answer


def stored_once(one: Told, other: Told) -> bool:
    return both_done(one, other) and sorted(one.answer + other.answer) == ["already_stored", "stored"]


def done_or_refused(*codes: str) -> Legal:
    """Each is done, or refused with one of these codes."""
    return lambda one, other: (
        {one.code, other.code} <= {None, *codes}
        and all(told.error is None or told.code is not None for told in (one, other))
    )


# name: scene, first verb and caller, second verb and caller, legal outcomes
RACES: dict[str, tuple[str, tuple[str, Verb], tuple[str, Verb], Legal]] = {
    "publish and publish the same": (
        "planned", ("office", publishing("first")), ("office", publishing("first")),
        exactly_one("plan_not_publishable", "stale_version"),
    ),
    "publish and publish another": (
        "planned", ("office", publishing("first")), ("office", publishing("second")), both_done,
    ),
    "withdraw and publish": (
        "planned", ("till", withdrawing), ("office", publishing("second")),
        exactly_one("plan_outdated", "offer_planned"),
    ),
    "publish and withdraw": (
        "planned", ("office", publishing("second")), ("till", withdrawing),
        exactly_one("plan_outdated", "offer_planned"),
    ),
    "hand over to an outlet and publish": (
        "planned", ("office", handing_over), ("office", publishing("second")),
        exactly_one("plan_outdated", "not_so_much_left"),
    ),
    "publish and hand over to an outlet": (
        "planned", ("office", publishing("second")), ("office", handing_over),
        exactly_one("plan_outdated", "not_so_much_left"),
    ),
    "publish and amend": (
        "planned", ("office", publishing("second")), ("till", amending),
        exactly_one("plan_outdated", "offer_planned"),
    ),
    "edit and edit one draft": (
        "planned", ("office", editing("second", 1)), ("office", editing("second")), exactly_one("stale_version"),
    ),
    "edit and publish": (
        "planned", ("office", editing("second")), ("office", publishing("second")), exactly_one("stale_version"),
    ),
    "publish and edit": (
        "planned", ("office", publishing("second")), ("office", editing("second", 1)), exactly_one("stale_version"),
    ),
    "copy and copy": ("planned", ("office", copying), ("office", copying), both_done),
    "amend and amend": ("planned", ("till", amending), ("till", amending), exactly_one("stale_version")),
    "amend and withdraw": (
        "planned", ("till", amending), ("till", withdrawing), done_or_refused("offer_withdrawn", "stale_version"),
    ),
    "post and post with one key": (
        "planned", ("till", posting_with_a_key), ("till", posting_with_a_key), both_the_same,
    ),
    "state and state one need": (
        "planned", ("office", stating), ("office", stating), exactly_one("need_already_stated"),
    ),
    "change and change one need": (
        "planned", ("office", changing_the_need("60")), ("office", changing_the_need("70")),
        exactly_one("stale_version"),
    ),
    "shift and shift of one vehicle": (
        "planned", ("office", adding_a_shift), ("office", adding_a_shift), exactly_one("vehicle_busy"),
    ),
    "plan and plan one day": (
        "planned", ("office", requesting_a_plan), ("office", requesting_a_plan), both_the_same,
    ),
    "one report twice": ("published", ("driver", collecting(REPORT)), ("driver", collecting(REPORT)), stored_once),
    "a report and a new publication": (
        "published", ("driver", collecting(REPORT)), ("office", publishing("first")),
        done_or_refused("day_under_way", "not_found"),
    ),
    "a new publication and a report": (
        "published", ("office", publishing("first")), ("driver", collecting(REPORT)),
        done_or_refused("day_under_way", "not_found"),
    ),
    "a change and a report of what it leaves out": (
        "changed", ("office", publishing("change")), ("driver", collecting(REPORT, "Tesco")), both_done,
    ),
    "a report and a change that leaves it out": (
        "changed", ("driver", collecting(REPORT, "Tesco")), ("office", publishing("change")), both_done,
    ),
    "a change and another": (
        "changed", ("office", publishing("change")), ("office", publishing("another change")),
        exactly_one("plan_outdated"),
    ),
    "decline and decline": ("published", ("office", declining), ("office", declining), both_the_same),
    "decline and publish another": (
        "published", ("office", declining), ("office", publishing("first")),
        exactly_one("plan_outdated", "not_planned_any_more"),
    ),
    "decline and a change that leaves it out": (
        "changed", ("office", declining_of("Tesco")), ("office", publishing("change")),
        done_or_refused("not_planned_any_more"),
    ),
    "a report of handing over and decline": (
        "published", ("driver", delivering(REPORT)), ("office", declining), done_or_refused("already_delivered"),
    ),
    "revoke and use": ("planned", ("office", revoking), ("till", posting_anew), done_or_refused("not_signed_in")),
}  # fmt: skip


@pytest.mark.parametrize("name", RACES)
def test_two_at_once_have_one_legal_outcome_wherever_they_meet(name: str, copy: Copies) -> None:
    scene, (first_caller, first), (second_caller, second), legal = RACES[name]
    met = 0
    for at in range(1, MOST_STATEMENTS):
        here = copy(scene)
        one, other = here.caller(first_caller), here.caller(second_caller)
        gate = Gate(one[0], at)
        outcome = interleaved(gate, partial(first, here, *one), partial(second, here, *other), here.waits_for_a_lock)
        if outcome is None:
            break
        met += 1
        assert legal(*outcome), (at, outcome, [told.cause for told in outcome])
        assert here.broken() == [], (at, outcome)
        here.close()
    assert met > 3
    assert met < MOST_STATEMENTS - 1, "the first verb was never run to its end"


# name of the race: what is taken away, and the laws or outcomes that must then break somewhere
TWINS: dict[str, list[str]] = {
    "publish and publish another": ["DROP INDEX uq_plans_one_published", "DROP TRIGGER balanced ON ledger_entries"],
    "publish and withdraw": ["DROP TRIGGER balanced ON ledger_entries"],
    "publish and hand over to an outlet": ["DROP TRIGGER balanced ON ledger_entries"],
    "publish and amend": ["DROP TRIGGER balanced ON ledger_entries"],
    "state and state one need": ["ALTER TABLE needs DROP CONSTRAINT uq_needs_site_id_service_date_category"],
    "shift and shift of one vehicle": [],
    "plan and plan one day": ["DROP INDEX uq_plan_runs_one_alive"],
    "post and post with one key": ["ALTER TABLE idempotency_records DROP CONSTRAINT pk_idempotency_records"],
    "a change and a report of what it leaves out": ["DROP TRIGGER balanced ON ledger_entries"],
    "a change and another": ["DROP INDEX uq_plans_one_published"],
    "one report twice": ["ALTER TABLE stop_events DROP CONSTRAINT pk_stop_events"],
    "decline and decline": ["DROP INDEX uq_declines_one_standing"],
    "decline and publish another": ["DROP INDEX uq_plans_one_published"],
}


@pytest.mark.parametrize("name", TWINS)
def test_without_its_guards_the_same_race_does_harm_somewhere(name: str, copy: Copies) -> None:
    """The twin of the test above."""
    scene, (first_caller, first), (second_caller, second), legal = RACES[name]
    for at in range(1, MOST_STATEMENTS):
        here = copy(scene)
        here.as_owner(*TWINS[name])
        one, other = here.caller(first_caller), here.caller(second_caller)
        without_row_locks(one[0])
        without_row_locks(other[0])
        gate = Gate(one[0], at)
        outcome = interleaved(gate, partial(first, here, *one), partial(second, here, *other), here.waits_for_a_lock)
        assert outcome is not None, "no harm was done: the guard that this twin takes away guards nothing"
        harm = not legal(*outcome) or bool(here.broken())
        here.close()
        if harm:
            return


@pytest.mark.parametrize(
    "second", [editing("second", version=Whatever(1)), publishing("second", Whatever(1))], ids=["edit", "publish"]
)
def test_without_the_look_at_the_version_two_dispatchers_overwrite_each_other(second: Verb, copy: Copies) -> None:
    """The twin for edits: where the version that somebody read counts for nothing, both are done, one after the other,
    and who came second has changed or published what nobody had shown them."""
    first = editing("second", 3, version=Whatever(1))
    for at in range(1, MOST_STATEMENTS):
        here = copy("planned")
        one, other = here.caller("office"), here.caller("office")
        told = interleaved(
            Gate(one[0], at), partial(first, here, *one), partial(second, here, *other), here.waits_for_a_lock
        )
        here.close()
        assert told is not None, "no harm was done: the look at the version guards nothing"
        if both_done(*told):
            return


def test_a_second_key_makes_two_offers(copy: Copies) -> None:
    """It is the key that makes two posts one: without it the offers are two."""
    here = copy("planned")
    database, principal = here.caller("till")
    assert posting_anew(here, database, principal) != posting_anew(here, database, principal)
    assert here.broken() == []


def test_what_is_revoked_is_dead_before_the_next_request(copy: Copies) -> None:
    here = copy("planned")
    revoking(here, *here.caller("office"))
    database = Database(here.at.service_url)
    with pytest.raises(WaslError, match="Sign in"):
        authenticate(database, here.scene.secrets["till"], MORNING)
    database.close()
