"""A report's figures as they are kept: plain JSON of whole numbers, with the digest that says they are the same."""

import hashlib
from typing import Any

import orjson
from pydantic import TypeAdapter

from app.domain.impact_report import Figures

_FIGURES = TypeAdapter(Figures)


def frozen(figures: Figures) -> tuple[dict[str, Any], str]:
    """As they are kept, and their SHA-256."""
    kept: dict[str, Any] = _FIGURES.dump_python(figures, mode="json")
    return kept, digest_of(kept)


def digest_of(kept: dict[str, Any]) -> str:
    """The SHA-256 of kept figures, in the order of their names."""
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()


def thawed(kept: dict[str, Any]) -> Figures:
    """Kept figures as they were. Raises ValueError for what no version of ours has kept."""
    return _FIGURES.validate_python(kept)
