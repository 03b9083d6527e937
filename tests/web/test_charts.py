"""Charts as pictures: what they draw, for either direction of reading and for a phone."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.charts import NARROW_PIXELS, WIDTH_PIXELS, bars, lines_of_percent, marks_of, paired_bars

LABELS = ("4 Nov", "11 Nov", "18 Nov", "25 Nov")


def test_a_line_stops_where_nothing_is_known_and_goes_on_behind_it() -> None:
    whole = lines_of_percent(LABELS, [("Kitchen", [10.0, 20.0, 30.0, 40.0])], direction="ltr").decode()
    broken = lines_of_percent(
        (*LABELS, "2 Dec"), [("Kitchen", [10.0, 20.0, None, 40.0, 50.0])], direction="ltr"
    ).decode()
    assert len(re.findall(r'class="line ', whole)) == 1
    assert len(re.findall(r'class="line ', broken)) == 2


@pytest.mark.parametrize(("narrow", "width"), [(False, WIDTH_PIXELS), (True, NARROW_PIXELS)])
def test_a_phone_has_a_narrower_picture_and_arabic_turns_each_round(narrow: bool, width: int) -> None:
    for picture in (
        bars(LABELS, [1, 2, 3, 4], direction="rtl", narrow=narrow),
        paired_bars(LABELS, ("Together", [1, 2, 3, 4]), ("Alone", [1, None, 3, 4]), direction="rtl", narrow=narrow),
        lines_of_percent(LABELS, [("Kitchen", [1.0, 2.0, 3.0, 4.0])], direction="rtl", narrow=narrow),
    ):
        assert f'width="{width}"' in picture.decode()
        assert f"translate({width} 0) scale(-1 1)" in picture.decode()
    assert "scale(-1 1)" not in bars(LABELS, [1, 2, 3, 4], direction="ltr", narrow=narrow).decode()


def test_on_a_phone_a_long_label_goes_on_below_itself_and_leaves_room_for_its_bars() -> None:
    reasons = ["No food bank was open at the right time of the day", "Too warm"]
    svg = bars(reasons, [2.0, 1.0], direction="ltr", narrow=True).decode()
    assert re.findall(r"tspan[^>]*>\W?(No food bank was open|at the right time of)", svg)
    widths = [float(each) for each in re.findall(r'<[\w:]*rect[^>]* width="([\d.]+)"', svg)]
    assert max(each for each in widths if each < NARROW_PIXELS - 20) > NARROW_PIXELS / 3
    assert f"{reasons[0]}\u2069<" in bars(reasons, [2.0, 1.0], direction="ltr").decode()


@given(
    values=st.lists(st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-3), max_size=6),
    most=st.integers(2, 6),
)
def test_an_axis_has_a_few_round_marks_about_all_its_values_and_0_among_them(values: list[float], most: int) -> None:
    marks = marks_of(values, most)
    assert 2 <= len(marks) <= most + 1
    assert 0 in marks
    assert marks[0] <= min([0, *values])
    assert marks[-1] >= max([0, *values])
    steps = {round(later - earlier, 6) for earlier, later in pairwise(marks)}
    assert max(steps) - min(steps) < 1e-5


def test_a_chart_of_less_than_fifty_has_more_marks_than_its_0() -> None:
    picture = bars(["One more store", "One more food bank"], [49, 18], direction="ltr").decode()
    texts = re.findall(r"<(?:\w+:)?text [^>]*>([\d.]+)<", picture)
    assert texts == ["0", "10", "20", "30", "40", "50"]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("most", [7092.7, 49, 0.3, 125_000])
def test_marks_of_an_axis_do_not_run_into_each_other_beside_long_labels(narrow: bool, most: float) -> None:
    labels = ["The store was closed when the van came", "Food banks had all that they asked for"]
    picture = bars(labels, [most, most / 9], direction="ltr", narrow=narrow).decode()
    marks = re.findall(r'<(?:\w+:)?text x="([\d.]+)"[^>]*>([\d.e+]+)<', picture)
    assert len(marks) >= 2
    for (left, text), (right, after) in pairwise(marks):
        assert float(right) - float(left) > 8 * (len(text) + len(after)) / 2
