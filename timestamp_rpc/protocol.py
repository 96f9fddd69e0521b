"""The protocol of client and server: strict TBinaryProtocol, with short limits for strings and lists."""

from __future__ import annotations

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TBufferedTransport

LONGEST_STRING = 256  # bytes; without a limit, a malformed message could announce gigabytes
LONGEST_LIST = 16


def protocol_over(transport: TBufferedTransport) -> TBinaryProtocol:
    return TBinaryProtocol(
        transport, strictRead=True, string_length_limit=LONGEST_STRING, container_length_limit=LONGEST_LIST
    )
