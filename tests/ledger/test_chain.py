"""The bytes that a seal covers, and receipt codes, exactly: a ledger sealed years ago must still verify."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from uuid import UUID

from django.test import SimpleTestCase

from ledger import chain, seals
from ledger.models import Seal, Transfer
from tests.base import MoneyTestCase
from tests.cast import person, sent


def microseconds(moment: dt.datetime) -> int:
    """Microseconds since 1970, without the rounding of a float."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


class WhatIsSealed(MoneyTestCase):
    def test_says_every_field_of_a_transfer_and_of_its_entries(self) -> None:
        done = sent(person("alice"), person("bob"), "1", note="tea, “green”")
        alice, bob, xid = done.source_id, done.target_id, done.xid
        booked = microseconds(done.booked_at)
        wallets = [f'{wallet.owner_id},"member","GBP"' for wallet in (done.source, done.target)]
        said = (
            f'[1,[{done.pk},"{done.reference}",{done.made_by_id},"{done.key}","payment","booked",'
            rf'"tea, \u201cgreen\u201d",{alice},{bob},[{alice},{bob},100],{microseconds(done.made_at)},true,{booked},'
            f'"{xid}",null,null,null],'
            f'[[0,{alice},-100,2,99900,"{xid}",{booked},{wallets[0]}],'
            f'[1,{bob},100,2,100100,"{xid}",{booked},{wallets[1]}]]]'
        )
        self.assertEqual(chain.record_of(done.pk).content.decode(), said)

    def test_is_chained_to_the_seal_before(self) -> None:
        before = bytes(32)
        for number in (1, 2):
            sent(person("alice"), person("bob"), "1")
            seals.seal_and_sign()
            seal = Seal.objects.get(number=number)
            numbers = b"".join(each.to_bytes(8, "big") for each in (1, number, int(seal.since), int(seal.upto)))
            self.assertEqual(bytes(seal.digest), sha256(before + numbers + bytes(seal.leaves)).digest())
            before = bytes(seal.digest)

    def test_is_an_id_and_half_a_hash_for_each_in_the_order_of_the_database(self) -> None:
        sent(person("alice"), person("bob"), "1")
        seals.seal_and_sign()
        every = [
            chain.record_of(number) for number in Transfer.objects.order_by("xid", "id").values_list("pk", flat=True)
        ]
        leaves = [each.id.to_bytes(8, "big") + sha256(each.content).digest()[:16] for each in every]
        sealed = bytes(Seal.objects.get().leaves)
        self.assertEqual(sealed, b"".join(leaves))
        self.assertEqual([leaf.id for leaf in chain.unpack(sealed)], [each.id for each in every])


class ACode(SimpleTestCase):
    def test_is_forty_bits_of_the_reference_and_eighty_of_the_content(self) -> None:
        record = chain.Record(1, UUID("0123456789abcdef0123456789abcdef"), b"content")
        bits = f"{0x0123456789:040b}" + f"{int.from_bytes(sha256(b'content').digest()[:10], 'big'):080b}"
        letters = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int(bits[start : start + 5], 2)] for start in range(0, 120, 5)]
        fours = ["".join(letters[start : start + 4]) for start in range(0, 24, 4)]
        self.assertEqual(chain.receipt_code(record), "-".join(fours))


class ACodeThatIsTyped(MoneyTestCase):
    def test_finds_its_transfer(self) -> None:
        for number in Transfer.objects.values_list("pk", flat=True):
            code = chain.receipt_code(chain.record_of(number))
            found = chain.record_with_code(code)
            self.assertEqual(found and found.id, number, code)
