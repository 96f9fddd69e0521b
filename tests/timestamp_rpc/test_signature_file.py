"""The file of signatures finds the last one and each number, whatever its length and however its end was cut off."""

from __future__ import annotations

import tempfile
from hashlib import sha256
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as some

from timestamp_rpc.signature_file import EPOCH, Damaged, SealSignature, SignatureFile
from timestamp_rpc.witness import Witness


def signature(number: int) -> SealSignature:
    digest = sha256(str(number).encode()).digest()
    return SealSignature(number, digest, EPOCH, digest * 2, digest)


class TheFile(SimpleTestCase):
    def setUp(self) -> None:
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "seals"
        self.path.touch()
        self.file = SignatureFile(self.path)

    def fill(self, first: int, count: int) -> None:
        self.path.write_bytes(b"")
        for number in range(first, first + count):
            self.file.append(signature(number))

    @given(first=some.sampled_from([1, 8, 995]), count=some.integers(0, 40), cut=some.binary(max_size=200))
    def test_finds_each_number_and_no_other(self, first: int, count: int, cut: bytes) -> None:
        self.fill(first, count)
        with self.path.open("ab") as file:
            file.write(cut.replace(b"\n", b""))  # a line that the power cut off
        written = [signature(number) for number in range(first, first + count)]
        self.assertEqual(list(self.file.all()), written)
        self.assertEqual(self.file.last(), written[-1] if written else None)
        for number in range(first - 1, first + count + 1):
            self.assertEqual(self.file.find(number), signature(number) if signature(number) in written else None)

    def test_goes_on_after_a_cut_line(self) -> None:
        self.fill(1, 2)
        with self.path.open("ab") as file:
            file.write(b"3 00ff")
        self.file.append(signature(3))
        self.assertEqual([each.number for each in self.file.all()], [1, 2, 3])

    def test_says_where_it_was_damaged(self) -> None:
        self.fill(1, 3)
        whole = self.path.read_bytes()
        for damaged in (whole.replace(b"3 ", b"three ", 1), whole + b"x" * 2000, whole + b"4 aa bb\n"):
            with self.subTest(damaged[-20:]):
                self.path.write_bytes(damaged)
                with self.assertRaises(Damaged):
                    self.file.last()

    def test_a_line_that_cannot_be_written_is_taken_out_again(self) -> None:
        self.fill(1, 2)
        with mock.patch("os.fsync", side_effect=OSError(28, "No space left")), self.assertRaises(OSError):
            self.file.append(signature(3))
        self.assertEqual([each.number for each in self.file.all()], [1, 2])

    def test_is_not_read_as_a_whole_to_sign(self) -> None:
        """It once was, for each signature: after some weeks that took longer than the client waits."""
        keeper = Witness(self.path.parent, "ours")
        with mock.patch.object(SignatureFile, "all", side_effect=AssertionError("all of it was read")):
            for number in (1, 2, 1):
                keeper.sign(number, signature(number).digest, now=lambda: EPOCH)
