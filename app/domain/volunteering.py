"""What residents who help may take: the task's wishes beside what somebody offers, when it can be given back, when
they are reminded, and after which no-shows somebody speaks with them first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from app.domain.weekdays import runs_of

WITH_SHIFT = frozenset({"drive", "ride_along"})
KIND_WORDS: Mapping[str, str] = {
    "drive": "Drive a van",
    "ride_along": "Ride along and carry",
    "sorting": "Sort food",
    "distribution": "Help at a distribution",
    "collection": "Collect food",
    "other": "Something else",
}
SKILL_WORDS: Mapping[str, str] = {
    "licence_b": "Driving licence for cars and vans (B)",
    "licence_c1": "Driving licence up to 7.5 t (C1)",
    "licence_c": "Driving licence for trucks (C)",
    "food_hygiene": "Food hygiene certificate",
    "chilled_food": "Knows how to handle chilled food",
    "lifting": "Can lift and carry crates",
}
# A licence of one class covers those below it.
COVERS: Mapping[str, frozenset[str]] = {
    "licence_c": frozenset({"licence_c1", "licence_b"}),
    "licence_c1": frozenset({"licence_b"}),
}
VEHICLE_WORDS: Mapping[str, str] = {
    "none": "No vehicle",
    "bike": "Bicycle",
    "cargo_bike": "Cargo bike",
    "car": "Car",
    "van": "Van",
}
WITH_OWN_VEHICLE = frozenset(VEHICLE_WORDS) - {"none"}
# Those that most people of a network speak; codes of ISO 639, named by Babel in the reader's language.
LANGUAGES = ("en", "ar", "cy", "bn", "es", "fa", "fr", "hi", "ku", "pl", "pt", "ro", "so", "ti", "tr", "uk", "ur", "zh")

PART_WORDS: Mapping[str, str] = {"morning": "Until noon", "afternoon": "Afternoon", "evening": "After 17:00"}
_BEGINS: Sequence[tuple[str, time]] = (("morning", time(0)), ("afternoon", time(12)), ("evening", time(17)))
SLOTS = tuple(f"{weekday} {part}" for weekday in range(1, 8) for part in PART_WORDS)

GIVE_BACK_FREELY = timedelta(hours=24)  # as long before it begins nobody minds: somebody else can be found
DAY_BEFORE, HOURS_BEFORE = timedelta(hours=24), timedelta(hours=2)
SPOKEN_AFTER, WITHIN = 2, timedelta(days=60)  # so many no-shows within that time, and somebody speaks with them first
APPLICATION_DAYS = 60  # an application that came to nothing is deleted


class Obstacle(StrEnum):
    """Why a task does not fit; the last one is for the person to decide: their hours are a wish and no rule."""

    SKILLS = "skills"
    LANGUAGES = "languages"
    VEHICLE = "vehicle"
    HOURS = "hours"


HARD = frozenset({Obstacle.SKILLS, Obstacle.LANGUAGES, Obstacle.VEHICLE})


@dataclass(frozen=True)
class Wanted:
    """What a task asks for."""

    starts_at: datetime
    ends_at: datetime
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    own_vehicle: bool = False


@dataclass(frozen=True)
class Profile:
    """What somebody brings. slots: such as `6 morning`, by ISO weekday; none: they have not said when."""

    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    vehicle: str = "none"
    slots: frozenset[str] = field(default_factory=frozenset)


def held(skills: Iterable[str]) -> frozenset[str]:
    """The skills, with those that they cover."""
    found = frozenset(skills)
    return found.union(*(COVERS.get(each, frozenset()) for each in found))


def slots_of(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> frozenset[str]:
    """The parts of weekdays that a task takes, in local time."""
    found, at = set[str](), starts_at.astimezone(zone)
    ends = ends_at.astimezone(zone)
    while at < ends:
        part = [name for name, begins in _BEGINS if at.time() >= begins][-1]
        found.add(f"{at.isoweekday()} {part}")
        at += timedelta(minutes=30)
    return frozenset(found)


def by_parts(slots: Iterable[str]) -> list[tuple[list[tuple[int, int]], tuple[str, ...]]]:
    """The parts of the week in few words: runs of weekdays (first and last) that have the same parts of the day, by the
    day on which each begins."""
    chosen = set(slots)
    days_of: dict[tuple[str, ...], list[int]] = {}
    for weekday in range(1, 8):
        found = tuple(part for part in PART_WORDS if f"{weekday} {part}" in chosen)
        if found:
            days_of.setdefault(found, []).append(weekday)
    return [(runs_of(days), found) for found, days in days_of.items()]


def obstacles(wanted: Wanted, profile: Profile, zone: tzinfo) -> tuple[Obstacle, ...]:
    """Why the task does not fit somebody; nothing where it does."""
    found = []
    if not wanted.skills <= held(profile.skills):
        found.append(Obstacle.SKILLS)
    if not wanted.languages <= profile.languages:
        found.append(Obstacle.LANGUAGES)
    if wanted.own_vehicle and profile.vehicle not in WITH_OWN_VEHICLE:
        found.append(Obstacle.VEHICLE)
    if profile.slots and not slots_of(wanted.starts_at, wanted.ends_at, zone) <= profile.slots:
        found.append(Obstacle.HOURS)
    return tuple(found)


def is_late(starts_at: datetime, now: datetime) -> bool:
    """Whether giving it back now leaves little time to find somebody else."""
    return now > starts_at - GIVE_BACK_FREELY


def speaks_first(no_shows: Iterable[datetime], cleared_at: datetime | None, now: datetime) -> bool:
    """Whether a coordinator speaks with them before they take something new: so many of theirs that nobody came to
    within the time, not counting what was spoken about."""
    since = max(now - WITHIN, cleared_at or now - WITHIN)
    return sum(1 for each in no_shows if since < each <= now) >= SPOKEN_AFTER


@dataclass(frozen=True)
class Told:
    """When somebody was reminded, if they were."""

    day_before: datetime | None
    hours_before: datetime | None


def reminder_due(starts_at: datetime, taken_at: datetime, told: Told, now: datetime) -> str | None:
    """`day` or `hours` where one is due now. Whoever took it later than a reminder would have come needs none, and a
    reminder of tomorrow that could not be sent until shortly before is none any more."""
    if not starts_at - DAY_BEFORE <= now < starts_at:
        return None
    if now >= starts_at - HOURS_BEFORE:
        fresh = taken_at > starts_at - HOURS_BEFORE
        return None if told.hours_before is not None or fresh else "hours"
    late = taken_at > starts_at - DAY_BEFORE or now >= starts_at - DAY_BEFORE / 2
    return None if told.day_before is not None or late else "day"
