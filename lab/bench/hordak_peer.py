"""The process of `hordak.py`, under an interpreter with django-hordak and without this project.

Each line of stdin is a number of seconds, for which it calls `transfer_to`; it then prints its readings as JSON. The
accounts are assets that hold money, so each transfer moves money from one to another.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time

import django
from django.conf import settings

ACCOUNTS = 400
WARM_UP = 20


def main() -> None:
    settings.configure(
        DATABASES={
            "default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 600}
            | json.loads(os.environ["PEER_DATABASE"])
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="GBP",
        CURRENCIES=["GBP"],
        USE_TZ=True,
    )
    django.setup()
    accounts = funded_accounts()
    chance = random.Random(1)  # noqa: S311 - the same load every time
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(transferred(accounts, chance, float(line))), flush=True)


def funded_accounts() -> list:
    from django.core.management import call_command
    from hordak.models import Account  # type: ignore[import-not-found]
    from moneyed import Money  # type: ignore[import-not-found]

    call_command("migrate", verbosity=0, interactive=False)
    equity = Account.objects.create(name="Opening", type=Account.TYPES.equity, currencies=["GBP"])
    accounts = [
        Account.objects.create(name=f"Member {number}", type=Account.TYPES.asset, currencies=["GBP"])
        for number in range(ACCOUNTS)
    ]
    for account in accounts:
        account.transfer_to(equity, Money(1000, "GBP"))
        balance = account.get_balance()
        if abs(balance["GBP"].amount) != 1000:
            raise AssertionError(f"{account} has {balance}")
    return accounts


def transferred(accounts: list, chance: random.Random, seconds: float) -> dict[str, float]:
    from hordak.models import Transaction
    from moneyed import Money

    before, amount = Transaction.objects.count(), Money("0.01", "GBP")
    for _ in range(WARM_UP):
        payer, payee = chance.sample(accounts, 2)
        payer.transfer_to(payee, amount)
    count, began, elapsed_s = 0, time.perf_counter(), 0.0
    while elapsed_s < seconds:
        payer, payee = chance.sample(accounts, 2)
        payer.transfer_to(payee, amount)
        count += 1
        elapsed_s = time.perf_counter() - began
    booked = Transaction.objects.count() - before
    if booked != count + WARM_UP:
        raise AssertionError(f"{count + WARM_UP} transfers were asked for, {booked} were booked")
    return {"count": count, "rate": count / elapsed_s, "time_s": elapsed_s / count}


if __name__ == "__main__":
    main()
