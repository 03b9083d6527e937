"""The published days are what they say: the same for everybody, on the study's calibration, valid, scarce or not."""

import gzip
import json
import re
import statistics
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from routing import Lot, Problem, ProblemError, problem_from_json
from routing.instances import city_places
from routing.instances.city import SIZES, about, city_day, instance, newport_day, parsed, write_instance
from routing.instances.city_index import entry_of, is_large, published, read_index
from routing.instances.city_roads import globe_roads, plane_roads

HOUR = 3600


@pytest.fixture(scope="module")
def days() -> dict[str, Problem]:
    """Every published day but the largest."""
    return {name: instance(name) for name in published() if not is_large(name)}


def large_city_lots(days: dict[str, Problem]) -> list[Lot]:
    return [lot for seed in range(1, 6) for lot in days[f"city-L-plentiful-{seed}"].lots]


def test_every_published_day_is_the_one_of_the_list(days: dict[str, Problem]) -> None:
    listed = read_index()
    assert set(listed) == set(published())
    assert [name for name, day in days.items() if entry_of(name, day) != listed[name]] == []


@pytest.mark.parametrize("size", ["S", "M", "L"])
def test_a_day_has_the_size_that_its_name_says(days: dict[str, Problem], size: str) -> None:
    offers, banks, vehicles = next(numbers for name, numbers in SIZES.items() if name == size)
    entry = entry_of("day", days[f"city-{size}-plentiful-1"])
    assert (entry.offers, entry.food_banks, entry.vehicles) == (offers, banks, vehicles)


def test_weights_lie_as_those_of_real_collections(days: dict[str, Problem]) -> None:
    kg = sorted(lot.grams / 1000 for lot in large_city_lots(days))
    assert statistics.median(kg) == pytest.approx(180, rel=0.05)  # the study's log-normal; 205 in the real ones
    assert statistics.mean(kg) == pytest.approx(221, rel=0.06)
    assert kg[len(kg) // 4] == pytest.approx(120, rel=0.1)  # 134 in the real ones
    assert kg[len(kg) * 9 // 10] == pytest.approx(387, rel=0.1)  # 359 in the real ones
    assert kg[-1] <= 1241


def test_offers_are_fetched_between_half_past_six_and_six_in_the_evening(days: dict[str, Problem]) -> None:
    lots = large_city_lots(days)
    assert min(lot.window.earliest for lot in lots) >= 6.5 * HOUR
    assert max(lot.window.latest for lot in lots) <= 18 * HOUR
    assert {(lot.window.latest - lot.window.earliest) / HOUR for lot in lots} == {1.5, 2.5, 4.0}
    cold = [lot for lot in lots if lot.temperature_class != "ambient"]
    assert all(lot.deliver_by is None for lot in lots if lot.temperature_class == "ambient")
    after = [(lot.deliver_by or 0) - lot.window.latest for lot in cold]
    assert 1.4 * HOUR <= min(after) <= max(after) <= 4 * HOUR


def test_food_counts_by_how_soon_it_perishes(days: dict[str, Problem]) -> None:
    cents = [lot.value_per_kg for lot in large_city_lots(days)]
    assert 160 <= min(cents) < 170
    assert 290 < max(cents) <= 300


def test_the_food_banks_together_need_a_tenth_more_than_is_offered_of_everything(days: dict[str, Problem]) -> None:
    day = days["city-L-scarce-1"]
    offered, needed = Counter[str](), Counter[str]()
    for lot in day.lots:
        offered[lot.category] += lot.grams
    for need in day.needs:
        needed[need.category] += need.grams
    assert len(offered) == 6
    for category, grams in offered.items():
        assert needed[category] == pytest.approx(1.1 * grams, rel=0.01)


def test_a_category_is_of_one_temperature_class_so_that_food_banks_without_a_freezer_get_nothing_frozen(
    days: dict[str, Problem],
) -> None:
    assert len({(lot.category, lot.temperature_class) for lot in large_city_lots(days)}) == 6
    banks = {need.organisation for need in days["city-L-plentiful-1"].needs}
    freezers = {need.organisation for need in days["city-L-plentiful-1"].needs if need.category == "frozen_food"}
    assert 0.55 < len(freezers) / len(banks) < 0.85


def test_vehicles_are_those_of_the_study(days: dict[str, Problem]) -> None:
    shifts = [shift for seed in range(1, 6) for shift in days[f"city-L-plentiful-{seed}"].shifts]
    assert min(shift.capacity.grams for shift in shifts) >= 350_000
    assert max(shift.capacity.grams for shift in shifts) <= 1_500_000
    assert sum(shift.capacity.chilled_grams > 0 for shift in shifts) / len(shifts) == pytest.approx(0.65, abs=0.07)
    assert sum(shift.capacity.frozen_grams > 0 for shift in shifts) / len(shifts) == pytest.approx(0.35, abs=0.07)
    hours = [(shift.window.latest - shift.window.earliest) / HOUR for shift in shifts]
    assert 7.9 <= min(hours) <= max(hours) <= 11
    assert all(shift.start_site == shift.end_site == shift.organisation for shift in shifts)


@pytest.mark.parametrize("size", ["S", "M", "L"])
def test_a_scarce_day_is_the_plentiful_one_with_little_more_than_half_of_its_vehicles(
    days: dict[str, Problem], size: str
) -> None:
    plentiful, scarce = days[f"city-{size}-plentiful-2"], days[f"city-{size}-scarce-2"]
    assert 0.55 <= len(scarce.shifts) / len(plentiful.shifts) <= 0.6
    assert scarce.shifts == plentiful.shifts[: len(scarce.shifts)]
    assert (scarce.lots, scarce.needs, scarce.travel) == (plentiful.lots, plentiful.needs, plentiful.travel)


def test_seeds_differ_and_a_seed_does_not() -> None:
    assert city_day("S", "scarce", 3).digest() == city_day("S", "scarce", 3).digest()
    assert len({city_day("S", "scarce", seed).digest() for seed in range(1, 9)}) == 8


def test_lots_are_whole_unless_the_name_says_split_and_nothing_else_changes() -> None:
    whole, split = instance("city-S-plentiful-1"), instance("city-S-plentiful-1-split")
    assert not any(lot.splittable for lot in whole.lots)
    assert all(lot.splittable for lot in split.lots)
    assert (whole.needs, whole.shifts, whole.travel) == (split.needs, split.shifts, split.travel)


def test_a_kilometre_can_be_made_dear() -> None:
    assert {shift.cents_per_km for shift in instance("city-S-scarce-1").shifts} == {100}
    assert {shift.cents_per_km for shift in instance("city-S-scarce-1-km300").shifts} == {300}


def test_a_family_is_a_name_without_its_seed() -> None:
    names = ("city-M-scarce-12", "newport-plentiful-1-split", "city-S-scarce-1-split-km300")
    families = ["city-M-scarce", "newport-plentiful-split", "city-S-scarce-split-km300"]
    assert [parsed(name).family for name in names] == families


@pytest.mark.parametrize("name", ["", "city-M", "city-XS-scarce-1", "city-M-scarce-0", "newport-S-scarce-1", "x"])
def test_a_name_that_no_day_has_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(ProblemError, match="is no instance; names look like city-M-scarce-1"):
        instance(name)


def test_newport_drives_on_its_streets_and_pittsburgh_is_estimated(days: dict[str, Problem]) -> None:
    newport, pittsburgh = days["newport-plentiful-1"], days["pittsburgh-plentiful-1"]
    assert (newport.estimated_travel, pittsburgh.estimated_travel) == (False, True)
    metres = newport.travel["car"].metres
    assert (metres != metres.T).any()  # one-way streets
    assert (metres >= 0).all()
    assert entry_of("newport", newport).food_banks == 18
    assert entry_of("pittsburgh", pittsburgh).food_banks == 137


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("city-S-scarce-1", "Offers, needs and vehicles are invented. Places and roads are invented too"),
        ("newport-scarce-1", "Offers, needs and vehicles are invented. .*OpenStreetMap contributors.*Open Database"),
        ("pittsburgh-scarce-1", "Offers, needs and vehicles are invented. .*MIT.*estimated"),
    ],
)
def test_a_written_day_says_what_is_invented_and_is_read_as_a_problem(name: str, words: str, tmp_path: Path) -> None:
    written = write_instance(name, tmp_path / "day.json.gz")
    document = json.loads(gzip.decompress((tmp_path / "day.json.gz").read_bytes()))
    assert re.search(words, document["about"])
    assert document["about"] == about(name)
    assert problem_from_json(document["problem"]).digest() == written.digest()


def test_without_the_places_the_day_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city_places, "NEWPORT", tmp_path / "newport.json.gz")
    with pytest.raises(ProblemError, match="come with the source of Wasl"):
        newport_day("scarce", 1)


def test_a_drive_takes_a_minute_and_its_way_at_28_kilometres_an_hour() -> None:
    roads = plane_roads([(0, 0), (3000, 4000)])
    assert roads.metres.tolist() == [[0, 6500], [6500, 0]]
    assert roads.seconds.tolist() == [[0, 896], [896, 0]]


def test_a_degree_along_a_meridian_is_sixty_nautical_miles() -> None:
    roads = globe_roads([(40.0, -80.0), (41.0, -80.0)])
    assert roads.metres[0, 1] == pytest.approx(1.3 * 60 * 1852, rel=0.002)
    assert np.diagonal(roads.seconds).tolist() == [0, 0]
