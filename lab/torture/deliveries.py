"""Figure D2: the messenger and the database are killed while money moves; then each event must have been told once.

Most transfers are made by function call, because that is faster than HTTP: many events are needed, not many pages. The
usual members use the installation over HTTP beside them, with undos and holds.
"""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Sequence
from uuid import uuid4

import psutil
from django.db import DatabaseError, InterfaceError, connection, connections

from accounts.models import User
from conversion.errors import PaymentError
from conversion.money import Money, currency
from events.listeners import listen
from events.models import Event
from lab.scratch.world import CURRENCY, Member
from ledger.posting import Instruction, Leg, post
from ledger.transactions import in_one_transaction
from outbox.models import Delivery, Message
from outbox.webhooks.sending import DELIVERIES
from outbox.webhooks.service import create_endpoint
from payments.owners import wallet_of
from payments.registration.service import register

from . import told
from .faults import Blows, kill_postgres
from .figure import Attack, Result
from .history import History
from .members import Load
from .receiver import Receiver

PAYERS, THREADS = 16, 4
FAILS = 0.05  # of what the receiver gets
PAUSE_S = 0.8
SETTLED_WITHIN_S = 300.0  # twice a lease, and some more on a busy machine
LOST = (DatabaseError, InterfaceError, PaymentError)


def told_once(attack: Attack, seconds: float) -> Result:
    """D2. Listeners are some new people, and all who use the installation over HTTP."""
    people, since = _new_people(), told.now()
    for user in [*(each.user for each in people), *(each.member.user for each in attack.loaders)]:
        listen(user)
    kills = {"messenger": 0, "database": 0}

    def strike() -> int:
        if attack.chance.random() < 0.5:
            hit = _kill_messenger(attack)
            kills["messenger"] += hit
        else:
            hit = kill_postgres(attack.installation, attack.chance)
            kills["database"] += hit
        return hit

    with Receiver(fails=FAILS, chance=random.Random(attack.seed)) as receiver:  # noqa: S311
        owner = User.objects.get(pk=people[0].user)
        endpoint, receiver.secret = create_endpoint(user=owner, url=receiver.url)
        history = History()
        with (
            Load(attack.loaders, seed=attack.seed, history=history),
            Payments(people, seed=attack.seed),
            Blows(strike, pause_s=PAUSE_S, chance=attack.chance) as blows,
        ):
            time.sleep(seconds)
        attack.history.operations += history.operations
        attack.installation.wait_until_ready()
        connection.close()
        result = Result(notes=list(blows.trouble))
        if not _is_settled(within_s=SETTLED_WITHIN_S):
            waiting = f"{Event.objects.count()} events and {Delivery.objects.filter(sent_at=None).count()} deliveries"
            result.violations.append(f"after {SETTLED_WITHIN_S:.0f} s there wait {waiting}")
        result.violations += [*told.violations(since), *told.undelivered(endpoint, receiver.came)]
        if receiver.forged:
            result.violations.append(f"{receiver.forged} deliveries had a wrong signature")
    result.reached = Message.objects.count()
    came, twice = len(receiver.came), sum(len(bodies) > 1 for bodies in receiver.came.values())
    result.notes.append(f"killed: {kills}; {came:,} deliveries, {twice:,} of them more than once under the same id")
    return result


class Payments:
    """Threads that pay between these people, by function call, until the block ends.

    Each payment keeps its key until it is known to be booked. So no thread leaves one in doubt.
    """

    def __init__(self, people: Sequence[Member], *, seed: int) -> None:
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._pay, args=(people, random.Random(f"{seed}/{number}")), daemon=True)  # noqa: S311
            for number in range(THREADS)
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _pay(self, people: Sequence[Member], chance: random.Random) -> None:
        try:
            while not self._stopped.is_set():
                self._insist(*chance.sample(people, 2))
        finally:
            connections.close_all()

    def _insist(self, payer: Member, payee: Member) -> None:
        leg = Leg(payer.wallet, payee.wallet, Money(1, currency(CURRENCY)))
        instruction = Instruction(key=uuid4(), kind="payment", legs=(leg,))
        made_at = dt.datetime.now(dt.UTC)
        while True:
            try:
                in_one_transaction(
                    lambda: post(instruction, made_by=payer.user, made_at=made_at),
                    wallets=(payer.wallet, payee.wallet),
                )
            except LOST:
                connection.close()
                time.sleep(0.05)
            else:
                return


def _new_people() -> list[Member]:
    found = []
    for number in range(PAYERS):
        user, _pin = register(
            username=f"listener{number}",
            first_name="Lis",
            last_name=f"Tener {number}",
            email=f"listener{number}@example.org",
            password="",  # nobody signs in with a password here
            currency=CURRENCY,
        )
        found.append(Member(wallet_of(user).pk, user.pk))
    return found


def _kill_messenger(attack: Attack) -> int:
    for process in attack.installation.processes("messenger"):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
        return 1
    return 0


def _is_settled(*, within_s: float) -> bool:
    """Waits until every event is told and every delivery has arrived. What had failed is made due at once."""
    give_up_at = time.monotonic() + within_s
    while time.monotonic() < give_up_at:
        DELIVERIES.try_again("true")
        if not Event.objects.exists() and not Delivery.objects.filter(sent_at=None).exists():
            return True
        time.sleep(0.5)
    return False
