"""All attacks, in the order in which they run. R8 is planned with the tickets.

R11 has parts, R11a to R11f. Each of them ends every fault once at least, whatever its share of the time is.
"""

from __future__ import annotations

from . import (
    clock_jumps,
    cuts,
    deliveries,
    exchange,
    full_disk,
    interruptions,
    pauses,
    races,
    services,
    sieges,
    slow_recovery,
    two_servers,
)
from .figure import Figure

FIGURES = (
    Figure(
        "R9",
        "exchange: pairs, triangles, cut into minor units: never a gain",
        "conversions",
        1_000_000,
        0.03,
        exchange.never_a_gain,
    ),
    Figure(
        "R5", "100 spends of 1.00 from 10.00 at once: 10 booked, 90 refused", "rounds", 200, 0.06, races.hundred_spends
    ),
    Figure(
        "R6",
        f"one form sent {races.BURST} times at once: 1 booked, equal answers",
        "bursts",
        2000,
        0.07,
        races.same_form,
    ),
    Figure("R7", "undos, answers to a request, ends of a hold at once: one wins", "races", 5000, 0.08, races.one_wins),
    Figure(
        "R4",
        "clock or rates dead, hung, slow, noisy, lying: clear 503, no lock held",
        "cells",
        12,
        0.05,
        services.misbehaving,
    ),
    Figure(
        "R3",
        "the database's connection cut at every protocol message: same key, one booking",
        "cells",
        650,
        0.09,
        cuts.cut_everywhere,
    ),
    Figure(
        "R1", "web processes killed under load: nothing lost, nothing twice", "kills", 1000, 0.08, sieges.web_killed
    ),
    Figure(
        "R2", "PostgreSQL killed under load: nothing lost, nothing twice", "kills", 200, 0.08, sieges.database_killed
    ),
    Figure(
        "R11a",
        "no connections left, partitioned, rolling restart: back within 10 s",
        "outages",
        3,
        0.06,
        interruptions.interruptions,
    ),
    Figure("R11b", "each part stopped with SIGSTOP: back within 10 s", "pauses", 10, 0.17, pauses.every_part_stopped),
    Figure("R11c", "the clock jumps an hour: refused, back within 10 s", "jumps", 2, 0.03, clock_jumps.clock_jumps),
    Figure("R11d", "a slow recovery: waited for, back within 10 s", "recoveries", 1, 0.03, slow_recovery.slow_recovery),
    Figure("R11e", "a full disk: a clear 503, back within 10 s", "outages", 2, 0.06, full_disk.full_disk),
    Figure(
        "R11f",
        "two servers: a silent standby, failover: nothing lost, back within 10 s",
        "outages",
        4,
        0.13,
        two_servers.two_servers,
    ),
    Figure(
        "D2",
        "messenger and database killed: each event told once, each webhook arrives",
        "messages",
        200_000,
        0.06,
        deliveries.told_once,
    ),
    Figure("R10", "the history everybody saw: no violation", "operations", 150_000, 0.05, sieges.everything_seen),
)
