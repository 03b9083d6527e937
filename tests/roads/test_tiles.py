"""Tiles hold what the city has there, and are kept once they were made."""

import json
import math
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.roads.region import Region
from app.roads.tiles import EXTENT, TileOutOfRange, draw_tile, tile

CITY_CENTRE = (-2.9968, 51.5842)
RIVER_MOUTH = (-2.985, 51.545)


def place_of(point: tuple[float, float], z: int) -> tuple[int, int]:
    x = (point[0] / 360 + 0.5) * 2**z
    y = (0.5 - math.asinh(math.tan(math.radians(point[1]))) / (2 * math.pi)) * 2**z
    return int(x), int(y)


def drawn(region: Region, point: tuple[float, float], z: int) -> dict[str, Any]:
    return draw_tile(region.base_map, z, *place_of(point, z))


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


def test_a_tile_is_made_once_and_then_read_from_the_cache(newport: Region) -> None:
    x, y = place_of(CITY_CENTRE, 14)
    first = tile(newport, 14, x, y)
    kept = list(newport.tile_cache.rglob(f"14/{x}/{y}.json"))
    assert [path.read_bytes() for path in kept] == [first]
    kept[0].write_bytes(b'{"kept":true}')
    assert tile(newport, 14, x, y) == b'{"kept":true}'
    kept[0].unlink()
    assert tile(newport, 14, x, y) == first


def test_a_tile_outside_the_city_is_empty_and_is_not_kept(newport: Region) -> None:
    assert json.loads(tile(newport, 14, 0, 0)) == {"extent": EXTENT}
    assert not list(newport.tile_cache.rglob("14/0/0.json"))


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


def test_a_cache_that_cannot_be_written_costs_only_time(newport: Region, tmp_path: Path) -> None:
    blocked = tmp_path / "build"
    blocked.mkdir()
    (blocked / "map.sqlite").symlink_to(newport.base_map)
    (blocked / "tiles").write_text("a file where the folder should be")
    z, (x, y) = 13, place_of(CITY_CENTRE, 13)
    assert tile(replace(newport, build=blocked), z, x, y) == tile(newport, z, x, y)
