"""The pages of mass payments: upload, preview, PIN, progress, results, and who may see them."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from conversion.money import Money
from tests.base import Answer, MoneyTestCase
from tests.cast import PIN, balance, person, sent
from treasury.mass_payments import payouts as payouts
from treasury.mass_payments import queries
from treasury.models import MassPayment

ADDRESS = "/staff/mass-payments/"
GOOD = "payee,amount,note\nalice,24.70,May\nbob,5,\n"
# Queries of every page: the session, the user, their unread notifications, recalled deposits, withdrawals and lost
# PINs that wait.
PER_PAGE = 6


class MassPaymentPages(MoneyTestCase):
    def setUp(self) -> None:
        self.client.force_login(person("tess"))

    def upload(self, content: str | bytes = GOOD, *, title: str = "Wages", **extra: Any) -> Answer:
        data = content.encode() if isinstance(content, str) else content
        form = {"title": title, "key": uuid4(), "file": SimpleUploadedFile("wages.csv", data, "text/csv")}
        return self.client.post(ADDRESS, form | extra, follow=True)

    def uploaded(self, content: str = GOOD, *, title: str = "Wages") -> MassPayment:
        self.upload(content, title=title)
        return MassPayment.objects.get(title=title)

    def address(self, mass_payment: MassPayment, name: str = "mass_payment") -> str:
        return reverse(f"staff:{name}", args=[mass_payment.reference])

    def paid(self, content: str = GOOD) -> MassPayment:
        mass_payment = self.uploaded(content)
        self.client.post(self.address(mass_payment), {"pin": PIN})
        payouts.pay_running()
        return mass_payment


class Works(MassPaymentPages):
    def test_from_the_file_to_the_results(self) -> None:
        page = self.upload()
        mass_payment = MassPayment.objects.get()
        self.assertRedirects(page, f"{ADDRESS}{mass_payment.reference}/")
        for text in ("Preview", "£29", "£1,000", "£970", "Alice Archer", "Pay 2 people", "May"):
            self.assertContains(page, text)
        self.assertEqual(balance(person("alice")), Money.of("1000", "GBP"))

        running = self.client.post(self.address(mass_payment), {"pin": PIN}, follow=True)
        self.assertContains(running, "0 of 2 rows are done.")
        self.assertContains(running, '<progress class="progress" max="2" value="0"')
        for updates in ('<noscript><meta http-equiv="refresh" content="2"></noscript>', "data-waits"):
            self.assertContains(running, updates)
        still = self.client.get(self.address(mass_payment), {"updates": "off"})

        payouts.pay_running()
        finished = self.client.get(self.address(mass_payment))
        self.assertContains(finished, "Finished")
        for page in (still, finished):
            self.assertNotContains(page, "refresh")
            self.assertNotContains(page, "data-waits")
        self.assertNotContains(finished, "Pay the declined rows again")
        self.assertEqual(balance(person("alice")), Money.of("1024.70", "GBP"))
        self.assertContains(self.client.get(ADDRESS), "Wages")
        alice = self.client_class()
        alice.force_login(person("alice"))
        self.assertContains(alice.get(reverse("payments:notifications")), "Tess Taylor")

    def test_problems_are_shown_by_line_and_nothing_can_be_confirmed(self) -> None:
        page = self.upload("payee;amount;note\nalice;24,70;\nnobody;5;\ncarla;5;\nbob;five;\n")
        self.assertContains(page, "3 rows cannot be paid.")
        self.assertContains(page, "Carla Conti&#x27;s wallet is in EUR. This mass payment can pay only wallets in GBP.")
        self.assertEqual([row.number for row in page.context["page"].rows], [3, 4, 5])
        self.assertNotContains(page, 'name="pin"')
        refused = self.client.post(page.request["PATH_INFO"], {"pin": PIN})
        self.assertContains(refused, "Some rows cannot be paid.", status_code=409)
        self.assertEqual(MassPayment.objects.get().status, "draft")

    def test_the_same_file_again_leads_to_the_first(self) -> None:
        mass_payment = self.paid()
        again = self.upload(GOOD.replace(",", ";"))
        self.assertRedirects(again, self.address(mass_payment))
        self.assertContains(again, "You uploaded this file under this title before.")
        self.assertEqual(balance(person("bob")), Money.of("1005", "GBP"))

    def test_the_declined_are_paid_again(self) -> None:
        mass_payment = self.paid("payee,amount,note\nalice,900,\nbob,200,\n")
        page = self.client.get(self.address(mass_payment))
        self.assertEqual([row.number for row in page.context["page"].rows], [3])
        self.assertContains(page, "Declined: not enough money")
        sent(person("alice"), person("tess"), "500")
        for _ in range(2):
            again = self.client.post(self.address(mass_payment, "pay_declined"), follow=True)
        self.assertContains(again, "Wages (2)")
        self.assertContains(again, "Pay 1 person")
        self.client.post(again.redirect_chain[-1][0], {"pin": PIN})
        payouts.pay_running()
        self.assertEqual(balance(person("bob")), Money.of("1200", "GBP"))

    def test_another_file_under_a_title_that_was_paid_is_warned_of(self) -> None:
        self.assertNotContains(self.upload(), "paid twice")
        self.assertNotContains(self.upload(GOOD + "bob,6,\n"), "paid twice")
        self.client.post(self.address(MassPayment.objects.earliest("pk")), {"pin": PIN})
        self.assertContains(self.upload(GOOD + "bob,7,\n"), "People who are in both files are paid twice.")
        self.assertNotContains(self.upload(GOOD + "bob,7,\n", title="June"), "paid twice")

    def test_too_little_money_is_said_before(self) -> None:
        page = self.upload("payee,amount\nalice,1000.01\n")
        self.assertContains(page, "You are £0.01 short.")

    def test_a_draft_is_cancelled(self) -> None:
        mass_payment = self.uploaded()
        page = self.client.post(self.address(mass_payment, "cancel_mass_payment"), follow=True)
        self.assertContains(page, "Cancelled. Nothing was paid.")
        self.assertContains(
            self.client.post(self.address(mass_payment), {"pin": PIN}), "can no longer be changed", status_code=409
        )

    def test_results_as_csv(self) -> None:
        mass_payment = self.paid("payee,amount,note\nalice,900,=1+1\n@bob,200,\n")
        answer = self.client.get(self.address(mass_payment, "mass_payment_results"))
        self.assertEqual(answer["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn("attachment", answer["Content-Disposition"])
        first = mass_payment.rows.select_related("transfer").get(number=2).transfer
        second = mass_payment.rows.select_related("transfer").get(number=3).transfer
        assert first is not None and second is not None
        self.assertEqual(
            list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))),
            [
                ["line", "payee", "amount", "note", "result", "reference"],
                ["2", "alice", "900.00", "'=1+1", "Paid", str(first.reference)],
                ["3", "'@bob", "200.00", "", "Declined: not enough money", str(second.reference)],
            ],
        )

    def test_rows_page_by_page(self) -> None:
        lines = "".join(f"alice,1,{number}\n" for number in range(120))
        mass_payment = self.uploaded(f"payee,amount,note\n{lines}")
        seen, after = [], 0
        while after is not None:
            page = self.client.get(self.address(mass_payment), {"after": after}).context["page"]
            seen += [row.number for row in page.rows]
            after = page.more
        self.assertEqual(seen, list(range(2, 122)))

    def test_as_many_queries_however_long_the_list(self) -> None:
        mass_payment = self.paid()
        self.paid_another()
        for name, address, number in (
            ("list", ADDRESS, PER_PAGE + 3),
            ("one", self.address(mass_payment), PER_PAGE + 3),
            ("results", self.address(mass_payment, "mass_payment_results"), 4),
        ):
            with self.subTest(name), self.assertNumQueries(number):
                self.client.get(address)

    def paid_another(self) -> None:
        other = self.uploaded(GOOD, title="Another")
        self.client.post(self.address(other), {"pin": PIN})
        payouts.pay_running()

    def test_the_example_on_the_form_would_be_paid(self) -> None:
        page = self.client.get(ADDRESS).content.decode()
        example = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
        assert example is not None
        self.assertContains(self.upload(example[1]), "Pay 1 person")


class Refuses(MassPaymentPages):
    def test_upload_again_keeps_the_title(self) -> None:
        refused = self.upload("payee,amount\n,5\n", title="May & June")
        self.assertContains(refused, "There is no payee on this line.")
        self.assertContains(refused, "?title=May%20%26%20June")
        again = self.client.get(ADDRESS, {"title": "May & June"})
        self.assertContains(again, 'value="May &amp; June"')

    def test_files_that_cannot_be_read_with_the_title_kept(self) -> None:
        for content, text in (
            (b"", "The submitted file is empty."),
            (b"payee,amount\nb\xf6b,5\n", "Line 2 is not in UTF-8."),
            ("payee,amount,notes\nalice,5,x\n", "There is a column “notes”."),
            (b"payee,amount\n" + b"x" * 1024 * 1024, "larger than 1 MB"),
        ):
            with self.subTest(text):
                page = self.upload(content)
                self.assertContains(page, text)
                self.assertContains(page, 'value="Wages"')
        self.assertFalse(MassPayment.objects.exists())

    def test_forms_that_are_not_whole(self) -> None:
        for form in ({}, {"title": "Wages"}, {"title": "Wages", "key": "x", "file": "not a file"}):
            self.assertEqual(self.client.post(ADDRESS, form).status_code, 200)
        self.assertContains(self.upload(title="a\x01b"), "cannot be stored")
        self.assertContains(self.upload(title=" "), "This field is required.")
        self.assertFalse(MassPayment.objects.exists())

    def test_a_wrong_pin(self) -> None:
        mass_payment = self.uploaded()
        self.assertContains(
            self.client.post(self.address(mass_payment), {"pin": "000000"}), "Wrong PIN.", status_code=403
        )
        self.assertEqual(MassPayment.objects.get().status, "draft")

    def test_a_key_with_another_file(self) -> None:
        key = uuid4()
        self.upload(key=key)
        self.assertContains(self.upload(GOOD + "bob,6,\n", key=key), "another file", status_code=422)

    def test_a_frozen_treasurer(self) -> None:
        mass_payment = self.uploaded()
        get_user_model().objects.filter(username="tess").update(frozen=True)
        self.assertContains(self.upload(title="More"), "Your account is frozen.", status_code=403)
        self.assertContains(
            self.client.post(self.address(mass_payment), {"pin": PIN}), "Your account is frozen.", status_code=403
        )

    def test_addresses_that_make_no_sense(self) -> None:
        mass_payment = self.uploaded()
        for query in ({"show": "nonsense"}, {"after": "-1"}, {"after": "9" * 40}, {"after": "²"}, {"show": "declined"}):
            self.assertEqual(self.client.get(self.address(mass_payment), query).status_code, 200)
        self.assertEqual(self.client.get(ADDRESS, {"page": "x"}).status_code, 200)


class WhoMay(MassPaymentPages):
    def test_the_list_is_of_each_role(self) -> None:
        self.uploaded()
        for username, status, sees, makes in (
            ("alice", 403, False, False),
            ("cass", 403, False, False),
            ("audrey", 200, True, False),
            ("admin", 200, True, True),
        ):
            with self.subTest(username):
                self.client.force_login(person(username))
                page = self.client.get(ADDRESS)
                self.assertEqual(page.status_code, status)
                self.assertEqual("Wages" in page.content.decode(), sees)
                self.assertEqual("Check the file" in page.content.decode(), makes)
                self.assertEqual(self.upload(title=username).status_code, 200 if makes else 403)

    def test_another_treasurers_is_not_found(self) -> None:
        mass_payment = self.uploaded()
        get_user_model().objects.filter(username="bob").update(role="treasurer")
        self.client.force_login(person("bob"))
        self.assertNotContains(self.client.get(ADDRESS), "Wages")
        self.assertEqual(self.client.get(self.address(mass_payment)).status_code, 404)
        self.assertEqual(self.client.get(self.address(mass_payment, "mass_payment_results")).status_code, 404)
        for name in ("mass_payment", "cancel_mass_payment", "pay_declined"):
            self.assertEqual(self.client.post(self.address(mass_payment, name), {"pin": PIN}).status_code, 404)
        self.assertEqual(MassPayment.objects.get().status, "draft")

    def test_overseers_look_and_touch_nothing(self) -> None:
        mass_payment = self.uploaded()
        for username, status in (("audrey", 403), ("admin", 404)):
            self.client.force_login(person(username))
            page = self.client.get(self.address(mass_payment))
            self.assertContains(page, "Tess Taylor")
            self.assertNotContains(page, "Pay 2 people")
            self.assertEqual(self.client.get(self.address(mass_payment, "mass_payment_results")).status_code, 200)
            self.assertEqual(self.client.post(self.address(mass_payment), {"pin": PIN}).status_code, 404)
            for name in ("cancel_mass_payment", "pay_declined"):
                self.assertEqual(self.client.post(self.address(mass_payment, name)).status_code, status)
        self.assertEqual(MassPayment.objects.get().status, "draft")

    def test_a_treasurer_no_longer_is_none(self) -> None:
        mass_payment = self.uploaded()
        get_user_model().objects.filter(username="tess").update(role="member")
        self.assertEqual(self.client.get(self.address(mass_payment)).status_code, 403)
        self.assertEqual(self.client.post(self.address(mass_payment), {"pin": PIN}).status_code, 403)

    def test_signed_out_leads_to_the_sign_in_page(self) -> None:
        mass_payment = self.uploaded()
        self.client.logout()
        for address in (ADDRESS, self.address(mass_payment)):
            self.assertRedirects(
                self.client.get(address), f"{reverse('account_login')}?next={address}", fetch_redirect_response=False
            )
            self.assertEqual(self.client.post(address).status_code, 302)

    def test_wrong_methods(self) -> None:
        mass_payment = self.uploaded()
        for name in ("cancel_mass_payment", "pay_declined"):
            self.assertEqual(self.client.get(self.address(mass_payment, name)).status_code, 405)
        for method in ("put", "patch", "delete"):
            self.assertEqual(getattr(self.client, method)(ADDRESS).status_code, 405)
            self.assertEqual(getattr(self.client, method)(self.address(mass_payment)).status_code, 405)
        self.assertEqual(self.client.post(self.address(mass_payment, "mass_payment_results")).status_code, 405)

    def test_of_nobody_is_not_found(self) -> None:
        self.assertEqual(self.client.get(reverse("staff:mass_payment", args=[uuid4()])).status_code, 404)


class Tallies(MassPaymentPages):
    def test_add_up(self) -> None:
        tally = queries.tally_of(self.paid("payee,amount\nalice,900\nbob,200\nbob,50\n"))
        self.assertEqual((tally.booked, tally.declined, tally.waiting, tally.decided), (2, 1, 0, 3))
        self.assertEqual((tally.paid, tally.not_paid), (Money.of("950", "GBP"), Money.of("200", "GBP")))
