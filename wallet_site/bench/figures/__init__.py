"""Every experiment of FIGURES, in the order of their numbers."""

from __future__ import annotations

from ..figure import Experiment
from . import ledger

ALL: tuple[Experiment, ...] = (*ledger.EXPERIMENTS,)
