"""The server of the timestamp service: TBinaryProtocol, for thousands of clients in one thread.

Thrift has no authentication. So the server must listen only on loopback, or in a network that only this installation
can reach. Even there a client may be silent, or stop in the middle of a request. Such a client costs a few kilobytes of
memory, and nobody waits for it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import socket
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from thrift.Thrift import TException
from thrift.transport.TTransport import TMemoryBuffer

from timestamp_rpc.gen.timestamp import TimestampService
from timestamp_rpc.gen.timestamp.ttypes import SealRefused, SealSignature

from .protocol import protocol_over
from .signature_file import Damaged
from .witness import NO_WITNESS, Refused, Witness

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
IDLE_S = 10.0
MOST_CLIENTS = 4096
BACKLOG = 1024  # connections that wait to be accepted; the system may allow fewer
LONGEST_REQUEST = 1024  # bytes
BUFFER = 8192  # bytes each way that the system keeps for a connection, so that nobody fills its memory
SLOW = b"signSeal"  # it writes to the disk; a request begins with four bytes, its name's length in four, and its name


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

    A client that has sent no whole request for IDLE_S seconds is disconnected. When MOST_CLIENTS are connected (fewer,
    where the process may not open so many files), a new one takes the place of the one that has been idle for longest.
    There is no limit for each address, because on loopback all clients have the same one.
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
        listener = socket.create_server((host, port), backlog=BACKLOG)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            listener.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        self.port: int = listener.getsockname()[1]
        self._most_clients = _files_allowed() // 2  # the other half is for those that are just being accepted
        self._clients: OrderedDict[asyncio.WriteTransport, float] = OrderedDict()  # → last request; longest idle first
        self._signing = ThreadPoolExecutor(1)  # so nobody who asks for the time waits for the disk
        self._loop = asyncio.new_event_loop()
        listening = asyncio.start_server(self._answer, sock=listener, backlog=BACKLOG, limit=LONGEST_REQUEST)
        self._listener = self._loop.run_until_complete(listening)
        self._thread: threading.Thread | None = None

    def start(self) -> TimestampServer:
        """Serves in a thread, and returns the server itself."""
        self._thread = threading.Thread(target=self.serve, name="timestamp", daemon=True)
        self._thread.start()
        return self

    def serve(self, *signals: int) -> None:
        """Serves clients until one of these signals, or until `stop()` in another thread."""
        for number in signals:
            self._loop.add_signal_handler(number, self._loop.stop)
        self._loop.call_soon(self._disconnect_the_idle)
        self._loop.run_forever()

    def stop(self) -> None:
        """Stops listening and closes the connections of all clients."""
        if self._loop.is_closed():
            return
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.run_until_complete(self._disconnect_all())
        self._signing.shutdown()
        self._loop.close()

    async def _disconnect_all(self) -> None:
        self._listener.close()
        for client in self._clients:
            client.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one client until it leaves, is disconnected, or sends something else than this protocol."""
        self._is_active(writer.transport)
        writer.transport.set_write_buffer_limits(LONGEST_REQUEST)  # to one that does not read its answers
        unanswered = b""
        try:
            while len(unanswered) < LONGEST_REQUEST and (received := await reader.read(LONGEST_REQUEST)):
                unanswered += received
                while unanswered and (length := await self._answer_first(unanswered, writer)):
                    self._is_active(writer.transport)
                    if unanswered := unanswered[length:]:
                        await asyncio.sleep(0)  # a client that sends many requests at once takes turns with the others
        except (TException, OSError, ValueError, RecursionError):
            pass
        finally:
            self._clients.pop(writer.transport, None)
            writer.transport.abort()

    async def _answer_first(self, requests: bytes, writer: asyncio.StreamWriter) -> int:
        """Answers the first request and returns its length in bytes; 0 if it is not whole yet."""
        request, answer = TMemoryBuffer(requests), TMemoryBuffer()
        process = partial(self._processor.process, protocol_over(request), protocol_over(answer))
        try:
            if requests[8:].startswith(SLOW):
                await self._loop.run_in_executor(self._signing, process)
            else:
                process()
        except EOFError:
            return 0
        writer.write(answer.getvalue())
        await writer.drain()
        return request.cstringio_buf.tell()

    # Whom to disconnect -----------------------------------------------------------------------------------------------

    def _is_active(self, client: asyncio.WriteTransport) -> None:
        self._clients[client] = self._loop.time()
        self._clients.move_to_end(client)
        if len(self._clients) > self._most_clients:
            self._disconnect_the_longest_idle()

    def _disconnect_the_idle(self) -> None:
        too_long_ago = self._loop.time() - IDLE_S
        while self._clients and next(iter(self._clients.values())) < too_long_ago:
            self._disconnect_the_longest_idle()
        self._loop.call_later(IDLE_S / 10, self._disconnect_the_idle)

    def _disconnect_the_longest_idle(self) -> None:
        client, _ = self._clients.popitem(last=False)
        client.abort()


def _files_allowed() -> int:
    """How many files this process may open, after asking for twice MOST_CLIENTS. The system may allow fewer."""
    wanted = 2 * MOST_CLIENTS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
