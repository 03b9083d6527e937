"""What may be offered, and what may arrive where and until when. Hard rules, never penalties.

Use-by is about safety: such food never arrives after its date in the network's zone. Best-before is about
quality: the receiver decides (EU guidelines on food donation, OJ 2017/C 361/01, section 6.3; guide by WRAP,
FSA and Defra, November 2024). Hot food: UK law, at most 2 hours below 63 °C.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from app.domain.categories import WORDS
from app.domain.foods import CONTRADICTING_FLAGS, with_implied
from app.domain.service_date import last_second_of, service_date_of

LONGEST_WINDOW = timedelta(hours=24)
LONGEST_HOT = timedelta(hours=2)

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
    lines: Sequence[Line], pickup_from: datetime, pickup_until: datetime, now: datetime, zone: tzinfo
) -> tuple[Refusal, ...]:
    """Everything that keeps an offer from being taken; empty means welcome."""
    found = list(_window_refusals(pickup_from, pickup_until, now))
    hot = any(line.temperature_class == "hot" for line in lines)
    if hot and pickup_until - pickup_from > LONGEST_HOT:
        found.append(Refusal("hot_window_too_long", "Hot food must be fetched within 2 hours.", "/pickup_until"))
    for position, line in enumerate(lines):
        found.extend(_date_refusals(line, f"/lines/{position}", pickup_from, now, zone))
        found.extend(_kind_refusals(line, f"/lines/{position}"))
    return tuple(found)


def latest_arrival(
    line: Line, receiver: Receiver, service_date: date, zone: tzinfo, *, ready_at: datetime | None = None
) -> datetime | Refusal:
    """The last second of the service date at which this receiver may still get this food, or why it may not.

    Shelf life counts from the day of arrival, the service date. Hot food needs `ready_at`, the start of its
    pickup window: it must arrive within two hours of it.
    """
    refusal = next(_mismatches(line, receiver), None) or _too_old(line, receiver, service_date)
    if refusal is not None:
        return refusal
    latest = last_second_of(service_date, zone)
    if line.temperature_class == "hot":
        if ready_at is None:
            return Refusal("hot_ready_time_missing", "Say when the hot food is ready.")
        latest = min(latest, ready_at + LONGEST_HOT)
    return latest


def days_left(line: Line, service_date: date) -> int | None:
    """Whole days from the service date to the date on the pack; None without a date."""
    return None if line.mark_date is None else (line.mark_date - service_date).days


def _window_refusals(pickup_from: datetime, pickup_until: datetime, now: datetime) -> Iterator[Refusal]:
    if pickup_from >= pickup_until:
        yield Refusal("window_inverted", "The pickup must end after it begins.", "/pickup_until")
        return
    if pickup_until <= now:
        yield Refusal("window_past", "The pickup time is already over.", "/pickup_until")
    if pickup_until - pickup_from > LONGEST_WINDOW:
        yield Refusal("window_too_long", "Give a pickup time of at most 24 hours.", "/pickup_until")


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
        days = receiver.minimum_shelf_life_days
        return Refusal("shelf_life_too_short", f"They need at least {days} {'day' if days == 1 else 'days'} left.")
    return None


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
