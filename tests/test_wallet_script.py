"""The script `./wallet`: what it prints to stdout and to stderr, and what its commands for developers do."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import tempfile
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from unittest import mock

from django.test import SimpleTestCase

PROJECT = Path(__file__).resolve().parents[1]
Finished = subprocess.CompletedProcess[bytes]
CHECKS = ["ruff", "format", "mypy", "templates", "migrations", "deployment"]


def wallet() -> ModuleType:
    """The script as a module. Its file has no suffix, so an import statement cannot find it."""
    spec = spec_from_loader("wallet_script", SourceFileLoader("wallet_script", str(PROJECT / "wallet")))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ScriptTestCase(SimpleTestCase):
    def setUp(self) -> None:
        self.script = wallet()
        self.out, self.err = io.StringIO(), io.StringIO()
        self.enterContext(contextlib.redirect_stdout(self.out))
        self.enterContext(contextlib.redirect_stderr(self.err))


class Check(ScriptTestCase):
    def check(self, *words: str, status: int = 0) -> tuple[int, int]:
        """The exit status of `./wallet check`, and how many programs it ran; each of them exits with `status`."""
        done = mock.Mock(returncode=status)
        with mock.patch.object(subprocess, "run", return_value=done) as run:
            return self.script.check(list(words)), run.call_count

    def test_an_unknown_word_is_refused_and_the_known_ones_listed(self) -> None:
        with self.assertRaises(SystemExit) as refusal:
            self.check("ruff", "typo")
        self.assertEqual(refusal.exception.code, f"wallet: there is no check typo. There are: {', '.join(CHECKS)}")

    def test_without_a_word_all_of_them_run(self) -> None:
        self.assertEqual(self.check(), (0, len(CHECKS)))
        self.assertTrue(self.out.getvalue().endswith(f"{len(CHECKS)} checks passed\n"))

    def test_each_says_how_long_it_took(self) -> None:
        self.assertEqual(self.check("mypy", "ruff", status=1), (1, 2))
        self.assertRegex(self.out.getvalue(), r"ruff: failed after \d+\.\d s\n")
        self.assertRegex(self.out.getvalue(), r"mypy: failed after \d+\.\d s\nfailed: ruff, mypy\n$")

    def test_what_others_name_is_known(self) -> None:
        for path in (".pre-commit-config.yaml", "README.md", "CONTRIBUTING.md"):
            for words in re.findall(r"\./wallet check((?: [a-z]+)*)[`\n]", (PROJECT / path).read_text()):
                with self.subTest(f"{path}:{words}"):
                    self.assertLessEqual(set(words.split()), set(CHECKS))


class Format(ScriptTestCase):
    def setUp(self) -> None:
        super().setUp()
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.object(self.script, "PROJECT", place))
        self.file = place / "some.py"

    def test_mends_and_says_what_it_changed(self) -> None:
        self.file.write_text("import os\nx = {'a':1}\n")
        self.assertEqual(self.script.reformat([]), 0)
        self.assertEqual(self.file.read_text(), 'x = {"a": 1}\n')
        self.assertEqual(self.out.getvalue(), "changed some.py\nfiles changed: 1\n")

    def test_is_content_with_a_line_that_only_formatting_shortens(self) -> None:
        items = ", ".join(f'"a long word {number}"' for number in range(12))
        self.file.write_text(f"x = [{items}]\n")
        self.assertEqual(self.script.reformat([]), 0)

    def test_fails_where_a_person_must_mend(self) -> None:
        self.file.write_text("unknown_name\n")
        with mock.patch.object(subprocess, "run", side_effect=quietly(subprocess.run)):
            self.assertEqual(self.script.reformat([]), 1)
        self.assertEqual(self.out.getvalue(), "no file changed\n")


def quietly(run: Callable[..., Finished]) -> Callable[..., Finished]:
    return lambda *words, **options: run(*words, **options, stdout=subprocess.DEVNULL)


class Progress(ScriptTestCase):
    def test_goes_to_stderr_since_stdout_may_be_a_file_of_data(self) -> None:
        venv = Path(self.enterContext(tempfile.TemporaryDirectory())) / ".venv"
        with (
            mock.patch.object(self.script, "VENV", venv),
            mock.patch.object(self.script, "PYTHON", venv / "python"),
            mock.patch.object(self.script, "succeeds", return_value=True),
            mock.patch.object(self.script, "must"),
        ):
            self.script.make_venv()
            venv.mkdir()
            self.script.install("requirements.txt")
        self.assertEqual(self.out.getvalue(), "")
        self.assertEqual([line.split()[0] for line in self.err.getvalue().splitlines()], ["Making", "Installing"])
