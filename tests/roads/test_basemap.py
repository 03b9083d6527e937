"""The base map takes from the extract what is there, says what is missing, and frames the town."""

from collections.abc import Sequence
from pathlib import Path

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.basemap import build_base_map, read_extract
from app.roads.map_features import LABEL_LANGUAGES, line_drawing, place_drawing

TOWN = (36.73, 34.02)


def an_extract(path: Path, ways: Sequence[tuple[Sequence[int], dict[str, str]]], left_out: Sequence[int] = ()) -> Path:
    """Ways over nodes in a row, a hundredth of a degree apart; the nodes left out are named but not there."""
    with osmium.SimpleWriter(str(path)) as writer:
        for number in sorted({node for nodes, _ in ways for node in nodes} - set(left_out)):
            at = (TOWN[0] + number / 100, TOWN[1])
            writer.add_node(osmium.osm.mutable.Node(id=number, location=at, version=1))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=list(nodes), tags=tags, version=1))
    return path


def test_nodes_that_the_extract_lacks_are_counted_and_no_street_is_drawn_over_the_gap(tmp_path: Path) -> None:
    street = {"highway": "residential"}
    ways = [([1, 2, 3, 4, 5], street), ([5, 6], street), ([7, 8], street), ([1, 8], {"highway": "footway"})]
    pbf = an_extract(tmp_path / "holes.osm.pbf", ways, left_out=[3, 8])
    summary = build_base_map(pbf, tmp_path / "map.sqlite")
    assert (summary.street_nodes, summary.missing_street_nodes, summary.broken_streets) == (9, 2, 2)
    pieces = [[round((x - TOWN[0]) * 100) for x, _ in shape.coords] for shape in read_extract(pbf).shapes]
    assert pieces == [[1, 2], [4, 5], [5, 6]]


def test_a_whole_extract_lacks_nothing(tmp_path: Path, monaco_pbf: Path) -> None:
    summary = build_base_map(monaco_pbf, tmp_path / "map.sqlite")
    assert summary.street_nodes > 1000
    assert summary.missing_street_nodes == 0


def test_a_motorway_that_runs_far_out_does_not_stretch_the_frame(tmp_path: Path) -> None:
    streets = [([number, number + 1], {"highway": "residential"}) for number in range(1, 5)] * 100
    ways = [*streets, (range(5, 300), {"highway": "motorway"})]
    pbf = an_extract(tmp_path / "far.osm.pbf", ways)
    west, _, east, _ = build_base_map(pbf, tmp_path / "map.sqlite").bounds
    assert west < TOWN[0] + 0.02 < east < TOWN[0] + 0.1


def test_a_motorway_is_known_by_its_number_and_by_its_name_where_it_has_none() -> None:
    motorway = {"highway": "motorway", "name": "أوتوستراد دمشق", "name:en": "Damascus Motorway"}
    assert line_drawing({**motorway, "ref": "M5;M1"}).label == "M5"  # type: ignore[union-attr]
    drawing = line_drawing(motorway)
    assert drawing is not None
    assert (drawing.label, drawing.translations) == (motorway["name"], (("en", "Damascus Motorway"),))


@given(st.dictionaries(st.sampled_from([f"name:{code}" for code in (*LABEL_LANGUAGES, "zz")]), st.text(max_size=5)))
def test_translations_are_names_that_differ_from_the_sign(names: dict[str, str]) -> None:
    drawing = place_drawing({"place": "town", "name": "Sign", **names})
    assert drawing is not None
    for code, text in drawing.translations:
        assert text == names[f"name:{code}"]
        assert text
        assert text != "Sign"
    assert "zz" not in dict(drawing.translations)
    assert len(dict(drawing.translations)) == len(drawing.translations)


@pytest.mark.parametrize("name", ["", None])
def test_a_place_without_a_name_is_not_drawn(name: str | None) -> None:
    assert place_drawing({"place": "town", **({} if name is None else {"name": name})}) is None
