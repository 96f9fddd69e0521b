"""The server of the timestamp service: TBinaryProtocol over TBufferedTransport, one daemon thread for each client.

Thrift has no authentication. So the server must listen only on loopback, or in a network that only this installation
can reach.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import socket
import threading

from thrift.Thrift import TException
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport

from timestamp_rpc.gen.timestamp import TimestampService
from timestamp_rpc.gen.timestamp.ttypes import SealRefused, SealSignature

from .protocol import protocol_over
from .signature_file import Damaged
from .witness import NO_WITNESS, Refused, Witness

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
IDLE_S = 600.0
MOST_CLIENTS = 512

log = logging.getLogger(__name__)


class Clock:
    """Implements the Thrift service: it tells the time and, with a witness, signs seals.

    The clock begins at `start_at`, which is for the demo's past; without `start_at` it shows the machine's time.
    """

    def __init__(self, start_at: dt.datetime | None = None, witness: Witness | None = None) -> None:
        self._witness = witness
        self.ahead = start_at - dt.datetime.now(dt.UTC) if start_at else dt.timedelta(0)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def getCurrentTimestamp(self) -> str:  # noqa: N802 - the name comes from timestamp.thrift
        return self.now().strftime("%Y-%m-%d %H:%M:%S")

    def getCurrentTimestampMicros(self) -> int:  # noqa: N802
        return (self.now() - EPOCH) // dt.timedelta(microseconds=1)

    def signSeal(self, number: int, digest: bytes) -> SealSignature:  # noqa: N802
        if self._witness is None:
            raise SealRefused(NO_WITNESS)
        try:
            signature = self._witness.sign(number, digest, now=self.now)
        except (Refused, Damaged, OSError) as refusal:
            raise SealRefused(str(refusal)) from refusal
        micros = (signature.signed_at - EPOCH) // dt.timedelta(microseconds=1)
        return SealSignature(signature.number, signature.digest, micros, signature.signature, signature.public_key)


class TimestampServer:
    """A server that listens from its construction until `stop()`. With port 0 it takes a free port; see `port`.

    Each client has a thread of its own, so that a client that hangs does not make other clients wait.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        start_at: dt.datetime | None = None,
        witness: Witness | None = None,
    ) -> None:
        self.clock = Clock(start_at, witness)
        self._processor = TimestampService.Processor(self.clock)
        self._listener = socket.create_server((host, port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._clients: set[socket.socket] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> TimestampServer:
        """Serves in a thread, and returns the server itself."""
        self._thread = threading.Thread(target=self.serve, name="timestamp", daemon=True)
        self._thread.start()
        return self

    def serve(self) -> None:
        """Accepts clients until `stop()`."""
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError as error:  # stopped; or too many open files, or the client left: then the server goes on
                if not self._stopping.wait(0.05):
                    log.warning("a client could not be accepted: %s", error)
                continue
            self._welcome(client)

    def stop(self) -> None:
        """Stops listening and closes the connections of all clients."""
        self._stopping.set()
        _hang_up(self._listener)  # wakes accept() on Linux; close() alone does not
        with contextlib.suppress(OSError):  # wakes accept() on other systems
            socket.create_connection(self._listener.getsockname()[:2], timeout=1).close()
        if self._thread is not None:
            self._thread.join()
        self._listener.close()
        for client in list(self._clients):
            _hang_up(client)

    def _welcome(self, client: socket.socket) -> None:
        if len(self._clients) >= MOST_CLIENTS:
            log.warning("a client was refused: there are already %s clients", MOST_CLIENTS)
            client.close()
            return
        client.settimeout(IDLE_S)
        self._clients.add(client)
        try:
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()
        except RuntimeError:  # the system has no more threads
            log.warning("a client was refused: no thread could be started for it")
            self._part_with(client)

    def _answer(self, client: socket.socket) -> None:
        endpoint = TSocket()
        endpoint.setHandle(client)
        protocol = protocol_over(TBufferedTransport(endpoint))
        try:
            while True:
                self._processor.process(protocol, protocol)
        except (TException, OSError, EOFError, ValueError, RecursionError):
            pass  # the client left, was idle for too long, or sent something else than this protocol
        finally:
            self._part_with(client)

    def _part_with(self, client: socket.socket) -> None:
        self._clients.discard(client)
        client.close()


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
