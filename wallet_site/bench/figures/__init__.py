"""Every experiment, by the number of its figures."""

from __future__ import annotations

from ..figure import Experiment
from . import ledger, pages, sizes, whole_house

ALL: tuple[Experiment, ...] = tuple(
    sorted(
        (*ledger.EXPERIMENTS, *pages.EXPERIMENTS, *sizes.EXPERIMENTS, *whole_house.EXPERIMENTS),
        key=lambda experiment: int(experiment.id[1:]),
    )
)
