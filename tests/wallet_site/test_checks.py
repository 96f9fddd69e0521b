"""The system checks that stop an installation from starting."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import TestCase, override_settings

from tests.base import MoneyTestCase
from wallet_site import checks


class DemoPasswordTests(TestCase):
    def setUp(self) -> None:
        self.admin = get_user_model()(
            username="admin1", email="admin1@example.org", currency="GBP", role="administrator"
        )
        self.admin.set_password("admin1")
        self.admin.save()

    @override_settings(DEMO=False)
    def test_production_refuses_the_demos_password(self) -> None:
        [error] = checks.no_demo_password_in_production(databases=["default"])
        self.assertEqual(error.id, "wallet.E004")

    @override_settings(DEMO=False)
    def test_production_opens_once_it_is_changed(self) -> None:
        self.admin.set_password("something of their own")
        self.admin.save()
        self.assertEqual(checks.no_demo_password_in_production(databases=["default"]), [])

    @override_settings(DEMO=False)
    def test_production_refuses_it_for_every_role_with_rights(self) -> None:
        self.admin.set_password("demo")
        self.admin.role = "cashier"
        self.admin.save()
        [error] = checks.no_demo_password_in_production(databases=["default"])
        self.assertIn("admin1 (cashier)", error.msg)

    @override_settings(DEMO=True)
    def test_the_demo_may_have_it(self) -> None:
        self.assertEqual(checks.no_demo_password_in_production(databases=["default"]), [])


class DatabaseTests(MoneyTestCase):
    def test_the_driver_is_psycopg2_and_money_is_serializable(self) -> None:
        self.assertEqual(checks.driver_is_psycopg2(), [])
        self.assertEqual(checks.money_can_be_serializable(databases=["default"]), [])
