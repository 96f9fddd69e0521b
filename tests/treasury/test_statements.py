"""A bank's statement is imported row by row, each row once, whichever way it came before."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase
from django.urls import reverse

from accounts.models import User
from ledger.errors import Busy
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person
from treasury.banks.service import open_currency
from treasury.deposits import camt, imports, service
from treasury.deposits.epc import svg_of
from treasury.deposits.errors import StatementUnreadable
from treasury.deposits.payees import reference_of
from treasury.models import Clearing, Deposit, Statement

from .banks import IBAN, a_bank, deposited
from .test_pin_resets import NEW, reset_pin

TABLE = """\
reference,to,amount,details,date
T1,alice,12.50,Top-up,2026-11-25
T2,bob@example.org,5,,
T3,nobody,1,,
T4,carla,1,,
T5,alice,"1,234",,
T6,tess,1,,
,alice,1,,
T8,alice,1,,yesterday
"""


def document(*entries: str, iban: str = IBAN, version: str = "08") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>7</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{"".join(entries)}</Stmt></BkToCstmrStmt></Document>""".encode()


def entry(
    amount: str,
    text: str,
    *,
    reference: str = "B1",
    status: str = "<Cd>BOOK</Cd>",
    sign: str = "CRDT",
    currency: str = "GBP",
) -> str:
    return f"""<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>
<ValDt><Dt>2026-11-24</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>Archer, A.</Nm></Pty></Dbtr></RltdPties><RmtInf>{text}</RmtInf></TxDtls></NtryDtls></Ntry>"""


def said(text: str) -> str:
    return f"<Ustrd>{text}</Ustrd>"


class Statements(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice, self.tess = a_bank(), person("alice"), person("tess")
        self.client.force_login(self.tess)

    def upload(self, data: bytes | str, **changes: Any) -> Any:
        content = data.encode() if isinstance(data, str) else data
        typed = {
            "clearing": Clearing.objects.get(bank=self.bank, wallet__currency_code="GBP").pk,
            "key": uuid4(),
            "file": SimpleUploadedFile("statement", content),
        } | changes
        return self.client.post(reverse("staff:deposits"), typed, follow=True)

    def imported(self, data: bytes | str) -> dict[str, str]:
        """Uploads, confirms and books. Returns the outcome or the problem of each row by its reference."""
        page = self.upload(data).redirect_chain[0][0]
        self.client.post(page, {"pin": PIN})
        while imports.book_running():
            pass
        rows = Statement.objects.latest("pk").rows.all()
        return {row.bank_reference: row.problem or row.outcome for row in rows}


class ATable(Statements):
    def test_is_shown_before_it_is_booked(self) -> None:
        answer = self.upload(TABLE)
        for text in (
            "Book 2 rows",
            "No member has this name",
            "wallet is in EUR",
            "1234",
            "own account",
            "own reference",
        ):
            self.assertContains(answer, text)
        self.assertContains(answer, "Please write the date")
        self.assertEqual(imports.book_running(), 0)
        self.assertEqual(Deposit.objects.count(), 0)

    def test_is_booked_after_the_pin_without_the_rows_that_have_problems(self) -> None:
        self.assertEqual(
            self.imported(TABLE),
            {
                "T1": "booked",
                "T2": "booked",
                "T3": "payee_unknown",
                "T4": "wrong_currency",
                "T5": "amount_ambiguous",
                "T6": "own_account",
                "": "reference_missing",
                "T8": "date_unreadable",
            },
        )
        first = Deposit.objects.get(bank_reference="T1")
        self.assertEqual((first.amount, first.details, first.imported_by), (gbp("12.50"), "Top-up", self.tess))
        self.assertEqual(first.value_date, dt.date(2026, 11, 25))
        page = self.client.get(reverse("staff:statement", args=[Statement.objects.get().reference]))
        self.assertContains(page, "Finished")

    def test_books_a_reference_once_however_often_and_whichever_way_it_comes(self) -> None:
        deposited(self.bank, self.alice, "12.50", reference="T1", details="words of the program")
        rows = "reference,to,amount\nT1,alice,12.50\nT2,bob,5\n"
        self.assertEqual(self.imported(rows), {"T1": "known", "T2": "booked"})
        self.assertEqual(self.imported(rows), {"T1": "known", "T2": "known"})
        self.assertEqual(
            self.imported("reference,to,amount\nT1,alice,13\nT2,alice,5\n"),
            dict.fromkeys(("T1", "T2"), "reference_reused"),
        )
        self.assertEqual((balance(self.alice), balance(person("bob"))), (gbp("1012.50"), gbp("1005")))

    def test_sent_twice_is_one_draft_and_confirmed_twice_books_once(self) -> None:
        key = uuid4()
        pages = [self.upload("reference,to,amount\nT1,alice,5\n", key=key).redirect_chain[0][0] for _ in range(2)]
        self.assertEqual((pages[0], Statement.objects.count()), (pages[1], 1))
        self.assertEqual(self.client.post(pages[0], {"pin": "000000"}).status_code, 403)
        self.assertEqual(imports.book_running(), 0)
        for _ in range(2):
            self.client.post(pages[0], {"pin": PIN})
            imports.book_running()
        self.assertEqual(balance(self.alice), gbp("1005"))

    def test_goes_on_after_a_failure_where_it_ended(self) -> None:
        page = self.upload("reference,to,amount\nT1,alice,5\nT2,alice,6\nT3,alice,7\n").redirect_chain[0][0]
        self.client.post(page, {"pin": PIN})
        deposit, calls = service.deposit, []

        def fails_at_the_second(**asked: Any) -> Deposit:
            calls.append(asked)
            if len(calls) == 2:
                deposit(**asked)  # the run ends between the deposit and the row
                raise Busy
            return deposit(**asked)

        with mock.patch.object(service, "deposit", fails_at_the_second):
            self.assertEqual(imports.book_running(), 1)
        self.assertEqual(imports.book_running(), 2)
        self.assertEqual((balance(self.alice), Deposit.objects.count()), (gbp("1018"), 3))
        outcomes = Statement.objects.get().rows.order_by("number").values_list("outcome", flat=True)
        self.assertEqual(list(outcomes), ["booked", "known", "booked"])

    def test_stops_at_the_cap_and_at_who_lost_the_role(self) -> None:
        open_currency(bank=self.bank, daily_cap=gbp("10"))
        self.assertEqual(
            self.imported("reference,to,amount\nT1,alice,6\nT2,alice,6\nT3,alice,4\n"),
            {"T1": "booked", "T2": "over_bank_cap", "T3": "booked"},
        )
        page = self.upload("reference,to,amount\nT4,alice,1\n").redirect_chain[0][0]
        self.client.post(page, {"pin": PIN})
        User.objects.filter(pk=self.tess.pk).update(role="member")
        imports.book_running()
        self.assertEqual(Statement.objects.latest("pk").rows.get().problem, "role_missing")

    def test_is_not_confirmed_by_a_pin_that_pays_little(self) -> None:
        page = self.upload("reference,to,amount\nT1,alice,5\n").redirect_chain[0][0]
        reset_pin("tess")
        self.assertContains(self.client.post(page, {"pin": NEW}), "Confirm your PIN", status_code=403)
        self.assertEqual(Statement.objects.get().status, "draft")

    def test_is_for_the_treasury_alone_and_confirmed_by_who_uploaded_it(self) -> None:
        page = self.upload(TABLE).redirect_chain[0][0]
        for username, status in (("admin", 200), ("audrey", 200), ("cass", 403), ("alice", 403)):
            self.client.force_login(person(username))
            self.assertEqual(self.client.get(page).status_code, status)
            self.assertEqual(self.client.post(page, {"pin": PIN}).status_code, 403)
        self.assertEqual(Statement.objects.get().status, "draft")

    def test_that_cannot_be_read_is_refused(self) -> None:
        for data in (
            b"",
            b"\xff\xfe",
            b"a,b\n1,2\n",
            b"reference,to,amount\n",
            b"reference,to,amount,memo\n1,2,3,4\n",
            b"<a/>",
        ):
            with self.subTest(data):
                answer = self.upload(data)
                self.assertIn("file", answer.context["form"].errors)
        self.assertEqual(Statement.objects.count(), 0)


class ADocument(Statements):
    def test_books_what_came_in_for_whom_the_reference_names(self) -> None:
        reference = reference_of(wallet_of(self.alice))
        structured = f"<Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"
        both = (
            entry("3.00", structured, reference="B7")
            .replace(
                "</NtryDtls>",
                f"<TxDtls><Amt Ccy='GBP'>1.25</Amt><RmtInf>{said(reference)}</RmtInf></TxDtls></NtryDtls>",
            )
            .replace("<TxDtls>", "<TxDtls><Amt Ccy='GBP'>1.75</Amt>", 1)
        )
        data = document(
            entry("10.00", structured, reference="B1"),
            entry("1.50", said(f"pocket money {reference.lower()}"), reference="B2"),
            entry("2.000", said(" ".join(reference)), reference="B3", status="BOOK"),
            entry("9.00", said("happy birthday"), reference="B4"),
            entry("9.00", structured, reference="B5", sign="DBIT"),
            entry("9.00", structured, reference="B6", status="<Cd>PDNG</Cd>"),
            both,
            entry("9.00", structured, reference="B8", currency="EUR"),
            entry("9.00", structured, reference="").replace("<AcctSvcrRef></AcctSvcrRef>", ""),
        )
        self.assertEqual(
            self.imported(data),
            {
                "B1": "booked",
                "B2": "booked",
                "B3": "booked",
                "B4": "payee_unknown",
                "B7/1": "booked",
                "B7/2": "booked",
                "B8": "amount_unreadable",
                "": "reference_missing",
            },
        )
        self.assertEqual(balance(self.alice), gbp("1016.50"))
        first = Deposit.objects.get(bank_reference="B2")
        self.assertEqual(first.details, f"Archer, A. pocket money {reference.lower()}")
        self.assertEqual(first.value_date, dt.date(2026, 11, 24))

    def test_books_nothing_of_what_the_banks_program_sent(self) -> None:
        deposited(self.bank, self.alice, "10", reference="B1")
        data = document(entry("10.00", said(reference_of(wallet_of(self.alice)))))
        self.assertEqual(self.imported(data), {"B1": "known"})
        self.assertEqual(balance(self.alice), gbp("1010"))

    def test_of_another_account_is_refused(self) -> None:
        answer = self.upload(document(entry("1", said("x")), iban="GB33BUKB20201555555555"))
        self.assertContains(answer, "GB33BUKB20201555555555")
        self.assertEqual(Statement.objects.count(), 0)


class Reading(SimpleTestCase):
    def test_refuses_what_is_no_statement_and_opens_nothing_elsewhere(self) -> None:
        bomb = b"".join(
            b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10 if number else b"boom") for number in range(9)
        )
        inside = document(entry("1", said("&a8;"))).partition(b"?>")[2]
        for data in (
            b"<a/>",
            b"<",
            b"<a>" * 100_000,
            document(),
            document(entry("1", said("x"), sign="DBIT")),
            document(entry("1", said("x"))).replace(b"camt.053", b"camt.054"),
            b"<!DOCTYPE d [" + bomb + b"]>" + inside,
            b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'>" + inside,
            b"<!DOCTYPE d [<!ENTITY a8 SYSTEM 'file:///etc/passwd'>]>" + inside,
            document(entry("1", said("x" * 1024 * 1024))),
            b"<?xml version='1.0' encoding='nonsense'?><a/>",
        ):
            with self.subTest(data[:60]), self.assertRaises(StatementUnreadable):
                camt.read(data, iban=IBAN, currency="GBP")

    def test_reads_every_version(self) -> None:
        for version in ("02", "06", "08", "13"):
            (row,) = camt.read(document(entry("1.5", said("x")), version=version), iban="", currency="GBP")
            self.assertEqual((row.reference, row.amount, row.to), ("B1", "1.50", ""))


class TheCode(SimpleTestCase):
    def test_is_an_image_that_needs_no_style_and_no_script(self) -> None:
        svg = svg_of(holder="Café <Club>", iban=IBAN, bic="", reference="RF18539007547034")
        self.assertRegex(svg, r'^<svg viewBox="0 0 \d+ \d+" class="qr"><path ')
        self.assertNotIn("style", svg)
