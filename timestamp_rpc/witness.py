"""The witness: it signs each numbered seal of the ledger once, and stores outside the database what it signed.

The owner of the database can rewrite the ledger and make new seals, but gets no second signature for a number. The
witness keeps four files in its directory: `seals` has one line of text for each signature, `key` is the private key,
`key.pub` is the public key in hexadecimal, and `installation` names the installation that it signs for. `cuts` and
`seals.cut-N` are there after a declared cut (`timestamp_rpc.cuts`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .cuts import Cut, cuts_in
from .signature_file import EPOCH, SealSignature, SignatureFile

PURPOSE = b"wallet-seal-v1"  # begins what is signed, so that the signature is valid for no other purpose
NO_WITNESS = "this server is no witness: it was started without a directory for its key"
DIGEST, SIGNATURE, KEY = 32, 64, 32  # lengths in bytes


class Refused(Exception):
    """The witness refuses to sign this seal. The text says why."""


class Foreign(ValueError):
    """The witness's files belong to another installation. The text is one line for the operator."""


class Witness:
    """The witness whose files are in `directory`. The first start makes the directory and the key.

    Several threads, and several processes, may use one directory at once.
    """

    def __init__(self, directory: Path, installation: str, *, adopt: bool = False) -> None:
        """`installation` is settings.INSTALLATION_ID.

        Raises Foreign where the files belong to another one, unless `adopt` says that this one takes them over.
        """
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_own(directory / "installation", installation, adopt=adopt)
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

    def cut(self, after: int, digest: bytes, *, by: str, reason: str, now: dt.datetime) -> Cut:
        """Declares that the ledger was set back to seal `after`, which has this digest; 0 is before the first seal.

        The later signatures are kept in a file of their own. The next seal to sign is `after` + 1. Raises Refused if
        nothing later was signed, or if another digest was signed for `after`: that ledger was rewritten, not set back.
        """
        with self._alone() as file:
            last = file.last()
            if last is None or last.number <= after:
                raise Refused(f"nothing after seal {after} was signed")
            known = file.find(after)
            if after and (known is None or known.digest != digest):
                raise Refused(f"seal {after} was signed with another digest")
            cut = self._declared(after, last.number, by, reason, now)
            draft = self._directory / "seals.new"
            file.copy(draft, up_to=after)
            draft.replace(self._directory / "seals")
            _names_to_disk(self._directory)
            return cut

    def _declared(self, after: int, until: int, by: str, reason: str, now: dt.datetime) -> Cut:
        """Keeps a copy of all signatures and writes the cut down, unless a call that was interrupted did."""
        with (self._directory / "seals").open("rb") as seals:
            kept = hashlib.file_digest(seals, "sha256").hexdigest()
        earlier = cuts_in(self._directory)
        if earlier and (earlier[-1].after, earlier[-1].kept) == (after, kept):
            return earlier[-1]
        archive = self._directory / f"seals.cut-{len(earlier) + 1}"
        archive.unlink(missing_ok=True)
        os.link(self._directory / "seals", archive)
        cut = Cut(after, until, now, by, reason, kept, self._key.public_key().public_bytes_raw())
        cut = replace(cut, signature=self._key.sign(cut.signed()))
        with (self._directory / "cuts").open("a") as file:
            file.write(cut.as_line())
            _to_disk(file)
        return cut

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


def is_genuine_cut(cut: Cut, *, public_key: bytes) -> bool:
    """Whether the cut was signed with the key that belongs to `public_key`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(cut.signature, cut.signed())
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


def _require_own(path: Path, installation: str, *, adopt: bool) -> None:
    found = path.read_text() if path.exists() else ""  # also empty where the power was cut while it was written
    if adopt or not found:
        path.write_text(installation)
    elif found != installation:
        raise Foreign(
            f"it belongs to installation {found[:8]}, and the secrets here are those of {installation[:8]}. To take it"
            " over on purpose, start once with --adopt."
        )


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


def _to_disk(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _names_to_disk(directory: Path) -> None:
    """Writes the directory itself to the disk. Otherwise a new file could be missing after a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
