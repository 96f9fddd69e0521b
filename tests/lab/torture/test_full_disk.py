"""The small disk of `./wallet torture` is really full, and really has room again."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock, skipUnless

from django.test import SimpleTestCase

from lab.scratch import NotMeasured
from lab.torture import full_disk
from runtime.server_user import is_root


class TheSmallDisk(SimpleTestCase):
    def setUp(self) -> None:
        outside = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, outside)
        self.place = outside / "small"

    @skipUnless(is_root(), "a file system can be mounted by root alone")
    def test_is_full_until_the_block_ends(self) -> None:
        with full_disk._small_disk(self.place):
            (self.place / "before").write_bytes(os.urandom(100_000))
            with full_disk._full(self.place), self.assertRaisesRegex(OSError, "No space left"):
                (self.place / "more").write_bytes(os.urandom(100_000))
            (self.place / "after").write_bytes(os.urandom(100_000))
        self.assertFalse(self.place.is_mount())

    def test_is_not_measured_without_root(self) -> None:
        with (
            mock.patch.object(full_disk, "is_root", lambda: False),
            self.assertRaisesRegex(NotMeasured, "by root alone"),
            full_disk._small_disk(self.place),
        ):
            self.fail("it was mounted")
