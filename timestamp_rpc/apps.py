from django.apps import AppConfig


class TimestampRpcConfig(AppConfig):
    """The clock: a Thrift service, and the client that asks it. Code in gen/ is made from timestamp.thrift."""

    name = "timestamp_rpc"
