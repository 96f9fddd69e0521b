"""A job that finds nothing to do writes nothing: or a quiet installation grows, and X6 blames who opened a page."""

from __future__ import annotations

from lab.attacks import selling
from lab.attacks.fingerprint import changed, fingerprint
from lab.attacks.safe_methods import WORKERS_OWN, finish_what_waits
from shop.models import Rules
from shop.stock.service import count
from tests.base import MoneyTestCase
from tests.cast import merchant, person, sent
from wallet_site import worker

AN_HOUR = 3600


class IdleJobs(MoneyTestCase):
    def test_write_nothing(self) -> None:
        buyer, seller = person("alice"), merchant("kiosk")
        sent(buyer, person("bob"), "1.00")
        variant = selling.something_of(seller)
        count(variant, strict=False)
        selling.purchase_of(buyer, seller=seller)
        Rules.objects.create(debt_default_minor=1000, made_by=person("tess"))
        jobs = list(worker.jobs())
        for job in jobs:
            if job.every_s >= AN_HOUR:  # what is so rare is not on its way while somebody looks
                job.do()
        finish_what_waits()
        for job in jobs:
            with self.subTest(job=job.name):
                before = fingerprint(without=WORKERS_OWN)
                job.do()
                self.assertEqual(changed(before, fingerprint(without=WORKERS_OWN)), [])
