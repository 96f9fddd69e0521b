"""The witness's file of signatures: a line of text for each, in the order of their numbers, which have no gaps.

However long the file is, a few short reads find the last signature or that of a number: nothing here reads all of it
but `all`. So signing takes as long after ten years as on the first day.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LONGEST_LINE = 512  # bytes; a line has about 300


class Damaged(Exception):
    """The file has a line that the witness did not write."""


@dataclass(frozen=True, slots=True)
class SealSignature:
    """The witness's signature over a seal.

    `digest` has 32 bytes, `signature` 64 (Ed25519) and `public_key` 32. `signed_at` is UTC with microseconds.
    """

    number: int
    digest: bytes
    signed_at: dt.datetime
    signature: bytes
    public_key: bytes


class SignatureFile:
    """The file at `path`, which exists. Its user keeps out other writers.

    A last line without its end is left out everywhere: the power was cut while it was written, and its signature was
    returned to nobody. Every method raises Damaged where a line that it reads is no signature.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> Iterator[SealSignature]:
        """The signatures that are in the file when the first one is asked for, read one by one."""
        with self._path.open("rb") as file:
            end = _end_of(file)
            file.seek(0)
            while file.tell() < end:
                yield _parsed(file.readline())

    def last(self) -> SealSignature | None:
        with self._path.open("rb") as file:
            end = _end_of(file)
            return _parsed(_line_around(file, end - 1)[1]) if end else None

    def find(self, number: int) -> SealSignature | None:
        """The signature of this number."""
        with self._path.open("rb") as file:
            found = _search(file, number)
        return found[0] if found else None

    def copy(self, path: Path, *, up_to: int) -> None:
        """Writes the signatures up to this number, which the file has (0: none), to the disk at `path`."""
        with self._path.open("rb") as file:
            found = _search(file, up_to)
        shutil.copyfile(self._path, path)
        with path.open("rb+") as copy:
            copy.truncate(found[1] if found else 0)
            copy.flush()
            os.fsync(copy.fileno())

    def append(self, signature: SealSignature) -> None:
        """Writes the signature to the disk. If that fails, takes the line out again and raises OSError."""
        with self._path.open("rb+") as file:
            end = _end_of(file)
            file.truncate(end)
            file.seek(end)
            try:
                file.write(_line(signature))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)
                raise


def _search(file: IO[bytes], number: int) -> tuple[SealSignature, int] | None:
    """The signature of this number and where its line ends, by binary search over the bytes of the file."""
    low, high = 0, _end_of(file)
    while low < high:
        start, line = _line_around(file, (low + high) // 2)
        found = _parsed(line)
        if found.number == number:
            return found, start + len(line)
        if found.number < number:
            low = start + len(line)
        else:
            high = start
    return None


def _end_of(file: IO[bytes]) -> int:
    """Where the last whole line ends. Raises Damaged where what follows is too long to be a cut line."""
    size = file.seek(0, os.SEEK_END)
    begin = max(0, size - LONGEST_LINE)
    file.seek(begin)
    end = file.read()
    if b"\n" not in end and begin:
        raise Damaged("the witness's file ends with more than one cut line")
    return begin + end.rfind(b"\n") + 1


def _line_around(file: IO[bytes], position: int) -> tuple[int, bytes]:
    """The line that has the byte at `position`: where it begins, and the line with its end."""
    begin = max(0, position - LONGEST_LINE)
    file.seek(begin)
    start = begin + file.read(position - begin).rfind(b"\n") + 1
    file.seek(start)
    return start, file.readline(LONGEST_LINE)


def _line(signature: SealSignature) -> bytes:
    micros = (signature.signed_at - EPOCH) // dt.timedelta(microseconds=1)
    binary = (signature.digest, signature.signature, signature.public_key)
    digest, signed, public_key = (part.hex() for part in binary)
    return f"{signature.number} {digest} {micros} {signed} {public_key}\n".encode()


def _parsed(line: bytes) -> SealSignature:
    try:
        number, digest, micros, signature, public_key = line.decode().split()
        at = EPOCH + dt.timedelta(microseconds=int(micros))
        binary = (bytes.fromhex(part) for part in (digest, signature, public_key))
        return SealSignature(int(number), next(binary), at, next(binary), next(binary))
    except (ValueError, OverflowError) as error:
        text = line.decode(errors="replace").strip()[:80]
        raise Damaged(f"the witness's file has a line that is no signature: {text}") from error
