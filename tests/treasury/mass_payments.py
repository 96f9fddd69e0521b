"""The base class of tests of mass payments: a treasurer, and as many members as a test needs."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model

from accounts.people.usernames import skeleton
from ledger.transactions import in_one_transaction
from ledger.wallets import create_wallet
from tests.base import MoneyTestCase
from tests.cast import PIN, person
from treasury.mass_payments import service as services
from treasury.mass_payments.files import RawRow
from treasury.models import MassPayment

Typed = tuple[str, str] | tuple[str, str, str]


def table(*rows: Typed) -> list[RawRow]:
    """Rows as the CSV reader gives them, numbered from line 2; each is (payee, amount) or (payee, amount, note)."""
    return [RawRow(number, *cells) for number, cells in enumerate(rows, 2)]


def crowd(number: int) -> list[str]:
    """Creates `number` more members, each with an empty wallet in pounds; returns their usernames.

    They are created in bulk and not registered, which would take too long for hundreds.
    """
    User = get_user_model()  # noqa: N806
    names = [f"member{each}" for each in range(number)]
    users = User.objects.bulk_create(
        User(
            username=name,
            username_key=skeleton(name),
            first_name="Member",
            last_name=name,
            email=f"{name}@example.org",
            currency="GBP",
            password="!",
        )
        for name in names
    )
    for start in range(0, number, 500):
        in_one_transaction(partial(open_wallets, [user.pk for user in users[start : start + 500]]))
    return names


def open_wallets(owners: list[int]) -> None:
    for owner in owners:
        create_wallet(owner=owner, currency="GBP")


class MassPayments(MoneyTestCase):
    def setUp(self) -> None:
        self.tess, self.alice, self.bob = (person(name) for name in ("tess", "alice", "bob"))

    def prepare(self, *rows: Typed, title: str = "May", key: UUID | None = None) -> MassPayment:
        return services.prepare(maker=self.tess, title=title, rows=table(*rows), key=key or uuid4())

    def confirmed(self, *rows: Typed, title: str = "May") -> MassPayment:
        prepared = self.prepare(*rows, title=title)
        return services.confirm(maker=self.tess, mass_payment=prepared, pin=PIN)

    def outcomes(self, mass_payment: MassPayment) -> list[str]:
        return list(mass_payment.rows.order_by("number").values_list("outcome", flat=True))

    def freeze(self, username: str, *, frozen: bool = True) -> None:
        get_user_model().objects.filter(username=username).update(frozen=frozen)


def paid_now(mass_payment: MassPayment) -> MassPayment:
    """The mass payment as it is in the database now."""
    return MassPayment.objects.select_related("source", "maker").get(pk=mass_payment.pk)
