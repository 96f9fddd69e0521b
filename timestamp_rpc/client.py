"""Asks the timestamp service, and fails over to the next one listed."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
from thrift.Thrift import TException
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport

from .gen.timestamp import TimestampService

T = TypeVar("T")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NOT_AN_ANSWER = (TException, OSError, EOFError, ValueError, OverflowError, TypeError, MemoryError)
_local = threading.local()  # a connection belongs to one thread: Thrift's clients are not shared


class ClockUnavailable(Exception):
    """No server listed in TIMESTAMP_SERVERS answered within TIMESTAMP_TIMEOUT_S each."""


def now() -> dt.datetime:
    """The service's time, UTC with microseconds. Raises ClockUnavailable."""
    return _ask(lambda client: EPOCH + dt.timedelta(microseconds=client.getCurrentTimestampMicros()))


def text_now() -> str:
    """The service's time as it writes it itself: "%Y-%m-%d %H:%M:%S", UTC. Raises ClockUnavailable."""
    return _ask(lambda client: _checked(client.getCurrentTimestamp()))


def _ask(question: Callable[[TimestampService.Client], T]) -> T:
    for address in settings.TIMESTAMP_SERVERS:
        for kept in (_kept(address), None):  # a kept connection may have died of age: then once more on a new one
            try:
                client = kept or _connect(address)
                answer = question(client)
            except NOT_AN_ANSWER:
                _forget(address)
                if kept is None:
                    break
            else:
                return answer
    raise ClockUnavailable(", ".join(settings.TIMESTAMP_SERVERS))


def _checked(text: str) -> str:
    """Raises ValueError where it is no time."""
    dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - only its form matters
    return text


def _pool() -> dict[str, TimestampService.Client]:
    if not hasattr(_local, "pool"):
        _local.pool = {}
    return _local.pool


def _kept(address: str) -> TimestampService.Client | None:
    return _pool().get(address)


def _connect(address: str) -> TimestampService.Client:
    host, _, port = address.rpartition(":")
    endpoint = TSocket(host.strip("[]"), int(port))
    endpoint.setTimeout(settings.TIMESTAMP_TIMEOUT_S * 1000)
    transport = TBufferedTransport(endpoint)
    transport.open()
    client = _pool()[address] = TimestampService.Client(TBinaryProtocolAccelerated(transport))
    return client


def _forget(address: str) -> None:
    client = _pool().pop(address, None)
    if client is not None:
        client._iprot.trans.close()
