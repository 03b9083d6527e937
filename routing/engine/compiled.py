"""Compile the engine's functions with numba, once: the machine code is kept beside the sources, or where the user's
caches are when that folder cannot be written, in a folder of its own for each state of the sources."""

import atexit
import hashlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy

HERE = Path(__file__).parent
# Without numba's reference counts: nothing in the engine makes an array, and counting took half of the time.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def fingerprint() -> str:
    """Of all that the machine code depends on. numba itself looks at one file at a time, and would go on using a
    caller that has an old callee inlined."""
    whole = hashlib.sha256(f"{sys.version} {numba.__version__} {numpy.__version__} {platform.machine()}".encode())
    for source in sorted(HERE.glob("*.py")):
        whole.update(source.read_bytes())
    return whole.hexdigest()[:16]


def folder() -> Path | None:
    """The first folder for machine code that can be used: beside the sources, or in the user's caches. None if there
    is none: the engine is then compiled by every process."""
    name = fingerprint()
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parents = [Path(chosen)] if chosen else [HERE / "__pycache__", home / "wasl-routing"]
    for parent in parents:
        found = parent / name
        try:
            found.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(found, os.W_OK):
            return found
        if any(found.rglob("*.nbi")):
            return copied(found)
    return None


def copied(read_only: Path) -> Path:
    """numba reads machine code only from a folder that it could write to: a copy for this process, some 10 MB."""
    place = tempfile.mkdtemp(prefix="wasl-engine-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Path(shutil.copytree(read_only, place, dirs_exist_ok=True))


FOLDER = folder()


def compiled(function: Callable[..., Any]) -> Any:
    """The function as machine code, compiled at its first call and read from the folder later on."""
    if FOLDER is None:
        return numba.njit(**OPTIONS)(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(FOLDER)
    try:
        return numba.njit(cache=True, **OPTIONS)(function)
    finally:
        numba.config.CACHE_DIR = before


def in_line(function: Callable[..., Any]) -> Any:
    """The function as a part of whatever calls it: a call that hands over a hundred arrays costs more than many a
    body."""
    return numba.njit(inline="always", **OPTIONS)(function)


def is_compiled(last: str = "fit.best_fit") -> bool:
    """Whether machine code of these sources is kept already: without it, the first search takes longer. `last`: the
    function that is compiled last of those that are needed."""
    return FOLDER is not None and any(FOLDER.rglob(f"{last}*.nbc"))
