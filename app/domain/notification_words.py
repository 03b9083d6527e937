"""What a notification says, in a sentence: templates and their words, for whichever language says them.

Nothing stands in it that its message did not tell the reader's own organisation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.alarms import SENTENCES as ALARMS
from app.domain.alarms import Kind
from app.domain.categories import WORDS as CATEGORIES
from app.domain.notifications import WITHOUT_MESSAGE, News, allocations_for, grams_in, grams_of
from app.domain.units import kg_display

TITLES: Mapping[str, str] = {
    "allocations.published": "A van collects your food",
    "allocations.cancelled": "No van collects any more",
    "delivery.scheduled": "A van brings you food",
    "delivery.cancelled": "No food comes any more",
    "need.unmet": "Little or nothing of what you need",
    "arrival.changed": "The van comes at another time",
    "food.delivered": "Food was handed over",
    "food.refused": "Food was refused",
    "stop.failed": "Something failed at a stop",
    "offer.expired": "Nobody fetched your food",
    "food.asked": "Can you take food?",
    "line.quarantined": "Food is held back",
    "allocation.declined": "Food is not wanted",
    "plan.failed": "There is no plan",
    "route.published": "Your route is there",
    "route.changed": "Your route has changed",
    "route.cancelled": "You have no route any more",
    "task.reminder": "Soon: what you have taken on",
    "task.cancelled": "Called off",
    "task.released": "Planned otherwise",
    "task.given_back": "A place is free again",
    "volunteer.applied": "Somebody wants to help",
    "enquiry.received": "Somebody has written through a card",
    "alarm.raised": "Alarm",
    "alarm.escalated": "Alarm: nobody has taken it on yet",
    "test": "A trial",
    "code": "A code for your phone number",
}
SENTENCES: Mapping[str, str] = {
    "allocations.cancelled": "The plan for {day} has changed: no van collects from you any more.",
    "delivery.cancelled": "The plan for {day} has changed: no van brings you food any more.",
    "arrival.changed": "The van is expected at {site} about {time}, not {before}.",
    "food.delivered": "{kg} kg of {food} from {donor} were handed over to {receiver}.",
    "food.delivered corrected": "Corrected: {kg} kg of {food} from {donor} were handed over to {receiver}.",
    "food.refused": "{receiver} refused {kg} kg of {food} from {donor}.",
    "food.refused corrected": "Corrected: {receiver} refused {kg} kg of {food} from {donor}.",
    "stop.failed pickup": "{kg} kg could not be collected at {site}.",
    "stop.failed drop_off": "{kg} kg could not be handed over at {site}.",
    "offer.expired": "Nobody fetched {kg} kg that you offered for {day}.",
    "food.asked": "Can you take {kg} kg of {food} from {donor}? Answer by {time}.",
    "line.quarantined": "Food of {day} is held back until somebody decides about it.",
    "allocation.declined": "{receiver} does not want {kg} kg of {food} from {donor} on {day}.",
    "plan.failed": "Planning {day} has ended without a plan. Look at the day.",
    "route.cancelled": "You have no route to drive on {day} any more.",
    "task.reminder": "You have taken on {title}: {day}, {time}, {place}. If you cannot come, give it back in time.",
    "task.cancelled": "{title} on {day} at {time} is called off. Thank you all the same.",
    "task.released": "{title} on {day} at {time} is planned otherwise: you need not come. Thank you all the same.",
    "task.given_back": "{title} on {day} at {time}: somebody has given their place back.",
    "volunteer.applied": "Somebody has written that they want to help. Read it and answer.",
    "enquiry.received give_food": "Somebody who wants to give food has written through a card. Read it and answer.",
    "enquiry.received drive": "Somebody who wants to drive has written through a card. Read it and answer.",
    "enquiry.received give_money": "Somebody who wants to give money has written through a card. Read it and answer.",
    "test": "So you are told here from now on.",
    "code": "{code} is the code for your phone number. If you did not ask for it, do nothing.",
}
# What a text message says where all of it takes more than one segment, each of which costs: who, what, when.
SHORT: Mapping[str, str] = {
    "need.unmet": "{day}: only {kg} of {asked} kg of {food} come.",
    "allocation.declined": "{receiver} does not want {kg} kg of {food}.",
    "task.reminder": "{title}: {day}, {time}, {place}.",
    "task.cancelled": "{title}, {day} {time}: called off.",
    "task.released": "{title}, {day} {time}: you need not come.",
    "task.given_back": "{title}, {day} {time}: a place is free.",
    Kind.SHIFT_WITHOUT_DRIVER: "Nobody drives {vehicle} from {from}. Name a driver.",
    Kind.DRIVER_NOT_STARTED: "{vehicle}: nothing reported since {from}. Call the driver.",
    Kind.STOP_LATE: "{vehicle} is expected at {site} at {expected} only. Call both.",
    Kind.WEIGHT_FAR_OFF: "{vehicle}: {kg} kg of {food}, not {planned} kg. Ask the driver.",
    Kind.STORE_SILENT: "{site} has said nothing yet. Is there nothing on {day}?",
}
# Of a number of visits: one, many. A driver's page is opened by a link that a dispatcher hands over: it is kept as a
# hash, so no message can have it, and another one would end the one that is in use.
COUNTED: Mapping[str, tuple[str, str]] = {
    "allocations.published": (
        "{count} collection on {day}: {kg} kg, about {time}.",
        "{count} collections on {day}: {kg} kg, the first about {time}.",
    ),
    "need.unmet": (
        "The plan for {day} brings {site} too little: {kg} of {asked} kg of {food}.",
        "The plan for {day} brings {site} too little of {count} foods; of {food} {kg} of {asked} kg.",
    ),
    "route.published": (
        "Your route on {day}: {count} stop, about {time}. Open it with your dispatcher's link.",
        "Your route on {day}: {count} stops, from about {time}. Open it with your dispatcher's link.",
    ),
    "route.changed": (
        "Changed: your route on {day} has {count} stop, about {time}. Look at it before you drive on.",
        "Changed: your route on {day} has {count} stops, from about {time}. Look at it before you drive on.",
    ),
    "delivery.scheduled": (
        "{count} delivery on {day}: {kg} kg, about {time}.",
        "{count} deliveries on {day}: {kg} kg, the first about {time}.",
    ),
}


@dataclass(frozen=True)
class Sentence:
    """A template, or two and a number, with the words of its gaps; `days`, `times` and `category` are still values, for
    the reader's language to say, and `names` what may be cut where there is little room. short: the template of a text
    message where the others are too long for one segment."""

    templates: tuple[str, ...]
    count: int = 0
    plain: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    times: Mapping[str, datetime] = field(default_factory=dict)
    category: str | None = None
    short: str = ""


def sentence_of(news: News, site_name: str | None) -> Sentence:
    """What is said of a message to a reader, who may be of one site alone; an alarm brings its kind and `details`."""
    if "allocations" in news.data:
        return _visits(news, site_name)
    return _MAKERS[news.kind](news.data)


def _visits(news: News, site_name: str | None) -> Sentence:
    rows = allocations_for(site_name, news.data)
    return Sentence(
        COUNTED[news.kind],
        len({(each["site_name"], each["at"]) for each in rows}),
        plain={"kg": kg_display(grams_in(rows))},
        days=_day(news.data),
        times={"time": min(datetime.fromisoformat(each["at"]) for each in rows)},
    )


def _route(kind: str) -> Callable[[Mapping[str, Any]], Sentence]:
    def made(data: Mapping[str, Any]) -> Sentence:
        times = {"time": datetime.fromisoformat(data["first_at"])}
        return Sentence(COUNTED[kind], data["stops"], days=_day(data), times=times)

    return made


def _unmet(data: Mapping[str, Any]) -> Sentence:
    return Sentence(
        COUNTED["need.unmet"],
        1 + data["others"],
        plain={"kg": kg_display(grams_of(data["kg_planned"])), "asked": kg_display(grams_of(data["kg"]))},
        names={"site": data["site_name"]},
        days=_day(data),
        category=CATEGORIES[data["category"]],
        short=SHORT["need.unmet"],
    )


def _day(data: Mapping[str, Any]) -> dict[str, date]:
    return {"day": date.fromisoformat(data["service_date"])}


def _kg(data: Mapping[str, Any]) -> dict[str, str]:
    return {"kg": kg_display(grams_of(data["kg"]))}


def _of_the_day(kind: str) -> Callable[[Mapping[str, Any]], Sentence]:
    return lambda data: Sentence((SENTENCES[kind],), days=_day(data))


def _handled(kind: str) -> Callable[[Mapping[str, Any]], Sentence]:
    def made(data: Mapping[str, Any]) -> Sentence:
        corrected = " corrected" if data.get("corrected") else ""
        names = {"donor": data["donor_name"], "receiver": data["receiver_name"], **_food(data)}
        return Sentence((SENTENCES[kind + corrected],), plain=_kg(data), names=names, category=_category(data))

    return made


def _food(data: Mapping[str, Any]) -> dict[str, str]:
    return {"food": data["description"]} if data.get("description") else {}


def _category(data: Mapping[str, Any]) -> str | None:
    """The word of its category for food that its donor calls nothing."""
    return None if data.get("description") else CATEGORIES[data["category"]]


def _arrival(data: Mapping[str, Any]) -> Sentence:
    times = {"time": datetime.fromisoformat(data["at"]), "before": datetime.fromisoformat(data["told_before"])}
    return Sentence((SENTENCES["arrival.changed"],), names={"site": data["site_name"]}, times=times)


def _failed(data: Mapping[str, Any]) -> Sentence:
    template = SENTENCES[f"stop.failed {data['stop_kind']}"]
    return Sentence((template,), plain=_kg(data), names={"site": data["site_name"]})


def _expired(data: Mapping[str, Any]) -> Sentence:
    return Sentence((SENTENCES["offer.expired"],), plain=_kg(data), days=_day(data))


def _asked(data: Mapping[str, Any]) -> Sentence:
    return Sentence(
        (SENTENCES["food.asked"],),
        plain=_kg(data),
        names={"donor": data["donor"], **_food(data)},
        times={"time": datetime.fromisoformat(data["until"])},
        category=_category(data),
    )


def _declined(data: Mapping[str, Any]) -> Sentence:
    return Sentence(
        (SENTENCES["allocation.declined"],),
        plain=_kg(data),
        names={"donor": data["donor_name"], "receiver": data["receiver_name"], **_food(data)},
        days=_day(data),
        category=_category(data),
        short=SHORT["allocation.declined"],
    )


def _task(kind: str) -> Callable[[Mapping[str, Any]], Sentence]:
    def made(data: Mapping[str, Any]) -> Sentence:
        return Sentence(
            (SENTENCES[kind],),
            names={"title": data["title"], "place": data["place"] or data["title"]},
            days=_day(data),
            times={"time": datetime.fromisoformat(data["starts_at"])},
            short=SHORT[kind],
        )

    return made


def _alarm(data: Mapping[str, Any]) -> Sentence:
    kind = Kind(data["alarm"])
    return Sentence((ALARMS[kind],), names=data["details"], short=SHORT.get(kind, ""))


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Sentence]] = {
    "allocations.cancelled": _of_the_day("allocations.cancelled"),
    "delivery.cancelled": _of_the_day("delivery.cancelled"),
    "arrival.changed": _arrival,
    "food.delivered": _handled("food.delivered"),
    "food.refused": _handled("food.refused"),
    "stop.failed": _failed,
    "offer.expired": _expired,
    "food.asked": _asked,
    "line.quarantined": _of_the_day("line.quarantined"),
    "allocation.declined": _declined,
    "plan.failed": _of_the_day("plan.failed"),
    "alarm.raised": _alarm,
    "alarm.escalated": _alarm,
    "route.published": _route("route.published"),
    "route.changed": _route("route.changed"),
    "route.cancelled": _of_the_day("route.cancelled"),
    "need.unmet": _unmet,
    **{kind: _task(kind) for kind in ("task.reminder", "task.cancelled", "task.released", "task.given_back")},
    "volunteer.applied": lambda _: Sentence((SENTENCES["volunteer.applied"],)),
    "enquiry.received": lambda data: Sentence((SENTENCES[f"enquiry.received {data['wish']}"],)),
    "test": lambda _: Sentence((SENTENCES["test"],)),
    "code": lambda data: Sentence((SENTENCES["code"],), plain={"code": data["code"]}),
}


# What only those who give food are told, whatever else their organisation does.
_OF_GIVING = frozenset({"allocations.published", "allocations.cancelled", "offer.expired"})


def page_of(news: News, role: str, *, receives: bool = False) -> str:
    """Where the reader sees more, or acts: a path that their role opens, with what their organisation has on it.

    receives: it is one that food is brought to.
    """
    data, plans = news.data, role in ("dispatcher", "network_admin")
    if news.kind == "arrival.changed" and data.get("page"):
        return str(data["page"])
    if news.kind in WITHOUT_MESSAGE:
        return "/notifications"
    if news.kind.startswith("route."):
        return "/my-tasks" if role == "volunteer" else "/drive"
    if news.kind.startswith("task.") and role in ("volunteer", "driver"):
        return "/my-tasks"
    if news.kind == "volunteer.applied":
        return "/volunteers"
    if news.kind == "enquiry.received":
        return "/cards"
    if news.kind == "task.given_back":
        return "/tasks"
    if news.kind == "food.asked":
        return "/asked"
    if news.kind.startswith("delivery."):
        return "/arrivals"
    if plans and data.get("service_date"):
        return f"/day?date={data['service_date']}"
    if news.kind == "need.unmet":
        return "/needs"
    if plans:
        return "/day"
    if news.kind.startswith("alarm.") and role == "donor_staff":
        return "/offers/new"
    takes = receives and role == "organisation_admin" and news.kind not in _OF_GIVING
    return "/arrivals" if takes else "/offers"
