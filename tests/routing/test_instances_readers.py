"""The readers of both public sets: every number where it belongs, packed or not, and a line number for every fault."""

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from routing import ProblemError
from routing.instances.formats import form_of, read_pairs
from routing.instances.li_lim import li_lim_from_text, read_li_lim
from routing.instances.sartori_buriol import read_sartori_buriol, sartori_buriol_from_text

HERE = Path(__file__).parent / "instances"
SIX, FIVE = HERE / "six_pairs.txt", HERE / "five_streets.txt"


def test_a_file_of_li_and_lim_is_read_as_it_stands() -> None:
    found = read_li_lim(SIX)
    assert (found.name, found.vehicles, found.capacity) == ("six_pairs", 4, 30)
    assert found.pickups.tolist() == [1, 2, 3, 4, 5, 6]
    assert found.deliveries.tolist() == [7, 8, 9, 10, 11, 12]
    assert (found.earliest[0], found.latest[0], found.service[0]) == (0, 400, 0)
    assert (found.demand[1], found.demand[7], found.earliest[1], found.latest[1], found.service[1]) == (
        11, -11, 67, 127, 5,
    )  # fmt: skip
    assert found.distance[0, 1] == math.sqrt(10**2 + 30**2)
    assert np.array_equal(found.distance, found.time)
    assert np.array_equal(found.distance, found.distance.T)


def test_a_file_of_sartori_and_buriol_has_its_own_minutes_and_no_limit_of_vehicles() -> None:
    found = read_sartori_buriol(FIVE)
    assert (found.name, found.vehicles, found.capacity) == ("five-streets", None, 20)
    assert found.pickups.tolist() == [1, 2, 3, 4, 5]
    assert found.deliveries.tolist() == [6, 7, 8, 9, 10]
    assert (found.earliest[0], found.latest[0]) == (0, 240)
    assert (found.time[0, 1], found.time[1, 0]) == (9, 10)
    assert np.array_equal(found.distance, found.time)


@pytest.mark.parametrize("path", [SIX, FIVE])
def test_a_packed_file_is_the_same_instance(path: Path, tmp_path: Path) -> None:
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    plain, again = read_pairs(path), read_pairs(packed)
    assert again.name == plain.name
    for name in ("distance", "time", "demand", "earliest", "latest", "service", "pickups", "deliveries"):
        assert np.array_equal(getattr(again, name), getattr(plain, name)), name


def test_the_form_is_seen_in_the_first_line() -> None:
    assert form_of(SIX.read_text()) == "li-lim"
    assert form_of(FIVE.read_text()) == "sartori-buriol"
    with pytest.raises(ProblemError, match="neither"):
        form_of('{"format": 1}\n'.replace(":", ""))


def test_windows_line_ends_and_empty_lines_do_no_harm() -> None:
    text = SIX.read_text().replace("\n", "\r\n\r\n")
    assert np.array_equal(li_lim_from_text(text, "six").demand, read_li_lim(SIX).demand)


def test_a_depot_without_any_pair_is_an_instance() -> None:
    found = li_lim_from_text("1 10 1\n0 5 5 0 0 100 0 0 0\n", "empty")
    assert (len(found.pickups), found.distance.shape) == (0, (1, 1))


def changed(path: Path, line: int, text: str) -> str:
    lines = path.read_text().splitlines()
    lines[line - 1] = text
    return "\n".join(lines)


LI_LIM_FAULTS = [
    (1, "", "line 2", "vehicles, capacity and speed"),
    (1, "4 30", "line 1", "vehicles, capacity and speed"),
    (1, "0 30 1", "line 1", "from 1"),
    (1, "four 30 1", "line 1", "'four' should be a whole number"),
    (3, "1 40 80 11 67 127 5 0", "line 3", "9 numbers, and here are 8"),
    (3, "2 40 80 11 67 127 5 0 7", "line 3", "Node 1 should be next"),
    (3, "1 40 eighty 11 67 127 5 0 7", "line 3", "'eighty' should be a number"),
    (3, "1 40 nan 11 67 127 5 0 7", "line 3", "nan should be from"),
    (3, "1 40 80 11 67 1e300 5 0 7", "line 3", "should be from"),
    (3, "1 40 80 1.5 67 127 5 0 7", "line 3", "'1.5' should be a whole number"),
    (3, "1 40 80 11 127 67 5 0 7", "line 3", "before it begins"),
    (3, "1 40 80 11 67 127 -5 0 7", "line 3", "-5 should be from 0"),
    (3, "1 40 80 11 67 127 5 0 0", "line 3", "either a pickup or a delivery"),
    (3, "1 40 80 11 67 127 5 7 7", "line 3", "either a pickup or a delivery"),
    (3, "1 40 80 11 67 127 5 0 77", "line 3", "there is no such node"),
    (3, "1 40 80 11 67 127 5 0 8", "line 3", "not the other way round"),
    (3, "1 40 80 12 67 127 5 0 7", "line 3", "should deliver what node 1"),
    (2, "0 50 50 3 0 400 0 0 0", "line 2", "Node 0 is the depot"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "text", "where", "said"), LI_LIM_FAULTS)
def test_a_broken_line_of_li_and_lim_is_named(line: int, text: str, where: str, said: str) -> None:
    with pytest.raises(ProblemError) as refused:
        li_lim_from_text(changed(SIX, line, text), "six")
    assert (refused.value.path, refused.value.code) == (where, "wrong_line")
    assert said in refused.value.sentence
    assert refused.value.sentence.endswith(".")


STREET_FAULTS = [
    (1, "five streets", "line 1", "NAME: VALUE"),
    (5, "SIZE: many", "line 5", "should be a whole number"),
    (5, "SIZE: 10", "line 22", "EDGES should follow"),
    (5, "SIZE: 12", "line 23", "11 nodes, and SIZE says 12"),
    (10, "LOAD: 20", "line 11", "no CAPACITY"),
    (11, "PLACES: 1", "line 12", "NAME: VALUE"),
    (24, "0 9 5 2 2 7 5 8 3 1", "line 24", "Row 0 of the matrix should have 11 numbers"),
    (24, "0 9 5 2 2 7 5 8 3 1 far", "line 24", "'far' should be a number"),
    (24, "0 9 5 2 2 7 5 8 3 1 -1", "line 24", "-1 should be from 0"),
    (34, "EOF", "line 34", "Row 10 of the matrix should have 11 numbers"),
    (35, "6 14 8 7 5 6 7 13 6 6 0", "line 35", "more than 11 rows"),
]


@pytest.mark.parametrize(("line", "text", "where", "said"), STREET_FAULTS)
def test_a_broken_line_of_sartori_and_buriol_is_named(line: int, text: str, where: str, said: str) -> None:
    with pytest.raises(ProblemError) as refused:
        sartori_buriol_from_text(changed(FIVE, line, text))
    assert (refused.value.path, refused.value.code) == (where, "wrong_line")
    assert said in refused.value.sentence


@pytest.mark.parametrize("path", [SIX, FIVE])
def test_a_file_that_ends_anywhere_is_refused_or_whole(path: Path) -> None:
    """Cut after every line. A depot alone is whole; after it something is missing until the last row."""
    read = li_lim_from_text if path == SIX else sartori_buriol_from_text
    lines = path.read_text().splitlines()
    for count in (count for count in range(len(lines) - 1) if path == FIVE or count != 2):
        with pytest.raises(ProblemError) as refused:
            read("\n".join(lines[:count]), "cut")
        assert refused.value.path.startswith("line ")


def test_a_file_that_is_not_there_not_text_or_badly_packed_is_one_sentence(tmp_path: Path) -> None:
    packed = gzip.compress(SIX.read_bytes())
    for name, content in {
        "cut": packed[:40],
        "flipped": packed[:30] + b"\xff\xff" + packed[32:],
        "noise": b"\xff\xfe\x00",
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ProblemError) as refused:
            read_pairs(path)
        assert (refused.value.path, refused.value.code) == (str(path), "unreadable_file")
    with pytest.raises(ProblemError, match="cannot be read"):
        read_pairs(tmp_path / "nowhere")
