"""A day together beside the same day alone on paper: what was recorded first, what was planned by itself, partner by
partner, how much hangs on each assumption, and all that the figures stand on."""

from collections.abc import Sequence
from datetime import date, datetime

from app.domain.together import VARIANT_WORDS, Tally
from app.domain.units import kg_display, km_display
from app.papers.sheet import Sheet
from app.papers.style import FAINT, LABEL, MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import Issuer
from app.reports.together.figures import CHARTS, KIND_TITLES, USUAL, KindView

FIGURES = (
    Column(0, 0.34),
    *(Column(start, 0.16, at_end=True) for start in (0.34, 0.5)),
    Column(0.66, 0.34, at_end=True),
)
PARTNERS = (Column(0, 0.28), *(Column(0.28 + 0.12 * number, 0.12, at_end=True) for number in range(6)))
SENSITIVITY = (Column(0, 0.6), Column(0.6, 0.2, at_end=True), Column(0.8, 0.2, at_end=True))
OF_PARTNERS = (
    "Partner", "Received together", "Received alone", "Of its need, together", "Of its need, alone",
    "Its vehicles, together", "Its vehicles, alone",
)  # fmt: skip
NOTHING = "There is nothing to compare on this day: no plan was published, or it is not worked out yet."
ONLY_PLANNED = "Nobody has reported this day, or it is not over: this is what was planned, and not what was done."
RECORDED = "From the ledger and from what drivers reported."
PLANNED = "What the published plan was to bring before anything was driven."
NO_FOOD = "No food moved, so that nothing is counted per tonne."
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - a paper about nothing is of no moment


def together_day_paper(issuer: Issuer, day: date, kinds: Sequence[tuple[str, KindView]]) -> bytes:
    """The document; kinds: as recorded and as planned, where there is each."""
    title = issuer.t("Together and alone")
    made_at = max((found.day.worked_out_at for _, found in kinds), default=NEVER.replace(tzinfo=issuer.zone))
    sheet = Sheet(issuer, title, made_at)
    sheet.heading(title)
    sheet.paragraph(Part(issuer.language.day(day), STRONG))
    if not kinds:
        sheet.paragraph(Part(issuer.t(NOTHING)))
    for kind, found in kinds:
        _kind(sheet, issuer, kind, found, is_all=len(kinds) == 1)
    for said in dict.fromkeys(each for _, found in kinds for each in found.assumptions):
        sheet.paragraph(Part(issuer.t(said), MUTED))
    for factor in [each for _, found in kinds[:1] for each in found.day.factors]:
        sheet.paragraph(Part(f"\u2066{factor['value']} {factor['unit']} ({factor['source']})\u2069", MUTED))
    return sheet.finished()


def _kind(sheet: Sheet, issuer: Issuer, kind: str, found: KindView, *, is_all: bool) -> None:
    sheet.section(issuer.t(KIND_TITLES[kind]), after=120)
    said = RECORDED if kind == "recorded" else ONLY_PLANNED if is_all else PLANNED
    sheet.paragraph(Part(issuer.t(said), STRONG if said == ONLY_PLANNED else MUTED))
    if not any(side.grams for name in ("together", "alone") if (side := found.side(name)) is not None):
        sheet.paragraph(Part(issuer.t(NO_FOOD)))
    _figures(sheet, issuer, found)
    if found.partners:
        _partners(sheet, issuer, found)
    _sensitivity(sheet, issuer, found)
    _stands_on(sheet, issuer, found)


def _figures(sheet: Sheet, issuer: Issuer, found: KindView) -> None:
    head = ["", issuer.t("Together"), issuer.t("Alone"), issuer.t("least to most, with other assumptions")]
    rows = []
    for claim, figures in found.claims:
        rows.append(Row([[Part(issuer.t(claim), LABEL)], [], [], []], with_next=True))
        for each in figures:
            spread = ""
            if each.least is not None and each.least != each.most:
                ends = {"least": _number(issuer, each.least, each.kind), "most": _number(issuer, each.most, each.kind)}
                spread = issuer.t("{least} to {most}", **ends)
            together, alone = (_number(issuer, value, each.kind) for value in (each.together, each.alone))
            rows.append(Row(cells(issuer.t(each.label), together, alone, spread), rule=None))
    sheet.table(FIGURES, head, rows)


def _partners(sheet: Sheet, issuer: Issuer, found: KindView) -> None:
    sheet.section(issuer.t("Partner by partner"))
    rows = []
    for name, both in found.partners:
        kilograms = [_number(issuer, side.grams, "kg") for side in (both.together, both.alone)]
        filled = [_number(issuer, side.fill_rate, "percent") for side in (both.together, both.alone)]
        driven = [_driven(issuer, side) for side in (both.together, both.alone)]
        rows.append(Row(cells(f"\u2068{name}\u2069", *kilograms, *filled, *driven)))
    sheet.table(PARTNERS, [issuer.t(each) for each in OF_PARTNERS], rows)


def _driven(issuer: Issuer, side: Tally) -> str:
    if not side.vehicles:
        return "–"
    return issuer.listed([_number(issuer, side.metres, "km"), _number(issuer, side.driver_seconds, "hours")])


def _sensitivity(sheet: Sheet, issuer: Issuer, found: KindView) -> None:
    """What the pictures of the page show, as numbers."""
    sheet.section(issuer.t("How much hangs on each assumption"), after=90)
    usual = found.side("together")
    for label, read in CHARTS.values():
        rows = []
        for variant in found.variants:
            alone = found.side("alone", variant)
            if alone is None:
                continue
            together = found.side("together", variant) or usual
            sides = (None if together is None else read(together), read(alone))
            told = ["–" if value is None else f"\u2066{value:.1f}\u2069" for value in sides]
            style = STRONG if variant == USUAL else MUTED
            rows.append(Row([[Part(issuer.t(VARIANT_WORDS[variant]), style)], *cells(*told, style=style)], rule=FAINT))
        sheet.table(SENSITIVITY, [issuer.t(label), issuer.t("Together"), issuer.t("Alone")], rows)
        sheet.space(8)


def _stands_on(sheet: Sheet, issuer: Issuer, found: KindView) -> None:
    day, language = found.day, issuer.language
    said = issuer.t(
        "Worked out {day} at {time}, report {number}; version {version} of the plan.",
        day=language.day(day.worked_out_at.astimezone(issuer.zone).date()),
        time=issuer.clock(day.worked_out_at),
        number=str(day.number),
        version=str(day.facts["plan_number"]),
    )
    estimated = issuer.t("Travel times are estimates.") if day.estimated_travel else ""
    sheet.paragraph(Part(f"{said} {estimated}".strip(), MUTED))


def _number(issuer: Issuer, value: float | None, kind: str) -> str:
    """As the page has it."""
    if value is None:
        return "–"
    if kind == "kg":
        return issuer.t("{kg} kg", kg=kg_display(round(value)))
    if kind == "km":
        return issuer.t("{km} km", km=km_display(round(value)))
    if kind == "hours":
        return f"\u2066{issuer.language.hours(round(value))}\u2069"
    return f"\u2066{round(value * 100)} %\u2069" if kind == "percent" else str(int(value))
