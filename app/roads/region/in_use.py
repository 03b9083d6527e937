"""Who has a build open: a build that somebody works with stays on the disk, however many imports follow.

Whoever opens a build shares a lock on a file in it; only a build whose lock can be had alone is removed. The lock goes
with the process that holds it, so one that is killed keeps nothing alive.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from app.roads.closed import ClosedAtTheEnd
from app.roads.region.manifest import Region, RegionError, current, open_region

LOCK = "in-use.lock"
IMPORT_LOCK = "import.lock"
OPENING_ATTEMPTS = 5


class Hold(ClosedAtTheEnd):
    """Keeps one build on the disk until it is closed."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._descriptor: int | None = share_lock(region.build)
        if self._descriptor is None:
            raise RegionError(f"The region {region.name} was imported again just now; open it once more.")

    def close(self) -> None:
        """Let go; a build that nobody needs any more is removed now, unless an import is running and will do it."""
        if self._descriptor is None:
            return
        os.close(self._descriptor)
        self._descriptor = None
        home = self._region.build.parents[1]
        with contextlib.suppress(OSError), import_lock(home, wait=False) as mine:
            if mine:
                remove_unused(home, keep=_latest_two(home, self._region.name))

    def __del__(self) -> None:
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None:
            os.close(descriptor)


def hold_region(name: str, folder: Path) -> tuple[Region, Hold]:
    """The region in use, held. Raises RegionError when there is none that this version can use."""
    for _ in range(OPENING_ATTEMPTS - 1):
        with contextlib.suppress(RegionError):
            region = open_region(name, folder)
            return region, region.hold()
    region = open_region(name, folder)
    return region, region.hold()


def share_lock(build: Path) -> int | None:
    """A descriptor that shares the build's lock; None when the build has been removed."""
    try:
        descriptor = os.open(build / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if os.fstat(descriptor).st_nlink == 0:  # removed while we waited for the lock
        os.close(descriptor)
        return None
    return descriptor


@contextlib.contextmanager
def import_lock(home: Path, *, wait: bool, waiting: Callable[[], None] = lambda: None) -> Iterator[bool]:
    """One import of a region at a time; whether we have the lock. It goes with the process that holds it."""
    with (home / IMPORT_LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                yield False
                return
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield True


def _latest_two(home: Path, name: str) -> list[Path]:
    """The build in use and the one before it, which somebody may be about to open."""
    region = current(home, name)
    if region is None:
        return sorted((home / "builds").iterdir())
    others = [build for build in (home / "builds").iterdir() if build != region.build]
    return [region.build, *sorted(others, key=_age)[-1:]]


def _age(build: Path) -> int:
    try:
        return (build / LOCK).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def remove_unused(home: Path, keep: Collection[Path]) -> None:
    """Drop the builds that nobody has open, and what interrupted imports left. The caller has the import lock."""
    builds = home / "builds"
    for build in builds.iterdir() if builds.is_dir() else ():
        if build not in keep:
            _remove_if_free(build)


def _remove_if_free(build: Path) -> None:
    try:
        descriptor = os.open(build / LOCK, os.O_RDONLY)
    except FileNotFoundError:  # an import that died before it had said that it builds here
        shutil.rmtree(build, ignore_errors=True)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The lock's own file first: who opens it from now on finds that the build is gone.
        (build / LOCK).unlink()
        shutil.rmtree(build, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)
