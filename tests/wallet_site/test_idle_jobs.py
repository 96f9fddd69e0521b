"""A job that finds nothing to do writes nothing: or a quiet installation grows, and X6 blames who opened a page."""

from __future__ import annotations

from lab.attacks import selling
from lab.attacks.fingerprint import changed, fingerprint
from lab.attacks.safe_methods import WORKERS_OWN
from shop.stock.service import count
from tests.base import MoneyTestCase
from tests.cast import merchant, person, sent
from wallet_site import worker


class IdleJobs(MoneyTestCase):
    def test_write_nothing(self) -> None:
        buyer, seller = person("alice"), merchant("kiosk")
        sent(buyer, person("bob"), "1.00")
        variant = selling.something_of(seller)
        count(variant, strict=False)
        selling.purchase_of(buyer, seller=seller)
        jobs = list(worker.jobs())
        for job in (*jobs, *jobs):  # the second time, what one job made for another one is done, too
            job.do()
        for job in jobs:
            with self.subTest(job=job.name):
                before = fingerprint(without=WORKERS_OWN)
                job.do()
                self.assertEqual(changed(before, fingerprint(without=WORKERS_OWN)), [])
