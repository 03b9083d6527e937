"""Which messages of the outbox are worth a person's notification, for whom, by which channels unless they chose others,
what cannot wait until the morning, and when it is out of date. Pure; who may see what is decided by who was named on
the message, as everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.domain.permissions import Role
from app.domain.service_date import end_of


class Channel(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    PUSH = "push"
    SMS = "sms"


CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.EMAIL: "E-mail",
    Channel.PUSH: "Devices",
    Channel.SMS: "Text message",
}
_NONE: frozenset[Channel] = frozenset()
_PUSH, _MAIL = frozenset({Channel.PUSH}), frozenset({Channel.EMAIL})
_BOTH = _PUSH | _MAIL
RECEIVERS = frozenset({"food_bank", "community_group"})  # kinds of organisations that food is brought to
_NETWORK_WIDE = frozenset({Role.DISPATCHER, Role.NETWORK_ADMIN})


@dataclass(frozen=True)
class Subject:
    """What somebody can choose to hear of.

    words: as the page calls it. kinds: of the outbox. defaults: by role, the channels of whoever has chosen nothing;
    a role that is not in it never hears of it. lives: how long it is news, where nothing in the message says more.
    across: the network's staff hear of everybody's; else each hears of their own organisation's alone.
    mailed: a mail goes anyway, by another way, to whoever has to act; only the other channels can be chosen.
    """

    words: str
    kinds: frozenset[str]
    defaults: Mapping[Role, frozenset[Channel]]
    lives: timedelta
    across: bool = False
    mailed: bool = False

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Those that can be chosen."""
        return tuple(each for each in Channel if not (self.mailed and each is Channel.EMAIL))


_DONOR, _ADMIN = Role.DONOR_STAFF, Role.ORGANISATION_ADMIN
_DISPATCHER, _NETWORK = Role.DISPATCHER, Role.NETWORK_ADMIN
_DAY = timedelta(days=1)

SUBJECTS: Mapping[str, Subject] = {
    "collection": Subject(
        "A plan collects our food, or no longer does",
        frozenset({"allocations.published", "allocations.cancelled"}),
        {_DONOR: _BOTH, _ADMIN: _PUSH, _NETWORK: _NONE},
        _DAY * 2,
    ),
    "delivery": Subject(
        "A plan brings us food, or no longer does",
        frozenset({"delivery.scheduled", "delivery.cancelled"}),
        {_ADMIN: _BOTH, _DISPATCHER: _PUSH, _NETWORK: _NONE},
        _DAY * 2,
    ),
    "unmet": Subject(
        "A plan brings nothing or little of what we need",
        frozenset({"need.unmet"}),
        {_ADMIN: _PUSH, _DISPATCHER: _NONE, _NETWORK: _NONE},
        _DAY * 2,
    ),
    "arrival": Subject(
        "The van comes earlier or later than was said",
        frozenset({"arrival.changed"}),
        {_DONOR: _PUSH, _ADMIN: _PUSH, _DISPATCHER: _NONE, _NETWORK: _NONE},
        timedelta(hours=6),
    ),
    "receipt": Subject(
        "Food was handed over",
        frozenset({"food.delivered"}),
        {_DONOR: _NONE, _ADMIN: _NONE, _DISPATCHER: _NONE, _NETWORK: _NONE},
        _DAY,
    ),
    "trouble": Subject(
        "Food was refused, or could not be collected or handed over",
        frozenset({"food.refused", "stop.failed"}),
        {_DONOR: _PUSH, _ADMIN: _BOTH, _DISPATCHER: _PUSH, _NETWORK: _NONE},
        _DAY,
        across=True,
    ),
    "unfetched": Subject(
        "Nobody fetched food that we offered",
        frozenset({"offer.expired"}),
        {_DONOR: _NONE, _ADMIN: _MAIL, _NETWORK: _NONE},
        _DAY * 2,
    ),
    "question": Subject(
        "We are asked whether we take food",
        frozenset({"food.asked"}),
        {_ADMIN: _PUSH, _DISPATCHER: _PUSH, _NETWORK: _PUSH},
        _DAY,
        mailed=True,
    ),
    "decision": Subject(
        "Somebody has to decide: food is held back or not wanted, or there is no plan",
        frozenset({"line.quarantined", "allocation.declined", "plan.failed"}),
        {_DISPATCHER: _BOTH, _NETWORK: _PUSH},
        _DAY,
        across=True,
    ),
    "route": Subject(
        "I have a route to drive, another one, or none any more",
        frozenset({"route.published", "route.changed", "route.cancelled"}),
        {Role.DRIVER: _BOTH, Role.VOLUNTEER: _BOTH},
        _DAY * 2,
    ),
    "task": Subject(
        "Something that I have taken on: reminders, or that it is off",
        frozenset({"task.reminder", "task.cancelled", "task.released"}),
        {Role.VOLUNTEER: _BOTH, Role.DRIVER: _BOTH},
        _DAY * 2,
    ),
    "help": Subject(
        "Somebody wants to help, or gives back what they had taken",
        frozenset({"volunteer.applied", "task.given_back"}),
        {_ADMIN: _PUSH, _DISPATCHER: _PUSH, _NETWORK: _BOTH},
        _DAY * 2,
        across=True,
    ),
    "enquiry": Subject(
        "Somebody has written through a card",
        frozenset({"enquiry.received"}),
        {_NETWORK: _BOTH},
        _DAY * 2,
        across=True,
    ),
    "alarm": Subject(
        "An alarm that you are to act on",
        frozenset({"alarm.raised", "alarm.escalated"}),
        {_DONOR: _PUSH, _ADMIN: _PUSH, _DISPATCHER: _PUSH, _NETWORK: _PUSH},
        timedelta(hours=6),
        mailed=True,
    ),
}
WITHOUT_MESSAGE = frozenset({"test", "code"})  # asked for on the page: a trial, the code that proves a phone number
_OF_KIND: Mapping[str, str] = {kind: code for code, subject in SUBJECTS.items() for kind in subject.kinds}
# Alarms of a day to come, or of a store: they can be dealt with in the morning, unless they have become an emergency.
_CAN_WAIT = frozenset({"shift_without_driver", "store_silent"})
BEFORE_A_SHIFT = timedelta(hours=1)
_NAMES = ("site_name", "donor_name", "receiver_name")


@dataclass(frozen=True)
class Reader:
    """A person, as the rules see one; `site` and `site_name` where somebody works at one place alone. receives: their
    organisation takes food, and has pages of its own for that."""

    person: str
    role: str
    organisation: str
    site: str | None = None
    site_name: str | None = None
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    receives: bool = False


@dataclass(frozen=True)
class News:
    """A message of the outbox; `told` are the people whom its alarm names, or whose route it is of."""

    kind: str
    organisations: frozenset[str]
    data: Mapping[str, Any]
    at: datetime
    told: frozenset[str] = frozenset()


def subject_of(kind: str) -> str | None:
    """What a kind of message is about; None where no person is told of it."""
    return _OF_KIND.get(kind)


def subjects_of(role: str) -> dict[str, Subject]:
    """What somebody with this role can hear of, in the order of the table."""
    return {code: subject for code, subject in SUBJECTS.items() if role in subject.defaults}


def channels_of(role: str, chosen: Mapping[str, Sequence[str]], code: str) -> frozenset[Channel]:
    """The channels by which somebody hears of a subject: as chosen, else as is usual for the role."""
    subject = SUBJECTS[code]
    if role not in subject.defaults:
        return frozenset()
    found = frozenset(map(Channel, chosen[code])) if code in chosen else subject.defaults[Role(role)]
    return found.intersection(subject.channels)


def hears(reader: Reader, news: News) -> bool:
    """Whether this message may and should reach this person at all, by whichever channel."""
    code = subject_of(news.kind)
    if code is None or reader.role not in SUBJECTS[code].defaults:
        return False
    if code in ("alarm", "route", "task"):
        return reader.person in news.told
    across = SUBJECTS[code].across and reader.role in _NETWORK_WIDE
    if not across and reader.organisation not in news.organisations:
        return False
    return _says_something(news) and _is_at(reader, news)


def _says_something(news: News) -> bool:
    """Nothing at all was handed over or refused: only a correction to that is news. Of a place's needs that a plan does
    not meet, the one that lacks most stands for all."""
    if news.kind == "need.unmet":
        return bool(news.data.get("most_missing"))
    if news.kind not in ("food.delivered", "food.refused") or news.data.get("corrected"):
        return True
    return grams_of(news.data["kg"]) > 0


def _is_at(reader: Reader, news: News) -> bool:
    """Whoever works at one place hears of that place."""
    if reader.site is None:
        return True
    if news.data.get("site_id") is not None:
        return str(news.data["site_id"]) == reader.site
    names = {str(news.data[name]) for name in _NAMES if name in news.data}
    names |= {str(each["site_name"]) for each in news.data.get("allocations", ())}
    return not names or reader.site_name in names


def allocations_for(site_name: str | None, data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a published plan has for a reader: for one place, what is of that place."""
    found: Iterable[Mapping[str, Any]] = data.get("allocations", ())
    return [each for each in found if site_name is None or each["site_name"] == site_name]


def grams_in(allocations: Iterable[Mapping[str, Any]]) -> int:
    """Grams of them all."""
    return sum(grams_of(str(each["kg"])) for each in allocations)


def grams_of(kg: str) -> int:
    """Grams of kilograms as messages have them; also of none."""
    return round(Decimal(kg) * 1000)


def urgent(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether it cannot wait until quiet hours end: an alarm of what is under way, or an emergency."""
    if subject_of(kind) != "alarm":
        return False
    return data.get("severity") == "emergency" or data.get("alarm") not in _CAN_WAIT


def latest(news: News) -> datetime | None:
    """When somebody has to know it at the latest, whatever the hour: who drives or helps, an hour before it begins."""
    if subject_of(news.kind) not in ("route", "task"):
        return None
    return datetime.fromisoformat(news.data["starts_at"]) - BEFORE_A_SHIFT


def valid_until(news: News, zone: tzinfo) -> datetime:
    """From then on it is no news any more: the van has come, the day is over, or so much time has passed."""
    code = subject_of(news.kind)
    ends = [news.at + (SUBJECTS[code].lives if code else _DAY)]
    moments = [each["at"] for each in news.data.get("allocations", ())]
    if moments:
        ends.append(max(map(datetime.fromisoformat, moments)))
    elif code in ("route", "task"):
        ends.append(datetime.fromisoformat(news.data["ends_at"]))
    elif news.kind == "arrival.changed":
        ends.append(datetime.fromisoformat(news.data["at"]))
    elif news.kind == "food.asked":
        ends.append(datetime.fromisoformat(news.data["until"]))
    elif news.kind in _OF_A_DAY:
        ends.append(end_of(date.fromisoformat(news.data["service_date"]), zone))
    return min(ends)


_OF_A_DAY = frozenset(
    {"allocations.cancelled", "delivery.cancelled", "plan.failed", "allocation.declined", "need.unmet"}
)
