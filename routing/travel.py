"""Travel times and distances between the sites of a problem, one matrix per road profile."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.plain import ProblemError, name_of, plain_fields, plain_table, shown

NO_ROAD = -1
MOST = 10_000_000

Row = Sequence[int | None]
Table = Sequence[Row] | NDArray[np.int32]


class TravelMatrix:
    """Seconds and metres from site i to site j, in the order of Problem.sites; not symmetric.

    Held as two read-only int32 arrays of shape (sites, sites), with -1 where no road leads (`None` in lists and in
    JSON), in both where one says so. A read-only int32 array is held as it is, so that a file mapped into memory is not
    copied; anything else is. Raises ProblemError, with a path from `seconds` or `metres` on, for tables that
    are no square of whole numbers from 0 to 10,000,000, or not 0 from a site to itself.
    """

    __slots__ = ("metres", "seconds")

    def __init__(self, seconds: Table, metres: Table) -> None:
        self.seconds = _array("seconds", seconds)
        self.metres = _array("metres", metres)
        if self.seconds.shape != self.metres.shape:
            sentence = f"This has {len(self.metres)} rows and seconds {len(self.seconds)}: both should have one a site."
            raise ProblemError("metres", sentence, "wrong_size")
        if any(((a < 0) != (b < 0)).any() for a, b in zip(self.seconds, self.metres, strict=True)):
            one_sided = (self.seconds < 0) != (self.metres < 0)
            self.seconds, self.metres = _without(self.seconds, one_sided), _without(self.metres, one_sided)

    def __len__(self) -> int:
        return len(self.seconds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TravelMatrix):
            return NotImplemented
        return bool(np.array_equal(self.seconds, other.seconds) and np.array_equal(self.metres, other.metres))

    __hash__ = None  # type: ignore[assignment]  # large, and nobody's key

    def leg(self, origin: int, destination: int) -> tuple[int, int] | None:
        """Seconds and metres of one drive, or None if there is no road."""
        seconds = int(self.seconds[origin, destination])
        metres = int(self.metres[origin, destination])
        return None if seconds < 0 or metres < 0 else (seconds, metres)

    def digest(self) -> bytes:
        """SHA-256 of both tables."""
        whole = hashlib.sha256(repr(self.seconds.shape).encode())
        whole.update(self.seconds)
        whole.update(self.metres)
        return whole.digest()

    @classmethod
    def from_plain(cls, value: Any, path: str) -> "TravelMatrix":
        """Read what `to_plain` wrote, or take what is a matrix already; raises ProblemError with the path of what does
        not fit."""
        if isinstance(value, cls):
            return value
        found = plain_fields(value, ("seconds", "metres"), path)
        tables = {name: plain_table(found[name], f"{path}.{name}") for name in ("seconds", "metres")}
        try:
            return cls(tables["seconds"], tables["metres"])
        except ProblemError as error:
            raise ProblemError(f"{path}.{error.path}", error.sentence, error.code) from None

    def to_plain(self) -> dict[str, list[list[int | None]]]:
        """As lists, None where no road leads."""
        return {"seconds": _lists(self.seconds), "metres": _lists(self.metres)}


def _without(table: NDArray[np.int32], roads: NDArray[np.bool_]) -> NDArray[np.int32]:
    found = np.where(roads, np.int32(NO_ROAD), table)
    found.setflags(write=False)
    return found


def _lists(table: NDArray[np.int32]) -> list[list[int | None]]:
    return [[None if value < 0 else value for value in row] for row in table.tolist()]


def _array(path: str, table: Table) -> NDArray[np.int32]:
    found = _checkable(table) if isinstance(table, np.ndarray) else _from_lists(path, table)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ProblemError(path, "There should be as many values in each row as there are rows.", "wrong_size")
    if found.size and (found.min() < NO_ROAD or found.max() > MOST):
        row, column = (int(each) for each in np.argwhere((found < NO_ROAD) | (found > MOST))[0])
        sentence = f"This should be from 0 to {MOST}, not {found[row, column]}."
        raise ProblemError(f"{path}[{row}][{column}]", sentence, "out_of_range")
    away = np.flatnonzero(np.diagonal(found) != 0)
    if len(away):
        raise ProblemError(f"{path}[{away[0]}][{away[0]}]", "A site is 0 from itself.", "out_of_range")
    if found is table:
        return found.view(np.ndarray)
    result = found.astype(np.int32)
    result.setflags(write=False)
    return result


def _checkable(table: NDArray[Any]) -> NDArray[Any]:
    """The array itself if nobody can write to it and it needs no other form, else a copy of whole numbers."""
    fits = table.dtype == np.int32 and table.dtype.isnative and table.flags.c_contiguous and not table.flags.writeable
    return table if fits else np.array(table, dtype=np.int64)


def _from_lists(path: str, table: Sequence[Row]) -> NDArray[np.int64]:
    size = len(table)
    found = np.empty((size, size), dtype=np.int64)
    for number, row in enumerate(table):
        if len(row) != size:
            raise ProblemError(f"{path}[{number}]", f"There should be {size} values, one for each site.", "wrong_size")
        # Right at first sight, most of them: value by value only what may be wrong is looked at.
        numbers = np.array(row) if set(map(type, row)) == {int} else None
        if numbers is not None and numbers.dtype == np.int64 and numbers.min() >= 0 and numbers.max() <= MOST:
            found[number] = numbers
            continue
        for column, value in enumerate(row):
            if value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                sentence = f"This should be a whole number or null, not {name_of(value)}."
                raise ProblemError(f"{path}[{number}][{column}]", sentence, "wrong_type")
            if not 0 <= value <= MOST:
                sentence = f"This should be from 0 to {MOST}, not {shown(value)}."
                raise ProblemError(f"{path}[{number}][{column}]", sentence, "out_of_range")
        found[number] = [NO_ROAD if value is None else value for value in row]
    return found
