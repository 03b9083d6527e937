"""Dataclasses to plain JSON values and back, strictly: nothing unknown, nothing missing, no wrong type."""

import dataclasses
import functools
import types
from collections.abc import Mapping, Sequence
from operator import is_, itemgetter
from typing import Any, Union, get_args, get_origin, get_type_hints


class ProblemError(Exception):
    """A problem or plan that cannot be used: where, one sentence for a person, and a code for a program."""

    def __init__(self, path: str, sentence: str, code: str) -> None:
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence
        self.code = code


def to_plain(value: Any) -> Any:
    """The value as dicts, lists, numbers, strings and None."""
    kind = type(value)
    if kind in _AS_THEY_ARE:  # most of what there is
        return value
    if hasattr(value, "to_plain"):
        return value.to_plain()
    if dataclasses.is_dataclass(kind):
        if (flat := _flat(kind)) is not None:
            return flat.to_plain(value)
        return {name: to_plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, tuple | list):
        if (flat := _flat_alike(value)) is not None:
            return [flat.to_plain(item) for item in value]
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value


_AS_THEY_ARE = frozenset({int, str, float, bool, types.NoneType})


@functools.cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@dataclasses.dataclass(frozen=True)
class _Flat:
    """A dataclass with nothing but texts and numbers: a large day has tens of thousands of them."""

    names: tuple[str, ...]
    types: tuple[type[Any], ...]

    def to_plain(self, value: Any) -> dict[str, Any]:
        """One of them as an object."""
        found: dict[str, Any] = value.__dict__.copy()  # nothing is in there but the fields, in their order
        return found

    def fits(self, value: dict[str, Any]) -> bool:
        """Whether an object has these fields in this order, each of its type."""
        return tuple(value) == self.names and all(map(is_, map(type, value.values()), self.types))

    def read_all(self, kind: type[Any], values: list[Any]) -> tuple[Any, ...] | None:
        """All of them out of objects that have these fields in this order, each of its type; None where one has not."""
        if any(type(value) is not dict for value in values) or not all(map(self.names.__eq__, map(tuple, values))):
            return None
        columns = [list(map(itemgetter(name), values)) for name in self.names]
        if any(set(map(type, column)) - {one} for column, one in zip(columns, self.types, strict=True)):
            return None
        return tuple(map(kind, *columns))


def _flat_alike(values: Sequence[Any]) -> _Flat | None:
    """What they all are, where they are all the same."""
    kinds = set(map(type, values))
    kind: Any = kinds.pop() if len(kinds) == 1 else None
    return _flat(kind)


@functools.cache
def _flat(kind: Any) -> _Flat | None:
    if not dataclasses.is_dataclass(kind):
        return None
    hints = get_type_hints(kind)
    names = tuple(field.name for field in dataclasses.fields(kind))
    if not names or any(hints[name] not in _NAMES for name in names) or hasattr(kind, "from_plain"):
        return None
    if hasattr(kind, "__slots__") or any(isinstance(each, functools.cached_property) for each in vars(kind).values()):
        return None
    return _Flat(names, tuple(hints[name] for name in names))


def plain_table(value: Any, path: str) -> Sequence[Sequence[int | None]]:
    """A list of lists, whatever is in them."""
    if not isinstance(value, list):
        raise ProblemError(path, f"This should be a list, not {name_of(value)}.", "wrong_type")
    for number, row in enumerate(value):
        if not isinstance(row, list):
            raise ProblemError(f"{path}[{number}]", f"This should be a list, not {name_of(row)}.", "wrong_type")
    return value


def plain_fields(value: Any, names: Sequence[str], path: str) -> dict[str, Any]:
    """An object that has these fields and no other."""
    if not isinstance(value, dict):
        raise ProblemError(path, f"This should be an object, not {name_of(value)}.", "wrong_type")
    for name in sorted(str(key) for key in value.keys() - set(names)):
        raise ProblemError(_join(path, name), "There is no field of this name.", "unknown_field")
    for name in names:
        if name not in value:
            raise ProblemError(_join(path, name), "This field is missing.", "missing_field")
    return value


def from_plain[T](kind: type[T], value: Any, path: str) -> T:
    """Read a value of the given type, or raise ProblemError with the path of what does not fit."""
    result: T = _read(kind, value, path)
    return result


def _read(kind: Any, value: Any, path: str) -> Any:
    if kind in _NAMES:  # most of what there is
        if type(value) is not kind:
            raise ProblemError(path, f"This should be {_NAMES[kind]}, not {name_of(value)}.", "wrong_type")
        return value
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_optional(get_args(kind), value, path)
    if origin is tuple:
        return _read_list(get_args(kind)[0], value, path)
    if origin is Mapping:
        return _read_mapping(get_args(kind)[1], value, path)
    if hasattr(kind, "from_plain"):
        return kind.from_plain(value, path)
    return _read_object(kind, value, path)


def _read_optional(kinds: tuple[Any, ...], value: Any, path: str) -> Any:
    if type(value) in kinds:
        return value
    return _read(next(kind for kind in kinds if kind is not types.NoneType), value, path)


def _read_list(kind: Any, value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ProblemError(path, f"This should be a list, not {name_of(value)}.", "wrong_type")
    if kind is int and all(type(item) is int for item in value):
        return tuple(value)
    flat = _flat(kind)
    if flat is not None and (found := flat.read_all(kind, value)) is not None:
        return found
    return tuple(_read(kind, item, f"{path}[{number}]") for number, item in enumerate(value))


def _read_mapping(kind: Any, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProblemError(path, f"This should be an object, not {name_of(value)}.", "wrong_type")
    return {key: _read(kind, item, f"{path}.{key}") for key, item in value.items()}


def _read_object(kind: Any, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise ProblemError(path, f"This should be an object, not {name_of(value)}.", "wrong_type")
    if (flat := _flat(kind)) is not None and flat.fits(value):  # most of what there is
        return kind(*value.values())
    fields = _fields(kind)
    if not value.keys() <= fields.keys():
        unknown = min(str(key) for key in value.keys() - fields.keys())
        raise ProblemError(_join(path, unknown), "There is no field of this name.", "unknown_field")
    found: dict[str, Any] = {}
    for name, (hint, plain, required) in fields.items():
        if name in value:
            given = value[name]
            # Right at first sight, most of them: the path is only made for what may be wrong.
            found[name] = given if type(given) in plain else _read(hint, given, _join(path, name))
        elif required:
            raise ProblemError(_join(path, name), "This field is missing.", "missing_field")
    return kind(**found)


@functools.cache
def _fields(kind: Any) -> dict[str, tuple[Any, frozenset[Any], bool]]:
    """The type of each field of a dataclass, what is right for it as it is, and whether it has to be said."""
    hints = get_type_hints(kind)
    missing = dataclasses.MISSING
    return {
        field.name: (
            hints[field.name],
            _as_it_is(hints[field.name]),
            field.default is missing and field.default_factory is missing,
        )
        for field in dataclasses.fields(kind)
    }


def _as_it_is(hint: Any) -> frozenset[Any]:
    """The types of values that need no reading: texts and numbers, and nothing where that may be."""
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return frozenset(kind for kind in kinds if kind in _AS_THEY_ARE)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_NAMES: dict[Any, str] = {int: "a whole number", str: "text", bool: "true or false", float: "a number"}


LONGEST_NUMBER = 20  # digits that a sentence may have


def shown(value: int) -> str:
    """A number to read, however long it is."""
    return str(value) if abs(value) < 10**LONGEST_NUMBER else f"a number of more than {LONGEST_NUMBER} digits"


def name_of(value: Any) -> str:
    """What this value is, in a sentence about what it should be instead."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return str(value)
    names = {dict: "an object", list: "a list", **_NAMES}
    return names.get(type(value), "something else")
