"""The index is written whole from a whole extract, and holds every place that could give or receive food."""

from collections import Counter
from pathlib import Path

import pytest

from app.roads.addresses import AddressIndex, IndexMissing, build_address_index
from app.roads.basemap import ExtractError
from app.roads.places import Place


def test_an_index_counts_what_can_be_found(tmp_path: Path, monaco_pbf: Path) -> None:
    summary = build_address_index(monaco_pbf, tmp_path / "addresses.sqlite")
    assert summary.streets > 200
    assert summary.localities > 10
    assert summary.proposals == 37
    assert [path.name for path in tmp_path.iterdir()] == ["addresses.sqlite"]


def test_an_extract_that_is_cut_short_leaves_the_old_index(tmp_path: Path, monaco_pbf: Path) -> None:
    target, cut = tmp_path / "addresses.sqlite", tmp_path / "cut.osm.pbf"
    build_address_index(monaco_pbf, target)
    before = target.read_bytes()
    cut.write_bytes(monaco_pbf.read_bytes()[:200_000])
    with pytest.raises(ExtractError, match="cut short"):
        build_address_index(cut, target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("content", [None, b"", b"not a database at all", b"SQLite format 3\0" + b"x" * 200])
def test_an_index_that_is_not_there_or_is_none_says_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "addresses.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexMissing):
        AddressIndex(path).search("lidl")


def test_a_street_of_many_ways_is_one_answer(newport_index: AddressIndex) -> None:
    streets = [hit for hit in newport_index.search("Commercial Road", limit=50) if hit.kind == "street"]
    assert [hit.name for hit in streets if hit.name == "Commercial Road"] == ["Commercial Road"]


def test_nothing_of_newports_prepared_places_is_lost(
    newport_index: AddressIndex, newport_places: tuple[Place, ...]
) -> None:
    found = {place.osm_id: place for place in newport_index.places()}
    for place in newport_places:
        same = found[place.osm_id]
        assert (same.kind, same.name) == (place.kind, place.name)
        assert same.address.endswith(place.address.split(", ")[-1])  # the extract knows names of houses as well
        assert (same.opening_hours, set(same.names)) == (place.opening_hours, set(place.names))
        assert abs(same.longitude - place.longitude) + abs(same.latitude - place.latitude) < 1e-4
    assert len(found) == len(newport_places)


def test_the_places_of_monaco_and_an_nabk_are_those_that_their_extracts_count(
    monaco_index: AddressIndex, nabk_index: AddressIndex
) -> None:
    monaco = Counter(place.kind for place in monaco_index.places())
    assert monaco == {"supermarket": 8, "charity": 1, "food_shop": 12, "place_of_worship": 16}
    nabk = Counter(place.kind for place in nabk_index.places())
    assert nabk == {"supermarket": 2, "place_of_worship": 11}
    assert {place.name for place in nabk_index.places(["supermarket"])} == {"سوق الخضار", "سوبر ماركت المهند"}


def test_a_place_is_found_by_its_id_and_named_in_the_readers_language(nabk_index: AddressIndex) -> None:
    place = nabk_index.place("node/759542944")
    assert place is not None
    assert (place.name_in("en"), place.name_in("ar")) == ("Almohanad", "سوبر ماركت المهند")
    assert nabk_index.place("node/1") is None
