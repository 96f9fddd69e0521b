"""Timing one operation after another in this process."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .figure import Readings

T = TypeVar("T")
WARM_UP = 20


def timed(act: Callable[[T], object], things: Iterable[T], *, seconds: float) -> Readings:
    """Calls `act` on each of `things` until `seconds` are over or `things` are used up. The warm-up is not measured."""
    rest = iter(things)
    with _own_objects_ignored():
        for thing, _ in zip(rest, range(WARM_UP), strict=False):
            act(thing)
        count, elapsed_s = 0, 0.0
        began = time.perf_counter()
        for thing in rest:
            act(thing)
            count, elapsed_s = count + 1, time.perf_counter() - began
            if elapsed_s >= seconds:
                break
    return {"count": count, "time_s": elapsed_s / count, "rate": count / elapsed_s} if count else {"count": 0}


@contextlib.contextmanager
def _own_objects_ignored() -> Iterator[None]:
    """Hides the bench's own objects from the garbage collector.

    The bench holds ten thousand members, a web process does not. Each search through them took a tenth of a second,
    which was counted for the side that was measured at that moment.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
