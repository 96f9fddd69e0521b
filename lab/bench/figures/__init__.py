"""All experiments, in the order of their figures' numbers."""

from __future__ import annotations

from itertools import chain

from lab.bench.figure import Experiment

from . import conflicts, deposits, events, pages, purchases, sizes, transfers, whole_installation

MODULES = (transfers, conflicts, pages, sizes, whole_installation, deposits, events, purchases)
ALL: tuple[Experiment, ...] = tuple(
    sorted(
        chain.from_iterable(module.EXPERIMENTS for module in MODULES),
        key=lambda experiment: ("SDH".index(experiment.id[0]), int(experiment.id[1:])),
    )
)
