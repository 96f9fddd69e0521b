"""Runs experiments one after another. Within an experiment it measures the sides in turns: A B A B …"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable

from lab.scratch import NotMeasured

from .figure import Experiment, Outcome, Plan, Side


class Runner:
    """Runs experiments with one plan. `say` prints the progress. After Ctrl-C, `outcomes` holds what was finished."""

    def __init__(self, plan: Plan, *, say: Callable[[str], None]) -> None:
        self.plan, self._say = plan, say
        self.outcomes: list[Outcome] = []
        self.interrupted = False

    def run(self, experiments: Iterable[Experiment]) -> None:
        for experiment in experiments:
            outcome = Outcome(experiment)
            self.outcomes.append(outcome)
            try:
                self._measure(experiment, outcome)
            except NotMeasured as why:
                outcome.failure = str(why)
            except KeyboardInterrupt:
                outcome.failure = "interrupted"
                self.interrupted = True
                return
            except Exception as error:  # one broken experiment must not stop the others
                outcome.failure = f"{type(error).__name__}: {error}".split("\n", 1)[0]
                outcome.traceback = traceback.format_exc()

    def _measure(self, experiment: Experiment, outcome: Outcome) -> None:
        self._say(f"{experiment.id}: setting up …")
        with experiment.open(self.plan) as sides:
            for repeat in range(1, self.plan.repeats + 1):
                outcome.pairs.append(self._pair(f"{experiment.id} {repeat}/{self.plan.repeats}", sides))

    def _pair(self, where: str, sides: dict[str, Side]) -> dict[str, dict[str, float]]:
        """Measures every side once. Where one of them fails, the whole pair is lost."""
        pair = {}
        for name, measure in sides.items():
            self._say(f"{where}: {name} …")
            pair[name] = measure()
        return pair
