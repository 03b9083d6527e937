"""Bar charts as SVG, drawn by pygal, which a page shows as pictures: the numbers themselves stand in its tables."""

from collections.abc import Sequence
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
IN_THE_DARK = f"""inline:@media (prefers-color-scheme: dark) {{
  {{{{ id }}}} text {{ fill: {INK_IN_THE_DARK} !important; }}
  {{{{ id }}}} .guides path, {{{{ id }}}} .axis path {{ stroke: #8e8a81 !important; }}
  {{{{ id }}}} .color-0, {{{{ id }}}} .color-0 a:visited {{ fill: {TOGETHER_IN_THE_DARK} !important;
    stroke: {TOGETHER_IN_THE_DARK} !important; }}
  {{{{ id }}}} .color-1, {{{{ id }}}} .color-1 a:visited {{ fill: {ALONE_IN_THE_DARK} !important;
    stroke: {ALONE_IN_THE_DARK} !important; }}
}}"""
ROW_PIXELS, HEAD_PIXELS, WIDTH_PIXELS = 40, 90, 520


def height_of(rows: int) -> int:
    """How high a chart of so many labels is, in pixels, where it is `WIDTH_PIXELS` wide."""
    return HEAD_PIXELS + ROW_PIXELS * rows


def paired_bars(
    labels: Sequence[str],
    together: tuple[str, Sequence[float | None]],
    alone: tuple[str, Sequence[float | None]],
    *,
    direction: str,
) -> bytes:
    """Two bars a label, from above to below in the order given; None has no bar. A side is its name and its values.
    direction: "ltr" or "rtl", of the words."""
    # Here, since few processes ever draw: it takes half a second.
    import pygal  # type: ignore[import-untyped]
    from pygal.style import Style  # type: ignore[import-untyped]

    style = Style(
        background="transparent", plot_background="transparent", foreground=INK, foreground_strong=INK,
        foreground_subtle="#5c5850", colors=(TOGETHER, ALONE), font_family=FONTS, label_font_size=14,
        major_label_font_size=14, legend_font_size=14, value_font_size=13, opacity="1", transition="0s",
    )  # fmt: skip
    chart = pygal.HorizontalBar(
        style=style, js=[], css=["file://style.css", "file://graph.css", IN_THE_DARK], width=WIDTH_PIXELS,
        height=height_of(len(labels)), truncate_label=-1, truncate_legend=-1, show_x_guides=True,
        show_y_guides=False, legend_at_bottom=True, print_values=False, margin=8, include_x_axis=True,
        x_labels_major_count=5, show_minor_x_labels=False, no_data_text="–", legend_box_size=14, explicit_size=True,
        spacing=12, x_value_formatter=_amount, value_formatter=_amount,
    )  # fmt: skip
    # The library draws from below.
    chart.x_labels = [f"{ISOLATES[direction]}{label}\u2069" for label in reversed(labels)]
    chart.add(together[0], list(reversed(together[1])))
    chart.add(alone[0], list(reversed(alone[1])))
    return _still(chart.render_tree())


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
