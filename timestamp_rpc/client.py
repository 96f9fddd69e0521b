"""The client of the timestamp service. If a server does not answer, the client asks the next one in the list.

Each thread has connections of its own. A connection is kept only after it has answered; after a failure it is closed.
So a late answer to one question can never be taken for the answer to the next question.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from thrift.Thrift import TException
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TTransportException

from timestamp_rpc.gen.timestamp import TimestampService
from timestamp_rpc.gen.timestamp.ttypes import SealRefused as Refused

from .protocol import protocol_over
from .signature_file import SealSignature
from .witness import is_genuine

T = TypeVar("T")
Question = Callable[[TimestampService.Client], T]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
AVOIDED_FOR_S = 5.0
NOT_AN_ANSWER = (TException, OSError, EOFError, ValueError, OverflowError, TypeError, MemoryError, RecursionError)

# Address → time of the last failure. Threads share it without a lock: it only decides which server is asked first.
_failed_at: dict[str, float] = {}


class SealRefused(Exception):
    """The witness refuses to sign this seal. The text says why."""


class ClockUnavailable(Exception):
    """None of TIMESTAMP_SERVERS gave a valid answer within TIMESTAMP_TIMEOUT_S seconds for each."""


def now() -> dt.datetime:
    """The time of the timestamp service, in UTC with microseconds. Raises ClockUnavailable."""
    return _ask(lambda client: EPOCH + dt.timedelta(microseconds=client.getCurrentTimestampMicros()))


def text_now() -> str:
    """The time of the timestamp service as its own text: "%Y-%m-%d %H:%M:%S", UTC. Raises ClockUnavailable."""
    return _ask(lambda client: _checked(client.getCurrentTimestamp()))


def sign_seal(number: int, digest: bytes) -> SealSignature:
    """The witness's signature over the seal with this number and digest (32 bytes).

    The signature is verified: with TIMESTAMP_PUBLIC_KEY or, if that is not set, with the key in the answer. Only the
    first of TIMESTAMP_SERVERS is asked, because each server remembers only its own signatures. Raises SealRefused if
    the witness refuses, and ClockUnavailable if it gives no valid answer.
    """

    def question(client: TimestampService.Client) -> SealSignature:
        answer = client.signSeal(number, digest)
        at = EPOCH + dt.timedelta(microseconds=answer.micros)
        signature = SealSignature(answer.number, answer.digest, at, answer.signature, answer.publicKey)
        known = settings.TIMESTAMP_PUBLIC_KEY
        key = bytes.fromhex(known) if known else signature.public_key
        if (signature.number, signature.digest, signature.public_key) != (number, digest, key):
            raise ValueError("an answer to another question, or from another witness")
        if not is_genuine(signature, public_key=key):
            raise ValueError("not a signature")
        return signature

    address = settings.TIMESTAMP_SERVERS[0]
    try:
        return _ask_one(address, question)
    except Refused as refusal:
        raise SealRefused(refusal.reason) from refusal
    except NOT_AN_ANSWER as error:
        raise ClockUnavailable(address) from error


def _ask(question: Question[T]) -> T:
    for address in _servers():
        try:
            answer = _ask_one(address, question)
        except NOT_AN_ANSWER:
            _failed_at[address] = time.monotonic()
        else:
            _failed_at.pop(address, None)
            return answer
    raise ClockUnavailable(", ".join(settings.TIMESTAMP_SERVERS))


def _servers() -> list[str]:
    """The addresses in the order of TIMESTAMP_SERVERS, but those that failed within the last 5 seconds come last.

    Otherwise every transfer would wait for the time-out of a server that is down.
    """
    since = time.monotonic() - AVOIDED_FOR_S
    return sorted(settings.TIMESTAMP_SERVERS, key=lambda address: _failed_at.get(address, since) > since)


def _ask_one(address: str, question: Question[T]) -> T:
    """The answer of one server. Raises one of NOT_AN_ANSWER, at the latest after TIMESTAMP_TIMEOUT_S seconds."""
    ends_at = time.monotonic() + settings.TIMESTAMP_TIMEOUT_S
    kept = _own.connections.pop(address, None)
    if kept is not None:
        try:
            return _ask_over(kept, question, ends_at)
        except NOT_AN_ANSWER:
            if time.monotonic() >= ends_at:
                raise
    return _ask_over(_Connection(address), question, ends_at)  # the server may have closed the kept one


def _ask_over(connection: _Connection, question: Question[T], ends_at: float) -> T:
    try:
        answer = connection.ask(question, ends_at)
    except BaseException:  # whatever it is: the next question must not read a late answer to this one
        connection.close()
        raise
    _own.connections[connection.address] = connection
    return answer


def _checked(text: str) -> str:
    """The text itself. Raises ValueError if it is not a time in the service's format."""
    form = "%Y-%m-%d %H:%M:%S"
    if dt.datetime.strptime(text, form).strftime(form) != text:  # noqa: DTZ007 - only its form matters
        raise ValueError(text)
    return text


class _Socket(TSocket):
    """A socket that gives up at `ends_at` (monotonic seconds), even if the server sends byte after byte.

    The time-out of a plain Thrift socket begins anew at each read.
    """

    ends_at = 0.0

    def open(self) -> None:
        self._allow_what_is_left()
        super().open()

    def read(self, size: int) -> bytes:
        self._allow_what_is_left()
        return super().read(size)

    def write(self, data: bytes) -> None:
        self._allow_what_is_left()
        super().write(data)

    def _allow_what_is_left(self) -> None:
        left_s = self.ends_at - time.monotonic()
        if left_s <= 0:
            raise TTransportException(TTransportException.TIMED_OUT, "no time left")
        self.setTimeout(left_s * 1000)


class _Connection:
    """A connection to one server. It is opened by the first question."""

    def __init__(self, address: str) -> None:
        self.address = address
        host, _, port = address.rpartition(":")
        self._socket = _Socket(host.strip("[]"), int(port))
        self._transport = TBufferedTransport(self._socket)
        self._client = TimestampService.Client(protocol_over(self._transport))

    def ask(self, question: Question[T], ends_at: float) -> T:
        self._socket.ends_at = ends_at
        if self._socket.handle is None:
            self._transport.open()
        return question(self._client)

    def close(self) -> None:
        self._transport.close()


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.connections: dict[str, _Connection] = {}


_own = _PerThread()


def _forget() -> None:
    """Drops the connections in a child process after a fork, because the parent process still uses them."""
    global _own
    _own = _PerThread()


os.register_at_fork(after_in_child=_forget)
