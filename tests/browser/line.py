"""The phone's line to the service, which can be cut: a real connection that is lost."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Line:
    """A port of this machine that leads to the service while the line holds."""

    def __init__(self, address: str) -> None:
        there = urlsplit(address)
        self._there = (str(there.hostname), int(there.port or 80))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._holds = True
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Whatever is on its way is lost, and nobody gets through."""
        with self._guard:
            self._holds = False
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Whoever tries again gets through."""
        with self._guard:
            self._holds = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._listening.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                here, _ = self._listening.accept()
                threading.Thread(target=self._connect, args=(here,), daemon=True).start()

    def _connect(self, here: socket.socket) -> None:
        with contextlib.suppress(OSError), here:
            if not self._holds:
                return
            with socket.create_connection(self._there) as there:
                with self._guard:
                    self._open |= {here, there}
                try:
                    back = threading.Thread(target=self._carry, args=(there, here), daemon=True)
                    back.start()
                    self._carry(here, there)
                    back.join()
                finally:
                    with self._guard:
                        self._open -= {here, there}

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while self._holds and (data := source.recv(65_536)):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
