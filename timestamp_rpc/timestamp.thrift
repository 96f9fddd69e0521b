// The timestamp service of the installation. It gives every transfer its timestamp, and every seal of the ledger its signature.
//
// gen/ is generated from this file by Thrift's compiler 0.17 (apt-get install thrift-compiler). Do not edit it by hand:
//     thrift -r --gen py:package_prefix=timestamp_rpc.gen. -out timestamp_rpc/gen timestamp_rpc/timestamp.thrift
// The compiler also writes a script TimestampService-remote, which is not kept.

// The witness's signature over one seal of the ledger. witness.py says what exactly is signed.
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

    // Signs seal `number` once. The same digest again gets the same answer; another digest under that number is refused.
    SealSignature signSeal(1: i64 number, 2: binary digest) throws (1: SealRefused refused)
}
