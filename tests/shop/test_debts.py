"""Debts: how a member stands, who sets limits, and what members and treasurers are told."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse

from payments.owners import wallet_of
from shop.debts.queries import standing_of
from shop.rules.models import Rules
from tests.base import MoneyTestCase
from tests.cast import gbp, person, sent
from tests.payments.test_debts import lets_owe

from .goods import a_product, bought


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
