"""JSON Schemas (draft 2020-12) of problem, plan and news documents, made from the dataclasses that read them. What a
schema cannot say (names that exist, windows that do not invert) `routing.validate` says. `python -m routing.schema
docs` writes them into that folder."""

import dataclasses
import inspect
import json
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from routing.files import NEWS_FORMAT, PLAN_FORMAT, PROBLEM_FORMAT, READABLE
from routing.limits import LIMITS
from routing.news import News
from routing.plain import to_plain
from routing.plan import CHANGES, REASONS, STOP_KINDS, Plan
from routing.problem import CLASSES, Problem, TravelMatrix
from routing.travel import MOST

Schema = dict[str, Any]

_WORDS = {
    ("Lot", "temperature_class"): CLASSES,
    ("LockedStop", "kind"): ("pickup", "drop_off"),
    ("Stop", "kind"): STOP_KINDS,
    ("Unserved", "reason"): REASONS,
    ("Change", "kind"): CHANGES,
}
_TEXTS: Mapping[str, Schema] = {
    "id": {"minLength": 1},
    "service_date": {"format": "date"},
    "time_zone": {"minLength": 1},
}
_SIMPLE = {int: "integer", str: "string", bool: "boolean", float: "number", types.NoneType: "null"}


def problem_schema() -> Schema:
    """The schema of a problem document."""
    return _document(Problem, "A problem: one network's lots, needs and shifts on one service date", PROBLEM_FORMAT)


def plan_schema() -> Schema:
    """The schema of a plan document."""
    return _document(Plan, "A plan: the routes of one day, who gets what, and what stays", PLAN_FORMAT)


def news_schema() -> Schema:
    """The schema of a news document."""
    return _document(News, "News: what has changed since a plan was made, for a replan", NEWS_FORMAT)


SCHEMAS = {"problem": problem_schema, "plan": plan_schema, "news": news_schema}


def schema_text(name: str) -> str:
    """The schema called "problem", "plan" or "news", as the file `docs/<name>.schema.json` holds it."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write all of them into this folder."""
    for name in SCHEMAS:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


def _document(kind: type, title: str, name: str) -> Schema:
    parts: dict[str, Schema] = {}
    whole = _object(kind, parts)
    head = {"format": {"const": name}, "version": {"enum": list(READABLE)}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **whole,
        "properties": head | whole["properties"],
        "required": [*head, *whole["required"]],
        "$defs": dict(sorted(parts.items())),
    }


def _object(kind: Any, parts: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind)
    properties, required = {}, []
    for field in dataclasses.fields(kind):
        schema = _value(hints[field.name], parts)
        schema |= _narrower(kind.__name__, field.name)
        if field.default is not dataclasses.MISSING:
            schema["default"] = to_plain(field.default)
        elif field.default_factory is dataclasses.MISSING:
            required.append(field.name)
        properties[field.name] = schema
    return {
        "description": " ".join((inspect.getdoc(kind) or "").split()),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _narrower(kind: str, name: str) -> Schema:
    """What is known of a field besides its type."""
    if (kind, name) in _WORDS:
        return {"enum": list(_WORDS[kind, name])}
    limit = LIMITS.get(kind, {}).get(name)
    if limit is not None:
        return {"minimum": limit.least, "maximum": limit.most}
    return _TEXTS.get(name, {})


def _value(kind: Any, parts: dict[str, Schema]) -> Schema:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of([_value(each, parts) for each in arguments])
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0], parts)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _value(arguments[1], parts)}
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    if kind.__name__ not in parts:
        parts[kind.__name__] = {}  # its place, in case it holds itself
        parts[kind.__name__] = _travel() if kind is TravelMatrix else _object(kind, parts)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _one_of(choices: list[Schema]) -> Schema:
    """Simple types and null side by side, anything else as a choice."""
    if all(set(each) == {"type"} for each in choices):
        return {"type": [each["type"] for each in choices]}
    return {"anyOf": choices}


def _travel() -> Schema:
    cell = {"type": ["integer", "null"], "minimum": 0, "maximum": MOST}
    table = {"type": "array", "items": {"type": "array", "items": cell}}
    return {
        "description": "From site (row) to site (column) in the order of sites; null where no road leads.",
        "type": "object",
        "properties": {"seconds": table, "metres": table},
        "required": ["seconds", "metres"],
        "additionalProperties": False,
    }


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
