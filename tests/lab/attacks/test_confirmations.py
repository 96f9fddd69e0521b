"""X5 finds nothing here; and it finds a confirmation that takes what the form says, anybody's, late, or twice."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from accounts.models import User
from lab.attacks import confirmations, people
from lab.attacks.figure import Means, Result
from payments.models import Quote
from payments.transfers import queries, service, views
from tests.base import MoneyTestCase

from .in_process import found, means

real = queries.quote_to_confirm


def one(attack: Any, prepared: Means, payee: str = "other") -> list[str]:
    result = Result()
    attack(prepared, result, partial(people.new_quote, prepared, payee=payee))
    return result.findings


class AConfirmation(MoneyTestCase):
    def test_books_what_was_shown_once(self) -> None:
        prepared = means()
        for attack in confirmations.ATTACKS:
            for payee in ("other", "outsider"):
                with self.subTest(attack=attack.__name__, payee=payee):
                    self.assertEqual(one(attack, prepared, payee), [])
        for more in (confirmations.request_twice, confirmations.cancelled_request, confirmations.own_cash):
            with self.subTest(attack=more.__name__):
                self.assertEqual(found(more, prepared).findings, [])

    def test_of_anybodys_quote_is_found(self) -> None:
        def anybodys(user: User, reference: UUID) -> Quote:
            quote = Quote.objects.select_related("source", "target", "maker").get(reference=reference)
            quote.maker_id = user.pk
            return quote

        with mock.patch.object(queries, "quote_to_confirm", anybodys):
            self.assertRegex(str(one(confirmations.somebody_else, means())), "confirmed the quote of another person")

    def test_after_the_expiry_is_found(self) -> None:
        with mock.patch.object(service, "_require_current"):
            self.assertRegex(str(one(confirmations.late, means())), "an expired quote was booked")

    def test_under_a_new_key_each_time_is_found(self) -> None:
        def renewed(user: User, reference: UUID) -> Quote:
            quote = real(user, reference)
            quote.key = uuid4()
            return quote

        with mock.patch.object(queries, "quote_to_confirm", renewed):
            self.assertRegex(str(one(confirmations.many_tabs, means())), "confirmations at one moment: booked")

    def test_that_believes_the_form_is_found(self) -> None:
        confirm = service.confirm

        def believing(*, quote: Quote, **more: Any) -> Any:
            quote.source_minor += 1
            quote.target_minor += 1
            return confirm(quote=quote, **more)

        with mock.patch.object(views.service, "confirm", believing):
            self.assertRegex(str(one(confirmations.changed_fields, means())), "changed amount: booked")
