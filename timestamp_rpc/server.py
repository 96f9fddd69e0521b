"""The timestamp service: TBinaryProtocol over TBufferedTransport, a daemon thread for each client.

Thrift has no authentication: it listens on loopback, or in a network that only the house can reach.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading

from thrift.protocol.TBinaryProtocol import TBinaryProtocolAcceleratedFactory
from thrift.Thrift import TException
from thrift.transport import TSocket
from thrift.transport.TTransport import TBufferedTransportFactory, TTransportException

from .gen.timestamp import TimestampService

IDLE_S = 600.0


class Clock:
    """Tells the time; `start_at` moves it, for a demo's past. Implements the Thrift service."""

    def __init__(self, start_at: dt.datetime | None = None) -> None:
        self.ahead = start_at - dt.datetime.now(dt.UTC) if start_at else dt.timedelta(0)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def getCurrentTimestamp(self) -> str:  # noqa: N802 - the name is the interface
        return self.now().strftime("%Y-%m-%d %H:%M:%S")

    def getCurrentTimestampMicros(self) -> int:  # noqa: N802
        return round(self.now().timestamp() * 1_000_000)


class TimestampServer:
    """Listens from `start()` to `stop()`. Port 0 takes a free one; `port` says which.

    Each client has a thread of its own, so that one who hangs keeps nobody waiting.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, start_at: dt.datetime | None = None) -> None:
        self.clock = Clock(start_at)
        self._processor = TimestampService.Processor(self.clock)
        self._protocols, self._transports = TBinaryProtocolAcceleratedFactory(), TBufferedTransportFactory()
        self._listener = socket.create_server((host, port), backlog=128)
        self.port: int = self._listener.getsockname()[1]

    def start(self) -> TimestampServer:
        threading.Thread(target=self.serve, name="timestamp", daemon=True).start()
        return self

    def serve(self) -> None:
        """Accepts clients until `stop()`."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(IDLE_S)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):  # wakes accept(), which close() alone does not
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _answer(self, connection: socket.socket) -> None:
        endpoint = TSocket.TSocket()
        endpoint.setHandle(connection)
        protocol = self._protocols.getProtocol(self._transports.getTransport(endpoint))
        try:
            while True:
                self._processor.process(protocol, protocol)
        except (TTransportException, TException, OSError, EOFError, ValueError):
            pass  # the client left, fell silent, or does not speak our language
        finally:
            endpoint.close()
