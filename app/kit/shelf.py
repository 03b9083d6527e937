"""What a process keeps from one request to the next: a few things by their key, of which the least used goes first."""

from collections import OrderedDict
from threading import Lock


class Shelf[Key, Value]:
    """A few things by their key, for all threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._things[key] = value
            self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)
