"""The worker processes that try mutants, and their results."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .covered import TESTS
from .mutant import PROJECT, Mutant

# A mutant may take SLOWER times as long as the code without a mistake, and GRACE_S more. Then it counts as hanging.
SLOWER = 3.0
GRACE_S = 20.0


@dataclass(frozen=True, slots=True)
class Tried:
    """The result of one mutant.

    `result` is killed, timeout (which counts as found, too), survived, stillborn (the mutant could not be installed),
    or no result (the worker ended). `by` is the test that failed, or the error. `took_s` is in seconds.
    """

    mutant: Mutant
    result: str
    by: str | None
    took_s: float

    @property
    def one_line(self) -> str:
        where = f"{self.mutant.path}:{self.mutant.line} {self.mutant.what}"
        by = (self.by or "").partition("\n")[0]
        return f"{self.result:9} {where} ({self.took_s:.0f} s) {by}"


class Crew:
    """A pool of `size` worker processes, each with its own database."""

    def __init__(self, size: int) -> None:
        self._workers = [_Worker(number) for number in range(1, size + 1)]
        self._within_s: dict[str, float] = {}

    def __enter__(self) -> Crew:
        for worker in self._workers:
            worker.wait_until_ready()
        return self

    def __exit__(self, *_: Any) -> None:
        for worker in self._workers:
            worker.stop()

    def without_a_mutant(self, paths: Iterable[str]) -> str | None:
        """Runs the tests of all `paths` without a mistake; returns the first failure, or None.

        Measures as well how long the tests take, from which the time limit of each mutant follows.
        """
        nothing = [Mutant(path, 0, 0, "", "no mistake") for path in sorted(paths)]
        self._within_s = dict.fromkeys(TESTS, 600.0)
        tried = list(self.try_all(nothing))
        self._within_s = {each.mutant.path: SLOWER * each.took_s + GRACE_S for each in tried}
        return next((f"{each.one_line}\n{each.by}" for each in tried if each.result != "survived"), None)

    def try_all(self, mutants: Iterable[Mutant]) -> Iterator[Tried]:
        """Yields the results in the order in which the workers finish."""
        waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
        done: queue.SimpleQueue[Tried] = queue.SimpleQueue()
        for mutant in mutants:
            waiting.put(mutant)
        count = waiting.qsize()
        for worker in self._workers:
            threading.Thread(target=self._work, args=(worker, waiting, done), daemon=True).start()
        for _ in range(count):
            yield done.get()

    def _work(self, worker: _Worker, waiting: Any, done: Any) -> None:
        while True:
            try:
                mutant = waiting.get_nowait()
            except queue.Empty:
                return
            done.put(worker.try_(mutant, within_s=self._within_s[mutant.path]))


class _Worker:
    def __init__(self, number: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.worker", str(number)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        while (line := self._line()) != "ready":  # it may print first that it waits for another run
            if not line:
                raise SystemExit("a worker did not start")

    def try_(self, mutant: Mutant, *, within_s: float) -> Tried:
        asked = {"mutant": asdict(mutant), "tests": TESTS[mutant.path], "within_s": within_s}
        assert self._process.stdin is not None
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        line = self._line()
        if not line:
            return Tried(mutant, "no result", "the worker died", 0.0)
        return Tried(mutant, **json.loads(line))

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
