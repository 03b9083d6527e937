"""The audit chain, pure: the text of an entry that is hashed, and the first entry at which a chain does not hold.

The database chains entries as they come in (migration 0009); this is the same rule a second time, so that a database
whose functions were tampered with cannot vouch for itself, and so that somebody outside can follow it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

GENESIS = "0" * 64
Problem = Literal["missing", "inserted", "unlinked", "changed", "end_missing", "head_differs"]
SENTENCES: dict[Problem, str] = {
    "missing": "An entry before this one is missing.",
    "inserted": "This entry was put in: there is another one with its number.",
    "unlinked": "This entry does not follow the one before it.",
    "changed": "This entry was changed after it was written.",
    "end_missing": "Entries after this one are missing.",
    "head_differs": "This entry is not the one that was noted with this number.",
}


@dataclass(frozen=True)
class Entry:
    """One entry as it is hashed: each field as the database writes it as text, in the order of the text."""

    number: int
    previous_hash: str
    id: int
    network_id: str
    organisation_id: str | None
    subject_organisation_id: str | None
    actor_kind: str
    actor_id: str | None
    action: str
    subject_kind: str
    subject_id: str
    detail: str
    at: str
    hash: str = ""

    def parts(self) -> Sequence[str | None]:
        """What is hashed, in order."""
        return (
            str(self.number), self.previous_hash, str(self.id), self.network_id, self.organisation_id,
            self.subject_organisation_id, self.actor_kind, self.actor_id, self.action, self.subject_kind,
            self.subject_id, self.detail, self.at,
        )  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A place in a chain: the number of an entry and its hash."""

    number: int
    hash: str


@dataclass(frozen=True)
class Break:
    """The first entry at which the chain does not hold, and how."""

    number: int
    problem: Problem

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        return SENTENCES[self.problem]


BEGINNING = Mark(0, GENESIS)


def canonical_text(entry: Entry) -> str:
    """Each part as its length in bytes, a colon and itself, "-" for nothing, a line each."""
    return "".join(("-" if part is None else f"{len(part.encode())}:{part}") + "\n" for part in entry.parts())


def hash_of(entry: Entry) -> str:
    """The sha256 of an entry's text, in hexadecimal."""
    return hashlib.sha256(canonical_text(entry).encode()).hexdigest()


def first_break(
    entries: Iterable[Entry], begins: Mark = BEGINNING, ends: Mark | None = None, noted: Mark | None = None
) -> Break | None:
    """The first place where a chain, read in the order of its numbers, does not hold; None where it is whole.

    begins: the last entry that was forgotten because of its age. ends: the newest entry as the database noted it.
    noted: an entry as somebody outside noted it.
    """
    last = begins
    known = {mark.number: mark.hash for mark in (ends, noted) if mark is not None}
    for entry in entries:
        problem = _problem(entry, last)
        if problem is None and noted is not None and entry.number == noted.number and entry.hash != noted.hash:
            problem = "head_differs"
        if problem is None and ends is not None and entry.number >= ends.number and entry.hash != ends.hash:
            problem = "inserted" if entry.number > ends.number else "head_differs"
        if problem is not None:
            return Break(entry.number, problem)
        last = Mark(entry.number, entry.hash)
    return Break(last.number, "end_missing") if max(known, default=0) > last.number else None


def _problem(entry: Entry, last: Mark) -> Problem | None:
    if entry.number > last.number + 1:
        return "missing"
    if entry.number <= last.number:
        return "inserted"
    if entry.hash != hash_of(entry):
        return "changed"
    return None if entry.previous_hash == last.hash else "unlinked"
