"""An import as a process of its own: the wish as one line of JSON on stdin, progress and the end as lines on stdout.

`{"progress": sentence, "percent": n}` again and again, then `{"done": {...}}` or `{"refused": sentence}`. It gives way
to everything else on the machine, and ends when whoever started it closes the pipe or dies.
"""

import json
import os
import select
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from app.roads.region import RegionError, import_region
from app.roads.region.build import Progress
from app.roads.region.fetch import Allowed, fetch, file_name_of

NICENESS = 10
FETCHED = 30  # per cent of the whole that fetching takes


def say(line: dict[str, Any]) -> None:
    """One line, at once."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def from_percent(begin: int) -> Progress:
    """Progress of what comes behind the first `begin` per cent."""

    def told(sentence: str, percent: int) -> None:
        if starter_is_gone():
            raise KeyboardInterrupt
        say({"progress": sentence, "percent": begin + percent * (100 - begin) // 100})

    return told


def starter_is_gone() -> bool:
    """Whether nobody holds the other end of the pipe: on a busy machine the thread that reads it has its turn late."""
    pipe = select.poll()
    pipe.register(sys.stdin.fileno(), 0)  # that the other end is gone is told in any case
    return any(event & select.POLLHUP for _, event in pipe.poll(0))


def run(wish: dict[str, Any]) -> None:
    """Import as the wish says: a `file`, or an `address` to fetch it from."""
    progress, file = from_percent(0), wish.get("file")
    if file is None:
        file = fetched(wish)
        progress = from_percent(FETCHED)
    try:
        region = import_region(
            Path(file),
            wish["name"],
            Path(wish["folder"]),
            progress,
            profiles=wish["profiles"],
            source=wish["source"],
            owner=wish["owner"],
        )
    finally:
        if wish.get("file") is None:
            Path(file).unlink(missing_ok=True)
    say({"done": {"fingerprint": region.fingerprint, "warnings": list(region.warnings), "bytes": region.bytes}})


def fetched(wish: dict[str, Any]) -> str:
    """The file of the wish's address."""
    name = file_name_of(wish["address"])

    def fetching(done: int, size: int | None) -> None:
        share = done / size if size else 0.0
        say({"progress": f"Fetching {name}.", "percent": round(FETCHED * min(1.0, share))})

    allowed = Allowed(frozenset(wish["hosts"]), wish["most_bytes"])
    say({"progress": f"Fetching {name}.", "percent": 0})
    return str(fetch(wish["address"], Path(wish["incoming"]), allowed, fetching))


def end_with_parent() -> None:
    """Stop as Ctrl-C does, so that what was begun is cleared away."""
    while sys.stdin.read(1):
        continue
    os.kill(os.getpid(), signal.SIGINT)


def main() -> int:
    os.nice(NICENESS)
    wish = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        run(wish)
    except RegionError as error:
        say({"refused": error.sentence})
    except (KeyboardInterrupt, BrokenPipeError):
        return 1
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the thread that watches the pipe would hold up an ordinary end
