"""What a store can be expected to have on a weekday, learnt from its days: how often, how much, posted by when.

Each day d of one weekday weighs w = 2^(-weeks ago / 4): after four weeks it counts half.

- share of a food: sum of w over the days on which there was some / sum of w over all days of that weekday;
- grams when there is some: Huber's M-estimate of the location (k = 1.345), each day weighed by w times Huber's weight,
  about the weighted median; the scale is 1.4826 times the weighted median absolute deviation (Hampel);
- grams expected: share times grams when there is some;
- spread: that scale, the standard deviation of one day on which there is some, were it normal;
- posted by: the 80 % quantile of the local times at which the first offer was posted (Hyndman and Fan, type 7).

What was there on a day is what was posted, less what drivers did not find, plus what they found beyond it: the ledger's
own account of the line. A day on which nothing was posted has 0 g of everything; whether that was silence or said
("nothing today") makes no difference to the grams, and all the difference to whether the store answers.

Sources: Huber, Robust Estimation of a Location Parameter (1964); Hampel, The Influence Curve (1974); exponential
smoothing of what is older: Brown, Statistical Forecasting for Inventory Control (1959).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from app.domain.robust import CLOSE, MAD_TO_SIGMA, STEPS, median, quantile, weight
from app.domain.service_date import local_instant

HALF_LIFE_WEEKS = 4
FEWEST_DAYS = 4  # below this a number says nearly nothing by itself, and nothing is done with it
POSTED_BY_SHARE = 0.8
ALWAYS_PERCENT = 80  # a store that answers on so many of its days always does
MORE_OFTEN_THAN_NOT_PERCENT = 50

Food = tuple[str, str]  # category, temperature class


@dataclass(frozen=True)
class StoreDay:
    """One service date of one store. grams, crates: what was there of each food.

    posted_minute: when its first offer was posted, in minutes of the wall clock after the date's midnight (negative:
    before); None where nothing was. window: between which minutes it could be fetched. said_nothing: the store said
    that there is nothing, or took back all that it had posted.
    """

    day: date
    grams: Mapping[Food, int] = field(default_factory=dict)
    crates: Mapping[Food, int] = field(default_factory=dict)
    posted_minute: int | None = None
    window: tuple[int, int] | None = None
    said_nothing: bool = False

    @property
    def posted(self) -> bool:
        """Whether something was offered."""
        return self.posted_minute is not None

    @property
    def answered(self) -> bool:
        """Whether the store said anything at all, if only that there is nothing."""
        return self.posted or self.said_nothing


@dataclass(frozen=True)
class ExpectedFood:
    """One food of a store on one weekday: in grams what to expect, what there is where there is some, and the spread of
    that; per cent of the days with some, how many days these were, and out of how many."""

    food: Food
    grams: int
    grams_when_there: int
    spread_grams: int
    crates: int
    share_percent: int
    days_with: int
    days: int

    @property
    def usable(self) -> bool:
        """Whether enough days stand behind it."""
        return enough(self.days)


@dataclass(frozen=True)
class WeekdayHabit:
    """A store on one weekday, ISO numbered: how many such days are known, on how many it posted and answered, by when
    it usually has posted and between when that can be fetched (minutes as in StoreDay), and what to expect."""

    weekday: int
    days: int
    days_posted: int
    days_answered: int
    posted_percent: int
    posted_by_minute: int
    window: tuple[int, int]
    foods: tuple[ExpectedFood, ...]

    @property
    def usable(self) -> bool:
        """Whether enough days stand behind it."""
        return enough(self.days)

    @property
    def always_answers(self) -> bool:
        """Whether its silence is a question."""
        return always_answers(self.days, self.days_answered)


def enough(days: int) -> bool:
    """Whether what rests on so many days is used."""
    return days >= FEWEST_DAYS


def always_answers(days: int, days_answered: int) -> bool:
    """Whether a store that answered on so many of so many days is one whose silence is a question."""
    return enough(days) and 100 * days_answered >= ALWAYS_PERCENT * days


def likely(days: int, posted_percent: int) -> bool:
    """Whether a store is counted on before it has posted: it posts more often than not, and enough days say so."""
    return enough(days) and posted_percent > MORE_OFTEN_THAN_NOT_PERCENT


def learn(history: Iterable[StoreDay], today: date) -> tuple[WeekdayHabit, ...]:
    """What the days of one store before `today` show, weekday by weekday; nothing for a weekday on which it never
    posted. The same for every order of the days."""
    by_weekday: defaultdict[int, list[StoreDay]] = defaultdict(list)
    for each in sorted(history, key=lambda each: each.day):
        if each.day < today:
            by_weekday[each.day.isoweekday()].append(each)
    return tuple(
        _habit(weekday, days, today) for weekday, days in sorted(by_weekday.items()) if any(day.posted for day in days)
    )


def _habit(weekday: int, days: Sequence[StoreDay], today: date) -> WeekdayHabit:
    weights = [math.pow(2, -((today - each.day).days / 7) / HALF_LIFE_WEEKS) for each in days]
    posted = [each for each in days if each.posted]
    minutes = [each.posted_minute for each in posted if each.posted_minute is not None]
    windows = [each.window for each in posted if each.window is not None]
    foods = sorted({food for each in days for food, grams in each.grams.items() if grams > 0})
    return WeekdayHabit(
        weekday=weekday,
        days=len(days),
        days_posted=len(posted),
        days_answered=sum(each.answered for each in days),
        posted_percent=_percent([each.posted for each in days], weights),
        posted_by_minute=math.ceil(quantile(minutes, POSTED_BY_SHARE)),
        window=(round(median([each[0] for each in windows])), round(median([each[1] for each in windows]))),
        foods=tuple(_expected(food, days, weights) for food in foods),
    )


def _percent(true: Sequence[bool], weights: Sequence[float]) -> int:
    return round(100 * sum(w for each, w in zip(true, weights, strict=True) if each) / sum(weights))


def _expected(food: Food, days: Sequence[StoreDay], weights: Sequence[float]) -> ExpectedFood:
    there = [(each, w) for each, w in zip(days, weights, strict=True) if each.grams.get(food, 0) > 0]
    share = sum(w for _, w in there) / sum(weights)
    grams = [each.grams[food] for each, _ in there]
    centre, scale = located_by_weight(grams, [w for _, w in there])
    crates = sum(each.crates.get(food, 0) for each, _ in there)
    expected = round(share * centre)
    return ExpectedFood(
        food=food,
        grams=expected,
        grams_when_there=round(centre),
        spread_grams=math.ceil(scale),
        crates=math.ceil(expected * crates / sum(grams)),
        share_percent=round(100 * share),
        days_with=len(there),
        days=len(days),
    )


def located_by_weight(values: Sequence[float], weights: Sequence[float]) -> tuple[float, float]:
    """Huber's location of weighted values, which lies among them, and the scale that it was found with; raises
    ValueError for no values."""
    centre = weighted_median(values, weights)
    scale = MAD_TO_SIGMA * weighted_median([abs(each - centre) for each in values], weights)
    if scale == 0:  # most of them are the same
        return centre, 0.0
    for _ in range(STEPS):
        pulls = [w * weight(each - centre, scale) for each, w in zip(values, weights, strict=True)]
        moved = sum(p * each for p, each in zip(pulls, values, strict=True)) / sum(pulls)
        near, centre = abs(moved - centre) < CLOSE * max(1.0, abs(moved)), moved
        if near:
            break
    return min(max(centre, min(values)), max(values)), scale


def weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """The lowest value with half of the weight at or below it; raises ValueError for no values."""
    if not values:
        raise ValueError("no values, no median")
    pairs = sorted(zip(values, weights, strict=True))
    half, so_far = sum(weights) / 2, 0.0
    for value, w in pairs:
        so_far += w
        if so_far >= half:
            return value
    return pairs[-1][0]


def minute_of(instant: datetime, day: date, zone: tzinfo) -> int:
    """Minutes of the wall clock from the date's midnight to the instant; negative before it."""
    wall = instant.astimezone(zone).replace(tzinfo=None)
    return (wall.date() - day).days * 24 * 60 + wall.hour * 60 + wall.minute


def instant_of(minute: int, day: date, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which the wall clock shows so many minutes after the date's midnight."""
    days, rest = divmod(minute, 24 * 60)
    return local_instant(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
