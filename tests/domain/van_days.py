"""Days of vans to try the rules of duplicate effort on: places on a grid, with streets that may be longer one way."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from app.domain.duplicates import Visit, VisitedDay
from app.domain.van_routes import Halt, Parcel, Room, Table, Van, VanRoute
from tests.service_client import DAY

ALL_DAY = (0, 10_000_000)
VAN = Van("van", "bank", Room(10**9, 10**6), ALL_DAY)
SERVICE_DATE = date.fromisoformat(DAY)
Grid = Mapping[str, tuple[int, int]]


def streets(grid: Grid, uphill: int = 0) -> Table:
    """Metres are those of the grid, and more towards higher numbers; a metre takes a second."""

    def legs(profile: str, origin: str, destination: str) -> tuple[int, int] | None:
        assert profile == "car"
        (x, y), (to_x, to_y) = grid[origin], grid[destination]
        metres = abs(x - to_x) + abs(y - to_y) + uphill * max(0, to_x - x)
        return metres, metres

    return Table(legs)


def parcel(name: str, grams: int = 10_000, **more: object) -> Parcel:
    """A line for one need."""
    return replace(Parcel(name, f"line {name}", grams, 1, "ambient", ALL_DAY, (ALL_DAY,)), **more)  # type: ignore[arg-type]


def route(name: str, *visited: tuple[str, str, tuple[Parcel, ...]], van: Van = VAN, home: str = "home") -> VanRoute:
    """A van's route from home to home."""
    halts = tuple(Halt(kind, place, parcels) for kind, place, parcels in visited)
    return VanRoute(name, replace(van, vehicle=f"van {name}"), home, home, halts)


def day_of(table: Table, *routes: VanRoute, recorded: bool = True, weights: Mapping[str, int | None] | None = None,
           worth: int | None = None) -> VisitedDay:  # fmt: skip
    """The day on which these were driven. weights: by parcel, what it really was."""
    visits = []
    for each in routes:
        for number, halt in enumerate(each.halts):
            if halt.kind == "pickup":
                grams = [(weights or {}).get(parcel.id, parcel.grams) for parcel in halt.parcels]
                known = [amount for amount in grams if amount is not None]
                total = sum(known) if len(known) == len(grams) else None
                visits.append(Visit(each.id, number, halt.place, each.van.partner, each.van.vehicle, total, worth))
    return VisitedDay(SERVICE_DATE, recorded, {each.id: each for each in routes}, visits, table)


@st.composite
def days(draw: st.DrawFn, *, shared: bool = True) -> VisitedDay:
    """Two or three vans of three partners with up to four stores each. shared: they may come to the same store."""
    points = st.tuples(st.integers(0, 20_000), st.integers(0, 20_000))
    stores = [f"store {number}" for number in range(6)]
    grid = {name: draw(points) for name in (*stores, "home 0", "home 1", "home 2", "bank 0", "bank 1")}
    table = streets(grid, draw(st.integers(0, 2)))
    left, routes = list(stores), []
    for number in range(draw(st.integers(2, 3))):
        chosen = draw(st.lists(st.sampled_from(left), min_size=1, max_size=4, unique=True)) if left else []
        if not shared:
            left = [each for each in left if each not in chosen]
        banks = [f"bank {draw(st.integers(0, 1))}" for _ in chosen]
        parcels = [parcel(f"{number}.{index}", draw(st.integers(1, 300_000))) for index in range(len(chosen))]
        visited = [("pickup", store, (carried,)) for store, carried in zip(chosen, parcels, strict=True)]
        for bank in dict.fromkeys(banks):
            theirs = tuple(carried for carried, to in zip(parcels, banks, strict=True) if to == bank)
            visited.append(("drop_off", bank, theirs))
        van = replace(
            VAN,
            partner=f"partner {draw(st.integers(0, 2))}",
            room=Room(draw(st.sampled_from([300_000, 10**9])), 10**6),
            cents_per_km=draw(st.sampled_from([0, 30, 200])),
            cents_per_hour=draw(st.sampled_from([0, 1500])),
            grams_co2e_per_km=279,
        )
        if visited:
            routes.append(route(str(number), *visited, van=van, home=f"home {number}"))
    return day_of(table, *routes)
