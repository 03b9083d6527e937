"""Who signed for food at its doors, on a paper: the name as it was typed, and what was drawn."""

from collections.abc import Sequence

from app.kit.language import isolated
from app.models.doors import StopSignature
from app.papers.canvas import SIGNATURE_HIGH
from app.papers.sheet import Sheet
from app.papers.style import STRONG, Part
from app.papers.words import Issuer


def signed(sheet: Sheet, issuer: Issuer, signatures: Sequence[StopSignature]) -> None:
    """The section of a receipt; nothing where nobody signed."""
    if not signatures:
        return
    sheet.section(issuer.t("Signatures"), after=SIGNATURE_HIGH + 50)
    for each in signatures:
        sheet.room(40 + (SIGNATURE_HIGH if each.strokes else 0))
        kind = issuer.t("Collected") if each.stop_kind == "pickup" else issuer.t("Delivered")
        place = issuer.listed([each.site_name, issuer.clock(each.signed_at)])
        sheet.paragraph(Part(f"{kind} {place}", STRONG))
        if each.signed_by:
            sheet.paragraph(Part(issuer.t("Signed by {name}", name=each.signed_by)))
        if each.strokes:
            sheet.signature(each.strokes, issuer.t("Drawn signature"))
        sheet.space(6)


def names(issuer: Issuer, receivers: Sequence[str]) -> str:
    """For whom food was, as a line."""
    return issuer.language.comma.join(issuer.t("for {name}", name=name) for name in receivers)


def isolated_title(issuer: Issuer, kind: str, name: str) -> str:
    """What a paper is and of what, as its title."""
    return f"{issuer.t(kind)}: {isolated(name)}"
