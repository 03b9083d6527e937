"""What a signature at a door may be: strokes on a field a thousand wide, few enough to be kept for every hand-over.

A stroke is a list of whole numbers: x, y, x, y and so on, from the upper left corner. A name alone signs as well.
"""

from collections.abc import Iterable, Sequence

WIDE = 1000  # of the field, whatever the screen; it is no higher than that
MOST_STROKES = 100
MOST_POINTS = 2000
MARGIN = 12  # around what was drawn, for half of the line's width
LONGEST_NAME = 80

type Stroke = Sequence[int]


def fault_of(strokes: Sequence[Stroke]) -> str | None:
    """Why these strokes are no drawing that is kept, as a sentence; None where they are one."""
    if len(strokes) > MOST_STROKES or sum(map(len, strokes)) > 2 * MOST_POINTS:
        return f"A signature has at most {MOST_STROKES} strokes and {MOST_POINTS} points."
    if any(not stroke or len(stroke) % 2 for stroke in strokes):
        return "A stroke is a list of points, each with its x and its y."
    if any(not 0 <= each <= WIDE for stroke in strokes for each in stroke):
        return f"A point of a signature lies between 0 and {WIDE} each way."
    return None


def path_of(strokes: Iterable[Stroke]) -> str:
    """The strokes as the path of a drawing; a dot is a line of no length, which round ends make visible."""
    return "".join(_of_stroke(stroke) for stroke in strokes)


def _of_stroke(stroke: Stroke) -> str:
    points = [f"{x} {y}" for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
    return f"M{points[0]}L{' '.join(points[1:] or points)}"


def box_of(strokes: Sequence[Stroke]) -> tuple[int, int, int, int]:
    """What is drawn on, with its margin: left, top, width, height."""
    across = [x for stroke in strokes for x in stroke[::2]]
    down = [y for stroke in strokes for y in stroke[1::2]]
    left, top = min(across) - MARGIN, min(down) - MARGIN
    return left, top, max(across) + MARGIN - left, max(down) + MARGIN - top
