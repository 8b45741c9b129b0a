"""An iterator whose next item is made while the one before is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

_Item = TypeVar("_Item")

_N_AHEAD = 2
_LOOK_AGAIN = 0.05  # seconds


class _End:
    """That there are no more items, and the exception that ended them, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """Yield the same items, made by a thread that is up to two of them ahead.

    What it raises is raised here. The thread ends with the last item, or when nobody asks for
    another any more.
    """
    queue: Queue[Any] = Queue(_N_AHEAD)
    left = Event()

    def put(item: Any) -> bool:
        while not left.is_set():
            try:
                queue.put(item, timeout=_LOOK_AGAIN)
                return True
            except Full:
                continue
        return False

    def work() -> None:
        try:
            ended = all(put(item) for item in items)
        except BaseException as error:  # handed on, whatever it is
            put(_End(error))
        else:
            if ended:
                put(_End())

    thread = Thread(target=copy_context().run, args=(work,), daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = queue.get(timeout=_LOOK_AGAIN)
            except Empty:
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        left.set()
        thread.join()
