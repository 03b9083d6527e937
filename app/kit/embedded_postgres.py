"""The embedded database: PostgreSQL's own server on a private socket in a data folder, started and stopped with us.

Several processes may use one data folder at once: the first starts the server, the last one out stops it, and where
that one is killed, a watcher stops it instead. Started as root, the server runs as an unprivileged user that the
machine already has.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg
from psycopg import sql

from app.kit.postgres_programs import EmbeddedPostgresError, Programs, find_programs, reachable_by_others
from app.kit.postgres_watcher import is_server, recorded

SUPERUSER, OWNER, SERVICE, DATABASE = "postgres", "wasl_owner", "wasl_app", "wasl"
STARTING_SECONDS, STOPPING_SECONDS = 300.0, 60.0  # after a crash the server first repairs what was written last
LEFTOVER_SECONDS = 30.0
LONGEST_SOCKET_FOLDER = 90  # a socket's whole path has at most 107 bytes
HOME_FOR_ROOT = Path("/var/lib/wasl")
WATCHER = Path(__file__).with_name("postgres_watcher.py")
WITHOUT_WAITING_FOR_THE_DISK = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
WITH_A_SHORT_LOG = ("-c", "min_wal_size=32MB", "-c", "max_wal_size=96MB")  # what is kept in memory is kept small
MEMORY_AS_FOLDER, ENOUGH_MEMORY = Path("/dev/shm"), 2**31  # noqa: S108
NO_PROGRAMS = getattr(os, "ST_NOEXEC", 8)  # of a file system


class EmbeddedPostgres:
    """The server of one data folder; a context manager. `for_tests` keeps nothing and does without the disk where it
    can: what makes a database from another is hundreds of small files."""

    def __init__(self, data_folder: Path, *, for_tests: bool = False) -> None:
        self._asked = data_folder.resolve()
        self._for_tests = for_tests
        self._user = _server_user()
        self._home = self._asked
        self._users: IO[str] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self.socket_folder: Path | None = None

    @property
    def data(self) -> Path:
        """The cluster itself."""
        return self._home / "data"

    @property
    def _log(self) -> Path:
        return self._home / "postgres.log"

    @property
    def owner_url(self) -> str:
        """As the role that owns the tables."""
        return self._url(OWNER)

    def service_url(self, role: str = SERVICE) -> str:
        """As the role of the service, which owns nothing."""
        return self._url(role)

    def _url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql+psycopg://{role}@/{database}?host={self.socket_folder}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server, or join the one that runs; make the cluster, the roles and the database at first.

        Raises EmbeddedPostgresError with one sentence.
        """
        try:
            self._make_home()
            with self._alone():
                self._users = (self._home / "users.lock").open("a")
                fcntl.flock(self._users, fcntl.LOCK_SH)
                try:
                    if not self._join_running():
                        self._launch()
                    self._make_roles()
                except BaseException:
                    self._users.close()
                    self._users = None
                    raise
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The database cannot be kept in {self._asked}: {error.strerror}."
                " Set WASL_DATA_FOLDER to another folder."
            ) from error

    def stop(self) -> None:
        """Leave; whoever is last stops the server."""
        if self._users is None:
            return
        with self._alone():
            self._users.close()
            self._users = None
            with (self._home / "users.lock").open("a") as users, contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._shut_down()
        self._let_go()
        if self._for_tests:
            shutil.rmtree(self._home, ignore_errors=True)

    def _let_go(self) -> None:
        """Our children are stopped, or others use the server: then it and its watcher live on without us."""
        for child in (self._server, self._watcher):
            if child is not None and child.stdin is not None:
                child.stdin.close()
            if child is not None and child.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=0.2)
                child.returncode = child.returncode or 0  # not ours to wait for any more
        self._server = self._watcher = None

    def create_database(self, name: str, template: str | None = None) -> None:
        """Another database in the same server, empty or copied from `template`: file by file, which for one that is
        small and at rest takes half as long as to write each of its pages into the server's log."""
        copied = (
            sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template)) if template else sql.SQL("")
        )
        with self._connected() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}{}").format(sql.Identifier(name), sql.Identifier(OWNER), copied)
            )
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(SERVICE))
            )

    def drop_database(self, name: str) -> None:
        """Take a database away, whoever is still connected to it."""
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def server_pid(self) -> int | None:
        """The server's process, while it runs."""
        return recorded(self.data)[0]

    # The steps of starting and stopping.

    def _make_home(self) -> None:
        """The folder of cluster, locks and log: the one asked for, unless root's server user cannot walk there."""
        if self._for_tests:
            self._home = Path(tempfile.mkdtemp(prefix="wasl-test-", dir=_folder_for_a_while()))
        elif self._user is not None:
            self._asked.mkdir(parents=True, exist_ok=True)
            if not reachable_by_others(self._asked):
                name = hashlib.sha256(str(self._asked).encode()).hexdigest()[:16]
                self._home = HOME_FOR_ROOT / name
                if not HOME_FOR_ROOT.exists():
                    HOME_FOR_ROOT.mkdir(parents=True)
                    HOME_FOR_ROOT.chmod(0o755)
                (self._asked / "LOCATION").write_text(f"{self._home}\n")
        self._home.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            self._home.chmod(0o755)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops this server."""
        with (self._home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _join_running(self) -> bool:
        """Whether a server already runs on this data folder; waits for one that is still coming up."""
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            pid, socket_folder = recorded(self.data)
            if pid is None:
                return False
            if not is_server(pid, self.data):
                # Left by a server that was killed. The number may belong to another program by now.
                (self.data / "postmaster.pid").unlink(missing_ok=True)
                return False
            if socket_folder is not None:
                self.socket_folder = socket_folder
                return self._answers_within(STARTING_SECONDS, lambda: is_server(pid, self.data))  # noqa: B023
            time.sleep(0.05)
        return False

    def _launch(self) -> None:
        programs = find_programs()
        if self._user is not None:
            programs = programs.readable_by_others(self._home)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(programs)
        kept = int((self.data / "PG_VERSION").read_text())
        if kept != programs.major:
            raise EmbeddedPostgresError(
                f"The database in {self._home} was made by PostgreSQL {kept}, and this is {programs.major}:"
                " dump it with the old version and restore it into a new folder."
            )
        self.socket_folder = self._make_socket_folder()
        options: list[str] = [*WITHOUT_WAITING_FOR_THE_DISK, *WITH_A_SHORT_LOG] if self._for_tests else []
        options += ["-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "max_connections=200"]
        command = [str(programs.bin / "postgres"), "-D", str(self.data), "-k", str(self.socket_folder), "-h", ""]
        self._server = self._served_by([*command, *options])
        self._watch(self._server.pid)

    def _served_by(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """The server, once it answers. The children of one that was killed need a moment to end: it waits for them."""
        until = time.monotonic() + LEFTOVER_SECONDS
        while True:
            server = self._spawn(command)
            if self._answers_within(STARTING_SECONDS, lambda: server.poll() is None):  # noqa: B023
                return server
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                raise EmbeddedPostgresError(f"The embedded database takes too long to start: see {self._log}.")
            words = self._last_words()
            if "still in use" not in words or time.monotonic() > until:
                raise EmbeddedPostgresError(f"The embedded database does not start: {words}.")
            time.sleep(0.5)

    def _initialise(self, programs: Programs) -> None:
        """Make the cluster in a folder aside, then rename it: a half-made one is never taken for whole."""
        unfinished = self._home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._give_to_server(unfinished)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if programs.major >= 17
            else ["--locale=C.UTF-8"]
        )
        made = self._spawn(
            [
                *(str(programs.bin / "initdb"), "-D", str(unfinished), "-U", SUPERUSER),
                *("-A", "trust", "-N", "-E", "UTF8", *locale),
            ]
        )
        if made.wait() != 0:
            raise EmbeddedPostgresError(f"The embedded database cannot be made: {self._last_words()}.")
        unfinished.rename(self.data)

    def _make_socket_folder(self) -> Path:
        """An empty one: the lock of a killed server's socket names a process that may be another program by now."""
        folder = self._home / "socket"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            return self._private(Path(tempfile.mkdtemp(prefix="wasl-", dir="/tmp")))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return self._private(folder)

    def _private(self, folder: Path) -> Path:
        folder.chmod(0o700)
        self._give_to_server(folder)
        return folder

    def _give_to_server(self, folder: Path) -> None:
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """A program as the server's user, in a session of its own, so that Ctrl-C reaches us alone."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                user=None if self._user is None else self._user.pw_uid,
                group=None if self._user is None else self._user.pw_gid,
                extra_groups=None if self._user is None else [],
            )

    def _watch(self, pid: int) -> None:
        """Stop the server when this process is gone and nobody else uses it."""
        command = [sys.executable, "-I", str(WATCHER), str(self._home), str(pid)]
        command += ["remove"] if self._for_tests else []
        self._watcher = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd="/")

    def _answers_within(self, seconds: float, alive: Callable[[], bool]) -> bool:
        """Whether the server accepts connections before time is up, as long as `alive` says so."""
        until = time.monotonic() + seconds
        while alive() and time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError), self._connected():
                return True
            time.sleep(0.05)
        return False

    @contextlib.contextmanager
    def _connected(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        with psycopg.connect(
            host=str(self.socket_folder), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=10
        ) as connection:
            yield connection

    def _make_roles(self) -> None:
        """The owner of the tables, the service's role that owns nothing, and the database: made when missing."""
        with self._connected() as connection:
            for role in (OWNER, SERVICE):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(role))
                    )
        with self._connected() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                self.create_database(DATABASE)

    def _shut_down(self) -> None:
        """A fast shutdown: what is committed is on the disk, whoever is connected is sent away."""
        pid, _ = recorded(self.data)
        if pid is None or not is_server(pid, self.data):
            return
        os.kill(pid, signal.SIGINT)
        until = time.monotonic() + STOPPING_SECONDS
        while is_server(pid, self.data) and time.monotonic() < until:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.02)
        if self.socket_folder is not None:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _last_words(self) -> str:
        """Why a program of PostgreSQL gave up, as it said itself."""
        with contextlib.suppress(OSError):
            said = re.findall(r"(?:FATAL|PANIC|error): +(.+)", self._log.read_text(errors="replace"))
            return said[-1].rstrip(".") if said else f"see {self._log}"
        return "its log cannot be read"


def _folder_for_a_while() -> Path:
    """Where what nobody keeps lies best: in memory, where there is a folder of it with room for some servers and where
    programs may be started from, since root's server may need a copy of them."""
    with contextlib.suppress(OSError):
        memory = os.statvfs(MEMORY_AS_FOLDER)
        if memory.f_bavail * memory.f_frsize >= ENOUGH_MEMORY and not memory.f_flag & NO_PROGRAMS:
            return MEMORY_AS_FOLDER
    return Path("/tmp")  # noqa: S108


def _server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, since PostgreSQL refuses to be root; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root: start Wasl as another user, or set WASL_DATABASE_URL."
    )
