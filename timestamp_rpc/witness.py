"""The witness: it signs each numbered seal of the ledger once, and stores outside the database what it signed.

The owner of the database can rewrite the ledger and make new seals, but gets no second signature for a number. The
witness keeps three files in its directory: `seals` has one line of text for each signature, `key` is the private key,
and `key.pub` is the public key in hexadecimal.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .signature_file import EPOCH, SealSignature, SignatureFile

PURPOSE = b"wallet-seal-v1"  # begins what is signed, so that the signature is valid for no other purpose
NO_WITNESS = "this server is no witness: it was started without a directory for its key"
DIGEST, SIGNATURE, KEY = 32, 64, 32  # lengths in bytes


class Refused(Exception):
    """The witness refuses to sign this seal. The text says why."""


class Witness:
    """The witness whose files are in `directory`. The first start makes the directory and the key.

    Several threads, and several processes, may use one directory at once.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._key = _private_key(directory)
        self._one_at_a_time = threading.Lock()

    def sign(self, number: int, digest: bytes, *, now: Callable[[], dt.datetime]) -> SealSignature:
        """The signature over this seal. It is made now, or is the one that was made before.

        If nothing was signed yet, any number is accepted, because the ledger may be older than the witness. `now` tells
        the time of signing. Raises Refused if the number was signed with another digest, or is not the next number.
        Raises Damaged if a line that is read here was changed; `./wallet verify_ledger` reads them all.
        """
        if number < 1 or len(digest) != DIGEST:
            raise Refused("a seal has a number from 1 on and a digest of 32 bytes")
        with self._alone() as file:
            last = file.last()
            known = file.find(number) if last and number <= last.number else None
            if known:
                if known.digest != digest:
                    raise Refused(f"seal {number} was signed with another digest")
                return known
            if last and number != last.number + 1:
                raise Refused(f"the next seal is {last.number + 1}, not {number}")
            signature = self._sign(number, digest, now())
            file.append(signature)
            return signature

    def _sign(self, number: int, digest: bytes, at: dt.datetime) -> SealSignature:
        public_key = self._key.public_key().public_bytes_raw()
        return SealSignature(number, digest, at, self._key.sign(_signed(number, digest, at)), public_key)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[SignatureFile]:
        """Keeps out other threads by a lock, and other processes by a file lock. Yields the file of signatures."""
        with self._one_at_a_time, (self._directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield SignatureFile(self._directory / "seals")


def is_genuine(signature: SealSignature, *, public_key: bytes) -> bool:
    """Whether the signature belongs to `public_key` and to its own number, digest and time."""
    if (
        len(signature.digest) != DIGEST
        or len(signature.signature) != SIGNATURE
        or len(public_key) != KEY
        or signature.number < 1
    ):
        return False
    try:
        signed = _signed(signature.number, signature.digest, signature.signed_at)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature.signature, signed)
    except (InvalidSignature, ValueError, OverflowError):
        return False
    return True


def public_key_of(directory: Path) -> bytes | None:
    """The public key (32 bytes) of the witness in `directory`; None if there is no witness."""
    try:
        return bytes.fromhex((directory / "key.pub").read_text())
    except OSError:
        return None


def signatures_in(directory: Path) -> Iterator[SealSignature]:
    """All signatures in the witness's file `seals`, in order; none if there is no file. Raises Damaged."""
    with contextlib.suppress(FileNotFoundError):
        yield from SignatureFile(directory / "seals").all()


def _signed(number: int, digest: bytes, at: dt.datetime) -> bytes:
    micros = (at - EPOCH) // dt.timedelta(microseconds=1)
    return PURPOSE + number.to_bytes(8) + digest + micros.to_bytes(8)


def _private_key(directory: Path) -> Ed25519PrivateKey:
    path = directory / "key"
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=directory)  # with mode 0600 from the start
        with os.fdopen(handle, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
            _to_disk(file)
        with contextlib.suppress(FileExistsError):  # another process was faster: its key is used
            os.link(draft, path)
        Path(draft).unlink()
    key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    public = key.public_key().public_bytes_raw()
    if public_key_of(directory) != public:
        (directory / "key.pub").write_text(public.hex())
    (directory / "seals").touch(mode=0o600)
    _names_to_disk(directory)
    return key


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _names_to_disk(directory: Path) -> None:
    """Writes the directory itself to the disk. Otherwise a new file could be missing after a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
