// The clock of the house. Every transfer is stamped by it.
service TimestampService {
    // The time in UTC as "%Y-%m-%d %H:%M:%S".
    string getCurrentTimestamp(),

    // The time as microseconds since 1970-01-01T00:00:00Z.
    i64 getCurrentTimestampMicros()
}
