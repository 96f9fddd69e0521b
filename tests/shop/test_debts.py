"""Debts: how a member stands, who sets limits, and what members and treasurers are told."""

from __future__ import annotations

import csv
import datetime as dt
import io
import threading
from uuid import uuid4

from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.people.errors import OwnAccount, RoleMissing
from conversion.errors import NotFound
from conversion.money import Money
from events.models import Mail, Notification
from ledger import floors
from ledger.audit import breaches
from outbox.models import StatementRun
from outbox.statements.service import Statements
from payments.history.statements import Month
from payments.owners import wallet_of
from payments.registration.service import register
from payments.top_ups.service import top_up_on_trust
from shop.debts import queries
from shop.debts.errors import OwnGroup
from shop.debts.models import Limit, Reminder
from shop.debts.service import apply_limits, remind, remind_of, set_limit, set_limit_of_role
from shop.debts.standing import standing_of
from shop.orders import endings
from shop.rules.models import Rules
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, balance, gbp, person, sent
from tests.outbox.test_mails import QUEUE
from tests.payments.test_debts import lets_owe

from .goods import a_product, a_seller, bought, order_of


class AStanding(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = person("alice")

    def stands(self) -> tuple[str, str]:
        found = standing_of(wallet_of(self.alice))
        return found.code, found.sentence

    def test_goes_from_enough_over_low_and_owing_to_the_limit(self) -> None:
        lets_owe(self.alice, "-20")
        mate = a_product("Mate", "1")
        self.assertEqual(self.stands(), ("fine", "Enough"))
        sent(self.alice, person("bob"), "995")
        self.assertEqual(self.stands(), ("fine", "Enough"))
        bought(self.alice, mate)
        self.assertEqual(self.stands(), ("low", "Low: £4.00 left"))
        bought(self.alice, mate, quantity=19)
        self.assertEqual(self.stands(), ("owes", "You owe £15.00"))
        bought(self.alice, mate)
        self.assertEqual(self.stands(), ("near", "Almost at your limit: you owe £16.00"))
        bought(self.alice, mate, quantity=4)
        self.assertEqual(self.stands(), ("full", "At your limit: you owe £20.00"))

    def test_counts_a_limit_that_was_lowered_at_once(self) -> None:
        lets_owe(self.alice, "-20")
        bought(self.alice, a_product("Shirt", "505"), quantity=2)
        lets_owe(self.alice, "-11")
        found = standing_of(wallet_of(self.alice))
        self.assertEqual((found.code, found.limit, found.left), ("near", gbp("11"), gbp("1")))

    def test_is_low_by_the_rules_in_the_members_own_currency(self) -> None:
        carla = wallet_of(person("carla"))
        self.assertEqual(standing_of(carla).code, "fine")
        Rules.objects.create(low_minor=200_000, currency_code="GBP", made_by=person("tess"))
        self.assertEqual(standing_of(carla).code, "low")

    def test_says_nothing_of_low_while_no_rate_is_known(self) -> None:
        Rules.objects.create(low_minor=200_001, currency_code="GBP", made_by=person("tess"))
        with self.settings(CONVERSION_URL="unix:/nowhere"):
            self.assertEqual(standing_of(wallet_of(person("carla"))).code, "fine")

    def test_shows_no_amount_on_a_screen_that_others_see(self) -> None:
        lets_owe(self.alice, "-20")
        bought(self.alice, a_product("Shirt", "505"), quantity=2)
        shown = {"standing": standing_of(wallet_of(self.alice))}
        self.assertIn("£10.00", render_to_string("shop/_standing.html", shown))
        self.assertNotIn(
            "10", render_to_string("shop/_standing.html", shown | {"hides_amounts": True}).split("</svg>")[1]
        )

    def test_is_on_the_home_of_who_has_little(self) -> None:
        self.client.force_login(self.alice)
        self.assertNotContains(self.client.get(reverse("home")), "standing--")
        sent(self.alice, person("bob"), "996")
        self.assertContains(self.client.get(reverse("home")), "Low: £4.00 left")


class ALimit(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.tess = person("alice"), person("tess")

    def limit(self, amount: str | None, member: User | None = None, by: User | None = None) -> None:
        limit = None if amount is None else gbp(amount)
        set_limit(by=by or self.tess, member=member or self.alice, limit=limit, reason="a regular")

    def may_owe(self, user: User) -> Money:
        return standing_of(wallet_of(user)).limit

    def test_counts_at_once_and_the_member_is_told(self) -> None:
        self.limit("20")
        self.assertEqual(self.may_owe(self.alice), gbp("20"))
        told = Notification.objects.get(user=self.alice, kind="debt_limit_set")
        self.assertEqual((told.amount, told.actor), (gbp("20"), self.tess))
        bought(self.alice, a_product("Shirt", "510"), quantity=2)
        self.assertEqual(balance(self.alice), gbp("-20"))

    def test_is_not_set_for_oneself_nor_without_the_role(self) -> None:
        for member, by, refused in (
            (self.tess, self.tess, OwnAccount),
            (self.alice, person("cass"), RoleMissing),
            (self.alice, person("audrey"), RoleMissing),
        ):
            with self.subTest(by=by), self.assertRaises(refused):
                self.limit("20", member, by)
        with self.assertRaises(OwnGroup):
            set_limit_of_role(by=self.tess, role="treasurer", limit=gbp("5"), reason="us")
        with self.assertRaises(NotFound):
            self.limit("20", a_seller())
        self.assertEqual(Limit.objects.count(), 0)

    def test_that_is_lower_follows_as_the_debt_is_paid_back(self) -> None:
        self.limit("20")
        bought(self.alice, a_product("Shirt", "505"), quantity=2)
        self.limit("5")
        self.assertEqual(wallet_of(self.alice).floor, -1000)
        top_up_on_trust(member=self.alice, amount=gbp("7"), key=uuid4())
        floors.follow()
        self.assertEqual(wallet_of(self.alice).floor, -500)

    def test_by_default_is_everybodys_whose_limit_was_not_set_by_hand(self) -> None:
        self.limit("3")
        Rules.objects.create(debt_default_minor=1000, made_by=self.tess)
        self.assertGreater(apply_limits(), 0)
        self.assertEqual(apply_limits(), 0)
        self.assertEqual((self.may_owe(self.alice), self.may_owe(person("bob"))), (gbp("3"), gbp("10")))
        self.assertEqual(self.may_owe(person("carla")), Money.of("11.70", "EUR"))
        self.assertFalse(Notification.objects.filter(user=person("bob"), kind="debt_limit_set").exists())
        Rules.objects.create(debt_default_minor=1000, undo_minutes=5, made_by=self.tess)
        self.assertEqual(apply_limits(), 0)  # another rule changed
        Rules.objects.create(debt_default_minor=500, made_by=self.tess)
        apply_limits()
        self.assertEqual((self.may_owe(self.alice), self.may_owe(person("bob"))), (gbp("3"), gbp("5")))
        self.assertTrue(Notification.objects.filter(user=person("bob"), kind="debt_limit_set").exists())

    def test_of_a_new_member_is_the_default(self) -> None:
        Rules.objects.create(debt_default_minor=1000, made_by=self.tess)
        apply_limits()
        new, _ = register(
            username="nina", first_name="N", last_name="", email="n@example.org", password=PASSWORD, currency="GBP"
        )
        self.assertEqual(apply_limits(), 1)
        self.assertEqual(self.may_owe(new), gbp("10"))

    def test_of_a_role_comes_before_the_default_and_after_the_own_one(self) -> None:
        self.limit("3")
        set_limit_of_role(by=self.tess, role="member", limit=gbp("20"), reason="all members")
        apply_limits()
        self.assertEqual((self.may_owe(self.alice), self.may_owe(person("bob"))), (gbp("3"), gbp("20")))
        self.assertEqual(self.may_owe(person("cass")), gbp("0"))
        self.limit(None)
        self.assertEqual(self.may_owe(self.alice), gbp("20"))
        self.assertEqual(apply_limits(), 0)
        set_limit_of_role(by=person("admin"), role="member", limit=None, reason="no more")
        apply_limits()
        self.assertEqual(self.may_owe(self.alice), gbp("0"))

    def test_of_another_currency_waits_for_its_rate_and_holds_up_nobody(self) -> None:
        Rules.objects.create(debt_default_minor=1000, made_by=self.tess)
        with self.settings(CONVERSION_URL="unix:/nowhere"), self.assertLogs("shop.debts.service"):
            apply_limits()
        self.assertEqual((self.may_owe(self.alice), self.may_owe(person("carla")).minor), (gbp("10"), 0))
        self.assertGreater(apply_limits(), 0)
        self.assertGreater(self.may_owe(person("carla")).minor, 0)

    def test_is_never_changed_and_never_set_by_its_member_in_the_database(self) -> None:
        self.limit("3")
        self.assert_refused("UPDATE shop_limit SET limit_minor = 100000")
        self.assert_refused("DELETE FROM shop_limit")
        self.assert_refused(
            "INSERT INTO shop_limit (user_id, role, limit_minor, currency_code, reason, made_by_id)"
            " VALUES (%s, '', 1, 'GBP', 'me', %s)",
            self.alice.pk,
            self.alice.pk,
        )

    def test_that_the_floor_does_not_follow_is_found_by_the_audit(self) -> None:
        self.limit("3")
        lets_owe(self.alice, "-300")
        self.assertIn("floor is what its limit says", str(breaches()))
        lets_owe(self.alice, "-3")


class AReminder(MoneyTestCase):
    def test_is_for_who_owes_longer_than_the_rules_say_once_a_week(self) -> None:
        alice, tess = person("alice"), person("tess")
        set_limit(by=tess, member=alice, limit=gbp("20"), reason="a regular")
        bought(alice, a_product("Shirt", "505"), quantity=2)
        wallet = wallet_of(alice)
        self.assertEqual((remind(), list(queries.owing(days=1))), (0, []))
        self.assertEqual(list(queries.owing(days=0)), [wallet])
        self.assertEqual((remind_of(wallet), remind_of(wallet)), (True, False))
        Reminder.objects.update(told_at=F("told_at") - dt.timedelta(days=8))
        self.assertTrue(remind_of(wallet))
        told = Notification.objects.filter(user=alice, kind="owing")
        self.assertEqual([each.amount for each in told], [gbp("10"), gbp("10")])
        Reminder.objects.update(told_at=F("told_at") - dt.timedelta(days=8))
        top_up_on_trust(member=alice, amount=gbp("11"), key=uuid4())
        self.assertFalse(remind_of(wallet))  # the list of who owes was read before

    def test_counts_from_the_last_time_that_nothing_was_owed(self) -> None:
        alice, shirt = person("alice"), a_product("Shirt", "505")
        set_limit(by=person("tess"), member=alice, limit=gbp("20"), reason="a regular")
        bought(alice, shirt, quantity=2)
        first = queries.owes_since(wallet_of(alice))
        bought(alice, a_product("Mate", "1"))
        self.assertEqual(queries.owes_since(wallet_of(alice)), first)
        top_up_on_trust(member=alice, amount=gbp("11"), key=uuid4())
        self.assertIsNone(queries.owes_since(wallet_of(alice)))
        bought(alice, a_product("Tea", "1"))
        assert first is not None
        again = queries.owes_since(wallet_of(alice))
        assert again is not None
        self.assertGreater(again, first)


@QUEUE
class YourMonth(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.mate = person("alice"), a_product()
        self.due = Month.of(timezone.localdate()).ends.replace(hour=8)

    def write(self, now: dt.datetime | None = None) -> list[Mail]:
        due = Statements()
        while due.write_due(threading.Event(), now=now or self.due):
            pass
        return list(Mail.objects.filter(kind="month").order_by("pk"))

    def test_has_the_purchases_by_product_and_is_written_once(self) -> None:
        bought(self.alice, self.mate, quantity=2)
        bought(self.alice, self.mate)
        endings.undo(order=order_of(bought(self.alice, self.mate)), by=self.alice, key=uuid4())
        bought(self.alice, a_product("Evil http://evil.example", "2"))
        [letter] = self.write()
        self.assertEqual(letter.address, "alice@example.org")
        self.assertRegex(letter.text, r"Purchases: 4\n")
        self.assertRegex(letter.text, r"3 ×, \u2068Club Mate\u2069, £3\.60")
        self.assertNotIn("http://evil.example\n", letter.text)
        self.assertIn("/outbox/letters/stop/", letter.text)
        StatementRun.objects.filter(topic="month").update(last_user=0, done_at=None)
        self.assertEqual(len(self.write()), 1)

    def test_goes_to_who_owes_though_nothing_was_bought(self) -> None:
        set_limit(by=person("tess"), member=self.alice, limit=gbp("20"), reason="a regular")
        bought(self.alice, a_product("Shirt", "505"), quantity=2)
        [letter] = self.write(
            self.due.replace(month=self.due.month % 12 + 1, year=self.due.year + self.due.month // 12)
        )
        self.assertIn("You owe £10.00.", letter.text)
        self.assertNotIn("What you bought", letter.text)

    def test_comes_on_the_day_of_the_rules(self) -> None:
        bought(self.alice, self.mate)
        Rules.objects.create(statement_day=9, made_by=person("tess"))
        self.assertEqual(self.write(), [])
        self.assertEqual(len(self.write(self.due.replace(day=9))), 1)


class ThePages(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = person("alice")
        set_limit(by=person("tess"), member=self.alice, limit=gbp("20"), reason="a regular")
        bought(self.alice, a_product("Shirt", "505"), quantity=2)

    def test_name_who_owes_what_to_overseers_alone(self) -> None:
        for username in ("tess", "audrey", "admin"):
            self.client.force_login(person(username))
            answer = self.client.get(reverse("staff:shop_debts"))
            self.assertContains(answer, "£10<")
            self.assertContains(answer, "may owe £20.00")
        for username in ("alice", "bob", "cass"):
            self.client.force_login(person(username))
            for name in ("staff:shop_debts", "staff:shop_debts_csv", "staff:shop_role_limits"):
                self.assertEqual(self.client.get(reverse(name)).status_code, 403)

    def test_are_a_file_too(self) -> None:
        self.client.force_login(person("tess"))
        answer = self.client.get(reverse("staff:shop_debts_csv"))
        [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        self.assertEqual((row["username"], row["owes"], row["may owe"]), ("alice", "10.00", "20.00"))

    def test_page_by_page_name_each_once(self) -> None:
        for username in ("bob", "cass", "carla"):
            member = person(username)
            limit = Money.of("2000", member.currency)
            set_limit(by=person("tess"), member=member, limit=limit, reason="a regular")
            bought(member, a_product(f"Shirt of {username}", "1010"))
        seen: list[str] = []
        after: str | None = ""
        while after is not None:
            page = queries.debts(after=after, limit=1)
            seen += [row.owner.username for row in page.rows]
            after = page.more
        self.assertEqual(seen, ["carla", "alice", "bob", "cass"])
        for nonsense in ("x", "GBP 1", "GBP - 1", "GBP 1 " + "9" * 30):
            self.assertEqual(len(queries.debts(after=nonsense).rows), 4)

    def test_set_a_limit_with_a_reason(self) -> None:
        page = reverse("staff:shop_limit", args=[wallet_of(self.alice).reference])
        self.client.force_login(person("tess"))
        self.assertRedirects(
            self.client.post(reverse("staff:shop_debts"), {"member": "alice"}), page, fetch_redirect_response=False
        )
        for typed, status in (
            ({"choice": "amount", "amount": "30", "reason": ""}, 200),
            ({"choice": "amount", "amount": "", "reason": "x"}, 200),
            ({"choice": "amount", "amount": "10000000000.01", "reason": "x"}, 200),
            ({"choice": "amount", "amount": "30", "reason": "pays every month"}, 302),
            ({"choice": "nothing", "amount": "??", "reason": "left"}, 302),
        ):
            with self.subTest(typed):
                self.assertEqual(self.client.post(page, typed).status_code, status)
        self.assertContains(self.client.get(page), "pays every month")
        self.assertEqual(standing_of(wallet_of(self.alice)).limit, gbp("0"))
        self.client.force_login(person("audrey"))
        self.assertNotContains(self.client.get(page), 'name="reason"')
        self.assertEqual(self.client.post(page, {"choice": "nothing", "reason": "x"}).status_code, 403)

    def test_of_roles_and_of_a_member_themselves(self) -> None:
        self.client.force_login(person("tess"))
        page = reverse("staff:shop_role_limits")
        typed = {"role": "member", "choice": "amount", "amount": "5", "reason": "all"}
        self.assertEqual(self.client.post(page, typed | {"amount": "10000000000.01"}).status_code, 200)
        self.assertEqual(self.client.post(page, typed).status_code, 302)
        self.assertContains(
            self.client.post(page, typed | {"role": "treasurer"}), "this role yourself", status_code=403
        )
        self.assertContains(self.client.get(page), "£5<")
        self.client.force_login(self.alice)
        self.assertContains(self.client.get(reverse("shop:my_limit")), "£20<")
        self.client.force_login(a_seller())
        self.assertEqual(self.client.get(reverse("shop:my_limit")).status_code, 404)
