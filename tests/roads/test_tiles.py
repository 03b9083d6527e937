"""Tiles hold what the city has there, and are kept once they were made."""

import gzip
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.roads.region import Region
from app.roads.tile_drawing import EXTENT, draw_tile
from app.roads.tile_store import TILES_FILE, build_tiles, open_base_map, stored_tile, tile_at, tiles_ahead
from app.roads.tiles import TileOutOfRange, tile

CITY_CENTRE = (-2.9968, 51.5842)
RIVER_MOUTH = (-2.985, 51.545)


def place_of(point: tuple[float, float], z: int) -> tuple[int, int]:
    return tile_at(*point, z)


def drawn(region: Region, point: tuple[float, float], z: int) -> dict[str, Any]:
    with closing(open_base_map(region.base_map)) as base_map:
        return draw_tile(base_map, z, *place_of(point, z))


@pytest.fixture
def without_tiles(newport: Region, tmp_path: Path) -> Region:
    """The region as an older import left it: without tiles made ahead, its cache empty."""
    build = tmp_path / "build"
    build.mkdir()
    (build / "map.sqlite").symlink_to(newport.base_map)
    return replace(newport, build=build)


def test_the_city_centre_has_streets_buildings_green_and_names(newport: Region) -> None:
    content = drawn(newport, CITY_CENTRE, 16)
    assert content["roads"]["street"]
    assert len(content["areas"]["building"]) > 100
    assert content["areas"]["green"]
    assert "Stow Hill" in {name["name"] for name in content["names"]}


def test_far_out_only_main_roads_and_towns_are_drawn(newport: Region) -> None:
    content = drawn(newport, CITY_CENTRE, 10)
    assert set(content["roads"]) == {"motorway", "primary"}
    assert "building" not in content["areas"]
    assert [place["name"] for place in content["places"]] == ["Newport"]


def test_the_tidal_river_and_the_sea_come_from_the_coastline(newport: Region) -> None:
    assert drawn(newport, RIVER_MOUTH, 13)["areas"]["sea"]


def test_coordinates_are_whole_numbers_near_the_tile(newport: Region) -> None:
    content = drawn(newport, CITY_CENTRE, 15)
    lines = [line for lines in content["roads"].values() for line in lines]
    numbers = [number for line in lines for number in line]
    assert all(isinstance(number, int) for number in numbers)
    assert min(numbers) >= -0.06 * EXTENT
    assert max(numbers) <= 1.06 * EXTENT
    assert all(len(line) >= 4 and len(line) % 2 == 0 for line in lines)


@pytest.mark.parametrize("z", range(10, 19))
def test_a_tile_of_any_zoom_is_small(newport: Region, z: int) -> None:
    assert len(tile(newport, z, *place_of(CITY_CENTRE, z))) < 150_000


def test_a_tile_is_made_once_and_then_read_from_the_cache(without_tiles: Region) -> None:
    x, y = place_of(CITY_CENTRE, 16)
    first = tile(without_tiles, 16, x, y)
    kept = list(without_tiles.tile_cache.rglob(f"16/{x}/{y}.json.gz"))
    assert [path.read_bytes() for path in kept] == [first]
    kept[0].write_bytes(b"kept")
    assert tile(without_tiles, 16, x, y) == b"kept"
    kept[0].unlink()
    assert tile(without_tiles, 16, x, y) == first


def test_a_tile_outside_the_city_is_empty_and_is_not_kept(newport: Region) -> None:
    assert json.loads(gzip.decompress(tile(newport, 14, 0, 0))) == {"extent": EXTENT}
    assert not list(newport.tile_cache.rglob("14/0/0.json.gz"))


def test_tiles_made_ahead_are_those_that_would_be_made_on_request(without_tiles: Region) -> None:
    store = without_tiles.build / TILES_FILE
    places = [place for place in tiles_ahead(without_tiles.bounds) if place[0] <= 13]
    on_request = {place: tile(without_tiles, *place) for place in places}
    sentences: list[str] = []
    count = build_tiles(without_tiles.base_map, without_tiles.bounds, store, sentences.append)
    assert {place: stored_tile(store, place) for place in places} == on_request
    assert count == len(tiles_ahead(without_tiles.bounds))
    assert {place[0] for place in tiles_ahead(without_tiles.bounds)} == set(range(10, 15))
    x, y = place_of(CITY_CENTRE, 14)
    assert tile(without_tiles, 14, x, y) == stored_tile(store, (14, x, y))
    assert not list(without_tiles.tile_cache.rglob(f"14/{x}/{y}.json.gz"))


def test_squares_without_anything_are_not_stored(newport: Region, tmp_path: Path) -> None:
    desert = (20.0, 10.0, 20.1, 10.1)
    assert build_tiles(newport.base_map, desert, tmp_path / TILES_FILE) == 0


def test_the_far_zooms_of_a_country_are_made_ahead_and_the_near_ones_are_not() -> None:
    places = tiles_ahead((-9.5, 37.0, -6.2, 42.1))
    assert {place[0] for place in places} == {10, 11}
    assert len(places) <= 3000


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_file_of_tiles_that_cannot_be_read_costs_only_time(without_tiles: Region, content: bytes | None) -> None:
    x, y = place_of(CITY_CENTRE, 13)
    wanted = tile(without_tiles, 13, x, y)
    store = without_tiles.build / TILES_FILE
    if content is None:  # of another version of the program
        build_tiles(without_tiles.base_map, without_tiles.bounds, store)
        with closing(sqlite3.connect(store)) as tiles:
            tiles.execute("UPDATE metadata SET value = '1'")
            tiles.execute("UPDATE tile SET body = x'00'")
            tiles.commit()
    else:
        store.write_bytes(content)
    assert tile(without_tiles, 13, x, y) == wanted


@pytest.mark.parametrize("place", [(9, 0, 0), (19, 0, 0), (10, 1024, 0), (10, 0, -1), (-1, 0, 0)])
def test_a_tile_that_does_not_exist_is_out_of_range(newport: Region, place: tuple[int, int, int]) -> None:
    with pytest.raises(TileOutOfRange):
        tile(newport, *place)


def test_the_base_map_is_whole(newport: Region) -> None:
    connection = sqlite3.connect(newport.base_map)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM feature").fetchone()[0] > 40_000
    finally:
        connection.close()


def test_monaco_has_its_harbour(monaco: Region) -> None:
    assert drawn(monaco, (7.4265, 43.735), 15)["areas"]["sea"]


def test_a_cache_that_cannot_be_written_costs_only_time(without_tiles: Region, newport: Region) -> None:
    without_tiles.tile_cache.write_text("a file where the folder should be")
    x, y = place_of(CITY_CENTRE, 15)
    assert tile(without_tiles, 15, x, y) == tile(newport, 15, x, y)


def test_a_name_is_there_in_the_languages_that_the_extract_has(newport: Region) -> None:
    places = {place["name"]: place for place in drawn(newport, CITY_CENTRE, 10)["places"]}
    assert places["Newport"]["in"]["ar"] == "نيوبورت"
