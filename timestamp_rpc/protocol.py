"""How both ends speak: TBinaryProtocol, strict, and never a string or list longer than a time could need."""

from __future__ import annotations

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TBufferedTransport

LONGEST_STRING = 256  # bytes; garbage announces gigabytes
LONGEST_LIST = 16


def protocol_over(transport: TBufferedTransport) -> TBinaryProtocol:
    return TBinaryProtocol(
        transport, strictRead=True, string_length_limit=LONGEST_STRING, container_length_limit=LONGEST_LIST
    )
