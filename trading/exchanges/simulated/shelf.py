"""A bounded store of what is costly to compute again."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class Shelf(Generic[V]):
    """Keeps the `size` most recently used values; safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[int, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: int) -> V | None:
        """Return the value under `key` if it is still here."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: int, value: V) -> None:
        """Keep a value, dropping the one that was not used for longest when there is no room."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)
