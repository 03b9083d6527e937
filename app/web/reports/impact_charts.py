"""The pictures of a report: which lines and bars they have. The numbers stand in the tables beside them."""

from collections.abc import Sequence
from statistics import median

from app.domain.impact_report import Bank, Figures
from app.domain.losses import LABELS
from app.web.charts import bars, lines_of_percent
from app.web.language import Language

MOST_BANKS = 5  # with more lines nobody tells them apart: then the lowest, the middle and the highest are drawn
MOST_LOSSES = 10
LOWEST, MIDDLE, HIGHEST = "Lowest", "In the middle", "Highest"


def fairness_lines(figures: Figures) -> list[tuple[str, bool, Sequence[float | None]]]:
    """Name, whether it is a food bank's own, and its fill rate at each point, from 0 to 1; None: it needed nothing."""
    every = {bank.organisation: bank.name for point in figures.points for bank in point.banks}
    by_point = [{bank.organisation: bank for bank in point.banks} for point in figures.points]
    if len(every) <= MOST_BANKS:
        in_order = sorted(every.items(), key=lambda each: (each[1], each[0]))
        return [(name, True, [_fill(of.get(bank)) for of in by_point]) for bank, name in in_order]
    rates = [[bank.fill for bank in point.banks if bank.fill is not None] for point in figures.points]
    return [
        (HIGHEST, False, [max(of, default=None) for of in rates]),
        (MIDDLE, False, [median(of) if of else None for of in rates]),
        (LOWEST, False, [min(of, default=None) for of in rates]),
    ]


def _fill(bank: Bank | None) -> float | None:
    return None if bank is None else bank.fill


def shown_losses(figures: Figures) -> Sequence[tuple[str, int]]:
    """The largest reasons, grams."""
    return figures.losses[:MOST_LOSSES]


def draw_fairness(figures: Figures, language: Language, narrow: bool = False) -> bytes:
    """Fill rates over four weeks each, over time."""
    lines = [
        (name if own else str(language.t(name)), [None if rate is None else round(100 * rate, 1) for rate in rates])
        for name, own, rates in fairness_lines(figures)
    ]
    labels = [language.short_day(point.until) for point in figures.points]
    return lines_of_percent(labels, lines, direction=language.direction, narrow=narrow)


def draw_losses(figures: Figures, language: Language, narrow: bool = False) -> bytes:
    """Kilograms by reason."""
    shown = shown_losses(figures)
    labels = [str(language.t(LABELS.get(code, code))) for code, _ in shown]
    return bars(labels, [round(grams / 1000, 1) for _, grams in shown], direction=language.direction, narrow=narrow)
