"""What goes wrong at doors and on the road, by day and name: the same for a seed, whoever comes and when. Pure."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.demo.drive import DRIVES_STRAY, SITES_STRAY, SLOWER_AT, STOPS_STRAY, USUAL_PERCENT
from app.simulation.chance import chance, happens

STORE_CLOSED, BANK_CLOSED, BANK_CALLS = 0.015, 0.05, 0.5
SHELF_EMPTY, LINE_SHORT, LINE_MORE = 0.03, 0.12, 0.03
REFUSAL, WARM_AT_STORE, WARM_ON_ARRIVAL, VAN_FULL = 0.04, 0.01, 0.03, 0.15
LATE_START, JAM, OFFLINE, SILENT, CLOCK_OFF = 0.2, 0.2, 0.35, 0.06, 0.25
OTHER_ORDER, NO_TAP, SAYS_NOUGHT = 0.08, 0.08, 0.5
GOOD_CELSIUS = {"chilled": 4.0, "frozen": -19.0}
WARM_CELSIUS = {"chilled": 10.5, "frozen": -8.0}


@dataclass(frozen=True)
class VanDay:
    """One van on one day: how late it starts, when its phone has no connection, how wrong the phone's clock is."""

    late_start: timedelta
    jam_at: datetime | None
    jam: timedelta
    offline: tuple[tuple[datetime, datetime], ...]
    silent: bool
    clock_off: timedelta
    full_at_pickup: int | None  # counted from 1


@dataclass(frozen=True)
class Troubles:
    """All troubles of the weeks with one seed."""

    seed: int
    zone: ZoneInfo

    def store_closed(self, day: date, site: str) -> bool:
        """Whether nobody opens at the store."""
        return happens(self.seed, STORE_CLOSED, "store closed", day, site)

    def bank_closed(self, day: date, site: str) -> bool:
        """Whether nobody opens at the food bank."""
        return happens(self.seed, BANK_CLOSED, "bank closed", day, site)

    def bank_calls_at(self, day: date, site: str) -> datetime | None:
        """When a food bank that is closed says so by telephone; None: it does not."""
        rng = chance(self.seed, "bank calls", day, site)
        if rng.random() >= BANK_CALLS:
            return None
        return datetime.combine(day, time(7, 50), tzinfo=self.zone) + timedelta(minutes=rng.randint(0, 150))

    def really_there(self, day: date, site: str, description: str, grams: int) -> int:
        """Grams of an offered line that really stand at the store."""
        if happens(self.seed, SHELF_EMPTY, "shelf empty", day, site):
            return 0
        rng = chance(self.seed, "weight", day, site, description)
        dice = rng.random()
        if dice < LINE_SHORT:
            return _tenths(grams * rng.uniform(0.6, 0.98))
        if dice < LINE_SHORT + LINE_MORE:
            return _tenths(grams * rng.uniform(1.02, 1.2))
        return grams

    def refused_share(self, day: date, site: str, category: str) -> float:
        """How much of what is brought the food bank refuses, of 1."""
        if not happens(self.seed, REFUSAL, "refusal", day, site, category):
            return 0.0
        return chance(self.seed, "refused", day, site, category).choice((0.5, 1.0))

    def celsius(self, day: date, kind: str, where: str, food: tuple[str, str]) -> float | None:
        """What the probe says at a stop of a kind; `food`: its temperature class and description."""
        share = WARM_AT_STORE if kind == "pickup" else WARM_ON_ARRIVAL
        warm = happens(self.seed, share, "warm", day, kind, where, food)
        return (WARM_CELSIUS if warm else GOOD_CELSIUS).get(food[0])

    def van_day(self, day: date, van: str) -> VanDay:
        """One van's day."""
        rng = chance(self.seed, "van", day, van)
        late = timedelta(minutes=rng.randint(10, 50) if rng.random() < LATE_START else rng.randint(0, 4))
        jam_at = datetime.combine(day, time(9), tzinfo=self.zone) + timedelta(minutes=rng.randint(0, 240))
        jam = timedelta(minutes=rng.randint(20, 45))
        jammed = rng.random() < JAM
        gone = datetime.combine(day, time(8), tzinfo=self.zone) + timedelta(minutes=rng.randint(0, 300))
        back = gone + timedelta(minutes=rng.randint(60, 240))
        dark = rng.random() < OFFLINE
        silent = rng.random() < SILENT
        wrong = timedelta(minutes=rng.randint(-180, 180)) if rng.random() < CLOCK_OFF else timedelta()
        full = rng.randint(2, 5) if rng.random() < VAN_FULL else None
        return VanDay(late, jam_at if jammed else None, jam, ((gone, back),) if dark else (), silent, wrong, full)

    def drive_seconds(self, planned: float, gone: datetime, van: str, to: str) -> float:
        """How long a drive really takes."""
        stray = math.exp(chance(self.seed, "drive", gone.date(), van, to).gauss(0, DRIVES_STRAY))
        return planned * stray * SLOWER_AT.get(gone.astimezone(self.zone).hour, USUAL_PERCENT) / 100

    def stop_seconds(self, planned: float, day: date, van: str, site: str) -> float:
        """How long a stop really takes."""
        usual = math.exp(chance(self.seed, "slow site", site).gauss(0, SITES_STRAY))
        return planned * usual * math.exp(chance(self.seed, "stop", day, van, site).gauss(0, STOPS_STRAY))


def _tenths(grams: float) -> int:
    return round(grams / 100) * 100
