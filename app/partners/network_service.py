"""Verbs on the network itself: read it, make its limits of food safety stricter, set its cut-off time and ladder."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.domain.cut_off import CutOff
from app.domain.escalation import Policy
from app.domain.escalation import policy_of as escalation_of
from app.domain.safety_limits import as_stored, looser_than_the_law, policy_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, refused, stale
from app.models.partners import Network
from app.partners.network_schemas import NetworkChange
from app.partners.service import network_of


def read_network(session: Session, principal: Principal) -> Network:
    """The caller's network."""
    principal.require("network.read")
    return network_of(session, principal)


def change_network(
    session: Session, principal: Principal, change: NetworkChange, version: int, now: datetime
) -> Network:
    """Change what the caller named, from the version that was read; null goes back to the rule book's limit.

    Raises `limit_loosened` (422) for a limit that the rule book does not allow.
    """
    principal.require("policy.edit")
    network = network_of(session, principal)
    session.refresh(network, with_for_update=ROW_LOCK)
    if network.version != version:
        raise stale()
    if change.food_safety is not None:
        wished = change.food_safety.model_dump(exclude_unset=True)
        _refuse_looser({name: value for name, value in wished.items() if value is not None})
        kept = {name: value for name, value in network.food_safety.items() if name not in wished}
        new = {name: str(value) if isinstance(value, Decimal) else value for name, value in wished.items()}
        network.food_safety = as_stored(policy_of({**kept, **new}))
        audit.record(
            session, principal, "network.change", ("network", network.id), now, food_safety=network.food_safety
        )
    if "cut_off" in change.model_fields_set:
        _set_cut_off(session, principal, network, change, now)
    if change.escalation is not None:
        _set_escalation(session, principal, network, change.escalation.model_dump(exclude_none=True), now)
    session.flush()
    return network


def _set_escalation(
    session: Session, principal: Principal, network: Network, wished: dict[str, int], now: datetime
) -> None:
    """What of it is said; steps that were taken stay taken."""
    before = escalation_of(network.policy).stored()
    after = Policy(**{**before, **wished}).stored()
    network.policy = {**network.policy, "escalation": after}
    changes = {f"escalation.{name}": (before[name], value) for name, value in after.items() if value != before[name]}
    audit.record(session, principal, "network.change", ("network", network.id), now, changes=changes)


def _set_cut_off(
    session: Session, principal: Principal, network: Network, change: NetworkChange, now: datetime
) -> None:
    """A day that was planned by itself already is not planned again because of another time."""
    wish = change.cut_off
    stored = None if wish is None else CutOff(wish.at, wish.day).stored()
    changes = {"cut_off": (network.policy.get("cut_off"), stored)}
    kept = {name: value for name, value in network.policy.items() if name != "cut_off"}
    network.policy = kept if stored is None else {**kept, "cut_off": stored}
    audit.record(session, principal, "network.change", ("network", network.id), now, changes=changes)


def _refuse_looser(wished: dict[str, Decimal | int]) -> None:
    looser = looser_than_the_law(wished)
    if not looser:
        return
    sentence = "A network may be stricter about food than the rule book, never laxer: the limit is {limit} {unit}."
    raise refused(
        "limit_loosened",
        sentence,
        [
            FieldError(
                f"/food_safety/{each.name}",
                sentence.format(limit=each.value, unit=each.unit),
                "limit_loosened",
                {"limit": str(each.value), "unit": each.unit},
            )
            for each in looser
        ],
        limit=str(looser[0].value),
        unit=looser[0].unit,
    )
