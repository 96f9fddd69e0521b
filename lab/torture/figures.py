"""All attacks, in the order in which they run. R8 is planned with the shop."""

from __future__ import annotations

from . import cuts, exchange, races, services, sieges
from .figure import Figure

FIGURES = (
    Figure(
        "R9",
        "exchange: pairs, triangles, cut into minor units: never a gain",
        "conversions",
        1_000_000,
        0.04,
        exchange.never_a_gain,
    ),
    Figure(
        "R5", "100 spends of 1.00 from 10.00 at once: 10 booked, 90 refused", "rounds", 200, 0.08, races.hundred_spends
    ),
    Figure(
        "R6",
        f"one form sent {races.BURST} times at once: 1 booked, equal answers",
        "bursts",
        2000,
        0.12,
        races.same_form,
    ),
    Figure("R7", "undos, answers to a request, ends of a hold at once: one wins", "races", 5000, 0.15, races.one_wins),
    Figure(
        "R4",
        "clock or rates dead, hung, slow, noisy, lying: clear 503, no lock held",
        "cells",
        12,
        0.15,
        services.misbehaving,
    ),
    Figure(
        "R3",
        "the database's connection cut at every protocol message: same key, one booking",
        "cells",
        650,
        0.12,
        cuts.cut_everywhere,
    ),
    Figure(
        "R1", "web processes killed under load: nothing lost, nothing twice", "kills", 1000, 0.18, sieges.web_killed
    ),
    Figure(
        "R2", "PostgreSQL killed under load: nothing lost, nothing twice", "kills", 200, 0.18, sieges.database_killed
    ),
    Figure(
        "R11", "no connections left, partitioned, rolling restart: back within 10 s", "outages", 3, 0.06, sieges.outages
    ),
    Figure("R10", "the history everybody saw: no violation", "operations", 150_000, 0.08, sieges.everything_seen),
)
