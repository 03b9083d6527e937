"""An import is whole or it did not happen."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point
from app.roads.region import Region, RegionError, import_region, list_regions, open_region
from app.roads.region.extract import look_over, missing_points_warning
from tests.roads.small_extract import Line, write_extract

MONTE_CARLO = Point(7.4246, 43.7391)
FONTVIEILLE = Point(7.4190, 43.7295)
STREET = {"highway": "residential"}
CROSSING: tuple[Line, ...] = (
    (((10.0, 50.0), (10.005, 50.0), (10.01, 50.0)), STREET),
    (((10.005, 49.995), (10.005, 50.0), (10.005, 50.005)), STREET),
)


def import_cars(extract: Path, folder: Path, name: str = "town") -> Region:
    return import_region(extract, name, folder, profiles=["car"])


@pytest.fixture
def crossing(tmp_path: Path) -> Path:
    """A map of two streets: built in a second."""
    return write_extract(tmp_path / "crossing.osm.pbf", CROSSING)


@pytest.fixture
def longer_crossing(tmp_path: Path) -> Path:
    return write_extract(tmp_path / "longer.osm.pbf", [*CROSSING, (((10.01, 50.0), (10.02, 50.0)), STREET)])


def test_an_imported_region_opens_with_its_attribution_and_its_bounds(monaco: Region, region_folder: Path) -> None:
    opened = open_region("monaco", region_folder)
    assert opened == monaco
    assert opened.attribution == "© OpenStreetMap contributors"
    west, south, east, north = opened.bounds
    assert west < MONTE_CARLO.longitude < east
    assert south < MONTE_CARLO.latitude < north
    assert opened.source == "monaco.osm.pbf"
    assert opened.bytes > opened.source_bytes
    assert opened.warnings == ()
    assert opened.addresses.is_file()
    assert opened.tiles.is_file()


def test_a_region_without_a_wish_has_cars_and_vans(tmp_path: Path, crossing: Path) -> None:
    region = import_region(crossing, "town", tmp_path)
    assert region.profiles == ("car", "van")
    assert region.fingerprint_of("car") != region.fingerprint_of("van")
    with pytest.raises(RegionError, match=r"^The region town has no streets for the profile truck \(it has car, van\)"):
        region.graph_of("truck")


def test_a_profile_that_nobody_knows_is_refused(tmp_path: Path, crossing: Path) -> None:
    with pytest.raises(RegionError, match=r"^There is no profile called horse; there are car, van, truck, cargo_bike"):
        import_region(crossing, "town", tmp_path, profiles=["horse"])


def test_one_more_profile_keeps_those_that_are_there_and_builds_the_missing_one_alone(
    tmp_path: Path, crossing: Path
) -> None:
    first = import_cars(crossing, tmp_path)
    said: list[str] = []
    second = import_region(
        crossing, "town", tmp_path, lambda sentence, _: said.append(sentence), profiles=["cargo_bike"]
    )
    assert second.profiles == ("car", "cargo_bike")
    assert not any("for cars" in sentence for sentence in said)
    assert any("for cargo bikes" in sentence for sentence in said)
    assert second.build != first.build
    assert second.fingerprint_of("car") == first.fingerprint_of("car")
    assert second.anchor_of("car") == first.anchor_of("car")
    for profile in second.profiles:
        with EmbeddedRoads(second, profile) as roads:
            assert roads.route([Point(10.0, 50.0), Point(10.01, 50.0)]).metres == pytest.approx(715, abs=5)


def test_another_file_keeps_the_profiles_of_the_region(tmp_path: Path, crossing: Path, longer_crossing: Path) -> None:
    import_region(crossing, "town", tmp_path, profiles=["car", "cargo_bike"])
    assert import_region(longer_crossing, "town", tmp_path).profiles == ("car", "cargo_bike")


def test_progress_goes_up_from_nothing_to_the_whole(tmp_path: Path, crossing: Path) -> None:
    heard: list[tuple[str, int]] = []
    import_region(crossing, "town", tmp_path, lambda sentence, percent: heard.append((sentence, percent)))
    percents = [percent for _, percent in heard]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0, 100)
    assert heard[-1][0] == "The region town is ready."


def test_all_regions_are_listed_by_name(tmp_path: Path, crossing: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/region.json").write_text("{")
    assert list_regions(tmp_path) == ()
    b, a = import_cars(crossing, tmp_path, "b"), import_cars(crossing, tmp_path, "a")
    assert list_regions(tmp_path) == (a, b)


def test_a_folder_may_be_named_from_where_one_stands(
    tmp_path: Path, crossing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    imported = import_cars(crossing, Path("regions"))
    assert open_region("town", Path("regions")) == imported
    assert imported.graph_of("car").with_name("region.osrm.mldgr").exists()


def test_the_same_file_is_not_built_twice(monaco: Region, region_folder: Path, monaco_pbf: Path) -> None:
    said: list[str] = []
    again = import_region(monaco_pbf, "monaco", region_folder, lambda sentence, _: said.append(sentence))
    assert again == monaco
    assert said[-1] == "The region monaco is already imported from this file."


# What is no map, or not a whole one.


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"hello", "it is not an OpenStreetMap PBF file"),
        (b"<osm></osm>", "it is OpenStreetMap XML; turn it into PBF first"),
        (b"<?xml version='1.0'?><osm></osm>", "it is OpenStreetMap XML"),
        (b"\x1f\x8b\x08\x00", "it is packed with gzip"),
        (b"BZh91AY", "it is packed with bzip2"),
        (b"PK\x03\x04rest", "it is a zip archive"),
        (bytes(4000), "it is not an OpenStreetMap PBF file"),
        (b"\x00\x00\x00\x0d\x0a\x07OSMData\x18\x02xx", "it is not an OpenStreetMap PBF file"),
    ],
)
def test_a_file_that_is_no_map_is_refused_in_one_sentence(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "letter.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(RegionError, match=rf"^The map file letter\.osm\.pbf cannot be used: {why}.*\.$"):
        import_cars(path, tmp_path / "regions")
    with pytest.raises(RegionError, match="There is no region called town here"):
        open_region("town", tmp_path / "regions")


@settings(max_examples=60)
@given(share=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_file_cut_short_anywhere_is_known_before_anything_is_built(
    tmp_path_factory: pytest.TempPathFactory, monaco_pbf: Path, share: float
) -> None:
    whole = monaco_pbf.read_bytes()
    path = tmp_path_factory.getbasetemp() / "cut.osm.pbf"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(
        RegionError, match=r"^The map file cut\.osm\.pbf cannot be used: it is (cut short|empty|not an)"
    ):
        look_over(path)


@settings(max_examples=100)
@given(content=st.binary(max_size=300))
def test_bytes_of_any_kind_are_never_more_than_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(RegionError, match="cannot be used"):
        look_over(path)


@pytest.mark.parametrize("length", [20_000, 300_000, 537_000])
def test_a_file_cut_short_leaves_the_old_region_in_use(
    tmp_path: Path, crossing: Path, monaco_pbf: Path, length: int
) -> None:
    before = import_cars(crossing, tmp_path / "regions")
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(monaco_pbf.read_bytes()[:length])
    with pytest.raises(RegionError, match=r"^The map file cut\.osm\.pbf cannot be used: it is cut short") as caught:
        import_cars(cut, tmp_path / "regions")
    assert "\n" not in caught.value.sentence
    assert open_region("town", tmp_path / "regions") == before
    assert list((tmp_path / "regions/town/builds").iterdir()) == [before.build]


def test_a_file_that_is_damaged_inside_leaves_the_old_region_in_use(
    tmp_path: Path, crossing: Path, monaco_pbf: Path
) -> None:
    before = import_cars(crossing, tmp_path)
    damaged = bytearray(monaco_pbf.read_bytes())
    damaged[200_000:200_400] = bytes(400)
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(damaged)
    with pytest.raises(RegionError, match=r"^The map file damaged\.osm\.pbf cannot be used: "):
        import_cars(path, tmp_path)
    assert open_region("town", tmp_path) == before


def test_a_map_without_a_street_is_refused(tmp_path: Path) -> None:
    river: Line = (((10.0, 50.0), (10.01, 50.0)), {"waterway": "river"})
    with pytest.raises(RegionError, match=r"cannot be used: it holds no street that a vehicle may use\.$"):
        import_cars(write_extract(tmp_path / "river.osm.pbf", [river]), tmp_path)


def test_a_map_whose_streets_are_closed_to_a_profile_is_refused_for_it(tmp_path: Path) -> None:
    closed = [(points, {**tags, "hgv": "no"}) for points, tags in CROSSING]
    extract = write_extract(tmp_path / "closed.osm.pbf", closed)
    with pytest.raises(RegionError, match=r"^The street graph of town for trucks could not be built: .*no street"):
        import_region(extract, "town", tmp_path, profiles=["truck"])


def test_a_missing_file_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match=r"There is no map file .*nowhere\.osm\.pbf\."):
        import_cars(tmp_path / "nowhere.osm.pbf", tmp_path / "regions")
    with pytest.raises(RegionError, match=r"is a folder; name the map file in it\."):
        import_cars(tmp_path, tmp_path / "regions")


@pytest.mark.parametrize("name", ["", "..", "a/b", "Town", "-town", "x" * 64])
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str, monaco_pbf: Path) -> None:
    with pytest.raises(RegionError, match="small letters"):
        open_region(name, tmp_path)
    with pytest.raises(RegionError, match="small letters"):
        import_cars(monaco_pbf, tmp_path, name)


def grid(side: int) -> list[Line]:
    """Streets of three points each, side × side of them."""
    at = [round(index * 0.002, 6) for index in range(side + 1)]
    return [
        (((10 + x, 50 + y), (10 + x + 0.001, 50 + y), (10 + x + 0.002, 50 + y)), STREET) for x in at[:side] for y in at
    ] + [(((10 + x, 50 + y), (10 + x, 50 + y + 0.002)), STREET) for x in at for y in at[:side]]


def rounded(lines: list[Line]) -> list[Line]:
    return [([(round(lon, 6), round(lat, 6)) for lon, lat in points], tags) for points, tags in lines]


def test_a_map_cut_through_its_streets_is_used_with_a_warning(tmp_path: Path) -> None:
    extract = write_extract(tmp_path / "cut.osm.pbf", rounded(grid(8)), left_out=4)
    region = import_cars(extract, tmp_path)
    (warning,) = region.warnings
    assert warning.endswith("routes near its edge may be wrong.")
    assert "% of the street points are missing: the extract was cut through its streets" in warning
    assert open_region("town", tmp_path).warnings == region.warnings


def test_a_map_that_lacks_most_points_of_its_streets_is_refused(tmp_path: Path) -> None:
    lines = rounded(grid(8))
    extract = write_extract(tmp_path / "torn.osm.pbf", lines, left_out=80)
    with pytest.raises(RegionError, match=r"% of its street points are missing; take an extract .* complete ways\.$"):
        import_cars(extract, tmp_path)


@given(points=st.integers(0, 10**9), share=st.floats(0, 1))
def test_missing_points_are_silent_below_a_thousandth_and_refused_above_a_quarter(points: int, share: float) -> None:
    missing = int(points * share)
    if missing > 0.25 * points:
        with pytest.raises(RegionError):
            missing_points_warning("x", points, missing)
    else:
        assert (missing_points_warning("x", points, missing) is None) == (missing < 0.001 * points or points == 0)


# One import and the next.


def test_an_import_that_is_interrupted_half_way_leaves_the_old_region_in_use(
    tmp_path: Path, crossing: Path, monaco_pbf: Path
) -> None:
    before = import_cars(crossing, tmp_path)

    def interrupt(sentence: str, percent: int) -> None:
        if "streets" in sentence:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_region(monaco_pbf, "town", tmp_path, interrupt)
    assert open_region("town", tmp_path) == before
    assert list((tmp_path / "town/builds").iterdir()) == [before.build]


def test_a_region_of_another_engine_version_is_built_anew(tmp_path: Path, crossing: Path) -> None:
    before = import_cars(crossing, tmp_path)
    manifest = tmp_path / "town" / "region.json"
    manifest.write_text(manifest.read_text().replace(before.engine, "osrm 1.0"))
    with pytest.raises(RegionError, match="built by another version of Wasl; import its map extract again"):
        open_region("town", tmp_path)
    for graph in before.graphs:
        manifest.write_text(manifest.read_text().replace(graph.fingerprint, "0" * 64))
    assert import_cars(crossing, tmp_path).build != before.build
    assert open_region("town", tmp_path).fingerprint == before.fingerprint


def test_a_region_of_the_version_before_says_that_it_has_to_be_imported_again(tmp_path: Path, crossing: Path) -> None:
    (tmp_path / "town").mkdir()
    (tmp_path / "town/region.json").write_text(json.dumps({"format": "wasl-region", "build": "x", "profile": "car"}))
    with pytest.raises(RegionError, match="built by another version of Wasl; import its map extract again"):
        open_region("town", tmp_path)
    assert import_cars(crossing, tmp_path) == open_region("town", tmp_path)


def test_two_imports_at_once_build_once(tmp_path: Path, crossing: Path) -> None:
    found: list[Region] = []
    threads = [threading.Thread(target=lambda: found.append(import_cars(crossing, tmp_path))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    assert len(list((tmp_path / "town/builds").iterdir())) == 1


def test_a_network_replaces_its_own_region_alone(tmp_path: Path, crossing: Path, longer_crossing: Path) -> None:
    import_region(crossing, "ours", tmp_path, profiles=["car"], owner="us")
    assert import_region(longer_crossing, "ours", tmp_path, owner="us").owner == "us"
    with pytest.raises(RegionError, match="was not imported by this network, and others may use it"):
        import_region(crossing, "ours", tmp_path, owner="them")
    assert import_region(crossing, "ours", tmp_path).owner == "us"  # the operator may, and it stays theirs
    import_cars(crossing, tmp_path, "operators")
    with pytest.raises(RegionError, match="was not imported by this network"):
        import_region(longer_crossing, "operators", tmp_path, owner="us")
    (tmp_path / "operators/region.json").write_text("{")  # nobody knows whose it was
    with pytest.raises(RegionError, match="was not imported by this network"):
        import_region(longer_crossing, "operators", tmp_path, owner="us")
