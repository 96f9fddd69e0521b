"""All experiments, in the order of their figures' numbers."""

from __future__ import annotations

from itertools import chain

from lab.bench.figure import Experiment

from . import conflicts, deposits, events, pages, sizes, transfers, whole_installation

MODULES = (transfers, conflicts, pages, sizes, whole_installation, deposits, events)
ALL: tuple[Experiment, ...] = tuple(
    sorted(
        chain.from_iterable(module.EXPERIMENTS for module in MODULES),
        key=lambda experiment: (experiment.id[0] != "S", int(experiment.id[1:])),
    )
)
