"""Stops the embedded server when whoever started it is gone and nobody else uses it. Run as a program, stdlib only.

Arguments: the server's home folder and process id. Standard input is a pipe from the starter: its end means that it
is gone.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from pathlib import Path


def still_ours(home: Path, pid: int) -> bool:
    """Whether the server that we were told to watch is the one that runs there."""
    try:
        return int((home / "data" / "postmaster.pid").read_text().splitlines()[0]) == pid
    except (OSError, ValueError, IndexError):
        return False


def watch(home: Path, pid: int) -> None:
    """Wait for the starter's end, then for the last user's, then ask the server to stop."""
    sys.stdin.buffer.read()
    while still_ours(home, pid):
        with (home / "start.lock").open("a") as starting, (home / "users.lock").open("a") as users:
            fcntl.flock(starting, fcntl.LOCK_EX)
            with contextlib.suppress(BlockingIOError, ProcessLookupError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.kill(pid, signal.SIGINT)
                return
        time.sleep(1)


if __name__ == "__main__":
    with contextlib.suppress(FileNotFoundError, KeyboardInterrupt):
        watch(Path(sys.argv[1]), int(sys.argv[2]))
