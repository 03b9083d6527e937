"""Child program around OSRM: one JSON question a line on stdin, one JSON answer a line on stdout.

A table follows its line as bytes: int32 of the machine's own order, seconds and then metres, row by row.
It is run by path and imports nothing of the service: OSRM holds the interpreter lock while it works, so it
lives in a process of its own, and ends by itself when its parent closes the pipe or dies.
"""

import json
import os
import sys
from typing import Any

import numpy as np
import osrm

NO_ROAD = -1
Answer = dict[str, Any]


def waypoint(found: Any) -> Answer:
    return {"location": list(found["location"]), "metres": found["distance"], "street": found["name"]}


def whole_numbers(rows: Any) -> np.ndarray:
    """The table as int32, None as -1, lengths of less than nothing as 0."""
    found = np.array([list(row) for row in rows], dtype=np.float64)  # None becomes nan
    # Neighbours on one stretch of street come out a little below nothing: that is no missing road.
    return np.where(np.isnan(found), NO_ROAD, np.rint(np.maximum(found, 0))).astype(np.int32)


def table(engine: Any, question: Answer) -> tuple[Answer, bytes]:
    coordinates = [tuple(pair) for pair in question["coordinates"]]
    found = engine.Table(
        osrm.TableParameters(
            coordinates=coordinates,
            radiuses=[question["radius"]] * len(coordinates),
            sources=question.get("sources", []),
            destinations=question.get("destinations", []),
            annotations=["duration", "distance"],
        )
    )
    tables = np.stack([whole_numbers(found["durations"]), whole_numbers(found["distances"])])
    waypoints = [waypoint(each) for each in found["destinations"]] if question.get("waypoints") else []
    return {"shape": list(tables.shape), "waypoints": waypoints}, tables.tobytes()


def route(engine: Any, question: Answer) -> tuple[Answer, bytes]:
    coordinates = [tuple(pair) for pair in question["coordinates"]]
    found = engine.Route(
        osrm.RouteParameters(
            coordinates=coordinates,
            radiuses=[question["radius"]] * len(coordinates),
            overview="full",
            geometries="geojson",
            # A vehicle may turn round where it has stopped; only so are the legs those of the table.
            continue_straight=False,
        )
    )["routes"][0]
    return {
        "coordinates": [list(pair) for pair in found["geometry"]["coordinates"]],
        "legs": [[max(0, round(leg["distance"])), max(0, round(leg["duration"]))] for leg in found["legs"]],
    }, b""


def nearest(engine: Any, question: Answer) -> tuple[Answer, bytes]:
    """The nearest street of each point on its own, however far it is."""
    return {
        "waypoints": [
            waypoint(engine.Nearest(osrm.NearestParameters(coordinates=[tuple(pair)]))["waypoints"][0])
            for pair in question["coordinates"]
        ]
    }, b""


CALLS = {"table": table, "route": route, "nearest": nearest}


def answer(engine: Any, question: Answer) -> tuple[Answer, bytes]:
    """The answer to one question; OSRM's own refusals carry their code before a dash."""
    try:
        found, tables = CALLS[question["call"]](engine, question)
    except RuntimeError as refusal:
        code, _, message = str(refusal).partition(" - ")
        return {"refusal": {"code": code, "message": message}}, b""
    return {"answer": found, "bytes": len(tables)}, tables


def open_graph(graph: str) -> Any:
    return osrm.OSRM(storage_config=graph, algorithm="MLD", use_shared_memory=False, use_mmap=True)


def main(graph: str) -> int:
    # The pipe is for answers only: whatever the engine prints goes to the error stream.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(line: Answer, tables: bytes = b"") -> None:
        answers.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
        answers.write(tables)
        answers.flush()

    try:
        engine = open_graph(graph)
    except RuntimeError as refusal:
        send({"refusal": {"code": "Graph", "message": str(refusal)}})
        return 1
    try:
        send({"answer": "ready"})
        for line in sys.stdin:
            send(*answer(engine, json.loads(line)))
    except (BrokenPipeError, KeyboardInterrupt):
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
