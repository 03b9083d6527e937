"""What may be offered, and what may arrive where and until when. Hard rules, never penalties.

Use-by is about safety: such food never arrives after its date in the network's zone. Best-before is about
quality: the receiver decides. The numbers and their sources are in app.domain.safety_limits; a network's policy
may be stricter, and whatever is stricter allows nothing that was forbidden before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from app.domain.categories import WORDS
from app.domain.foods import CONTRADICTING_FLAGS, with_implied
from app.domain.safety_limits import LAW, Policy
from app.domain.service_date import last_second_of, service_date_of
from app.domain.temperatures import fault_of

_NEVER_AMBIENT = frozenset({"chilled", "frozen", "hot"})
FITTING_CLASSES: dict[str, frozenset[str]] = {
    "frozen_food": frozenset({"frozen"}),
    "chilled_prepared": _NEVER_AMBIENT,
    "meat_and_fish": _NEVER_AMBIENT,
}
_FLAG_WORDS = {"contains_pork": "contain pork", "contains_alcohol": "contain alcohol"}


@dataclass(frozen=True)
class Line:
    """One kind of food in an offer, as far as safety is concerned."""

    category: str
    grams: int
    temperature_class: str
    date_mark: str
    mark_date: date | None = None
    allergens: frozenset[str] = frozenset()
    dietary_flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Receiver:
    """What one need accepts, with the storage of its site."""

    category: str
    minimum_shelf_life_days: int = 0
    excluded_allergens: frozenset[str] = frozenset()
    required_dietary_flags: frozenset[str] = frozenset()
    accepted_temperature_classes: frozenset[str] = frozenset({"ambient"})
    accepts_past_best_before: bool = False


@dataclass(frozen=True)
class Refusal:
    """A no with a stable code, a sentence for the person and, on posting, the field as a JSON pointer."""

    code: str
    sentence: str
    field: str = ""


def refusals_on_posting(
    lines: Sequence[Line],
    pickup_from: datetime,
    pickup_until: datetime,
    now: datetime,
    zone: tzinfo,
    policy: Policy = LAW,
) -> tuple[Refusal, ...]:
    """Everything that keeps an offer from being taken; empty means welcome."""
    found = list(_window_refusals(pickup_from, pickup_until, now, policy))
    hot = any(line.temperature_class == "hot" for line in lines)
    if hot and pickup_until - pickup_from > timedelta(minutes=policy.hot_longest_minutes):
        sentence = f"Hot food must be fetched within {_time_words(policy.hot_longest_minutes)}."
        found.append(Refusal("hot_window_too_long", sentence, "/pickup_until"))
    for position, line in enumerate(lines):
        found.extend(_date_refusals(line, f"/lines/{position}", pickup_from, now, zone))
        found.extend(_policy_refusals(line, f"/lines/{position}", service_date_of(pickup_from, zone), policy))
        found.extend(_kind_refusals(line, f"/lines/{position}"))
    return tuple(found)


def latest_arrival(
    line: Line,
    receiver: Receiver,
    service_date: date,
    zone: tzinfo,
    *,
    ready_at: datetime | None = None,
    policy: Policy = LAW,
) -> datetime | Refusal:
    """The last second of the service date at which this receiver may still get this food, or why it may not.

    Shelf life counts from the day of arrival, the service date. Hot food needs `ready_at`, the start of its
    pickup window: it must arrive within two hours of it, or sooner where the network says so.
    """
    refusal = (
        next(_mismatches(line, receiver), None)
        or _too_old(line, receiver, service_date)
        or _too_old_here(line, service_date, policy)
    )
    if refusal is not None:
        return refusal
    latest = last_second_of(service_date, zone)
    if line.temperature_class == "hot":
        if ready_at is None:
            return Refusal("hot_ready_time_missing", "Say when the hot food is ready.")
        latest = min(latest, ready_at + timedelta(minutes=policy.hot_longest_minutes))
    return latest


def causes_at_handover(
    temperature_class: str,
    use_by: date | None,
    kind: str,
    occurred_at: datetime,
    celsius: float | None,
    zone: tzinfo,
    policy: Policy = LAW,
) -> tuple[str, ...]:
    """Why food is held back after what a driver reported of it: out of its temperature, or past its use-by date."""
    found: list[str] = []
    if kind in ("collected", "delivered") and celsius is not None:
        fault = fault_of(temperature_class, celsius, policy)
        found += [fault] if fault else []
    if kind == "delivered" and use_by is not None and service_date_of(occurred_at, zone) > use_by:
        found.append("past_use_by")
    return tuple(found)


def days_left(line: Line, service_date: date) -> int | None:
    """Whole days from the service date to the date on the pack; None without a date."""
    return None if line.mark_date is None else (line.mark_date - service_date).days


def _window_refusals(pickup_from: datetime, pickup_until: datetime, now: datetime, policy: Policy) -> Iterator[Refusal]:
    if pickup_from >= pickup_until:
        yield Refusal("window_inverted", "The pickup must end after it begins.", "/pickup_until")
        return
    if pickup_until <= now:
        yield Refusal("window_past", "The pickup time is already over.", "/pickup_until")
    if pickup_until - pickup_from > timedelta(hours=policy.pickup_longest_hours):
        sentence = f"Give a pickup time of at most {_time_words(60 * policy.pickup_longest_hours)}."
        yield Refusal("window_too_long", sentence, "/pickup_until")


def _date_refusals(line: Line, at: str, pickup_from: datetime, now: datetime, zone: tzinfo) -> Iterator[Refusal]:
    mark = line.mark_date
    if line.date_mark == "none":
        if mark is not None:
            yield Refusal("date_mark_missing", f"Is {_spoken(mark)} a use-by or a best-before date?", f"{at}/date_mark")
        return
    if mark is None:
        word = line.date_mark.replace("_", "-")
        yield Refusal(f"{line.date_mark}_date_missing", f"Give the {word} date on the pack.", f"{at}/mark_date")
        return
    if line.date_mark != "use_by":
        return
    if mark < service_date_of(now, zone):
        sentence = f"The use-by date {_spoken(mark)} has passed. This food may not be given away."
        yield Refusal("use_by_passed", sentence, f"{at}/mark_date")
    elif mark < service_date_of(pickup_from, zone):
        sentence = f"The use-by date {_spoken(mark)} is before the pickup. Offer an earlier pickup."
        yield Refusal("use_by_before_pickup", sentence, f"{at}/mark_date")


def _policy_refusals(line: Line, at: str, pickup_day: date, policy: Policy) -> Iterator[Refusal]:
    """What the network does not let anybody give away, though the law would."""
    refusal = _too_old_here(line, pickup_day, policy)
    if refusal is not None:
        yield Refusal(refusal.code, refusal.sentence, f"{at}/mark_date")


def _too_old_here(line: Line, day: date, policy: Policy) -> Refusal | None:
    left = days_left(line, day)
    if left is None:
        return None
    if line.date_mark == "use_by" and 0 <= left < policy.minimum_days_before_use_by:
        days = _day_words(policy.minimum_days_before_use_by)
        return Refusal("use_by_too_close", f"This network asks for at least {days} before the use-by date.")
    tolerance = policy.best_before_tolerance_days
    if line.date_mark == "best_before" and tolerance is not None and left < -tolerance:
        days = _day_words(tolerance)
        return Refusal("best_before_too_old", f"This network takes food until {days} after its best-before date.")
    return None


def _kind_refusals(line: Line, at: str) -> Iterator[Refusal]:
    fitting = FITTING_CLASSES.get(line.category)
    if fitting is not None and line.temperature_class not in fitting:
        ways = " or ".join(sorted(fitting))
        sentence = f"{WORDS[line.category].capitalize()} must be kept {ways}."
        yield Refusal("temperature_class_unfit", sentence, f"{at}/temperature_class")
    for claim, content in CONTRADICTING_FLAGS:
        if {claim, content} <= line.dietary_flags:
            sentence = f"Food that is {claim} cannot {_FLAG_WORDS[content]}."
            yield Refusal("dietary_flags_contradict", sentence, f"{at}/dietary_flags")


def _mismatches(line: Line, receiver: Receiver) -> Iterator[Refusal]:
    if line.category != receiver.category:
        yield Refusal("category_differs", f"They ask for {WORDS[receiver.category]}.")
    if line.temperature_class not in receiver.accepted_temperature_classes:
        yield Refusal("temperature_class_not_accepted", f"They cannot keep {line.temperature_class} food.")
    excluded = sorted(line.allergens & receiver.excluded_allergens)
    if excluded:
        yield Refusal("allergen_excluded", f"They cannot take food with {', '.join(excluded)}.")
    missing = sorted(receiver.required_dietary_flags - with_implied(line.dietary_flags))
    if missing:
        words = ", ".join(flag.replace("_", " ") for flag in missing)
        yield Refusal("dietary_flag_missing", f"They only take food marked {words}.")


def _too_old(line: Line, receiver: Receiver, service_date: date) -> Refusal | None:
    left = days_left(line, service_date)
    if line.date_mark == "none" or left is None:
        return None
    if line.date_mark == "use_by" and left < 0:
        return Refusal("use_by_passed", "Its use-by date will have passed when it arrives.")
    if line.date_mark == "best_before":
        if receiver.accepts_past_best_before:
            return None
        if left < 0:
            return Refusal("best_before_passed", "They do not take food past its best-before date.")
    if left < receiver.minimum_shelf_life_days:
        days = _day_words(receiver.minimum_shelf_life_days)
        return Refusal("shelf_life_too_short", f"They need at least {days} left.")
    return None


def _day_words(days: int) -> str:
    return f"{days} {'day' if days == 1 else 'days'}"


def _time_words(minutes: int) -> str:
    hours = minutes // 60
    return f"{minutes} minutes" if minutes % 60 else f"{hours} {'hour' if hours == 1 else 'hours'}"


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
