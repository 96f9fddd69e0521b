"""Refusals on forms: the message, its field, the next step and the status. Other exceptions pass unchanged."""

from __future__ import annotations

from uuid import UUID

from django.test import SimpleTestCase

from conversion.errors import AmountTooLarge, NotFound
from conversion.money import CURRENCIES
from ledger.errors import Busy, InsufficientFunds
from payments.top_ups.forms import TopUpForm
from web.refusals import RefusableForm, refusals_on

KEY = "7f2c1a54-6f0e-4d3a-9d0b-2f4c9f0e8b11"


class OnAForm(SimpleTestCase):
    def form(self) -> RefusableForm:
        form = TopUpForm({"amount": "5", "key": KEY}, currency=CURRENCIES["GBP"])
        self.assertTrue(form.is_valid())
        return form

    def test_stands_beside_its_field_with_what_helps(self) -> None:
        form = self.form()
        with refusals_on(form):
            raise InsufficientFunds
        self.assertEqual(form.status, 422)
        self.assertIn("not enough money", form.errors["amount"][0])
        assert form.next_step is not None
        self.assertEqual((form.next_step[1], form.next_step_beside), ("payments:top_up", "amount"))
        self.assertEqual(form["key"].value(), KEY)

    def test_of_no_field_stands_above_the_form(self) -> None:
        form = self.form()
        with refusals_on(form):
            raise Busy
        self.assertEqual((form.status, form.next_step), (503, None))
        self.assertTrue(form.non_field_errors())

    def test_stored_under_the_key_the_form_gets_another(self) -> None:
        form, stored = self.form(), AmountTooLarge()
        stored.is_stored = True
        with refusals_on(form):
            raise stored
        self.assertNotEqual(UUID(form["key"].value()), UUID(KEY))

    def test_what_is_no_refusal_passes(self) -> None:
        for error in (NotFound, ValueError, KeyboardInterrupt):
            form = self.form()
            with self.subTest(error.__name__), self.assertRaises(error), refusals_on(form):
                raise error
            self.assertEqual((form.status, form.errors), (200, {}))
