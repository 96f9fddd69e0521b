// The clock of the house. Every transfer is stamped by it.
//
// gen/ is made from this file, with Thrift's compiler 0.17 (apt-get install thrift-compiler); not by hand:
//     thrift -r --gen py:package_prefix=timestamp_rpc.gen. -out timestamp_rpc/gen timestamp_rpc/timestamp.thrift
// (without the TimestampService-remote script it also writes)
service TimestampService {
    // The time in UTC as "%Y-%m-%d %H:%M:%S".
    string getCurrentTimestamp(),

    // The time as microseconds since 1970-01-01T00:00:00Z.
    i64 getCurrentTimestampMicros()
}
