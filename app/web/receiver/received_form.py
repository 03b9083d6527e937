"""What a food bank says of the lines of a visit: from fields to the API's requests, and errors back to their fields."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from app.kit.errors import FieldError, WaslError, invalid_request, not_found
from app.receiving.schemas import ReceiptIn
from app.web.sent_forms import TypedForm, lists_of, read_as, texts_of, whole_number

MOST_LINES = 200


@dataclass
class LineForm(TypedForm):
    """What was typed about lines, by the name of its field; `lines` are their allocations."""

    lines: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def typed(self, line: UUID, name: str, otherwise: str = "") -> str:
        """What stands in a field of a line: as it was typed, else what it begins with."""
        return self.fields.get(f"{name}-{line}", otherwise) if self.is_about(line) else otherwise

    def is_about(self, line: UUID) -> bool:
        """Whether something was sent of this line."""
        return str(line) in self.lines

    def fault(self, line: UUID, name: str) -> str:
        """The sentence at a field of a line."""
        return self.error(f"/{line}/{name}")


def read_sent(data: FormData) -> LineForm:
    """What a browser sent, as it was typed."""
    return LineForm(lines=lists_of(data).get("line", [])[:MOST_LINES], fields=texts_of(data))


def wishes(form: LineForm) -> dict[UUID, ReceiptIn]:
    """By allocation, the API's request; raises `invalid_request` (422) with every field that does not fit."""
    as_reported = "as_reported" in form.fields
    found: dict[UUID, ReceiptIn] = {}
    errors: list[FieldError] = []
    for line in form.lines:
        allocation = allocation_of(line)
        try:
            found[allocation] = read_as(ReceiptIn, _document(form, line, as_reported=as_reported))
        except WaslError as error:
            errors += at_line(line, error).errors
    if errors:
        raise invalid_request(errors)
    return found


def _document(form: LineForm, line: str, *, as_reported: bool) -> dict[str, Any]:
    """What was shown is what is confirmed, also where the driver has reported something else meanwhile."""
    if as_reported:
        return {"kg": form.fields.get(f"shown-{line}", "")}
    kg, crates, note = (form.fields.get(f"{name}-{line}", "") for name in ("kg", "crates", "note"))
    return {"kg": kg, "crates": whole_number(crates) if crates.strip() else None, "note": note}


def allocation_of(line: str) -> UUID:
    """The allocation that a line is; raises `not_found`."""
    try:
        return UUID(line)
    except ValueError:
        raise not_found("allocation") from None


def at_line(line: object, error: WaslError, name: str = "kg") -> WaslError:
    """The same refusal, pointing at fields of a line."""
    found = error.errors or [FieldError(f"/{name}", error.detail, error.code, error.words, error.template)]
    moved = [FieldError(f"/{line}{each.pointer}", each.detail, each.code, each.words, each.template) for each in found]
    error.errors = moved
    return error
