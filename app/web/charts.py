"""Charts as SVG, drawn by pygal, which a page shows as pictures: the numbers themselves stand in its tables."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from fastapi import Response

SVG = "image/svg+xml"
# A picture fetches nothing and runs nothing; its colours are its own style sheet.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
TOGETHER, ALONE = "#2f6b3c", "#b0682e"
TOGETHER_IN_THE_DARK, ALONE_IN_THE_DARK = "#86c995", "#f0b27a"
INK, INK_IN_THE_DARK = "#1d1c1a", "#f0eee9"
ISOLATES = {"ltr": "\u2066", "rtl": "\u2067"}  # a picture has no direction of its own
FONTS = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif'
# Of the lines of several partners, each with dashes of its own besides: nobody has to tell them by colour.
COLOURS = (TOGETHER, ALONE, "#1c5d99", "#6b3fa0", "#8a6100", "#4c5a67")
COLOURS_IN_THE_DARK = (TOGETHER_IN_THE_DARK, ALONE_IN_THE_DARK, "#8fc0ef", "#c8a8f0", "#e6c25c", "#b9c4ce")
DASHES = ("", "8, 4", "2, 4", "10, 3, 2, 3", "4, 2", "1, 3")
# What is drawn is heavier than what it is read against.
WEIGHTS = "inline:.series path.line { stroke-width: 3 !important; } .guides path { stroke: #d3cec4 !important; }"
# The library does not fill in a chart's id here; a picture has nothing else that these could be of.
IN_THE_DARK = (
    "inline:@media (prefers-color-scheme: dark) {"
    f" text {{ fill: {INK_IN_THE_DARK} !important; }}"
    " .guides path, .axis path { stroke: #5c5850 !important; }"
    + "".join(
        f" .color-{number} {{ fill: {colour} !important; stroke: {colour} !important; }}"
        for number, colour in enumerate(COLOURS_IN_THE_DARK)
    )
    + " path.line { fill: none !important; } }"
)
ROW_PIXELS, HEAD_PIXELS, WIDTH_PIXELS = 40, 90, 520
# On a phone the same words on less room: shrunk from the whole width they could not be read there.
NARROW_PIXELS = 400
NARROW_LETTERS, LABEL_LINES = 22, 2  # of a label there: on one line, a long one leaves no room for its bars
LINES_PIXELS, NAME_PIXELS = 300, 26
MOST_STEPS, FEWEST_STEPS = 5, 2  # between the marks of an axis: one on either side of 0 at least
LETTER_PIXELS, EDGE_PIXELS = 8.4, 50  # as the library reckons a letter; what it leaves around a chart


def height_of(rows: int) -> int:
    """How high a chart of so many labels is, in pixels, where it is `WIDTH_PIXELS` wide."""
    return HEAD_PIXELS + ROW_PIXELS * rows


def height_of_lines(lines: int) -> int:
    """How high a chart of so many lines is, in pixels, each name on a row of its own below it."""
    return LINES_PIXELS + NAME_PIXELS * lines


def paired_bars(
    labels: Sequence[str],
    together: tuple[str, Sequence[float | None]],
    alone: tuple[str, Sequence[float | None]],
    *,
    direction: str,
    narrow: bool = False,
) -> bytes:
    """Two bars a label, from above to below in the order given; None has no bar. A side is its name and its values.
    direction: "ltr" or "rtl", of the words and of the bars, which begin where reading begins. narrow: for a phone."""
    chart = _rows(labels, [*together[1], *alone[1]], narrow)
    chart.add(together[0], list(reversed(together[1])))
    chart.add(alone[0], list(reversed(alone[1])))
    return _still(_labelled(chart, labels, direction, narrow))


def _labelled(chart: Any, labels: Sequence[str], direction: str, narrow: bool) -> ET.Element:
    """The rows with their labels, from above to below; on a phone a long one on two lines, which the library cannot: it
    is given the longest line, and gets the others afterwards."""
    wrapped = [_shown(label, narrow) for label in reversed(labels)]  # it draws from below
    chart.x_labels = [f"{ISOLATES[direction]}{max(lines, key=len)}\u2069" for lines in wrapped]
    root: ET.Element = chart.render_tree()
    for group in root.iter():
        if {"axis", "y"} <= set(group.get("class", "").split()):
            texts = [text for text in group.iter() if _name(text) == "text"]
            for text, lines in zip(texts, wrapped, strict=False):
                if len(lines) > 1:
                    _on_lines(text, [f"{ISOLATES[direction]}{line}\u2069" for line in lines])
    return _turned(root, chart.config.width, direction)


def _shown(label: str, narrow: bool) -> list[str]:
    return _lines_of(label) if narrow else [label]


def _lines_of(label: str) -> list[str]:
    return textwrap.wrap(label, NARROW_LETTERS, max_lines=LABEL_LINES, placeholder="…", break_long_words=False) or [""]


def _on_lines(text: ET.Element, lines: Sequence[str]) -> None:
    text.text = None
    for number, line in enumerate(lines):
        at = {"x": text.get("x", "0"), "dy": "-0.4em" if number == 0 else "1.1em"}
        ET.SubElement(text, str(text.tag).replace("text", "tspan"), at).text = line


def _turned(root: ET.Element, width: int, direction: str) -> ET.Element:
    """What begins where reading begins."""
    if direction == "rtl":
        _mirror(root, width)
    return root


def _mirror(root: ET.Element, width: int) -> None:
    """Have the bars begin at the right, with their labels there: the whole picture is turned round, and each text back
    again where it stands. The library can only draw from the left."""
    for graph in root:
        if _name(graph) == "g":
            graph.set("transform", f"translate({width} 0) scale(-1 1)")
    for group in root.iter():
        kinds = set(group.get("class", "").split())
        if kinds & {"axis", "legends"} or "no_data" in kinds:
            anchor = "end" if "legends" in kinds else "start" if "y" in kinds else "middle"
            for text in group.iter():
                if _name(text) == "text":
                    text.set("style", f"text-anchor: {anchor}")
    for text in root.iter():
        if _name(text) == "text":
            text.set("transform", f"translate({2 * float(text.get('x', '0')):g} 0) scale(-1 1)")


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def bars(labels: Sequence[str], values: Sequence[float], *, direction: str, narrow: bool = False) -> bytes:
    """One bar a label, from above to below in the order given."""
    chart = _rows(labels, values, narrow, show_legend=False)
    chart.add("", list(reversed(values)))
    return _still(_labelled(chart, labels, direction, narrow))


def lines_of_percent(
    labels: Sequence[str],
    lines: Sequence[tuple[str, Sequence[float | None]]],
    *,
    direction: str,
    narrow: bool = False,
) -> bytes:
    """Lines over time, from 0 to 100 %; None interrupts a line. No more lines than there are `COLOURS`. Time goes on in
    the direction of reading."""
    import pygal  # type: ignore[import-untyped]

    chart = pygal.Line(
        **_look(), width=NARROW_PIXELS if narrow else WIDTH_PIXELS, height=height_of_lines(len(lines)),
        range=(0, 100), legend_at_bottom=True, legend_at_bottom_columns=1, dots_size=4, show_x_guides=False,
        show_y_guides=True, truncate_label=-1, truncate_legend=-1, y_labels=[0, 25, 50, 75, 100],
        value_formatter=lambda value: f"{value:.0f} %", x_labels_major_count=5, show_minor_x_labels=False,
        no_data_text="–", legend_box_size=14, explicit_size=True, allow_interruptions=True, margin=8,
        margin_right=36, margin_bottom=8 + NAME_PIXELS * max(0, len(lines) - 2),
    )  # fmt: skip
    chart.x_labels = [f"{ISOLATES[direction]}{label}\u2069" for label in labels]
    for number, (name, values) in enumerate(lines[: len(COLOURS)]):
        stroke = {"width": 3, "dasharray": DASHES[number]} if DASHES[number] else {"width": 3}
        chart.add(f"{ISOLATES[direction]}{name}\u2069", list(values), stroke_style=stroke)
    return _still(_turned(chart.render_tree(), chart.config.width, direction))


def _rows(labels: Sequence[str], values: Sequence[float | None], narrow: bool, **more: Any) -> Any:
    """An empty chart with a row for each label, and an axis for these values."""
    # Here, since few processes ever draw: it takes half a second.
    import pygal

    options: dict[str, Any] = {"show_legend": True, "print_values": False, **more}
    width = NARROW_PIXELS if narrow else WIDTH_PIXELS
    longest = max((len(line) for each in labels for line in _shown(each, narrow)), default=0)
    room = width - EDGE_PIXELS - LETTER_PIXELS * longest
    marks = marks_that_fit([value for value in values if value is not None], room)
    return pygal.HorizontalBar(
        **_look(), **options, width=width, height=height_of(len(labels)),
        truncate_label=-1, truncate_legend=-1, show_x_guides=True, show_y_guides=False, include_x_axis=True,
        legend_at_bottom=True, legend_at_bottom_columns=1 if narrow else None, margin=8,
        margin_right=8 + LETTER_PIXELS * len(_amount(marks[-1])) / 2, y_labels=marks, no_data_text="–",
        legend_box_size=14, explicit_size=True, spacing=12, x_value_formatter=_amount, value_formatter=_amount,
    )  # fmt: skip


def marks_that_fit(values: Sequence[float], room: float) -> list[float]:
    """As many of these marks as can be read in so many pixels, in which the bars lie too."""
    for most in range(MOST_STEPS, FEWEST_STEPS, -1):
        marks = marks_of(values, most)
        if (len(marks) - 1) * (LETTER_PIXELS * (max(len(_amount(mark)) for mark in marks) + 2)) <= room:
            return marks
    return marks_of(values, FEWEST_STEPS)


def marks_of(values: Sequence[float], most: int) -> list[float]:
    """Round numbers along an axis, 0 among them, from below the least of the values to above the greatest, at most so
    many steps: left to itself, the library marks 0 alone where the greatest is 49."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = 1.0
    power = 10.0 ** math.floor(math.log10(high - low))
    parts = (part * power for part in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0))
    step = next(each for each in parts if math.ceil(high / each) - math.floor(low / each) <= most)
    return [round(step * number, 9) for number in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _look() -> dict[str, Any]:
    from pygal.style import Style  # type: ignore[import-untyped]

    style = Style(
        background="transparent", plot_background="transparent", foreground=INK, foreground_strong=INK,
        foreground_subtle="#5c5850", colors=COLOURS, font_family=FONTS, label_font_size=14,
        major_label_font_size=14, legend_font_size=14, value_font_size=13, opacity="1", transition="0s",
    )  # fmt: skip
    return {"style": style, "js": [], "css": ["file://style.css", "file://graph.css", WEIGHTS, IN_THE_DARK]}


def _amount(value: float) -> str:
    return f"{value:g}"


def _still(root: ET.Element) -> bytes:
    """Without the script that the library adds, and without its comments, which have the day in them."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.endswith("script"):
                parent.remove(child)
    found: bytes = ET.tostring(root, encoding="utf-8")
    return found


def picture(svg: bytes) -> Response:
    """The chart as an answer."""
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return Response(svg, media_type=SVG, headers=headers)
