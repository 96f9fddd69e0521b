"""Who decides about an import, and what a person becomes: two people above a limit, matched members, cards, undo."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from uuid import uuid5

from allauth.account.models import EmailAddress
from django.core.exceptions import ObjectDoesNotExist
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.claims import service as claims
from accounts.models import User
from accounts.people.errors import OwnAccount, RoleTooNew
from events.models import Notification
from ledger.floors import follow, set_floor
from ledger.models import Transfer
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from payments.registration.service import open_missing_wallets, register_from_import
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, sent
from tests.treasury.test_two_people import give_role
from treasury.imports import booking, endings, service
from treasury.imports.errors import (
    AdministratorMissing,
    DebtRefused,
    ImportIsClosed,
    NobodyToMatch,
    RowHasProblem,
    SecondPersonMissing,
    Touched,
)
from treasury.models import Import

from .kitties import confirmed, imported, prepared, row, table
from .schemas import strichliste

LARGE = "username,name,balance\nzed,Zed,500.01\n"


def match(found: Import, username: str, *, number: int = 1, takes: str = "claimed") -> None:
    service.choose(by=person("admin"), row=row(found, number), action="match", takes=takes, member=username)


class Confirming(MoneyTestCase):
    def test_above_the_limit_takes_two(self) -> None:
        found = confirmed(prepared(table(LARGE)), "admin")
        self.assertEqual(found.status, "proposed")
        self.assertEqual(booking.import_running(), 0)
        with self.assertRaises(SecondPersonMissing):
            confirmed(found, "admin")
        self.assertEqual(imported(found, "tess").status, "finished")
        self.assertEqual(balance(person("zed")), gbp("500.01"))

    def test_many_small_imports_count_as_a_large_one(self) -> None:
        self.assertEqual(confirmed(prepared(table("username,name,balance\nzed,Zed,300\n")), "admin").status, "running")
        self.assertEqual(confirmed(prepared(table("username,name,balance\nzoe,Zoe,200\n")), "admin").status, "running")
        self.assertEqual(confirmed(prepared(table("username,name,balance\nyan,Yan,1\n")), "admin").status, "proposed")

    @override_settings(SECOND_PERSON_AFTER_HOURS=24)
    def test_two_accounts_of_one_person_are_not_two(self) -> None:
        give_role("bob", "treasurer")
        found = confirmed(prepared(table(LARGE)), "admin")
        with self.assertRaises(RoleTooNew):
            confirmed(found, "bob")

    def test_new_accounts_need_an_administrator(self) -> None:
        found = confirmed(prepared(), "tess")
        self.assertEqual(found.status, "proposed")
        give_role("bob", "treasurer")
        with self.assertRaises(AdministratorMissing):
            confirmed(found, "bob")
        self.assertEqual(imported(found, "admin").status, "finished")

    def test_a_treasurer_alone_may_credit_those_who_are_members(self) -> None:
        found = prepared(table("username,name,balance\nalice,Alice,7\n"))
        match(found, "alice")
        self.assertEqual(confirmed(found, "tess").status, "running")

    def test_the_balance_of_who_confirms_is_booked_by_the_second_person(self) -> None:
        found = prepared(table("username,name,balance\ntess,Tess,7\nbob,Bob,5\n"))
        match(found, "tess", number=1)
        match(found, "bob", number=2)
        self.assertEqual(confirmed(found, "tess").status, "proposed")
        imported(found, "admin")
        makers = {row(found, number).opening.made_by for number in (1, 2)}  # type: ignore[union-attr]
        self.assertEqual(row(found, 1).opening.made_by, person("admin"))  # type: ignore[union-attr]
        self.assertEqual(makers, {person("admin"), person("tess")})

    def test_a_frozen_treasurer_imports_nothing_more(self) -> None:
        found = prepared(table("username,name,balance\nalice,Alice,7\n"))
        match(found, "alice")
        confirmed(found, "tess")
        User.objects.filter(username="tess").update(frozen=True)
        self.assertEqual(booking.import_running(), 0)
        User.objects.filter(username="tess").update(frozen=False)
        self.assertEqual(booking.import_running(), 1)

    def test_a_frozen_member_gets_nothing_and_the_row_says_why(self) -> None:
        found = prepared(table("username,name,balance\nalice,Alice,7\n"))
        match(found, "alice")
        User.objects.filter(username="alice").update(frozen=True)
        self.assertEqual(imported(found).status, "finished")
        self.assertEqual((row(found).outcome, balance(person("alice"))), ("refused", gbp("1000")))
        self.assertIn("frozen", row(found).outcome_text)

    def test_the_own_balance_without_a_second_person_is_not_imported(self) -> None:
        found = prepared(table("username,name,balance\ntess,Tess,7\n"))
        match(found, "tess")
        confirmed(found, "tess")
        self.assertEqual((booking.import_running(), balance(person("tess"))), (0, gbp("1000")))

    def test_a_cancelled_import_imports_nothing_and_may_come_again(self) -> None:
        found = prepared(table(LARGE))
        service.cancel(by=person("tess"), found=found)
        with self.assertRaises(ImportIsClosed):
            confirmed(found)
        self.assertNotEqual(prepared(table(LARGE)), found)


class Choosing(MoneyTestCase):
    def test_a_member_of_that_name_is_never_matched_by_itself(self) -> None:
        found = prepared(
            table("username,name,email,balance\nalice,X,,1\nx1x,Bob  Baker,,2\nx2x,Y,CARLA@example.org,3\n")
        )
        rows = [row(found, number) for number in (1, 2, 3)]
        self.assertEqual([each.found for each in rows], [person("alice"), person("bob"), person("carla")])
        self.assertEqual([each.action for each in rows], ["", "", ""])

    def test_one_member_is_one_person_of_the_file(self) -> None:
        found = prepared(table("username,name,balance\nali,Ali,1\nalex,Alex,2\n"))
        match(found, "alice", number=1)
        for wrong in ("alice", "nobody", "carla"):  # taken · not there · another currency
            with self.subTest(wrong), self.assertRaises(NobodyToMatch):
                match(found, wrong, number=2)

    def test_who_owes_money_may_be_matched_with_who_has_some(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,-3\n"))
        self.assertEqual(row(found).action, "")
        self.assertIn("This person owes money.", row(found).warning)
        match(found, "alice")
        imported(found)
        self.assertEqual(balance(person("alice")), gbp("997"))

    def test_a_history_below_zero_is_paid_by_the_difference_that_was_confirmed(self) -> None:
        """The difference of 8.00 comes first, since a new wallet cannot be at -5.00 in between."""
        members, moves = table("username,name,balance\nzed,Zed,3\n"), table("username,amount\nzed,-5\n", "moves.csv")
        found = prepared(members, moves)
        service.choose(by=person("tess"), row=row(found), action="register", takes="claimed")
        imported(found)
        self.assertEqual((row(found).outcome, balance(person("zed"))), ("booked", gbp("3")))

    def test_more_debt_than_the_wallet_has_room_for_is_refused(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,-1000.01\n"))
        with self.assertRaises(DebtRefused):
            match(found, "alice")

    def test_debt_goes_as_low_as_the_members_floor_and_no_lower(self) -> None:
        bob = wallet_of(person("bob"))
        lower = partial(set_floor, bob, gbp("-50"), made_by=person("admin").pk, reason="agreed")
        in_one_transaction(lower, wallets=[bob.pk])
        with self.assertRaises(DebtRefused):
            match(prepared(table("username,name,balance\nzed,Zed,-1050.01\n")), "bob")
        found = prepared(table("username,name,balance\nzed,Zed,-1050\n"))
        match(found, "bob")
        self.assertEqual(imported(found, "admin", "tess").status, "finished")
        self.assertEqual(balance(person("bob")), gbp("-50"))

    def test_debt_that_there_was_room_for_is_not_imported_once_there_is_none(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,-300\n"))
        match(found, "alice")
        sent(person("alice"), person("bob"), "800")
        imported(found)
        self.assertEqual((row(found).outcome, balance(person("alice"))), ("refused", gbp("200")))
        self.assertFalse(Transfer.objects.filter(kind="opening_balance").exists())

    def test_a_line_with_a_problem_can_only_be_left_out(self) -> None:
        found = prepared(table("username,name,balance\nzed,Zed,NaN\n"))
        with self.assertRaises(RowHasProblem):
            service.choose(by=person("tess"), row=row(found), action="register", takes="")
        service.choose_for_all(by=person("tess"), found=found, choice="skip_problems")
        self.assertEqual(imported(found).status, "finished")
        with self.assertRaises(ObjectDoesNotExist):
            person("zed")

    def test_who_was_imported_before_is_decided_anew(self) -> None:
        imported(prepared(table("username,name,balance\nzed,Zed Z,1\n")))
        later = row(prepared(table("username,name,balance\nzed,Zed Z,2\n")))
        self.assertIn("imported before", later.warning)
        self.assertEqual((later.action, later.found), ("", person("zed")))

    def test_everybody_gets_a_username_that_nobody_has(self) -> None:
        found = prepared(table("name,balance\nAlice,1\nAl Ice,2\nZoë Žižek,3\nZoe Zizek,4\n李,5\n!?x,6\n"))
        names = [each.username for each in found.rows.order_by("number")]
        self.assertEqual(names, ["Alice2", "al.ice3", "zoe.zizek", "zoe.zizek2", "member", "member2"])

    def test_a_name_with_a_line_break_becomes_a_username_that_can_be_stored(self) -> None:
        people = [(4, "dora\n", None, 100, 0, "x")]
        found = prepared(("s.sqlite", strichliste(people=people)))
        self.assertEqual((row(found, 4).username, row(found, 4).problem), ("dora", "name_unreadable"))

    def test_choices_are_closed_once_it_is_confirmed(self) -> None:
        found = confirmed(prepared())
        with self.assertRaises(ImportIsClosed):
            service.choose(by=person("tess"), row=row(found), action="skip", takes="")
        with self.assertRaises(ImportIsClosed):
            service.choose_for_all(by=person("tess"), found=found, choice="skip_undecided")


class ANewMember(MoneyTestCase):
    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_claims_the_account_with_the_card_that_an_administrator_prints(self) -> None:
        found = imported(prepared())
        self.client.force_login(person("admin"))
        page = self.client.post(reverse("staff:import_cards", args=[found.reference]))
        self.assertIn("no-store", page.headers["Cache-Control"])
        text = page.content.decode()
        codes, pins = re.findall(r">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<", text), re.findall(r"<dd>([0-9]{6})<", text)
        self.assertEqual((len(codes), len(pins)), (2, 2))
        zoe = claims.claim(
            username="zoe", code=codes[0], pin=pins[0], password="a long password", email="zoe@example.org"
        )
        self.assertEqual([each.verified for each in EmailAddress.objects.filter(user=zoe)], [False])
        again = self.client.post(reverse("staff:import_cards", args=[found.reference]), follow=True)
        self.assertNotContains(again, codes[1])

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_has_an_address_only_once_it_is_confirmed(self) -> None:
        imported(prepared())
        zoe = person("zoe")
        self.assertEqual((zoe.email, zoe.has_usable_password()), ("", False))
        self.assertEqual(EmailAddress.objects.get(user=zoe).email, "zoe@example.org")

    def test_gets_another_name_where_somebody_took_it_meanwhile(self) -> None:
        found = confirmed(prepared())
        User.objects.filter(username="bob").update(username="zoe", username_key="zoe")
        imported_rows = booking.import_running()
        self.assertEqual(imported_rows, 2)
        self.assertEqual(row(found, 1).target, person("zoe.zimmer"))

    def test_whose_import_was_interrupted_gets_no_opening_grant(self) -> None:
        """The worker that registered Zoe was killed before her balance came. Another job opens missing wallets."""
        found = confirmed(prepared())
        zoe = register_from_import(
            by=person("admin"),
            key=uuid5(found.reference, "account 1"),
            username="zoe",
            first_name="Zoe",
            last_name="Zimmer",
            email="",
            currency="GBP",
        )
        User.objects.filter(pk=zoe.pk).update(date_joined=timezone.now() - dt.timedelta(hours=1))
        self.assertEqual(open_missing_wallets(), 0)
        booking.import_running()
        self.assertEqual((row(found).target, balance(zoe)), (zoe, gbp("12.50")))

    def test_is_told(self) -> None:
        imported(prepared())
        told = Notification.objects.get(user=person("zoe"), kind="imported")
        self.assertEqual((told.amount_minor, told.actor), (1250, person("admin")))


class Undoing(MoneyTestCase):
    def setUp(self) -> None:
        text = "username,name,balance\nzed,Zed,10\nali,Ali,-4\n"
        moves = "username,amount\nzed,8\nali,-4\n"
        self.found = prepared(table(text), table(moves, "moves.csv"))
        match(self.found, "alice", number=2, takes="recomputed")
        service.choose_for_all(by=person("tess"), found=self.found, choice="take_claimed")
        imported(self.found)
        self.assertEqual((balance(person("zed")), balance(person("alice"))), (gbp("10"), gbp("996")))

    def undo(self, by: str = "tess") -> Import:
        endings.undo(by=person(by), found=self.found, pin=PIN)
        while endings.undo_running():
            pass
        self.found.refresh_from_db()
        return self.found

    def test_gives_everything_back_and_keeps_the_account(self) -> None:
        self.assertEqual(self.undo().status, "undone")
        self.assertEqual((balance(person("zed")), balance(person("alice"))), (gbp("0"), gbp("1000")))
        self.assertEqual([row(self.found, number).outcome for number in (1, 2)], ["undone", "undone"])

    def test_twice_gives_it_back_once(self) -> None:
        self.undo()
        self.undo("admin")
        self.assertEqual(balance(person("alice")), gbp("1000"))

    def test_ends_with_the_first_payment_of_a_member(self) -> None:
        sent(person("alice"), person("bob"), "1")
        with self.assertRaises(Touched):
            self.undo()
        self.client.force_login(person("tess"))
        self.assertContains(
            self.client.get(reverse("staff:undo_import", args=[self.found.reference])), "1 member has moved money since"
        )

    def test_leaves_aside_who_pays_while_it_is_undone(self) -> None:
        endings.undo(by=person("tess"), found=self.found, pin=PIN)
        sent(person("alice"), person("bob"), "1")
        self.assertEqual(self.undo().status, "undone")
        self.assertEqual([row(self.found, number).outcome for number in (1, 2)], ["undone", "booked"])
        self.assertEqual(row(self.found, 2).outcome_text, "Not undone: money was moved since.")

    def test_leaves_aside_whose_floor_was_raised_by_the_opening(self) -> None:
        bob = wallet_of(person("bob"))
        sent(person("bob"), person("carla"), "1000")
        for floor, amount in (("-20", "-20"), ("0", "5")):
            in_one_transaction(
                partial(set_floor, bob, gbp(floor), made_by=person("admin").pk, reason="x"), wallets=[bob.pk]
            )
            found = prepared(table(f"username,name,balance\nb{amount[-1]}b,Bob B,{amount}\n"))
            match(found, "bob")
            imported(found)
        follow()  # what bob has paid back is no longer his to owe
        endings.undo(by=person("tess"), found=found, pin=PIN)
        while endings.undo_running():
            pass
        self.assertEqual((row(found).outcome, balance(person("bob"))), ("booked", gbp("-15")))

    def test_is_not_for_who_got_a_balance_by_it(self) -> None:
        give_role("alice", "treasurer")
        with self.assertRaises(OwnAccount):
            self.undo("alice")

    def test_lets_the_file_come_again(self) -> None:
        self.undo()
        text = "username,name,balance\nzed,Zed,10\nali,Ali,-4\n"
        again = prepared(table(text), table("username,amount\nzed,8\nali,-4\n", "moves.csv"))
        self.assertEqual(row(again).found, person("zed"))
