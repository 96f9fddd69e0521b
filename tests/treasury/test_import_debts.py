"""Debts that come with an import: a new member begins with theirs, and may owe no more because of it."""

from __future__ import annotations

from typing import Any

from accounts.claims.models import Claim
from conversion.money import Money
from ledger.errors import InsufficientFunds
from ledger.floors import follow
from ledger.models import Floor, Wallet
from ledger.wallets import balance_of, system_wallet
from payments.owners import wallet_of
from shop.debts.models import AppliedLimit
from shop.debts.service import apply_limits
from shop.debts.standing import standing_of
from shop.orders.errors import DebtLimitReached
from shop.rules.models import Rules
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, sent
from tests.shop.goods import a_product, bought
from treasury.imports import booking, endings, service
from treasury.imports.errors import DebtRefused
from treasury.imports.kinds import IMPORTS
from treasury.models import Import

from .kitties import confirmed, imported, prepared, row, table

OWING = "username,name,balance\nzed,Zed,-12\nyann,Yann,3\n"
NO_MORE = (InsufficientFunds, DebtLimitReached)


def owing(text: str = OWING, **more: Any) -> Import:
    found = prepared(table(text), **more)
    service.choose_for_all(by=person("tess"), found=found, choice="register_owing")
    return found


def floor_of(username: str) -> Money:
    wallet = wallet_of(person(username))
    return Money(wallet.floor or 0, wallet.currency)


class ANewMemberWhoOwes(MoneyTestCase):
    def test_begins_with_the_debt_and_owes_no_more(self) -> None:
        found = imported(owing())
        self.assertEqual((row(found).outcome, balance(person("zed"))), ("booked", gbp("-12")))
        self.assertEqual(balance_of(Wallet.objects.get(pk=system_wallet(IMPORTS, "GBP"))), gbp("9"))
        self.assertEqual(floor_of("zed"), gbp("-12"))
        with self.assertRaises(NO_MORE):
            bought(person("zed"), a_product("Mate", "0.01"))

    def test_is_decided_by_somebody_and_never_by_itself(self) -> None:
        found = prepared(table(OWING))
        self.assertEqual([row(found, number).action for number in (1, 2)], ["", "register"])

    def test_was_allowed_the_debt_by_who_confirmed_it(self) -> None:
        imported(owing())
        floors = Floor.objects.filter(wallet=wallet_of(person("zed"))).order_by("pk")
        self.assertEqual([(each.floor_minor, each.wished_minor) for each in floors], [(-1200, -1200), (-1200, 0)])
        self.assertEqual({(each.made_by, each.reason) for each in floors}, {(person("admin"), booking.DEBT)})

    def test_pays_it_back_for_good(self) -> None:
        imported(owing())
        sent(person("alice"), person("zed"), "5")
        with self.assertRaises(NO_MORE):  # also before the job has raised the floor
            bought(person("zed"), a_product("Mate", "1"))
        follow()
        self.assertEqual((balance(person("zed")), floor_of("zed")), (gbp("-7"), gbp("-7")))
        sent(person("alice"), person("zed"), "10")
        follow()
        self.assertEqual((balance(person("zed")), floor_of("zed")), (gbp("3"), gbp("0")))

    def test_keeps_the_limit_that_the_rules_give_everybody(self) -> None:
        """The job of limits and the import agree, whichever comes first."""
        Rules.objects.create(debt_default_minor=2000, made_by=person("tess"))
        found = imported(owing())
        apply_limits()
        self.assertEqual(AppliedLimit.objects.get(wallet=wallet_of(person("zed"))).limit_minor, 2000)
        self.assertEqual(standing_of(wallet_of(person("zed"))).left, gbp("8"))
        bought(person("zed"), a_product("Mate", "8"))
        with self.assertRaises(NO_MORE):
            bought(person("zed"), a_product("Tea", "0.01"))
        self.assertEqual((row(found).outcome, balance(person("zed"))), ("booked", gbp("-20")))

    def test_whose_limit_was_applied_before_the_debt_came_keeps_it(self) -> None:
        Rules.objects.create(debt_default_minor=500, made_by=person("tess"))
        found = confirmed(owing())
        booking._registered(row(found))  # and the worker was killed
        apply_limits()
        while booking.import_running():
            pass
        self.assertEqual((balance(person("zed")), floor_of("zed")), (gbp("-12"), gbp("-12")))
        self.assertEqual(standing_of(wallet_of(person("zed"))).limit, gbp("5"))
        self.assertEqual(apply_limits(), 1)  # Yann, who came later
        sent(person("alice"), person("zed"), "12")
        follow()
        self.assertEqual(floor_of("zed"), gbp("-5"))

    def test_is_not_confirmed_alone_above_the_limit(self) -> None:
        found = confirmed(owing("username,name,balance\nzed,Zed,-501\n"), "admin")
        self.assertEqual(found.status, "proposed")
        imported(found, "tess")
        self.assertEqual(balance(person("zed")), gbp("-501"))

    def test_whose_money_came_first_owes_the_rest(self) -> None:
        found = confirmed(owing())
        booking._registered(row(found))
        sent(person("alice"), person("zed"), "2")
        while booking.import_running():
            pass
        self.assertEqual((balance(person("zed")), floor_of("zed")), (gbp("-10"), gbp("-10")))

    def test_with_a_debt_and_a_difference_owes_both(self) -> None:
        members, moves = table("username,name,balance\nzed,Zed,-7\n"), table("username,amount\nzed,-5\n", "moves.csv")
        found = prepared(members, moves)
        service.choose(by=person("tess"), row=row(found), action="register", takes="claimed")
        imported(found)
        self.assertEqual((balance(person("zed")), floor_of("zed")), (gbp("-7"), gbp("-7")))

    def test_owes_nothing_after_it_is_undone_and_the_debt_may_come_again(self) -> None:
        found = imported(owing())
        endings.undo(by=person("tess"), found=found, pin=PIN)
        while endings.undo_running():
            pass
        follow()
        self.assertEqual((balance(person("zed")), floor_of("zed")), (gbp("0"), gbp("0")))
        again = prepared(table(OWING))
        self.assertEqual((row(again).found, row(again).action), (person("zed"), ""))
        service.choose(by=person("tess"), row=row(again), action="match", takes="claimed", member="zed")
        service.choose_for_all(by=person("tess"), found=again, choice="skip_undecided")
        imported(again)
        self.assertEqual(balance(person("zed")), gbp("-12"))

    def test_who_has_claimed_the_account_meanwhile_has_a_limit_like_anybody(self) -> None:
        found = imported(owing())
        endings.undo(by=person("tess"), found=found, pin=PIN)
        while endings.undo_running():
            pass
        follow()
        Claim.objects.filter(user=person("zed")).update(claimed_at="2026-01-01T00:00Z", code_hash="")
        again = prepared(table(OWING))
        with self.assertRaises(DebtRefused):
            service.choose(by=person("tess"), row=row(again), action="match", takes="claimed", member="zed")


class ManyWhoOwe(MoneyTestCase):
    def test_are_decided_at_once_but_for_those_with_another_question(self) -> None:
        imported(owing("username,name,balance\nold,Olda,-1\n"))
        Claim.objects.filter(user=person("old")).update(claimed_at="2026-01-01T00:00Z", code_hash="")
        type(person("old")).objects.filter(username="old").update(username="new", username_key="new", first_name="New")
        text = "username,name,balance\nzed,Zed,-3\nbad,Bad,x\nali,Alice Archer,-3\nold,Olda,-2\nyann,Yann,-1\n"
        moves = "username,amount\nzed,-3\nali,-3\nold,-2\nyann,-2\n"
        found = prepared(table(text), table(moves, "moves.csv"))
        service.choose_for_all(by=person("tess"), found=found, choice="register_owing")
        decided = {each.username: each.action for each in found.rows.all()}
        self.assertEqual({name for name, action in decided.items() if action == "register"}, {"zed"})
        self.assertEqual(len(decided), 5)
