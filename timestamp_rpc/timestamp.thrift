// The clock of the installation. Every transfer gets its timestamp, and every seal of the ledger its signature.
//
// gen/ is made from this file, with Thrift's compiler 0.17 (apt-get install thrift-compiler); not by hand:
//     thrift -r --gen py:package_prefix=timestamp_rpc.gen. -out timestamp_rpc/gen timestamp_rpc/timestamp.thrift
// (without the TimestampService-remote script it also writes)

// A signature over one seal of the ledger: see witness.py for what exactly is signed.
struct SealSignature {
    1: i64 number,
    2: binary digest,       // SHA-256, 32 bytes
    3: i64 micros,          // since 1970-01-01T00:00:00Z
    4: binary signature,    // Ed25519, 64 bytes
    5: binary publicKey     // 32 bytes
}

exception SealRefused {
    1: string reason
}

service TimestampService {
    // The time in UTC as "%Y-%m-%d %H:%M:%S".
    string getCurrentTimestamp(),

    // The time as microseconds since 1970-01-01T00:00:00Z.
    i64 getCurrentTimestampMicros(),

    // Signs seal `number`, once: asked again for the same digest it answers the same, for another it refuses.
    SealSignature signSeal(1: i64 number, 2: binary digest) throws (1: SealRefused refused)
}
