"""An import is whole or it did not happen."""

import threading
from pathlib import Path

import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point
from app.roads.region import Region, RegionError, import_region, open_region

MONTE_CARLO = Point(7.4246, 43.7391)
FONTVIEILLE = Point(7.4190, 43.7295)


@pytest.fixture
def cut_short(tmp_path: Path, monaco_pbf: Path) -> Path:
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(monaco_pbf.read_bytes()[:300_000])
    return path


def test_an_imported_region_opens_with_its_attribution_and_its_bounds(monaco: Region, region_folder: Path) -> None:
    opened = open_region("monaco", region_folder)
    assert opened == monaco
    assert opened.attribution == "© OpenStreetMap contributors"
    west, south, east, north = opened.bounds
    assert west < MONTE_CARLO.longitude < east
    assert south < MONTE_CARLO.latitude < north


def test_a_folder_may_be_named_from_where_one_stands(
    tmp_path: Path, monaco_pbf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = monaco_pbf.absolute()
    monkeypatch.chdir(tmp_path)
    imported = import_region(source, "town", Path("regions"))
    assert open_region("town", Path("regions")) == imported
    assert imported.graph.with_name("region.osrm.mldgr").exists()


def test_the_same_file_is_not_built_twice(monaco: Region, region_folder: Path, monaco_pbf: Path) -> None:
    said: list[str] = []
    assert import_region(monaco_pbf, "monaco", region_folder, said.append) == monaco
    assert said == ["The region monaco is already imported from this file."]


def test_a_file_cut_short_leaves_the_old_region_in_use(tmp_path: Path, monaco_pbf: Path, cut_short: Path) -> None:
    before = import_region(monaco_pbf, "town", tmp_path / "regions")
    with pytest.raises(RegionError, match=r"^The map file cut\.osm\.pbf cannot be used: it is cut short or") as caught:
        import_region(cut_short, "town", tmp_path / "regions")
    assert "\n" not in caught.value.sentence
    assert open_region("town", tmp_path / "regions") == before
    assert [build.name for build in (tmp_path / "regions/town/builds").iterdir()] == [before.build.name]
    with EmbeddedRoads(before) as roads:
        assert roads.matrix([MONTE_CARLO, FONTVIEILLE]).seconds[0][1]


@pytest.mark.parametrize("content", [b"", b"hello", b"<osm></osm>", bytes(4000)])
def test_a_file_that_is_no_map_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(RegionError, match=r"^The map file letter\.osm\.pbf cannot be used: .*\.$"):
        import_region(path, "town", tmp_path / "regions")
    with pytest.raises(RegionError, match="There is no region called town here"):
        open_region("town", tmp_path / "regions")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RegionError, match=r"There is no map file .*nowhere\.osm\.pbf\."):
        import_region(tmp_path / "nowhere.osm.pbf", "town", tmp_path / "regions")


@pytest.mark.parametrize("name", ["", "..", "a/b", "Town", "-town", "x" * 64])
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str, monaco_pbf: Path) -> None:
    with pytest.raises(RegionError, match="small letters"):
        open_region(name, tmp_path)
    with pytest.raises(RegionError, match="small letters"):
        import_region(monaco_pbf, name, tmp_path)


def test_an_import_that_is_interrupted_half_way_leaves_the_old_region_in_use(
    tmp_path: Path, monaco_pbf: Path, newport_pbf: Path
) -> None:
    before = import_region(monaco_pbf, "town", tmp_path)

    def interrupt(sentence: str) -> None:
        if "step 2" in sentence:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_region(newport_pbf, "town", tmp_path, interrupt)
    assert open_region("town", tmp_path) == before
    assert list((tmp_path / "town/builds").iterdir()) == [before.build]


def test_a_region_of_another_engine_version_is_built_anew(tmp_path: Path, monaco_pbf: Path) -> None:
    before = import_region(monaco_pbf, "town", tmp_path)
    manifest = tmp_path / "town" / "region.json"
    manifest.write_text(manifest.read_text().replace(before.fingerprint, "0" * 64))
    with pytest.raises(RegionError, match="built by another version of Wasl; import its map extract again"):
        open_region("town", tmp_path)
    assert import_region(monaco_pbf, "town", tmp_path).build != before.build
    assert open_region("town", tmp_path).fingerprint == before.fingerprint


def test_what_a_killed_import_left_behind_is_cleared_by_the_next(tmp_path: Path, monaco_pbf: Path) -> None:
    (tmp_path / "town/builds/half").mkdir(parents=True)
    (tmp_path / "town/builds/half/map.sqlite").write_bytes(b"half")
    region = import_region(monaco_pbf, "town", tmp_path)
    assert list((tmp_path / "town/builds").iterdir()) == [region.build]


def test_two_imports_at_once_build_once(tmp_path: Path, monaco_pbf: Path) -> None:
    found: list[Region] = []
    threads = [
        threading.Thread(target=lambda: found.append(import_region(monaco_pbf, "town", tmp_path))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    assert len(list((tmp_path / "town/builds").iterdir())) == 1


def test_a_second_import_does_not_disturb_who_uses_the_first(
    tmp_path: Path, monaco_pbf: Path, newport_pbf: Path
) -> None:
    first = import_region(monaco_pbf, "town", tmp_path)
    with EmbeddedRoads(first) as roads:
        before = roads.matrix([MONTE_CARLO, FONTVIEILLE])
        second = import_region(newport_pbf, "town", tmp_path)
        assert second.fingerprint != first.fingerprint
        assert roads.matrix([MONTE_CARLO, FONTVIEILLE]) == before
        roads.close()
        assert roads.matrix([MONTE_CARLO, FONTVIEILLE]) == before
