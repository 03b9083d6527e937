"""Stops the embedded server when whoever started it is gone and nobody else uses it. Run as a program, stdlib only.

Arguments: the server's home folder, its process id, and `remove` where the home is of no use afterwards. Standard
input is a pipe from the starter: its end means that it is gone.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path

ENDING_SECONDS = 60.0


def recorded(data: Path) -> tuple[int | None, Path | None]:
    """The process and the socket folder that the server itself noted when it started."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), Path(lines[4]) if len(lines) > 4 and lines[4] else None
    return None, None


def is_server(pid: int, data: Path) -> bool:
    """Whether this process is alive and the PostgreSQL server of this folder; one that ended unwaited for is not.

    The command line is what every user may read of another's process; a number alone may be somebody else's by now.
    """
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            program, *arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return program.endswith(b"postgres") and os.fsencode(data) in arguments
        return False
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


def watch(home: Path, pid: int) -> bool:
    """Wait for the starter's end, then for the last user's, then ask the server to stop; whether it was ours to stop.

    A server that was killed leaves its note behind, and its number may belong to another program by then.
    """
    sys.stdin.buffer.read()
    while recorded(home / "data")[0] == pid:
        with (home / "start.lock").open("a") as starting, (home / "users.lock").open("a") as users:
            fcntl.flock(starting, fcntl.LOCK_EX)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if is_server(pid, home / "data"):
                    os.kill(pid, signal.SIGINT)
                return True
        time.sleep(1)
    return False


def remove(home: Path, pid: int) -> None:
    """Nothing of this server is kept: wait for its end, then take its files away."""
    until = time.monotonic() + ENDING_SECONDS
    while is_server(pid, home / "data") and time.monotonic() < until:
        time.sleep(0.1)
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    home, pid = Path(sys.argv[1]), int(sys.argv[2])
    with contextlib.suppress(FileNotFoundError, KeyboardInterrupt):
        if watch(home, pid) and "remove" in sys.argv[3:]:
            remove(home, pid)
