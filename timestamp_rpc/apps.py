from django.apps import AppConfig


class TimestampRpcConfig(AppConfig):
    """The timestamp service (Thrift), its client, and the witness. Thrift generates gen/ from timestamp.thrift."""

    name = "timestamp_rpc"
