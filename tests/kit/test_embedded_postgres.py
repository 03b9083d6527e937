"""The embedded server starts, stops, is shared, and loses nothing when it or its starter is killed."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from app.kit import embedded_postgres, postgres_programs
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.postgres_programs import EmbeddedPostgresError
from app.kit.postgres_watcher import is_server

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from app.kit.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.owner_url, server.server_pid(), flush=True)
    time.sleep(120)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that any user may walk to."""
    path = Path("/tmp") / f"wasl-{os.getpid()}-{time.monotonic_ns()}"
    path.mkdir()
    yield path
    shutil.rmtree(path)


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)


def write_a_row(url: str) -> None:
    with connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('bread')")


def rows(url: str) -> int:
    with connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


def ended(pid: int, folder: Path, seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not is_server(pid, folder / "data"):
            return True
        time.sleep(0.05)
    return False


def held(folder: Path, program: str = HOLD) -> tuple[subprocess.Popen[str], str, int]:
    """Another process that keeps the server of this folder up."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    url, pid = process.stdout.readline().split()
    process.stdout.close()
    return process, url, int(pid)


def children_of(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        write_a_row(server.owner_url)
    with EmbeddedPostgres(folder) as server:
        assert rows(server.owner_url) == 1


def test_a_server_that_was_killed_starts_again_with_everything_that_was_committed(folder: Path) -> None:
    first = EmbeddedPostgres(folder)
    first.start()
    write_a_row(first.owner_url)
    pid = first.server_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert ended(pid, folder)
    first.stop()
    with EmbeddedPostgres(folder) as second:
        assert second.server_pid() != pid
        assert rows(second.owner_url) == 1


def test_the_server_ends_when_its_starter_is_killed_and_keeps_the_data(folder: Path) -> None:
    process, url, pid = held(folder)
    write_a_row(url)
    process.kill()
    process.wait()
    assert ended(pid, folder)
    with EmbeddedPostgres(folder) as server:
        assert rows(server.owner_url) == 1


def test_a_second_process_shares_the_running_server_and_it_outlives_the_first(folder: Path) -> None:
    process, url, pid = held(folder)
    with EmbeddedPostgres(folder) as server:
        assert server.server_pid() == pid
        write_a_row(server.owner_url)
        process.kill()
        process.wait()
        time.sleep(1.5)  # the watcher looks once a second
        assert rows(url) == 1
    assert ended(pid, folder)


def test_the_number_of_a_killed_server_may_belong_to_another_program_by_now(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        data = server.data
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n{folder}/socket\n\n1 1\n")
    with EmbeddedPostgres(folder) as server:
        assert server.server_pid() != os.getpid()


def test_the_lock_of_a_killed_servers_socket_may_name_another_program_by_now(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        data, user = server.data, server.data.stat().st_uid
    running_user = {} if user == os.geteuid() else {"user": user}
    with subprocess.Popen(["sleep", "60"], **running_user) as other:  # type: ignore[call-overload]
        (folder / "socket").mkdir()
        (folder / "socket" / ".s.PGSQL.5432.lock").write_text(f"{other.pid}\n{data}\n1\n5432\n{folder}/socket\n")
        with EmbeddedPostgres(folder) as server:
            assert server.server_pid() is not None
        other.kill()


def test_a_watcher_whose_server_and_starter_were_both_killed_ends(folder: Path) -> None:
    process, _, pid = held(folder)
    watchers = [number for number in children_of(process.pid) if number != pid]
    os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait()
    assert len(watchers) == 1
    until = time.monotonic() + 10
    while Path(f"/proc/{watchers[0]}/cmdline").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{watchers[0]}/cmdline").exists()


def test_what_tests_leave_is_taken_away_even_when_they_are_killed(folder: Path) -> None:
    program = HOLD.replace("(sys.argv[1])", "(sys.argv[1]), for_tests=True")
    process, url, _ = held(folder, program)
    home = Path(url.split("host=")[1]).parent
    assert home.exists()
    process.kill()
    process.wait()
    until = time.monotonic() + 30
    while home.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not home.exists()


@pytest.mark.parametrize(
    ("blocks", "flags", "found"),
    [(2**20, 0, "/dev/shm"), (2**10, 0, "/tmp"), (2**20, embedded_postgres.NO_PROGRAMS, "/tmp"), (None, 0, "/tmp")],
    ids=["room", "little room", "no programs", "no such folder"],
)
def test_what_nobody_keeps_lies_in_memory_where_there_is_room_and_programs_may_run(
    blocks: int | None, flags: int, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(_: Path) -> SimpleNamespace:
        if blocks is None:
            raise FileNotFoundError
        return SimpleNamespace(f_flag=flags, f_bavail=blocks, f_frsize=4096)

    monkeypatch.setattr(os, "statvfs", told)
    assert embedded_postgres._folder_for_a_while() == Path(found)


def test_a_database_that_cannot_start_says_why_at_once(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        data = server.data
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = nonsense\n")
    began = time.monotonic()
    with pytest.raises(EmbeddedPostgresError, match="does not start"), EmbeddedPostgres(folder):
        pass
    assert time.monotonic() - began < 10


def test_programs_copied_out_of_a_closed_folder_run_for_every_user_even_under_a_strict_umask(folder: Path) -> None:
    found = postgres_programs.find_programs()
    assert found.wheel is not None
    closed = folder / "closed"
    before = os.umask(0o077)
    try:
        for part in (found.bin.parent, found.wheel / f"{postgres_programs.PACKAGE}.libs"):
            shutil.copytree(part, closed / part.relative_to(found.wheel))
        hidden = postgres_programs.Programs(closed / found.bin.relative_to(found.wheel), found.major, closed)
        copied = hidden.readable_by_others(folder)
    finally:
        os.umask(before)
    assert folder in copied.bin.parents
    assert closed not in copied.bin.parents
    other = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    shutil.rmtree(closed)
    for program in postgres_programs.NEEDED:
        subprocess.run([copied.bin / program, "--version"], user=other, check=True, capture_output=True)


def test_programs_that_lack_a_library_are_passed_over(folder: Path) -> None:
    for program in postgres_programs.NEEDED:
        (folder / program).write_text("#!/bin/sh\nexit 127\n")
        (folder / program).chmod(0o755)
    assert postgres_programs._tried(folder) is None


def test_under_a_strict_umask_the_server_of_root_still_starts(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    before = os.umask(0o077)
    try:
        with EmbeddedPostgres(home) as server:
            write_a_row(server.owner_url)
    finally:
        os.umask(before)


def test_the_services_role_owns_nothing_and_the_owner_is_no_superuser(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server, connect(server.service_url()) as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'wasl%' ORDER BY 1"
        ).fetchall()
        assert found == [("wasl_app", False), ("wasl_owner", False)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (word text)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMPORARY TABLE mine (word text)")


def test_without_any_postgresql_one_sentence_names_the_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ("_from_wheel", "_from_path", "_from_debian"):
        monkeypatch.setattr(postgres_programs, source, lambda: None)
    with pytest.raises(EmbeddedPostgresError, match="WASL_DATABASE_URL"), EmbeddedPostgres(folder):
        pass


def test_a_folder_that_cannot_be_written_is_one_sentence(folder: Path) -> None:
    (folder / "file").write_text("not a folder")
    with pytest.raises(EmbeddedPostgresError, match="WASL_DATA_FOLDER"), EmbeddedPostgres(folder / "file"):
        pass


def start_as(user: pwd.struct_passwd, folder: Path) -> None:
    """In a forked child: become the user, start the server, write, stop."""
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    server = EmbeddedPostgres(folder)
    # The user may not be allowed to run this very interpreter, which is root's own; the watcher is tested elsewhere.
    server._watch = lambda pid: None  # type: ignore[method-assign]
    with server:
        write_a_row(server.owner_url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_an_ordinary_user_runs_it_too(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    child = os.fork()
    if child == 0:
        try:
            start_as(nobody, folder / "as-nobody")
        except BaseException as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (folder / "as-nobody" / "data").stat().st_uid == nobody.pw_uid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_under_root_a_folder_that_others_cannot_reach_is_left_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "postgres")
    with server:
        write_a_row(server.owner_url)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / "postgres" / "LOCATION").read_text().strip() == str(server.data.parent)
    shutil.rmtree(server.data.parent)
