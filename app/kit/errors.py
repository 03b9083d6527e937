"""Every error a caller can meet: a status, a stable code and one sentence (RFC 9457).

invalid_request 422 the request does not fit the form · refused 422 a rule says no, each with its own code ·
not_signed_in 401 · forbidden 403 · not_found 404, also for another tenant's · conflict 409 somebody was first ·
stale 412 and version_required 428 about If-Match · unavailable 503 a part that is needed does not answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spoken:
    """A word of a sentence that has its own form in each language, or is the same in all and nobody's to translate."""

    english: str
    arabic: str

    def __str__(self) -> str:
        return self.english

    def in_language(self, code: str) -> str:
        """The word as it is said there."""
        return self.arabic if code == "ar" else self.english


@dataclass(frozen=True)
class FieldError:
    """One field that does not fit: a JSON pointer into the body and a sentence."""

    pointer: str
    detail: str
    code: str = "invalid"
    words: Mapping[str, Any] = field(default_factory=dict)
    template: str = ""  # the sentence with its gaps, where it has any


@dataclass(eq=False)
class WaslError(Exception):
    """The root: what happened, then what to do, in one sentence."""

    detail: str
    code: str = "error"
    status: int = 500
    title: str = "Something went wrong"
    errors: Sequence[FieldError] = field(default_factory=tuple)
    headers: Mapping[str, str] = field(default_factory=dict)
    # The sentence with its gaps and what fills them, kept so that it can be said in another language too.
    words: Mapping[str, Any] = field(default_factory=dict)
    template: str = ""

    def __str__(self) -> str:
        return self.detail

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 document."""
        document: dict[str, Any] = {
            "type": f"/docs/errors/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [
                {"pointer": error.pointer, "detail": error.detail, "code": error.code} for error in self.errors
            ]
        return document


def invalid_request(errors: Sequence[FieldError]) -> WaslError:
    """The body or the query does not fit; every field that does not is listed."""
    first = errors[0].detail if errors else "The request does not fit."
    return WaslError(first, "invalid_request", 422, "The request does not fit", errors)


def refused(code: str, detail: str, errors: Sequence[FieldError] = (), **words: Any) -> WaslError:
    """A rule says no. `words` fill the gaps of the sentence, as in "{name} is closed on that day."."""
    return WaslError(_filled(detail, words), code, 422, "Not possible", errors, template=detail, words=words)


def not_signed_in(detail: str = "Sign in, or send an API key that is still valid.") -> WaslError:
    """Nobody is asking."""
    return WaslError(detail, "not_signed_in", 401, "Not signed in", headers={"WWW-Authenticate": "Bearer"})


def forbidden(detail: str = "Your account or key may not do this.") -> WaslError:
    """Somebody is asking who may not."""
    return WaslError(detail, "forbidden", 403, "Not allowed")


def not_found(noun: str) -> WaslError:
    """There is no such thing, or it is another tenant's: the answer is the same."""
    template, words = "There is no such {noun}.", {"noun": noun}
    return WaslError(template.format_map(words), "not_found", 404, "Not found", template=template, words=words)


def conflict(code: str, detail: str, **words: Any) -> WaslError:
    """Somebody else was first, or the thing has moved on. `words` fill the gaps of the sentence."""
    return WaslError(_filled(detail, words), code, 409, "Changed meanwhile", template=detail, words=words)


def _filled(detail: str, words: Mapping[str, Any]) -> str:
    return detail.format_map(words) if words else detail


def stale() -> WaslError:
    """The caller's version is not the newest."""
    return WaslError("It was changed since you read it. Read it again.", "stale_version", 412, "Changed meanwhile")


def version_required() -> WaslError:
    """A change needs the version that it was made from."""
    return WaslError("Send If-Match with the version that you read.", "version_required", 428, "Version missing")


def unavailable(detail: str) -> WaslError:
    """A part that is needed does not answer; nothing was changed."""
    return WaslError(detail, "unavailable", 503, "Not available", headers={"Retry-After": "10"})


def internal() -> WaslError:
    """Our fault."""
    return WaslError("Something went wrong on our side. Nothing was changed; try again.", "internal", 500)
