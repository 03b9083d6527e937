"""The kinds of messages that leave the service: what each tells, to whom, and its data. docs/webhooks.md is rendered
from this table; a kind that is announced and not in it fails a test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# The version of the payloads: a field may be added within one, none changes its meaning or goes away.
PAYLOAD_VERSION = 1
TEST_KIND = "webhook.test"


@dataclass(frozen=True)
class OutboxKind:
    """One kind: the noun of its subject, a sentence, who hears it besides the network's staff, its data by name."""

    subject: str
    tells: str
    heard_by: str
    data: Mapping[str, str] = field(default_factory=dict)


_STAFF = "nobody else"
_BOTH = "donor and receiver"
_DAY = {"service_date": "local day", "number": "the plan's number on that day"}
_FOOD = {
    "offer_line_id": "the line of the offer",
    "description": "what the donor calls it",
    "category": "as in the glossary",
    "donor_name": "the store",
    "receiver_name": "the food bank's site",
}
_HANDLED = {
    **_FOOD,
    "kg": "as reported",
    "kg_planned": "as the plan has it",
    "at": "when it was done",
    "corrected": "`true` where an earlier report said otherwise",
}

_DONOR = "the donor"
_OFFER = {
    "site_id": "the store",
    "service_date": "local day",
    "pickup_from": "from",
    "pickup_until": "until",
    "kg": "all lines",
    "categories": "as in the glossary",
    "version": "the offer's version",
}
_NEED = {
    "site_id": "the food bank's site",
    "service_date": "local day",
    "category": "as in the glossary",
    "kg": "the most that it takes",
    "state": "`open` or `withdrawn`",
    "from_standing": "`true` where a standing need made it",
}
_PARTNERSHIP = {
    "organisation_id": "the partner",
    "valid_from": "first day",
    "valid_until": "last day, or null",
    "reason": "why, where somebody said so",
    "proposed_by": "which side",
    "by": "which side",
    "signed_document": "its reference",
    "renewed_by": "the partnership that follows",
}
_HELD = {
    "allocation_id": "the food on its way",
    "offer_line_id": "the line of the offer",
    "service_date": "local day",
    "cause": "why it is held back",
    "celsius": "the temperature that was measured, or null",
    "state": "where it stands",
}

_SHIFT_OWNER = "the organisation whose shift it is, or whose store is silent"
_ALARM = {
    "alarm": "what is wrong: as in the glossary",
    "severity": "`warning` or `emergency`",
    "state": "`open`, `acknowledged` or `cleared`",
    "service_date": "local day",
    "shift_id": "the shift, or null for a store that is silent",
    "about": "`kind` (`shift`, `stop` or `site`) and `id`",
    "sentence": "what happened and what to do, with local times",
    "told": "a list: who was told so far, step by step: `organisation`, `network`, `administrators`, `store`",
    "next_step_at": "when more people are told unless somebody takes it on, or null",
}

_OPEN_FOOD = {
    "offer_line_id": "the line of the offer",
    "description": "what the donor calls it",
    "category": "as in the glossary",
    "service_date": "local day of the offer",
}

_SHIFT_ORGANISATION = "the organisation whose shift it is"
_ROUTE = {
    **_DAY,
    "starts_at": "when the shift begins",
    "ends_at": "when it ends",
    "driver_ids": "a list: the driver, where the shift says which person that is or one alone has that name; else none",
}
_WORK = {**_ROUTE, "stops": "how many places are driven to", "first_at": "the van's arrival at the first"}

_TASK_ORGANISATION = "the organisation that asks for help"
_TASK = {
    "task": "`drive`, `ride_along`, `sorting`, `distribution`, `collection` or `other`",
    "title": "what it is called",
    "place": "where",
    "service_date": "local day",
    "starts_at": "when it begins",
    "ends_at": "when it ends",
}
_TASK_TOLD = {**_TASK, "person_ids": "a list: the people who are told"}

KINDS: Mapping[str, OutboxKind] = {
    "task.reminder": OutboxKind(
        "task",
        "Something that people have taken on begins within a day, or within two hours.",
        _TASK_ORGANISATION,
        _TASK_TOLD,
    ),
    "task.cancelled": OutboxKind("task", "Help is not needed any more.", _TASK_ORGANISATION, _TASK_TOLD),
    "task.released": OutboxKind(
        "task", "A shift that somebody had taken is planned otherwise.", _TASK_ORGANISATION, _TASK_TOLD
    ),
    "task.given_back": OutboxKind(
        "task",
        "Somebody has given their place back.",
        _TASK_ORGANISATION,
        {**_TASK, "late": "`true` less than 24 hours before it begins"},
    ),
    "volunteer.applied": OutboxKind("volunteer", "Somebody wants to help.", _STAFF),
    "enquiry.received": OutboxKind(
        "enquiry",
        "Somebody has written through a card.",
        _STAFF,
        {"wish": "`give_food`, `drive` or `give_money`"},
    ),
    "offer.posted": OutboxKind("offer", "Surplus was offered.", _DONOR, _OFFER),
    "offer.amended": OutboxKind("offer", "An offer was changed.", _DONOR, _OFFER),
    "offer.withdrawn": OutboxKind("offer", "An offer was taken back.", _DONOR, _OFFER),
    "offer.expired": OutboxKind(
        "offer",
        "Food was offered and nobody fetched it in time.",
        _DONOR,
        {"kg": "what was left", "service_date": "local day"},
    ),
    "standing_offer.refused": OutboxKind(
        "standing_offer",
        "A standing offer could not be posted for a day.",
        _DONOR,
        {"date": "local day", "site_id": "the store", "code": "as in the errors", "detail": "why, in a sentence"},
    ),
    "need.stated": OutboxKind("need", "A site said what it takes.", "the food bank", _NEED),
    "need.changed": OutboxKind("need", "A need was changed or withdrawn.", "the food bank", _NEED),
    "need.unmet": OutboxKind(
        "need",
        "A published plan brings nothing of a need, or less than half; not again while no less comes than was told.",
        "the food bank",
        {
            **_DAY,
            "site_id": "the food bank's site",
            "site_name": "what it is called",
            "category": "as in the glossary",
            "kg": "the most that it takes",
            "kg_planned": "what the plan brings of it",
            "others": "how many other needs of the site are told with it",
            "most_missing": "`true` for the one of these of which most is missing: the one that people are told of",
        },
    ),
    "partnership.proposed": OutboxKind("partnership", "A partnership was proposed.", "the partner", _PARTNERSHIP),
    "partnership.accepted": OutboxKind("partnership", "The other side has accepted.", "the partner", _PARTNERSHIP),
    "partnership.suspended": OutboxKind("partnership", "A partnership rests.", "the partner", _PARTNERSHIP),
    "partnership.resumed": OutboxKind("partnership", "A partnership goes on.", "the partner", _PARTNERSHIP),
    "partnership.ended": OutboxKind(
        "partnership", "A partnership was declined, ended or renewed by another.", "the partner", _PARTNERSHIP
    ),
    "line.quarantined": OutboxKind("quarantine", "Food is held back until a person decides.", _BOTH, _HELD),
    "quarantine.decided": OutboxKind("quarantine", "Somebody decided about food held back.", _BOTH, _HELD),
    "plan.ready": OutboxKind(
        "plan",
        "A planning run has ended in a draft that can be looked at and published.",
        _STAFF,
        {**_DAY, "kg_allocated": "what the plan carries"},
    ),
    "plan.failed": OutboxKind(
        "planning run",
        "A planning run has ended without a plan.",
        _STAFF,
        {"service_date": "local day", "failure": "why, in a sentence"},
    ),
    "plan.published": OutboxKind(
        "plan", "A plan has become the one that is driven.", _STAFF, {**_DAY, "kg_allocated": "what the plan carries"}
    ),
    "allocations.published": OutboxKind(
        "plan",
        "A published plan collects food from the organisation; it replaces what an earlier number of the day said.",
        "the donor",
        {
            **_DAY,
            "kg": "all of it",
            "allocations": "a list: `allocation_id`, `offer_line_id`, `description`, `category`, `kg`, `at` (the van's"
            " arrival), `site_name` (the store), `receiver_name`",
        },
    ),
    "allocations.cancelled": OutboxKind(
        "plan", "A newer plan of the day collects nothing from the organisation any more.", "the donor", _DAY
    ),
    "delivery.scheduled": OutboxKind(
        "plan",
        "A published plan brings food to the organisation; it replaces what an earlier number of the day said.",
        "the receiver",
        {
            **_DAY,
            "kg": "all of it",
            "allocations": "a list: `allocation_id`, `need_id`, `description`, `category`, `kg`, `at` (the van's"
            " arrival), `site_name` (the receiving site), `donor_name`",
        },
    ),
    "delivery.cancelled": OutboxKind(
        "plan", "A newer plan of the day brings nothing to the organisation any more.", "the receiver", _DAY
    ),
    "allocation.declined": OutboxKind(
        "allocation",
        "A food bank does not want food that the published plan has for it; a change of the plan is asked for.",
        "the receiver",
        {
            **_FOOD,
            "service_date": "local day",
            "kg": "as the plan has it",
            "reason": "`not_wanted`, `too_much`, `short_dated`, `no_room`, `nobody_there` or `other`",
        },
    ),
    "allocation.receipt_confirmed": OutboxKind(
        "allocation",
        "A food bank says what came of food that was promised to it; the ledger stays as it is.",
        "the receiver",
        {
            **_FOOD,
            "service_date": "local day",
            "kg": "as the food bank says",
            "kg_delivered": "as the driver reported it, or null",
            "differs": "`true` where the two are not the same",
        },
    ),
    "arrival.changed": OutboxKind(
        "stop",
        "The van comes more than ten minutes earlier or later than was told last.",
        "the organisation whose site it is",
        {
            "site_name": "where",
            "stop_kind": "`pickup` or `drop_off`",
            "service_date": "local day",
            "at": "when the van is expected now",
            "told_before": "what was told last",
            "planned_at": "when it was planned",
            "page": "the path of a page of this place and day that needs no account, or null when the day is over",
        },
    ),
    "alarm.raised": OutboxKind(
        "alarm", "Something is wrong with a shift, and the first people were told.", _SHIFT_OWNER, _ALARM
    ),
    "alarm.escalated": OutboxKind(
        "alarm",
        "Nobody has taken an alarm on, or it has become an emergency: more people were told.",
        _SHIFT_OWNER,
        _ALARM,
    ),
    "alarm.acknowledged": OutboxKind("alarm", "Somebody has taken an alarm on.", _SHIFT_OWNER, _ALARM),
    "alarm.cleared": OutboxKind("alarm", "What was wrong with a shift is so no more.", _SHIFT_OWNER, _ALARM),
    "stop.arrived": OutboxKind(
        "stop",
        "The van has arrived at a stop.",
        "the organisation whose site it is",
        {"site_name": "where", "at": "when", "planned_at": "when it was planned"},
    ),
    "stop.failed": OutboxKind(
        "stop",
        "Food of one donor for one receiver could not be handled at a stop.",
        _BOTH,
        {
            "site_name": "where",
            "stop_kind": "`pickup` or `drop_off`",
            "reason": "as the driver named it",
            "kg": "what was planned of it",
            "allocation_ids": "the allocations that it concerns",
            "at": "when",
        },
    ),
    "food.collected": OutboxKind(
        "allocation",
        "Food is on the van.",
        _BOTH,
        {**_HANDLED, "reason": "why it is less than planned, or null"},
    ),
    "food.delivered": OutboxKind(
        "allocation", "Food was handed over: the receipt for donor and receiver.", _BOTH, _HANDLED
    ),
    "food.refused": OutboxKind(
        "allocation", "The receiver has refused food at the door.", _BOTH, {**_HANDLED, "reason": "why, or null"}
    ),
    "food.handed_over": OutboxKind(
        "handover",
        "An outlet took food that no food bank had taken.",
        _DONOR,
        {
            "offer_line_id": "the line of the offer",
            "description": "what the donor calls it",
            "category": "as in the glossary",
            "kg": "what it took",
            "outlet": "`community_fridge`, `animal_feed` or `compost`",
            "outlet_name": "which one",
            "service_date": "local day of the offer",
        },
    ),
    "food.asked": OutboxKind(
        "ask",
        "A food bank is asked whether it takes food beyond its needs.",
        "the food bank",
        {**_OPEN_FOOD, "site_id": "its site", "kg": "what is open", "donor": "who gives it", "until": "too late then"},
    ),
    "food.answered": OutboxKind(
        "ask",
        "A food bank has said yes or no to food that it was asked about; after a yes a change of the day is asked for.",
        "the food bank",
        {**_OPEN_FOOD, "site_id": "its site", "answer": "`yes` or `no`", "kg": "what it takes, or null"},
    ),
    "food.escalated": OutboxKind(
        "escalation",
        "Nobody has taken food, and the next step of its ladder was taken.",
        _DONOR,
        {
            **_OPEN_FOOD,
            "site_id": "the store",
            "kg": "what is open",
            "step": "`ask_food_banks`, `ask_wider`, `next_day`, `community_fridge`, `animal_feed` or `compost`",
            "ends_at": "until when people may have it",
        },
    ),
    "shift.added": OutboxKind(
        "shift",
        "A vehicle will be driven: somebody can plan with it.",
        "the organisation whose vehicle it is",
        {"service_date": "local day", "vehicle_id": "which vehicle", "starts_at": "from", "ends_at": "until"},
    ),
    "route.published": OutboxKind(
        "shift", "A published plan has a route for a shift, or another driver has it.", _SHIFT_ORGANISATION, _WORK
    ),
    "route.changed": OutboxKind(
        "shift",
        "A newer plan of the day has other stops, food or another order for a shift, or it sets off at another time.",
        _SHIFT_ORGANISATION,
        _WORK,
    ),
    "route.cancelled": OutboxKind(
        "shift",
        "A newer plan of the day has nothing to drive for a shift any more, or its driver drives it no longer.",
        _SHIFT_ORGANISATION,
        _ROUTE,
    ),
    "webhook.disabled": OutboxKind(
        "webhook endpoint",
        "An endpoint gets nothing any more until it is made active again.",
        "its organisation",
        {"reason": "`gone` or `gave_up`", "url": "its address, without what follows a question mark"},
    ),
    TEST_KIND: OutboxKind("webhook endpoint", "A trial that somebody asked for.", "that endpoint's organisation"),
}


def wanted(kinds: Iterable[str], kind: str) -> bool:
    """Whether somebody who asked for `kinds` hears of `kind`; who asked for none hears of all."""
    asked = frozenset(kinds)
    return not asked or kind in asked or kind.partition(".")[0] + ".*" in asked


def known(kind: str) -> bool:
    """Whether there is such a kind, or family of kinds written as `food.*`."""
    family, _, rest = kind.partition(".")
    return kind in KINDS or (rest == "*" and any(each.startswith(f"{family}.") for each in KINDS))


def table() -> str:
    """The kinds as the rows of a Markdown table."""
    rows = ["| kind | subject | what happened | who hears it besides the network's staff | data |", "| --- " * 5 + "|"]
    for name, kind in sorted(KINDS.items()):
        data = "; ".join(f"`{key}`: {meaning}" for key, meaning in kind.data.items()) or "none"
        rows.append(f"| `{name}` | {kind.subject} | {kind.tells} | {kind.heard_by} | {data} |")
    return "\n".join(rows)
