"""Sending, undoing and refunding by program."""

from __future__ import annotations

from tests.api.base import ApiTestCase


class Sending(ApiTestCase):
    def test_moves_the_money(self) -> None:
        sent = self.done(self.send(amount="12.34"))
        self.assertEqual(sent["paid"], {"amount": "12.34", "currency": "GBP"})
        self.assertEqual((sent["from"]["username"], sent["to"]["username"]), ("alice", "bob"))
        self.assertEqual((self.balance(self.alice), self.balance(self.bob)), ("987.66", "1012.34"))
        read = self.done(self.bob.get(f"transfers/{sent['id']}"), 200)
        self.assertEqual(read, sent | {"reversed": False, "refunded": {"amount": "0.00", "currency": "GBP"}})
