"""The receipt on paper of what went from one store to one food bank."""

from app.driving.food_receipt import FoodReceipt
from app.papers.sheet import Sheet
from app.papers.signed import isolated_title, signed
from app.papers.style import MUTED, Part
from app.papers.words import GAP, KEPT, Issuer


def food_receipt_paper(issuer: Issuer, receipt: FoodReceipt) -> bytes:
    """The document."""
    food = receipt.food
    title = isolated_title(issuer, "Receipt", food.description)
    sheet = Sheet(issuer, title, receipt.as_of)
    sheet.heading(title)
    sheet.paragraph(Part(issuer.language.day(receipt.service_date)))
    donor, receiver = issuer.t("from {name}", name=food.donor_name), issuer.t("for {name}", name=food.receiver_name)
    sheet.paragraph(Part(f"{donor}{GAP}{receiver}", MUTED))
    sheet.paragraph(Part(issuer.t(KEPT[food.temperature_class]), MUTED))
    sheet.space(12)
    told = (
        ("Planned", food.grams),
        ("Collected", receipt.collected_grams),
        ("Delivered", receipt.delivered_grams),
        ("Refused at the door", receipt.refused_grams),
    )
    sheet.facts([(issuer.t(label), issuer.grams(grams)) for label, grams in told if grams is not None])
    signed(sheet, issuer, receipt.signatures)
    return sheet.finished()
