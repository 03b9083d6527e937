"""The delivery note on paper: what changed hands at one stop, with its temperatures, and who signed for it."""

from collections.abc import Sequence

from app.driving.delivery_note import DeliveryNote, NoteLine, Party, signatures_kept
from app.kit.language import isolated
from app.papers.canvas import SIGNATURE_HIGH
from app.papers.sheet import Sheet
from app.papers.signed import isolated_title
from app.papers.style import BLACK, LABEL, MUTED, STRONG, Column, Part, Row, cells
from app.papers.words import GAP, KEPT, MARKED, REASONS, Issuer

TWO = (Column(0, 0.5), Column(0.5, 0.5))
COLUMNS = (
    Column(0, 0.44),
    Column(0.44, 0.15),
    Column(0.59, 0.16, at_end=True),
    Column(0.75, 0.11, at_end=True),
    Column(0.86, 0.14, at_end=True),
)
HEADINGS = ("Food", "Lot", "Temperature", "Crates", "Handed over")
HELD = {
    "held": "Held back for its temperature: it does not count as delivered until somebody decides.",
    "thrown_away": "Held back for its temperature and thrown away: it does not count as delivered.",
}


def delivery_note_paper(issuer: Issuer, note: DeliveryNote) -> bytes:
    """The document."""
    title = isolated_title(issuer, "Delivery note", note.here.site)
    sheet = Sheet(issuer, title, note.as_of)
    sheet.heading(title)
    day = issuer.language.day(note.service_date)
    sheet.paragraph(Part(f"{day}{GAP}{issuer.listed([issuer.clock(note.at)])}", STRONG))
    route = issuer.t("Route {number}", number=str(note.route_number))
    sheet.paragraph(Part(f"{route}{GAP}{isolated(note.vehicle)}", MUTED))
    sheet.space(12)
    _parties(sheet, issuer, note)
    sheet.space(14)
    rows = [_row(issuer, note, line) for line in note.lines]
    if len(rows) > 1:
        total = (issuer.t("Together"), "", "", "", issuer.grams(note.grams))
        rows.append(Row([[Part(each, STRONG)] for each in total], rule=BLACK))
    sheet.table(COLUMNS, [issuer.t(each) for each in HEADINGS], rows)
    sheet.space(8)
    told = "To the gram, as the driver reported it at the door. Crates as they were planned."
    sheet.paragraph(Part(issuer.t(told), MUTED))
    _signatures(sheet, issuer, note)
    return sheet.finished()


def _parties(sheet: Sheet, issuer: Issuer, note: DeliveryNote) -> None:
    """Who hands over, and who takes: the place of the stop and the vehicle; then where the food is from or goes."""
    vehicle = [Part(isolated(note.vehicle), STRONG), *([Part(isolated(note.driver))] if note.driver else [])]
    here = _party(note.here)
    sides = (here, vehicle) if note.kind == "pickup" else (vehicle, here)
    heads = (issuer.t("Handed over by"), issuer.t("Taken by"))
    said = [[Part(head, LABEL), *side] for head, side in zip(heads, sides, strict=True)]
    sheet.table(TWO, [], [Row(said, rule=BLACK, padding=6)])
    others = _others(note)
    label = issuer.t("The food goes to") if note.kind == "pickup" else issuer.t("The food is from")
    cells_of = [[Part(label if index == 0 else "", LABEL), *_party(each)] for index, each in enumerate(others)]
    pairs = [cells_of[start : start + 2] for start in range(0, len(cells_of), 2)]
    sheet.table(TWO, [], [Row([*pair, *([[]] * (2 - len(pair)))], padding=6) for pair in pairs])


def _others(note: DeliveryNote) -> Sequence[Party]:
    found = [line.food_bank if note.kind == "pickup" else line.store for line in note.lines]
    return list(dict.fromkeys(found))


def _party(party: Party) -> list[Part]:
    said = [Part(isolated(party.site), STRONG)]
    if party.organisation != party.site:
        said.append(Part(isolated(party.organisation)))
    return [*said, *([Part(isolated(party.address), MUTED)] if party.address else [])]


def _row(issuer: Issuer, note: DeliveryNote, each: NoteLine) -> Row:
    said = [Part(isolated(each.food.description)), Part(_kept(issuer, each), MUTED)]
    if each.line.allergens:
        words = issuer.language.comma.join(issuer.t(code) for code in each.line.allergens)
        said.append(Part(f"{issuer.t('Allergens')}: {words}", MUTED))
    others = {line.food_bank.site if note.kind == "pickup" else line.store.site for line in note.lines}
    if len(others) > 1:
        side = ("for {name}", each.food_bank.site) if note.kind == "pickup" else ("from {name}", each.store.site)
        said.append(Part(issuer.t(side[0], name=side[1]), MUTED))
    why = issuer.t(REASONS[each.reason]) if each.reason in REASONS else ""
    if each.refused_grams:
        refused = f"{issuer.t('Refused at the door')}: {issuer.grams(each.refused_grams)}"
        said.append(Part(refused + (f"{GAP}{why}" if why else ""), STRONG))
    elif why:
        said.append(Part(why, STRONG))
    if each.standing:
        said.append(Part(issuer.t(HELD[each.standing]), STRONG))
    celsius = "–" if each.celsius is None else f"\u2066{each.celsius:.1f} °C\u2069".replace("-", "−")
    lot = isolated(each.line.lot) if each.line.lot else "–"
    return Row([said, *cells(lot, celsius, str(each.food.crates), issuer.grams(each.grams))])


def _kept(issuer: Issuer, each: NoteLine) -> str:
    """How it is kept, and the date that it bears."""
    said = issuer.t(KEPT[each.food.temperature_class])
    if each.line.mark_date is None:
        return said + GAP + issuer.t("No date")
    return said + GAP + issuer.t(MARKED[each.line.date_mark], day=issuer.language.day(each.line.mark_date))


def _signatures(sheet: Sheet, issuer: Issuer, note: DeliveryNote) -> None:
    """Of the place, and of the vehicle: the driver, whose phone the report came from."""
    sheet.section(issuer.t("Signatures"), after=SIGNATURE_HIGH + 60)
    sheet.paragraph(Part(isolated(note.here.site), STRONG))
    for each in note.signatures:
        sheet.room(30 + (SIGNATURE_HIGH if each.strokes else 0))
        at = isolated(issuer.clock(each.signed_at))
        by = issuer.t("Signed by {name}", name=each.signed_by) if each.signed_by else issuer.t("Drawn signature")
        sheet.paragraph(Part(f"{by}{GAP}{at}"))
        if each.strokes:
            sheet.signature(each.strokes, issuer.t("Drawn signature"))
    if note.signed == "none":
        sheet.paragraph(Part(issuer.t("Not signed.")))
    elif note.signed == "kept":
        sheet.paragraph(Part(issuer.t("Signed. Only the store and the food bank whose food it is see by whom.")))
    elif note.signed == "gone":
        count = signatures_kept().days
        one = "Signatures are kept for {count} day. They are gone, and so is whether there was one."
        many = "Signatures are kept for {count} days. They are gone, and so is whether there was one."
        sheet.paragraph(Part(issuer.n(one, many, count)))
    sheet.space(8)
    sheet.paragraph(Part(isolated(note.vehicle), STRONG))
    reported = issuer.t("Reported on the driver's phone at {time}.", time=issuer.clock(note.at))
    sheet.paragraph(Part(f"{isolated(note.driver)}{GAP}{reported}" if note.driver else reported))
