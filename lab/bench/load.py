"""Clients that move money by function call. Each is a process; they start together, and each counts its own work."""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import multiprocessing
import random
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from uuid import uuid4

from django.db import DatabaseError, connection, connections

from conversion.money import Money, currency
from lab.scratch import NotMeasured
from lab.scratch.world import CURRENCY, Member
from ledger.errors import Busy
from ledger.posting import Instruction, Leg, Posting, post
from ledger.transactions import in_one_transaction

from .figure import Plan, Readings, Side

WARM_UP = 20  # calls before the measured time, so that connecting and planning are not measured
START_TIMEOUT_S = 60.0

Action = Callable[[], int]  # does one operation and returns how many attempts it took; raises Busy
Client = Callable[[random.Random], Action]  # called inside each client process, with its own random numbers


@dataclass
class Tally:
    """What one client counted. `refused` are errors that reached the caller; `times_s` has one time an operation."""

    done: int = 0
    attempts: int = 0
    refused: int = 0
    elapsed_s: float = 0.0
    times_s: list[float] = field(default_factory=list)


def run_clients(client: Client, *, processes: int, seconds: float, seed: object, warm_up: int = WARM_UP) -> Readings:
    """The readings of all clients together (see `readings_of`). Each process makes its own connection.

    Raises NotMeasured where a client process ended without an answer or nothing was booked.
    """
    connections.close_all()  # a connection must not be shared across a fork
    context = multiprocessing.get_context("fork")
    together = context.Barrier(processes)
    pipes, started = [], []
    try:
        for number in range(processes):
            mine, theirs = context.Pipe(duplex=False)
            chance = random.Random(f"{seed}/{number}")  # noqa: S311 - the same load every time
            process = context.Process(
                target=_be_client, args=(client, chance, warm_up, seconds, together, theirs), daemon=True
            )
            process.start()
            theirs.close()
            pipes.append(mine)
            started.append(process)
        return readings_of([_received(pipe, within_s=START_TIMEOUT_S + 4 * seconds) for pipe in pipes])
    finally:
        for process in started:
            process.kill()
            process.join()


def side(client: Client, plan: Plan, *, processes: int, name: str) -> Side:
    """A side that runs the client's processes. Each repeat has its own random numbers, the same ones in every run."""
    turn = itertools.count()
    return lambda: run_clients(
        client, processes=processes, seconds=plan.seconds, seed=f"{plan.seed}/{name}/{next(turn)}"
    )


def _be_client(
    client: Client, chance: random.Random, warm_up: int, seconds: float, together: Barrier, answer: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and ends this process
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # the collector need not search the objects that came with the fork
    with closing(answer), closing(connection):
        act = client(chance)
        for _ in range(warm_up):
            _once(act, Tally())
        together.wait(START_TIMEOUT_S)
        answer.send(_work(act, seconds))


def _work(act: Action, seconds: float) -> Tally:
    tally = Tally()
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        _once(act, tally)
    tally.elapsed_s = time.perf_counter() - began
    return tally


def _once(act: Action, tally: Tally) -> None:
    began = time.perf_counter()
    try:
        tally.attempts += act()
        tally.done += 1
    except (Busy, DatabaseError):
        tally.refused += 1
    tally.times_s.append(time.perf_counter() - began)


def _received(pipe: Connection, *, within_s: float) -> Tally:
    try:
        if pipe.poll(within_s):
            return pipe.recv()
    except EOFError:
        pass
    raise NotMeasured("a client process ended without an answer")


def readings_of(tallies: Sequence[Tally]) -> Readings:
    """The readings of all clients together.

    `rate` is transfers a second. `retries` are the attempts beyond the first for each transfer done. `time_s` (the
    mean) and `p99_s` include refused operations. Raises NotMeasured where nothing was booked.
    """
    times = sorted(time_s for tally in tallies for time_s in tally.times_s)
    done = sum(tally.done for tally in tallies)
    if not done:
        raise NotMeasured(f"nothing was booked in {len(times)} tries")
    return {
        "count": done,
        "rate": sum(tally.done / tally.elapsed_s for tally in tallies),
        "time_s": sum(times) / len(times),
        "p99_s": times[min(len(times) - 1, len(times) * 99 // 100)],
        "retries": sum(tally.attempts for tally in tallies) / done - 1,
        "refused": sum(tally.refused for tally in tallies),
    }


# What clients do ------------------------------------------------------------------------------------------------------


def uniform(people: Sequence[Member]) -> Client:
    """A client that transfers between random pairs of people, all equally likely."""

    def client(chance: random.Random) -> Action:
        def act() -> int:
            payer, payee = chance.sample(people, 2)
            return transfer(payer, payee.wallet, lock_set=(payer.wallet, payee.wallet))

        return act

    return client


def into(wallet: int, people: Sequence[Member], *, takes_locks: bool) -> Client:
    """A client whose payers all pay one wallet.

    `takes_locks` locks that wallet as well, as a running wallet needs, since its row changes.
    """

    def client(chance: random.Random) -> Action:
        def act() -> int:
            payer = chance.choice(people)
            return transfer(payer, wallet, lock_set=(payer.wallet, wallet) if takes_locks else (payer.wallet,))

        return act

    return client


def transfer(payer: Member, target: int, *, lock_set: Iterable[int]) -> int:
    """Transfers one minor unit as `payments.transfers` does, and returns the number of attempts. Raises Busy."""
    attempts = 0
    instruction = Instruction(
        key=uuid4(), kind="payment", legs=(Leg(payer.wallet, target, Money(1, currency(CURRENCY))),)
    )
    made_at = dt.datetime.now(dt.UTC)  # instead of the timestamp service, since no network is measured here

    def decide() -> Posting:
        nonlocal attempts
        attempts += 1
        return post(instruction, made_by=payer.user, made_at=made_at)

    posting = in_one_transaction(decide, wallets=lock_set)
    if not posting.is_new:
        raise AssertionError(f"a benchmark's transfer was {posting.outcome}")
    return attempts
