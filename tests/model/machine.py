"""Random steps, taken in the model and in the system; after every step both must answer and hold the same."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule

from conversion.errors import KeyReused, PaymentError

from .books import CURRENCIES, Books, Made, Refusal, Row, unit_of
from .system import System

people = st.sampled_from(["alice", "bob", "carla", "yuki", "cass", "kiosk"])
amounts = st.one_of(
    st.integers(1, 3000), st.sampled_from(["a third", "all", "too much"]), st.sampled_from([1, 40_000, 0, -5])
)
purposes = st.sampled_from(["authorization", "two_step"])
rarely = st.integers(0, 5).map(lambda chance: chance == 5)
rows = st.lists(
    st.tuples(st.one_of(people, st.just("nobody")), amounts, st.sampled_from(["fresh", "fresh", "the last"]), rarely),
    min_size=1,
    max_size=6,
)


class Machine(RuleBasedStateMachine):
    """`model` is the class that the system is compared with; `met` counts (verb, answer) over all examples."""

    model: ClassVar[type[Books]] = Books
    met: ClassVar[Counter[tuple[str, str]]] = Counter()

    quotes = Bundle("quotes")
    requests = Bundle("requests")
    payments = Bundle("payments")
    transfers = Bundle("transfers")  # others, mostly top-ups, undos and refunds
    holds = Bundle("holds")
    moments = Bundle("moments")

    @initialize()
    def move_in(self) -> None:
        self.system, self.books = System(), self.model()
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.last_key = 0
        self.seen = self.system.look()

    # Sending and requesting ---------------------------------------------------------------------------------------

    @rule(target=quotes, maker=people, payee=people, amount=amounts)
    def quote(self, maker: str, payee: str, amount: Any) -> Any:
        return self._quoted(maker, payee, amount)

    @rule(target=payments, quote=quotes)
    def confirm(self, quote: Made) -> Any:
        self._do("confirm", maker=quote[0], key=quote[1])
        return _kept(quote, self.books.transfers)

    @rule(target=payments, maker=people, payee=people, amount=amounts)
    def send(self, maker: str, payee: str, amount: Any) -> Any:
        quote = self._quoted(maker, payee, amount)
        return self.confirm(quote) if isinstance(quote, tuple) else quote

    @rule(target=transfers, maker=people, payee=people)
    def spend_all_of_it_twice(self, maker: str, payee: str) -> Any:
        both = [self._quoted(maker, payee, "all") for _ in range(2)]
        return [self.confirm(quote) if isinstance(quote, tuple) else quote for quote in both][-1]

    @rule(target=requests, requester=people, payer=people, amount=amounts)
    def ask(self, requester: str, payer: str, amount: Any) -> Any:
        made = requester, self._fresh_key()
        minor = _minor(amount, of=self.books.balances[requester])
        self._do("ask", requester=requester, payer=payer, minor=minor, key=made[1])
        return _kept(made, self.books.requests)

    @rule(target=quotes, request=requests)
    def quote_request(self, request: Made) -> Any:
        made = self.books.requests[request].payer, self._fresh_key()
        self._do("quote_request", request=request, key=made[1])
        return _kept(made, self.books.quotes)

    @rule(target=payments, request=requests)
    def pay(self, request: Made) -> Any:
        quote = self.quote_request(request)
        return self.confirm(quote) if isinstance(quote, tuple) else quote

    @rule(target=payments, requester=people, payer=people, declined_first=rarely)
    def ask_and_be_answered(self, requester: str, payer: str, declined_first: bool) -> Any:
        asked = self.ask(requester, payer, "a third")
        if not isinstance(asked, tuple):
            return asked
        if declined_first:
            self.decline(asked)
        return self.pay(asked)

    @rule(request=requests)
    def decline(self, request: Made) -> None:
        self._do("decline", request=request)

    @rule(request=requests)
    def cancel(self, request: Made) -> None:
        self._do("cancel", request=request)

    # Top-ups, undoing and refunding -------------------------------------------------------------------------------

    @rule(target=transfers, member=people, amount=amounts)
    def top_up(self, member: str, amount: Any) -> Any:
        made = member, self._fresh_key()
        minor = _minor(amount, of=self.books.cap_left(member))
        self._do("top_up", member=member, minor=minor, key=made[1])
        return _kept(made, self.books.transfers)

    @rule(target=transfers, member=people, amount=amounts)
    def take_cash(self, member: str, amount: Any) -> Any:
        made = "cass", self._fresh_key()
        self._do("take_cash", cashier="cass", member=member, minor=_minor(amount, of=9000), key=made[1])
        return _kept(made, self.books.transfers)

    @rule(target=transfers, transfer=payments, by_a_stranger=rarely)
    def undo(self, transfer: Made, by_a_stranger: bool) -> Any:
        made = "audrey" if by_a_stranger else transfer[0], self._fresh_key()
        self._do("undo", maker=made[0], transfer=transfer, key=made[1])
        return _kept(made, self.books.transfers)

    @rule(target=transfers, transfer=payments, by_a_stranger=rarely, amount=amounts)
    def refund(self, transfer: Made, by_a_stranger: bool, amount: Any) -> Any:
        paid = self.books.transfers[transfer]
        is_persons = paid.asked.target in CURRENCIES and not by_a_stranger
        made = paid.asked.target if is_persons else "audrey", self._fresh_key()
        minor = _minor(amount, of=self.books.left_of(paid))
        self._do("refund", payee=made[0], transfer=transfer, minor=minor, key=made[1])
        return _kept(made, self.books.transfers)

    @rule(target=transfers, transfer=payments)
    def refund_bit_by_bit(self, transfer: Made) -> Any:
        return [self.refund(transfer, by_a_stranger=False, amount=part) for part in ("a third", "all", 1)][-1]

    @rule(target=transfers, maker=people, payee=people)
    def send_and_undo_twice(self, maker: str, payee: str) -> Any:
        sent = self.send(maker, payee, "a third")
        if not isinstance(sent, tuple):
            return sent
        undone = self.undo(sent, by_a_stranger=False)
        self.undo(sent, by_a_stranger=False)
        return undone

    @rule(target=transfers, transfer=payments)
    def undo_what_is_spent(self, transfer: Made) -> Any:
        self.send(self.books.transfers[transfer].asked.target, "tess", "all")
        return self.undo(transfer, by_a_stranger=False)

    @rule(target=transfers, transfer=transfers, by_a_stranger=rarely, undo=st.booleans(), amount=amounts)
    def take_back_what_is_no_payment(self, transfer: Made, by_a_stranger: bool, undo: bool, amount: Any) -> Any:
        return self.undo(transfer, by_a_stranger) if undo else self.refund(transfer, by_a_stranger, amount)

    # Holds --------------------------------------------------------------------------------------------------------

    @rule(target=holds, payer=people, payee=people, amount=amounts, purpose=purposes, brief=rarely)
    def place(self, payer: str, payee: str, amount: Any, purpose: str, brief: bool) -> Any:
        made = payer, self._fresh_key()
        minor = _minor(amount, of=self.books.available(payer))
        self._do("place", payer=payer, payee=payee, minor=minor, purpose=purpose, brief=brief, key=made[1])
        return _kept(made, self.books.holds)

    @rule(target=payments, hold=holds, amount=st.one_of(st.just("all"), amounts))
    def capture(self, hold: Made, amount: Any) -> Any:
        held = self.books.holds[hold]
        made = held.payee, self._fresh_key()
        self._do("capture", hold=hold, minor=_minor(amount, of=held.minor), key=made[1])
        return _kept(made, self.books.transfers)

    @rule(target=payments, payer=people, payee=people, purpose=purposes)
    def place_and_capture(self, payer: str, payee: str, purpose: str) -> Any:
        hold = self.place(payer, payee, "a third", purpose, brief=False)
        return self.capture(hold, "all") if isinstance(hold, tuple) else hold

    @rule(target=holds, payer=people, payee=people, brief=st.booleans())
    def place_and_let_end(self, payer: str, payee: str, brief: bool) -> Any:
        hold = self.place(payer, payee, "a third", "two_step", brief)
        if isinstance(hold, tuple):
            self.expire_holds(hold) if brief else self.release(hold, by_the_payer=False)
        return hold

    @rule(hold=holds, by_the_payer=rarely)
    def release(self, hold: Made, by_the_payer: bool) -> None:
        held = self.books.holds[hold]
        self._do("release", hold=hold, by=held.payer if by_the_payer and held.purpose == "two_step" else held.payee)

    @rule(hold=holds)
    def expire_holds(self, hold: Made) -> None:
        self._do("expire_holds")

    # Mass payments and repeated keys ------------------------------------------------------------------------------

    @rule(payer=people, rows=rows)
    def pay_many(self, payer: str, rows: list[Any]) -> None:
        instructions = []
        for payee, amount, key, direct in rows:
            key = self.last_key if key == "the last" else self._fresh_key()
            instructions.append(Row(payee, _minor(amount, of=self.books.available(payer)), key, direct))
        self._do("pay_many", payer=payer, rows=instructions)

    @precondition(lambda self: self.asked)
    @rule(ago=st.integers(0, 40))
    def again(self, ago: int) -> None:
        verb, said = self.asked[-1 - ago % len(self.asked)]
        self._do(verb, **said)

    @precondition(lambda self: self.asked)
    @rule(ago=st.integers(0, 40), other=people)
    def again_with_other_content(self, ago: int, other: str) -> None:
        verb, said = self.asked[-1 - ago % len(self.asked)]
        payee = {"quote": "payee", "ask": "payer", "take_cash": "member", "place": "payee"}.get(verb)
        if payee and other != said[payee] and unit_of(other) == unit_of(said[payee]):
            self._do(verb, **said | {payee: other})
        elif "minor" in said:
            self._do(verb, **said | {"minor": said["minor"] - 1})

    @rule(used=payments, for_=st.sampled_from(["top_up", "send", "undo"]), other=payments)
    def its_key_for_something_else(self, used: Made, for_: str, other: Made) -> None:
        maker, key = used
        if for_ == "undo":
            self._do("undo", maker=maker, transfer=other, key=key)
        elif for_ == "top_up":
            self._do("top_up", member=maker, minor=1, key=key)
        elif used not in self.books.quotes:
            self._do("quote", maker=maker, payee="tess", minor=700, key=key)
            if used in self.books.quotes:
                self._do("confirm", maker=maker, key=key)

    # Steps that move no money -------------------------------------------------------------------------------------

    @rule(name=st.one_of(st.none(), st.none(), people))
    def freeze_nobody_but(self, name: str | None) -> None:
        for other in {*self.books.frozen} - {name}:
            self.system.freeze(other, frozen=False)
        if name:
            self.system.freeze(name, frozen=True)
        self.books.frozen = {name} if name else set()

    @rule()
    def settle_and_close(self) -> None:
        self.system.settle_and_close()
        self._look(moved=False)

    @rule()
    def seal(self) -> None:
        self.system.seal()
        self._look(moved=False)

    @rule(target=moments)
    def remember(self) -> Any:
        return self.seen.moment, _without_zeros(self.books.balances)

    @rule(moment=moments)
    def look_back(self, moment: tuple[dt.datetime, dict[str, int]]) -> None:
        then, balances = moment
        assert self.system.look(then=then).balances_then == balances

    # Invariants ---------------------------------------------------------------------------------------------------

    @invariant()
    def the_system_holds_what_the_model_says(self) -> None:
        assert self.seen.balances == _without_zeros(self.books.balances)
        assert self.seen.balances_then == self.seen.balances
        for name, purse in self.seen.purses.items():
            assert purse.held == self.books.held(name), name

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        totals: Counter[str] = Counter()
        for purse in self.seen.purses.values():
            totals[purse.currency] += purse.balance
        assert not any(totals.values()), totals

    @invariant()
    def nobody_is_below_the_floor(self) -> None:
        assert [name for name, purse in self.seen.purses.items() if purse.is_above_floor is False] == []

    def teardown(self) -> None:
        assert self.system.is_in_order() == []

    # How a step is run --------------------------------------------------------------------------------------------

    def _quoted(self, maker: str, payee: str, amount: Any) -> Any:
        made = maker, self._fresh_key()
        minor = _minor(amount, of=self.books.available(maker))
        self._do("quote", maker=maker, payee=payee, minor=minor, key=made[1])
        return _kept(made, self.books.quotes)

    def _fresh_key(self) -> int:
        self.last_key += 1
        return self.last_key

    def _do(self, verb: str, **said: Any) -> None:
        """Runs the verb in the model and in the system, and asserts that both answer the same.

        Asserts as well that the system's data change if and only if the model's state changes.
        """
        self.asked.append((verb, said))
        before = self.books.state
        expected = _answer(getattr(self.books, verb), said)
        found = _answer(getattr(self.system, verb), said)
        assert found == expected, f"{verb} {said}: {found}, and should be {expected}"
        self.met[verb, found[0]] += 1
        self._look(moved=self.books.state != before)

    def _look(self, *, moved: bool) -> None:
        before, self.seen = self.seen, self.system.look()
        assert (self.seen.digest != before.digest) == moved, "something changed" if not moved else "nothing changed"


def _answer(verb: Any, said: dict[str, Any]) -> tuple[str, Any]:
    """("done", what the verb returned), or (the refusal's name, the field that differs under a reused key)."""
    try:
        return "done", verb(**said)
    except Refusal as refusal:
        return refusal.name, refusal.differing
    except PaymentError as refusal:
        return type(refusal).__name__, refusal.differing if isinstance(refusal, KeyReused) else None


def _minor(amount: Any, *, of: int) -> int:
    """`amount` in minor units; words such as "a third" are relative to `of`."""
    relative = {"a third": max(of // 3, 1), "all": of, "too much": of + 1}
    return relative.get(amount, amount)


def _kept(made: Made, where: dict[Made, Any]) -> Any:
    return made if made in where else multiple()  # an empty multiple() adds nothing to the bundle


def _without_zeros(balances: Counter[str]) -> dict[str, int]:
    return {name: minor for name, minor in balances.items() if minor}
