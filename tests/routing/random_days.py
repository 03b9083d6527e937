"""Random small days for properties: every field of a problem is used by some of them, in every mixture."""

import random
from collections.abc import Sequence

from routing.problem import (
    Break,
    Eligibility,
    FairnessStep,
    Load,
    Lot,
    Need,
    PaceStep,
    Policy,
    Problem,
    Promise,
    Shift,
    Site,
    Storage,
    TimeWindow,
    TravelMatrix,
)

HOUR = 3600
CATEGORIES = {"bread": "ambient", "dairy": "chilled", "ice": "frozen", "meals": "hot", "fruit": "ambient"}
SKILLS = ("tail lift", "badge")


def a_random_day(seed: int) -> Problem:
    """The day of this seed: up to eight lots and three shifts. The same seed gives the same day."""
    rng = random.Random(seed)
    taken = rng.sample(list(CATEGORIES), rng.randrange(1, 4))
    stores, banks = rng.randrange(1, 5), rng.randrange(1, 4)
    names = [*(f"store {n}" for n in range(stores)), *(f"bank {n}" for n in range(banks)), "yard"]
    sites = tuple(_site(rng, name) for name in names)
    profiles = ("car", "bicycle") if rng.random() < 0.3 else ("car",)
    shifts = _shifts(rng, banks, profiles)
    lots = tuple(_lot(rng, number, stores, shifts, taken) for number in range(rng.randrange(9)))
    needs = _needs(rng, banks, taken)
    travel = {profile: _roads(rng, len(names), shifts, names) for profile in profiles}
    return Problem(
        service_date="2026-11-25",
        time_zone="Europe/London",
        sites=sites,
        lots=lots,
        needs=needs,
        eligibilities=_eligibilities(rng, lots, needs) if rng.random() < 0.5 else None,
        shifts=shifts,
        travel=travel,
        policy=_policy(rng),
        estimated_travel=rng.random() < 0.5,
        promises=_promises(rng, lots, needs, shifts),
        pace=a_random_pace(seed),
    )


def a_random_pace(seed: int) -> tuple[PaceStep, ...]:
    """None for more than half of the seeds: drawn apart, so that the rest of a day is the same with one and without."""
    rng = random.Random(f"pace {seed}")
    if rng.random() < 0.55:
        return ()
    begins = sorted(rng.sample(range(5 * HOUR, 20 * HOUR, 900), rng.choice((1, 2, 5, 15))))
    return tuple(
        PaceStep(
            begin + rng.choice((0, 0, 7)), rng.choice((25, 70, 97, 100, 113, 130, 250, 400, rng.randrange(25, 401)))
        )
        for begin in begins
    )


def _some(rng: random.Random, likely: float) -> tuple[str, ...]:
    return tuple(skill for skill in SKILLS if rng.random() < likely)


def _site(rng: random.Random, name: str) -> Site:
    storage = Storage()
    if rng.random() < 0.2:
        storage = Storage(*(rng.choice((None, 0, rng.randrange(300_000))) for _ in range(4)))
    return Site(name, rng.choice((0, 60, 300, 900)), rng.choice((0, 60, 240)), storage, _some(rng, 0.05))


def _window(rng: random.Random, earliest: int, latest: int) -> TimeWindow:
    begin = rng.randrange(earliest, latest)
    return TimeWindow(begin, begin + rng.choice((0, 1800, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR)))


def _lot(rng: random.Random, number: int, stores: int, shifts: Sequence[Shift], taken: Sequence[str]) -> Lot:
    category = rng.choice(list(CATEGORIES)) if rng.random() < 0.1 else rng.choice(taken)
    grams = rng.choice((1, rng.randrange(1, 3_000), *(rng.randrange(3_000, 150_000) for _ in range(6)), 300_000))
    on_board = rng.choice(shifts).id if shifts and rng.random() < 0.1 else None
    return Lot(
        f"lot {number}",
        f"offer {number // 2}",
        f"store {rng.randrange(stores)}",
        category,
        1 + grams % 8_000 if on_board else grams,  # there is room for eight of that on any shift
        rng.randrange(3) if on_board else rng.choice((0, rng.randrange(1, 40))),
        "ambient" if on_board else rng.choice((CATEGORIES[category], "ambient")),
        _window(rng, 6 * HOUR, 13 * HOUR),
        splittable=rng.random() < 0.6,
        value_per_kg=rng.choice((0, 0, 1, 300, 900)),
        deliver_by=rng.choice((None, None, rng.randrange(8 * HOUR, 20 * HOUR))),
        skills=_some(rng, 0.05),
        on_board=on_board,
    )


def _needs(rng: random.Random, banks: int, taken: Sequence[str]) -> tuple[Need, ...]:
    return tuple(
        Need(
            f"need {bank} {category}",
            rng.choice((f"food bank {bank}", "food bank 0")),
            f"bank {bank}",
            category,
            rng.choice((0, rng.randrange(1, 20_000), *(rng.randrange(20_000, 600_000) for _ in range(4)))),
            _receiving(rng),
            people_served=rng.randrange(100),
            delivered_grams=rng.choice((0, rng.randrange(50_000))),
            past_wanted_grams=rng.choice((0, rng.randrange(900_000))),
            past_delivered_grams=rng.choice((0, rng.randrange(900_000))),
            priority_percent=rng.choice((100, 0, 50, 1000)),
        )
        for bank in range(banks)
        for category in taken
        if rng.random() < 0.9
    )


def _receiving(rng: random.Random) -> tuple[TimeWindow, ...]:
    edges = sorted(rng.sample(range(7 * HOUR, 18 * HOUR), 2 * rng.randrange(4)))
    windows = tuple(TimeWindow(edges[n], edges[n + 1]) for n in range(0, len(edges), 2))
    always = (TimeWindow(6 * HOUR, 20 * HOUR),)
    return windows if rng.random() < 0.3 else always


def _shifts(rng: random.Random, banks: int, profiles: Sequence[str]) -> tuple[Shift, ...]:
    found = []
    for number in range(rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 3))):
        begin = rng.randrange(6, 10) * HOUR
        window = TimeWindow(begin, begin + rng.choice((2, 5, 8, 8, 10, 12)) * HOUR)
        home = rng.choice((f"bank {rng.randrange(banks)}", "yard"))
        found.append(
            Shift(
                f"shift {number}",
                f"vehicle {number}",
                f"food bank {rng.randrange(banks)}",
                home,
                rng.choice((home, home, "yard")),
                window,
                _capacity(rng),
                rng.choice(profiles),
                cents_per_km=rng.choice((0, 45)),
                cents_per_hour=rng.choice((0, 1200)),
                cents_per_use=rng.choice((0, 1500)),
                grams_co2e_per_km=rng.choice((0, 279)),
                maximum_metres=rng.choice((None, None, None, rng.randrange(90_000))),
                maximum_stops=rng.choice((None, None, None, rng.randrange(12))),
                breaks=_breaks(rng, window),
                skills=_some(rng, 0.8),
            )
        )
    return tuple(found)


def _capacity(rng: random.Random) -> Load:
    return Load(
        rng.randrange(64_000, 600_000),
        rng.randrange(16, 80),
        *(rng.choice((0, rng.randrange(300_000), 600_000)) for _ in range(3)),
    )


def _breaks(rng: random.Random, shift: TimeWindow) -> tuple[Break, ...]:
    """None, or one or two that the shift has time for."""
    found, free = [], shift.earliest
    for _ in range(rng.choice((0, 0, 1, 2))):
        seconds = rng.choice((300, 900, 2700))
        if shift.latest - free <= 2 * seconds:
            break
        earliest = rng.randrange(free, shift.latest - 2 * seconds)
        latest = min(shift.latest - seconds, earliest + rng.choice((0, 1800, 2 * HOUR)))
        found.append(Break(TimeWindow(earliest, latest), seconds))
        free = latest + seconds + 1
    return tuple(found)


def _roads(rng: random.Random, size: int, shifts: Sequence[Shift], names: Sequence[str]) -> TravelMatrix:
    """Roads as they are: no two directions alike, shortcuts that take longer, and at times none at all. Every shift
    can go home."""
    places = [(rng.gauss(0, 5000), rng.gauss(0, 5000)) for _ in range(size)]
    speed = rng.choice((6, 10, 20))
    missing = rng.choice((0.0, 0.0, 0.0, 0.0, 0.15))
    home = {(names.index(shift.start_site), names.index(shift.end_site)) for shift in shifts}
    seconds: list[list[int | None]] = [[0] * size for _ in range(size)]
    metres: list[list[int | None]] = [[0] * size for _ in range(size)]
    for a in range(size):
        for b in range(size):
            if a == b:
                continue
            away = abs(places[a][0] - places[b][0]) + abs(places[a][1] - places[b][1])
            length = round(away * rng.uniform(0.9, 1.4))
            none = rng.random() < missing and (a, b) not in home
            metres[a][b] = None if none else length
            seconds[a][b] = None if none else round(length / speed)
    return TravelMatrix(seconds, metres)


def _eligibilities(rng: random.Random, lots: Sequence[Lot], needs: Sequence[Need]) -> tuple[Eligibility, ...]:
    return tuple(
        Eligibility(lot.id, need.id, rng.choice((24 * HOUR, rng.randrange(8 * HOUR, 20 * HOUR))))
        for lot in lots
        for need in needs
        if lot.category == need.category and rng.random() < 0.8
    )


def _policy(rng: random.Random) -> Policy:
    return rng.choice(
        (
            Policy(),
            Policy(value_per_kg=0, fairness=(FairnessStep(100, 500),), move_cents=0),
            Policy(fairness=(), shipment_grams=rng.randrange(20_000, 300_000), move_cents=5_000),
        )
    )


def _promises(
    rng: random.Random, lots: Sequence[Lot], needs: Sequence[Need], shifts: Sequence[Shift]
) -> tuple[Promise, ...]:
    if not (lots and needs and shifts) or rng.random() < 0.5:
        return ()
    every = [Promise(lot.id, need.id, shift.id) for lot in lots for need in needs for shift in shifts]
    return tuple(rng.sample(every, min(len(every), rng.randrange(4))))
