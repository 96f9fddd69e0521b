"""Runs the chosen attacks on one scratch installation, one after the other, within a total time."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.scratch import NotMeasured, outcomes, world
from lab.scratch.goods import open_shop
from lab.scratch.world import PIN, Member
from payments.owners import wallet_of
from payments.registration.service import register

from .figure import Attack, Figure, Result
from .history import History
from .installation import DATABASE, scratch_installation
from .members import people_of

LOADERS, RACERS, SPENDERS = 12, 12, 2


Outcome = outcomes.Outcome[Figure, Result]


def run(
    figures: Sequence[Figure], *, place: Path, seed: int, seconds: float, tell: Callable[[str], None]
) -> Iterator[Outcome]:
    """Runs the figures' attacks and yields their outcomes. Each attack gets its share of `seconds`."""
    shares = sum(figure.share for figure in figures)
    with _prepared(place, seed, tell) as attack:
        for figure in figures:
            part_s = seconds * figure.share / shares
            tell(f"{figure.id}: {figure.what} ({part_s:.0f} s)")
            began = time.monotonic()
            try:
                result = figure.attack(attack, part_s)
            except NotMeasured as reason:
                yield Outcome(figure, None, str(reason))
            except Exception as error:  # the other figures are still worth their time
                tell(traceback.format_exc())
                failed = Result(violations=[f"the attack failed: {type(error).__name__}: {error}"])
                yield Outcome(figure, failed, took_s=time.monotonic() - began)
            else:
                yield Outcome(figure, result, took_s=time.monotonic() - began)


@contextmanager
def _prepared(place: Path, seed: int, tell: Callable[[str], None]) -> Iterator[Attack]:
    tell("starting a scratch installation")
    with scratch_installation(place) as installation:
        members = world.fill(f"bench_{DATABASE}", members=LOADERS + RACERS + SPENDERS)
        abroad = _somebody_abroad()
        people = people_of([*members, abroad], port=installation.web.port, trust=installation.web.trust())
        yield Attack(
            installation=installation,
            history=History(),
            loaders=people[:LOADERS],
            racers=people[LOADERS : LOADERS + RACERS],
            spenders=people[LOADERS + RACERS : -1],
            abroad=people[-1],
            goods=open_shop()[1],
            chance=random.Random(seed),  # noqa: S311 - the same seed makes the same attack
            seed=seed,
        )


def _somebody_abroad() -> Member:
    """A member whose wallet is in euros, so that transfers to her need the conversion service."""
    user, _ = register(
        username="erika",
        first_name="Erika",
        last_name="Euro",
        email="erika@example.org",
        password="",  # nobody signs in with a password here
        currency="EUR",
    )
    user.set_pin(PIN)
    return Member(wallet_of(user).pk, user.pk)
