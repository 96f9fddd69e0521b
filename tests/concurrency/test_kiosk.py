"""Races at kiosks: the same tap many times, two people at one device, and leaving while something is bought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from shop.kiosk import buying, queries, service, visits
from shop.kiosk.errors import EnrolCodeWrong, VisitOver
from shop.models import Order, Variant, Visit
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from tests.patience import times
from tests.shop.goods import a_product
from tests.shop.kiosks import a_card, a_device, a_kiosk, a_visit

from .crowd import at_once

AT_ONCE = 20
LIMIT = 500  # what a visit may buy without a PIN, in minor units


class AtAKiosk(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = person("alice"), person("bob")
        self.mate = a_product(stock=10_000)
        self.device, self.token = a_device(no_pin_per_visit_minor=LIMIT)

    def tapping(self, visit: Visit, variant: Variant, price: str, key: UUID) -> Callable[[], Any]:
        """A request of the form, which reads the device and its visit anew."""

        def tap() -> None:
            device = queries.device_with(self.token)
            assert device is not None
            now = queries.visit_at(device)
            if now is None or now.pk != visit.pk:
                raise VisitOver
            buying.buy_one(visit=now, variant=variant, shown=gbp(price), key=key)

        return tap


class Races(AtAKiosk):
    def test_one_tile_sent_many_times_is_one_purchase_and_two_tiles_are_two(self) -> None:
        mint, gum = a_product("Mint", "0.01", stock=10_000), a_product("Gum", "0.02", stock=10_000)
        visit, bursts = a_visit(self.alice, self.device), times(4, 200, 2000)
        for burst in range(bursts):
            one = self.tapping(visit, mint, "0.01", uuid4())
            other = self.tapping(visit, gum, "0.02", uuid4()) if burst % 2 else one
            self.assertEqual(at_once([one, other] * (AT_ONCE // 2)), {"done": AT_ONCE})
            visits.touch(visit)
        self.assertEqual(Order.objects.count(), bursts + bursts // 2)
        self.assertEqual(balance(self.alice), gbp("1000") - gbp("0.01") * bursts - gbp("0.02") * (bursts // 2))

    def test_what_a_visit_buys_without_a_pin_stays_within_its_sum(self) -> None:
        for _ in range(times(3, 40)):
            visit = a_visit(self.alice, self.device, pin=False)
            outcomes = at_once([self.tapping(visit, self.mate, "1.20", uuid4()) for _ in range(8)])
            self.assertEqual(outcomes, {"done": 4, "PinMissing": 4})
            visit.refresh_from_db()
            self.assertEqual(visit.without_pin_minor, 480)
            visits.leave(self.device)

    def test_nothing_is_bought_after_leaving(self) -> None:
        outcomes: Counter[str] = Counter()
        for _ in range(times(5, 200)):
            visit = a_visit(self.alice, self.device)
            taps = [self.tapping(visit, self.mate, "1.20", uuid4()) for _ in range(4)]
            outcomes += at_once([*taps, partial(visits.leave, self.device)])
            stale = partial(buying.buy_one, visit=visit, variant=self.mate, shown=gbp("1.20"), key=uuid4())
            self.assertRaises(VisitOver, stale)
        self.assertLessEqual(set(outcomes), {"done", VisitOver.__name__})
        self.assertEqual(Order.objects.count(), outcomes["done"] - times(5, 200))

    def test_two_who_sign_in_at_once_are_one_visit(self) -> None:
        a_card(self.alice, "ALICE1")
        a_card(self.bob, "BOBS1")
        for _ in range(times(5, 100)):
            ways: list[Callable[[], Any]] = [
                partial(visits.begin_by_card, self.device, code, visit=None) for code in ("ALICE1", "BOBS1")
            ]
            self.assertEqual(at_once(ways * 4), {"done": 8})
            self.assertEqual(Visit.objects.filter(ended_at__isnull=True).count(), 1)

    def test_a_code_enrols_one_device(self) -> None:
        for _ in range(times(3, 30)):
            _device, code = service.new_device(sale_point=a_kiosk(), name="Tablet", by=person("tess"))
            outcomes = at_once([partial(service.enrol, code, origin=f"race {uuid4()}") for _ in range(8)])
            self.assertEqual(outcomes, {"done": 1, EnrolCodeWrong.__name__: 7})

    def test_what_is_undone_many_times_is_undone_once(self) -> None:
        visit = a_visit(self.alice, self.device)
        for _ in range(times(3, 60)):
            visits.touch(visit)
            buying.buy_one(visit=visit, variant=self.mate, shown=gbp("1.20"), key=uuid4())
            act = queries.act_of(visit, queries.done_in(visit)[0].reference)
            self.assertEqual(at_once([partial(buying.undo_act, visit=visit, act=act)] * 8), {"done": 8})
        self.assertEqual(balance(self.alice), gbp("1000"))


class ThatTheRacesAreReal(AtAKiosk):
    """A control: without the guard, what it prevents happens."""

    def test_with_a_sum_that_is_read_before_a_visit_buys_more_than_it_may(self) -> None:
        right = buying._act

        def unguarded(visit: Visit, *done: Any, **about: Any) -> None:
            assert visit.without_pin_minor + 120 <= LIMIT  # as it was read before the transaction
            right(visit, *done, **about | {"most": None})

        over = 0
        with mock.patch.object(buying, "_act", unguarded):
            for _ in range(times(3, 10)):
                visit = a_visit(self.alice, self.device, pin=False)
                at_once([self.tapping(visit, self.mate, "1.20", uuid4()) for _ in range(8)])
                visit.refresh_from_db()
                over += visit.without_pin_minor > LIMIT
                visits.leave(self.device)
        self.assertGreater(over, 0)
