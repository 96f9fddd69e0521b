"""The staff pages and the cash desk. Who may open which page is tested with all others (tests/lab/attacks)."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from conversion.money import Money
from ledger.models import Transfer
from payments.models import TopUp
from tests.base import MoneyTestCase
from tests.cast import balance, person, sent
from tests.shop.goods import a_product, a_seller
from tests.shop.test_selling import ordered
from treasury.cash_desk.queries import takings
from treasury.cash_desk.service import take_cash
from treasury.overview import queries

# Queries of every page: the session, the user, their unread notifications, lost PINs that wait, recalled deposits,
# withdrawals.
PER_PAGE = 6
QUERIES = {
    "staff:dashboard": PER_PAGE + 5,
    "staff:accounts": PER_PAGE + 2,
    "staff:transfers": PER_PAGE + 1,
    "staff:cash": PER_PAGE + 4,
    "staff:mass_payments": PER_PAGE + 2,
    "staff:administrators": PER_PAGE + 2,
    "staff:pin_resets": PER_PAGE + 2,
    "staff:merchants": PER_PAGE + 2,
    "staff:guests": PER_PAGE + 1,
    "staff:deposits": PER_PAGE + 4,
    "staff:imports": PER_PAGE + 1,
    "staff:withdrawals": PER_PAGE + 5,
    "staff:banks": PER_PAGE + 1,
    "staff:rates": PER_PAGE,  # the built-in ones
    "staff:roles": PER_PAGE + 1,
    "staff:outbox": PER_PAGE + 4,
    "staff:shop_products": PER_PAGE + 5,
    "staff:shop_stock": PER_PAGE + 3,
    "staff:shop_sale_points": PER_PAGE + 1,
    "staff:shop_rules": PER_PAGE + 2,
    "staff:shop_orders": PER_PAGE + 9,
    "staff:shop_sales": PER_PAGE + 4,
    "staff:shop_debts": PER_PAGE + 2,
    "staff:shop_role_limits": PER_PAGE + 3,
    "staff:health": PER_PAGE,  # the checks are looked at on another connection
}


class StaffPages(MoneyTestCase):
    def test_say_to_others_whom_they_are_for(self) -> None:
        self.client.force_login(person("alice"))
        self.assertContains(
            self.client.get(reverse("staff:dashboard")), "This dashboard is only for superusers", status_code=403
        )

    def test_signed_out_leads_to_the_sign_in_page_and_back(self) -> None:
        for name in QUERIES:
            with self.subTest(name):
                self.assertRedirects(
                    self.client.get(reverse(name)),
                    f"{reverse('account_login')}?next={reverse(name)}",
                    fetch_redirect_response=False,
                )

    def test_lists_are_for_reading(self) -> None:
        self.client.force_login(person("admin"))
        for name in ("staff:dashboard", "staff:accounts", "staff:transfers"):
            self.assertEqual(self.client.post(reverse(name)).status_code, 405)
        self.assertEqual(self.client.get(reverse("staff:undo_cash", args=[uuid4()])).status_code, 405)

    def test_as_many_queries_however_long_the_list(self) -> None:
        for _ in range(3):
            sent(person("alice"), person("carla"), "1")
            take_cash(cashier=person("admin"), member=person("bob"), amount=Money.of("5", "GBP"), key=uuid4())
        for name in ("kiosk", "stall"):
            for product in ("Tea", "Mate"):
                drink = a_product(f"{name}'s {product}", "1", seller=a_seller(name), stock=9)
                ordered(person("bob"), drink)
        self.client.force_login(person("admin"))
        for name, number in QUERIES.items():
            self.client.get(reverse(name))  # prepares the statements once for this connection
            with self.subTest(name), self.assertNumQueries(number):
                self.client.get(reverse(name))

    def test_transfers_page_by_page_name_each_once_there_and_back(self) -> None:
        for _ in range(12):
            sent(person("alice"), person("bob"), "1")
        self.client.force_login(person("admin"))
        everything = list(Transfer.objects.order_by("-id").values_list("pk", flat=True))
        before, queries.TRANSFERS_A_PAGE = queries.TRANSFERS_A_PAGE, 6
        self.addCleanup(setattr, queries, "TRANSFERS_A_PAGE", before)
        there, back = self.pages_of_transfers("older"), self.pages_of_transfers("newer", after=str(everything[-1]))
        self.assertEqual(there, everything)
        self.assertEqual(back, everything[:-1])

    def pages_of_transfers(self, way: str, **where: str) -> list[int]:
        """The ids on the page at `where` and on all that follow by the link `way`, newest first."""
        seen: list[int] = []
        while True:
            answer = self.client.get(reverse("staff:transfers"), where)
            page = answer.context["page"]
            rows = [transfer.pk for transfer in page.rows]
            seen = seen + rows if way == "older" else rows + seen
            if (neighbour := getattr(page, way)) is None:
                return seen
            where = {"older": {"before": str(neighbour)}, "newer": {"after": str(neighbour)}}[way]
            self.assertContains(answer, f"?{next(iter(where))}={neighbour}")

    def test_the_page_of_transfers_takes_no_nonsense(self) -> None:
        self.client.force_login(person("admin"))
        for nonsense in ("x", "-1", "\u0663", "9" * 30, ""):
            self.assertEqual(self.client.get(reverse("staff:transfers"), {"before": nonsense}).status_code, 200)

    def test_the_lists_of_transfers_are_read_by_an_index(self) -> None:
        """With 5 million transfers, sorting them all made both pages a 503 (their statement took more than 5 s)."""
        for found in (queries.newest_transfers(), queries.newest_transfers().filter(pk__lt=10)):
            with connection.cursor() as cursor:
                cursor.execute("SET enable_seqscan = off")  # tables this small are sorted otherwise
                plan = found[:10].explain()
                cursor.execute("RESET enable_seqscan")
            self.assertIn("Index Scan Backward using ledger_transfer_pkey", plan)
            self.assertNotIn("Sort", plan)

    def test_every_account_with_its_balance(self) -> None:
        self.client.force_login(person("admin"))
        self.assertContains(self.client.get(reverse("staff:accounts")), "€1,170")

    def test_accounts_page_by_page_name_everybody_once(self) -> None:
        self.client.force_login(person("admin"))
        everybody = list(get_user_model().objects.order_by("username").values_list("username", flat=True))
        before, queries.ACCOUNTS_A_PAGE = queries.ACCOUNTS_A_PAGE, 3
        self.addCleanup(setattr, queries, "ACCOUNTS_A_PAGE", before)
        seen, after = [], ""
        while after is not None:
            page = self.client.get(reverse("staff:accounts"), {"after": after}).context["page"]
            seen += [user.username for user in page.rows]
            after = page.more
        self.assertEqual(seen, everybody)

    def test_accounts_are_found_by_any_name(self) -> None:
        self.client.force_login(person("admin"))
        for typed, found in (("ARCHER", ["alice"]), ("carla@", ["carla"]), ("%", []), ("x" * 900, [])):
            with self.subTest(typed[:9]):
                page = self.client.get(reverse("staff:accounts"), {"q": typed, "after": ""}).context["page"]
                self.assertEqual([user.username for user in page.rows], found)

    def test_a_member_whose_wallet_is_not_open_yet_is_listed(self) -> None:
        get_user_model().objects.create(username="early", email="early@example.org", currency="GBP")
        self.client.force_login(person("admin"))
        self.assertContains(self.client.get(reverse("staff:accounts")), "being opened")

    def test_all_currencies_come_to_zero(self) -> None:
        sent(person("alice"), person("carla"), "30")
        self.client.force_login(person("tess"))
        totals = self.client.get(reverse("staff:dashboard")).context["totals"]
        self.assertEqual({sums.code for sums in totals}, {"GBP", "EUR", "JPY"})
        self.assertTrue(all(sums.total.minor == 0 for sums in totals))

    def test_an_administrator_registers_another(self) -> None:
        self.client.force_login(person("admin"))
        form = {
            "username": "second",
            "first_name": "Sam",
            "last_name": "Second",
            "email": "s@example.org",
            "currency": "GBP",
            "password1": "long enough 77",
            "password2": "long enough 77",
        }
        answer = self.client.post(reverse("staff:administrators"), form, follow=True)
        self.assertContains(answer, "New administrator created successfully!")
        self.assertTrue(get_user_model().objects.get(username="second").is_superuser)

    def test_cash_is_shown_before_it_is_taken(self) -> None:
        self.client.force_login(person("cass"))
        typed = {"member": "alice", "amount": "25.50"}
        confirm = self.client.post(reverse("staff:cash"), typed)
        for text in ("Alice Archer", "£25", "£1,000", "£1,025"):
            self.assertContains(confirm, text)
        self.assertFalse(TopUp.objects.exists())
        for _ in range(2):
            self.client.post(reverse("staff:cash"), typed | {"key": str(confirm.context["key"])})
        self.assertEqual(balance(person("alice")), Money.of("1025.50", "GBP"))
        self.assertContains(self.client.get(reverse("staff:cash")), "Alice Archer")

    def test_cash_for_nobody_or_nothing_is_refused(self) -> None:
        self.client.force_login(person("cass"))
        for typed, text in (
            ({"member": "nobody", "amount": "5"}, "User does not exist."),
            ({"member": "alice", "amount": "0"}, "more than zero"),
        ):
            self.assertContains(self.client.post(reverse("staff:cash"), typed | {"key": uuid4()}), text)

    def test_a_decimal_comma_is_the_same_amount_on_both_pages(self) -> None:
        self.client.force_login(person("cass"))
        typed = {"member": "carla@example.org", "amount": "24,70"}
        confirm = self.client.post(reverse("staff:cash"), typed)
        self.assertContains(confirm, 'value="24,70"')
        self.client.post(reverse("staff:cash"), typed | {"key": str(confirm.context["key"])})
        self.assertEqual(balance(person("carla")), Money.of("1194.70", "EUR"))

    def test_cash_for_a_frozen_member_is_refused_with_the_form_kept(self) -> None:
        get_user_model().objects.filter(username="alice").update(frozen=True)
        self.client.force_login(person("cass"))
        answer = self.client.post(reverse("staff:cash"), {"member": "alice", "amount": "5", "key": uuid4()})
        self.assertContains(answer, "This account is frozen.", status_code=403)
        self.assertContains(answer, 'value="alice"', status_code=403)

    def test_without_the_clock_no_cash_is_taken(self) -> None:
        self.client.force_login(person("cass"))
        with self.settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]):
            answer = self.client.post(reverse("staff:cash"), {"member": "alice", "amount": "5", "key": uuid4()})
        self.assertContains(answer, "Nothing was booked", status_code=503)
        self.assertFalse(TopUp.objects.exists())

    def test_cash_is_given_back_by_who_took_it_once(self) -> None:
        cass = person("cass")
        for _ in range(2):
            taken = take_cash(cashier=cass, member=person("alice"), amount=Money.of("5", "GBP"), key=uuid4())
        address = reverse("staff:undo_cash", args=[taken.reference])
        self.client.force_login(person("admin"))
        self.assertEqual(self.client.post(address, {"key": uuid4()}).status_code, 404)
        self.client.force_login(cass)
        self.assertContains(self.client.post(address, {"key": uuid4()}, follow=True), "Undone: the money is back.")
        self.assertContains(
            self.client.post(address, {"key": uuid4()}, follow=True), "This transfer was already undone."
        )
        self.assertEqual(balance(person("alice")), Money.of("1005", "GBP"))
        self.assertEqual(takings(cass), [Money.of("5", "GBP")])

    def test_cash_is_not_undone_by_who_is_a_cashier_no_more(self) -> None:
        cass = person("cass")
        taken = take_cash(cashier=cass, member=person("alice"), amount=Money.of("5", "GBP"), key=uuid4())
        receipt, undo = (reverse(f"payments:{page}", args=[taken.reference]) for page in ("receipt", "undo"))
        self.client.force_login(cass)
        self.assertContains(self.client.get(receipt), undo)
        get_user_model().objects.filter(pk=cass.pk).update(role="member")
        self.assertNotContains(self.client.get(receipt), undo)
        self.assertContains(
            self.client.post(undo, {"key": uuid4()}, follow=True), "Your role does not allow this. Please ask"
        )
        self.assertEqual(balance(person("alice")), Money.of("1005", "GBP"))

    def test_only_cash_is_undone_at_the_cash_desk(self) -> None:
        payment = sent(person("cass"), person("alice"), "5")
        self.client.force_login(person("cass"))
        address = reverse("staff:undo_cash", args=[payment.reference])
        self.assertEqual(self.client.post(address, {"key": uuid4()}).status_code, 404)
        self.assertEqual(balance(person("alice")), Money.of("1005", "GBP"))

    def test_the_admin_shows_the_ledger_and_changes_nothing(self) -> None:
        transfer = sent(person("alice"), person("bob"), "1")
        self.client.force_login(person("admin"))
        models = "ledger_wallet", "ledger_transfer", "payments_paymentrequest", "payments_topup", "payments_quote"
        for model in models:
            self.assertEqual(self.client.get(reverse(f"admin:{model}_changelist")).status_code, 200)
            self.assertEqual(self.client.get(reverse(f"admin:{model}_add")).status_code, 403)
        address = reverse("admin:ledger_transfer_delete", args=[transfer.pk])
        self.assertEqual(self.client.post(address).status_code, 403)
