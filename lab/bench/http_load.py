"""HTTP clients that use little processor time, since they run on the same cores as the installation.

They are threads of one process, with kept-alive connections and prepared requests. Their use of the cores is reported.
"""

from __future__ import annotations

import gc
import http.client
import multiprocessing
import os
import queue
import resource
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from urllib.parse import urlencode

from lab.scratch import NotMeasured
from lab.scratch.installation import Installation
from lab.scratch.visitors import FORM, Visitor, address_of, is_receipt
from payments.models import Quote

from .figure import Readings

CONNECTIONS = 8
WARM_UP = 5  # for each connection
TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """One prepared request: a POST that confirms a transfer or, without a body, a GET of a page."""

    path: str
    cookies: str
    body: bytes | None = None

    def is_done(self, status: int, location: str) -> bool:
        return status == 200 if self.body is None else is_receipt(status, location)


def order_of(quote: Quote, *, by: Visitor) -> Order:
    return Order(address_of(quote), by.cookies, urlencode(by.confirmation).encode())


def run(installation: Installation, orders: Sequence[Order], *, seconds: float) -> Readings:
    """The rate of requests a second over all connections. `count` includes the warm-up.

    Raises NotMeasured where a request failed, the prepared requests were used up, or the clients did not answer.
    """
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_be_clients, args=(installation, orders, seconds, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not mine.poll(seconds + 2 * TIMEOUT_S):
            raise NotMeasured("the HTTP clients gave no answer")
        answer = mine.recv()
    except EOFError:
        raise NotMeasured("the HTTP clients ended without an answer") from None
    finally:
        process.kill()
        process.join()
    if isinstance(answer, str):
        raise NotMeasured(answer)
    return answer


def _be_clients(installation: Installation, orders: Sequence[Order], seconds: float, answer: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # the collector need not search the objects that came with the fork
    todo: queue.SimpleQueue[Order] = queue.SimpleQueue()
    for order in orders:
        todo.put(order)
    together, tallies, failures = threading.Barrier(CONNECTIONS), [], []

    def client() -> None:
        try:
            tallies.append(_carry_out(installation, todo, seconds, together))
        except Exception as error:
            failures.append(str(error) or type(error).__name__)
            together.abort()

    threads = [threading.Thread(target=client, daemon=True) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer.send(failures[0] if failures else _readings(tallies))


def _carry_out(
    installation: Installation, todo: queue.SimpleQueue[Order], seconds: float, together: threading.Barrier
) -> tuple[int, float]:
    """How many requests this connection did during the measured time, and that time in seconds."""
    connection = http.client.HTTPSConnection(
        "localhost", installation.port, timeout=TIMEOUT_S, context=installation.trust()
    )
    for _ in range(WARM_UP):
        _send(connection, _next(todo))
    together.wait(TIMEOUT_S)
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        _send(connection, _next(todo))
        done += 1
    elapsed_s = time.perf_counter() - began
    connection.close()
    return done, elapsed_s


def _next(todo: queue.SimpleQueue[Order]) -> Order:
    try:
        return todo.get_nowait()
    except queue.Empty:
        raise AssertionError("the prepared requests were used up before the time was over") from None


def _send(connection: http.client.HTTPSConnection, order: Order) -> None:
    headers = {"Cookie": order.cookies, "Referer": f"https://localhost:{connection.port}/", "Content-Type": FORM}
    connection.request("GET" if order.body is None else "POST", order.path, order.body, headers)
    answer = connection.getresponse()
    answer.read()
    if not order.is_done(answer.status, answer.headers.get("Location", "")):
        raise AssertionError(f"{order.path} was answered {answer.status}")


def _readings(tallies: Sequence[tuple[int, float]]) -> Readings:
    used = resource.getrusage(resource.RUSAGE_SELF)
    elapsed_s = max(elapsed_s for _, elapsed_s in tallies)
    return {
        "count": sum(done for done, _ in tallies) + WARM_UP * CONNECTIONS,
        "rate": sum(done / elapsed_s for done, elapsed_s in tallies),
        "client_share": (used.ru_utime + used.ru_stime) / elapsed_s / (os.cpu_count() or 1),
    }
