"""Ids out of their texts. A plan names the same few hundred things thousands of times, and to read a UUID takes longer
than to find it read."""

from functools import lru_cache
from uuid import UUID


@lru_cache(maxsize=50_000)
def identity(text: str) -> UUID:
    """The id that is written so. Raises ValueError for a text that is none."""
    return UUID(text)
