"""The page of all rules and the pages of sale points: each change says who made it and when, and none is lost."""

from __future__ import annotations

from django.urls import reverse

from shop.models import Rules, SalePoint, SalePointChange
from shop.rules.forms import LABELS, fields
from shop.rules.queries import current
from tests.base import MoneyTestCase
from tests.cast import person

from .goods import a_sale_point

RULES = {
    "undo_minutes": "30", "recent_count": "6", "often_count": "6", "often_days": "14",
    "debt_reminder_days": "20", "low_minor": "3",
    "debt_default_minor": "10.50", "statement_day": "5",
}  # fmt: skip


class TheRules(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(person("tess"))
        self.page = reverse("staff:shop_rules")

    def test_have_a_label_each(self) -> None:
        self.assertEqual(set(fields()), set(LABELS))

    def test_are_followed_by_newer_ones_with_who_and_when(self) -> None:
        self.assertContains(self.client.get(self.page), "defaults")
        typed = {name: RULES.get(name, "0") for name in fields()}
        for _ in range(2):
            self.client.post(self.page, typed)
        now = current()
        self.assertEqual((now.undo_minutes, now.low_minor, now.made_by), (30, 300, person("tess")))
        self.assertEqual((now.debt_default_minor, now.statement_day), (1050, 5))
        self.client.force_login(person("admin"))
        answer = self.client.post(self.page, typed | {"undo_minutes": "45"}, follow=True)
        self.assertContains(answer, "Minutes to undo a purchase: 30 → 45")
        self.assertContains(answer, "Minutes to undo a purchase: 60 → 30")
        self.assertEqual(Rules.objects.count(), 2)
        self.assert_refused("UPDATE shop_rules SET undo_minutes = 1")

    def test_are_within_their_bounds(self) -> None:
        typed = {name: RULES.get(name, "0") for name in fields()}
        for name, wrong in (
            ("undo_minutes", "1441"), ("undo_minutes", "-1"), ("often_days", "0"), ("often_days", "367"),
            ("low_minor", "-1"), ("low_minor", "1.234"), ("recent_count", ""), ("recent_count", "٣"),
        ):  # fmt: skip
            with self.subTest(name, typed=wrong):
                answer = self.client.post(self.page, typed | {name: wrong})
                self.assertIn(name, answer.context["form"].errors)
        self.assertFalse(Rules.objects.exists())


class SalePoints(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(person("tess"))

    def test_begin_with_a_pin_for_everything(self) -> None:
        page = reverse("staff:shop_sale_points")
        self.assertContains(self.client.get(page), "No sale point yet")
        typed = {"name": "Bar", "kind": "till", "currency": "GBP"}
        self.client.post(page, typed)
        self.assertEqual(SalePoint.objects.get().pin, "always")
        self.assertContains(self.client.post(page, typed), "Another sale point has this name.", status_code=409)

    def test_change_with_who_and_when_and_no_change_is_none(self) -> None:
        point = a_sale_point()
        page = reverse("staff:shop_sale_point", args=[point.reference])
        typed = {
            "name": "Fridge", "is_open": "on", "pin": "above", "no_pin_up_to": "5", "no_pin_per_visit": "20.00",
            "idle_s": "45", "signs_in_by_list": "on",
        }  # fmt: skip
        for _ in range(2):
            self.assertContains(self.client.post(page, typed, follow=True), "no_pin_up_to_minor: 0 → 500")
        point.refresh_from_db()
        self.assertEqual((point.pin, point.no_pin_per_visit_minor, point.signs_in_by_card), ("above", 2000, False))
        self.assertEqual(SalePointChange.objects.count(), 5)
        for field, wrong in (("idle_s", "9"), ("no_pin_up_to", "-1"), ("pin", "x"), ("name", "")):
            self.assertIn(field, self.client.post(page, typed | {field: wrong}).context["form"].errors)
