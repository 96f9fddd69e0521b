"""The model: what the system must answer and store, in plain Python that imports neither Django nor the ledger.

A wallet is called a purse here and has a name: the owner's username for members and merchants, the purpose and currency
for system wallets, and "drawer cass GBP" for a cashier's drawer. Amounts are whole minor units. Transfers, holds,
requests and quotes are found by their maker and key, as in the system.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Made = tuple[str, int]  # (maker, key)

CURRENCIES = dict.fromkeys(("alice", "bob", "cass", "tess", "audrey", "admin", "kiosk"), "GBP") | {
    "carla": "EUR",
    "yuki": "JPY",
}
MINOR_PER_POUND = {"GBP": 100, "EUR": 117, "JPY": 190}
MERCHANTS = {"kiosk"}
GRANT = 1000  # the opening grant, in pounds
DAILY_CAP = 100  # of top-ups on trust, in pounds
CASH_PER_TAKING, CASH_PER_DAY = 250, 400  # what a cashier may take alone, in pounds
LARGEST = 10**15

UNDOABLE = {"payment", "trust_top_up", "cash_top_up"}
REFUNDABLE = {"payment", "request", "capture"}
TOLD = {  # (kind, outcome) of a stored decline → the exception raised, where it is not InsufficientFunds
    ("reversal", "insufficient_funds"): "PayeeLacksFunds",
    ("reversal", "already_reversed"): "AlreadyUndone",
    ("reversal", "already_refunded"): "CannotUndo",
    ("refund", "already_reversed"): "CannotRefund",
    ("refund", "more_than_paid"): "MoreThanPaid",
    ("capture", "hold_has_ended"): "HoldHasEnded",
}


class Refusal(Exception):
    """A refusal, with the class name of the exception that the services raise. `differing` is as in KeyReused."""

    def __init__(self, name: str, differing: str | None = None) -> None:
        super().__init__(name, differing)
        self.name, self.differing = name, differing


@dataclass(frozen=True, slots=True)
class Asked:
    """The content of an instruction, which its key stands for. `undoes`, `refunds` and `hold` are what it refers to."""

    kind: str
    source: str
    target: str
    paid: int
    received: int
    undoes: Made | None = None
    refunds: Made | None = None
    hold: Made | None = None

    def differs_from(self, other: Asked) -> str | None:
        """The first field that is different, named as KeyReused names it; None if all are the same."""
        for field_, name in (
            *(("undoes", "transfer"), ("refunds", "transfer"), ("hold", "hold"), ("kind", "kind")),
            *(("source", "payer"), ("target", "payee"), ("paid", "amount"), ("received", "amount")),
        ):
            if getattr(self, field_) != getattr(other, field_):
                return name
        return None


@dataclass(slots=True)
class Transfer:
    asked: Asked
    outcome: str
    is_undone: bool = False
    given_back: int = 0  # refunded by the payee, in the payee's currency
    came_back: int = 0  # refunded to the payer, in the payer's currency

    @property
    def is_booked(self) -> bool:
        return self.outcome == "booked"


@dataclass(slots=True)
class Hold:
    """A hold. A `brief` one expires as soon as it is placed, but stays "open" until the job for expiry ends it."""

    payer: str
    payee: str
    minor: int
    purpose: str
    brief: bool
    status: str


@dataclass(slots=True)
class Request:
    requester: str
    payer: str
    minor: int
    status: str = "open"


@dataclass(frozen=True, slots=True)
class Quote:
    payee: str
    paid: int
    received: int
    request: Made | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a mass payment. `direct` asks for one leg, also across currencies, which the ledger must refuse."""

    payee: str
    minor: int
    key: int
    direct: bool = False


@dataclass
class Books:
    """The model itself. Each public method is a verb that `System` has, too, and raises Refusal where that refuses."""

    balances: Counter[str] = field(default_factory=Counter)
    frozen: set[str] = field(default_factory=set)
    transfers: dict[Made, Transfer] = field(default_factory=dict)
    holds: dict[Made, Hold] = field(default_factory=dict)
    requests: dict[Made, Request] = field(default_factory=dict)
    quotes: dict[Made, Quote] = field(default_factory=dict)
    topped_up: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in CURRENCIES.keys() - MERCHANTS:
            grant = GRANT * MINOR_PER_POUND[unit_of(name)]
            self._move(f"grants {unit_of(name)}", name, grant, grant)

    # State --------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> object:
        """What changes only when an operation succeeds for the first time."""
        return (
            {name: minor for name, minor in self.balances.items() if minor},
            {made: hold.status for made, hold in self.holds.items() if hold.status != "declined"},
            {made: request.status for made, request in self.requests.items()},
            {made for made, transfer in self.transfers.items() if transfer.is_booked},
        )

    def held(self, name: str) -> int:
        return sum(hold.minor for hold in self.holds.values() if hold.status == "open" and hold.payer == name)

    def available(self, name: str) -> int:
        return self.balances[name] - self.held(name)

    def left_of(self, paid: Transfer) -> int:
        return paid.asked.received - paid.given_back

    def cap_left(self, name: str) -> int:
        return max(DAILY_CAP * MINOR_PER_POUND[CURRENCIES[name]] - self.topped_up[name], 0)

    # Sending and requesting ---------------------------------------------------------------------------------------

    def quote(self, *, maker: str, payee: str, minor: int, key: int) -> None:
        if maker == payee:
            raise Refusal("ToOneself")
        self._require_positive(minor)
        self._require_unfrozen(maker, payee)
        self._require_funds(maker, minor)
        received = converted(minor, maker, payee)
        _require_worth_something(received)
        known = self.quotes.setdefault((maker, key), Quote(payee, minor, received))
        _require_same(("payee", known.payee, payee), ("amount", known.paid, minor))

    def quote_request(self, *, request: Made, key: int) -> None:
        asked = self.requests[request]
        if asked.status != "open":
            raise Refusal("RequestIsClosed")
        self._require_unfrozen(asked.payer, asked.requester)
        cost = cost_of(asked.minor, asked.requester, in_=asked.payer)
        self._require_funds(asked.payer, cost)
        self.quotes.setdefault((asked.payer, key), Quote(asked.requester, cost, asked.minor, request))

    def confirm(self, *, maker: str, key: int) -> None:
        quote = self.quotes[maker, key]
        request = self.requests[quote.request] if quote.request else None
        if (maker, key) not in self.transfers:
            self._require_unfrozen(maker, quote.payee)
            if request and request.status != "open":
                raise Refusal("RequestIsClosed")
        kind = "request" if request else "payment"
        self._told((maker, key), Asked(kind, maker, quote.payee, quote.paid, quote.received))
        if request:
            request.status = "paid"

    def ask(self, *, requester: str, payer: str, minor: int, key: int) -> None:
        if requester == payer:
            raise Refusal("RequestFromOneself")
        self._require_positive(minor)
        if (requester, key) not in self.requests:
            self._require_unfrozen(requester, payer)
        known = self.requests.setdefault((requester, key), Request(requester, payer, minor))
        _require_same(("payer", known.payer, payer), ("amount", known.minor, minor))

    def decline(self, *, request: Made) -> None:
        self._close(request, "declined")

    def cancel(self, *, request: Made) -> None:
        self._close(request, "cancelled")

    def _close(self, made: Made, status: str) -> None:
        request = self.requests[made]
        if request.status not in ("open", status):
            raise Refusal("RequestIsClosed")
        request.status = status

    # Top-ups ------------------------------------------------------------------------------------------------------

    def top_up(self, *, member: str, minor: int, key: int) -> None:
        self._require_positive(minor)
        is_new = (member, key) not in self.transfers
        if is_new:
            self._require_unfrozen(member)
        if is_new and minor > self.cap_left(member):
            raise Refusal("OverTheDailyCap")
        self._told((member, key), Asked("trust_top_up", f"trust {CURRENCIES[member]}", member, minor, minor))
        self.topped_up[member] += minor if is_new else 0

    def take_cash(self, *, cashier: str, member: str, minor: int, key: int) -> None:
        self._require_positive(minor)
        drawer, pound = f"drawer {cashier} {CURRENCIES[member]}", MINOR_PER_POUND[CURRENCIES[member]]
        if (cashier, key) not in self.transfers:
            self._require_unfrozen(cashier, member)
            if cashier == member:
                raise Refusal("OwnAccount")
            if minor > CASH_PER_TAKING * pound or minor - self.balances[drawer] > CASH_PER_DAY * pound:
                raise Refusal("OverCashLimit")
        self._told((cashier, key), Asked("cash_top_up", drawer, member, minor, minor))

    # Undoing and refunding ----------------------------------------------------------------------------------------

    def undo(self, *, maker: str, transfer: Made, key: int) -> None:
        done = self.transfers[transfer]
        if transfer[0] != maker or done.asked.kind not in UNDOABLE or not done.is_booked:
            raise Refusal("CannotUndo")
        if (maker, key) not in self.transfers:
            self._require_unfrozen(maker, done.asked.target)
        was = done.asked
        self._told((maker, key), Asked("reversal", was.target, was.source, was.received, was.paid, undoes=transfer))

    def refund(self, *, payee: str, transfer: Made, minor: int, key: int) -> None:
        if (payee, key) not in self.transfers:
            self._require_unfrozen(payee)
        was = self.transfers[transfer].asked
        if was.target != payee or was.kind not in REFUNDABLE or not self.transfers[transfer].is_booked:
            raise Refusal("CannotRefund")
        self._require_positive(minor)
        if minor > was.received:
            raise Refusal("MoreThanPaid")
        returned = was.paid * minor // was.received
        _require_worth_something(returned)
        self._told((payee, key), Asked("refund", was.target, was.source, minor, returned, refunds=transfer))

    # Holds --------------------------------------------------------------------------------------------------------

    def place(self, *, payer: str, payee: str, minor: int, purpose: str, brief: bool, key: int) -> None:
        if payer == payee:
            raise Refusal("HoldForOneself")
        if (payer, key) not in self.holds:
            self._require_unfrozen(payer, payee)
        self._require_positive(minor)
        _require_worth_something(converted(minor, payer, payee))
        status = "open" if self.available(payer) >= minor else "declined"
        known = self.holds.setdefault((payer, key), Hold(payer, payee, minor, purpose, brief, status))
        _require_same(
            ("kind", known.purpose, purpose),
            ("payee", known.payee, payee),
            ("amount", known.minor, minor),
            ("expiry", known.brief, brief),
        )
        if known.status == "declined":
            raise Refusal("InsufficientFunds")

    def capture(self, *, hold: Made, minor: int, key: int) -> None:
        held = self.holds[hold]
        if (held.payee, key) not in self.transfers:
            self._require_unfrozen(held.payer, held.payee)
        self._require_positive(minor)
        if minor > held.minor:
            raise Refusal("MoreThanHeld")
        if held.purpose == "two_step" and minor != held.minor:
            raise Refusal("OnlyAsAWhole")
        received = converted(minor, held.payer, held.payee)
        _require_worth_something(received)
        self._told((held.payee, key), Asked("capture", held.payer, held.payee, minor, received, hold=hold))

    def release(self, *, hold: Made, by: str) -> None:
        if self.holds[hold].status not in ("open", "released"):
            raise Refusal("HoldHasEnded")
        self.holds[hold].status = "released"

    def expire_holds(self) -> int:
        due = [hold for hold in self.holds.values() if hold.status == "open" and hold.brief]
        for hold in due:
            hold.status = "expired"
        return len(due)

    # Mass payments ------------------------------------------------------------------------------------------------

    def pay_many(self, *, payer: str, rows: list[Row]) -> list[tuple[str, bool, str | None]]:
        """For each row in order: its outcome, whether its key was known, and which field differs from the first use."""
        return [self._pay_one(payer, row) for row in rows]

    def _pay_one(self, payer: str, row: Row) -> tuple[str, bool, str | None]:
        if row.payee not in CURRENCIES:
            return "no_such_wallet", False, None
        if row.payee == payer:
            return "same_wallet", False, None
        if row.direct and CURRENCIES[row.payee] != CURRENCIES[payer]:
            return "wrong_currency", False, None
        received = converted(row.minor, payer, row.payee)
        if not (1 <= row.minor <= LARGEST and 1 <= received <= LARGEST):
            return "amount_out_of_range", False, None
        asked = Asked("payment", payer, row.payee, row.minor, received)
        known = (payer, row.key) in self.transfers
        transfer = self._posted((payer, row.key), asked)
        return transfer.outcome, known, asked.differs_from(transfer.asked)

    # The ledger ---------------------------------------------------------------------------------------------------

    def _told(self, made: Made, asked: Asked) -> None:
        """Posts, and raises the refusal that a service raises for a decline or for a key with other content."""
        transfer = self._posted(made, asked)
        if differing := asked.differs_from(transfer.asked):
            raise Refusal("KeyReused", differing)
        if not transfer.is_booked:
            raise Refusal(TOLD.get((asked.kind, transfer.outcome), "InsufficientFunds"))

    def _posted(self, made: Made, asked: Asked) -> Transfer:
        """The transfer under this key; the result of the first use stays, as a known key is never decided again."""
        if made not in self.transfers:
            self.transfers[made] = Transfer(asked, self._outcome(asked))
            if self.transfers[made].is_booked:
                self._book(asked)
        return self.transfers[made]

    def _outcome(self, asked: Asked) -> str:
        hold = self.holds[asked.hold] if asked.hold else None
        undone = self.transfers[asked.undoes] if asked.undoes else None
        if hold and (hold.status != "open" or hold.brief):
            return "hold_has_ended"
        if asked.refunds and (refusal := self._why_not_refunded(self.transfers[asked.refunds], asked)):
            return refusal
        if undone and undone.given_back:
            return "already_refunded"
        if asked.source in CURRENCIES and self._spendable(asked.source, hold) < asked.paid:
            return "insufficient_funds"
        if undone and undone.is_undone:
            return "already_reversed"
        return "booked"

    def _spendable(self, name: str, hold: Hold | None) -> int:
        return self.available(name) + (hold.minor if hold else 0)

    def _why_not_refunded(self, paid: Transfer, asked: Asked) -> str | None:
        if paid.is_undone:
            return "already_reversed"
        too_much = paid.given_back + asked.paid > paid.asked.received
        return "more_than_paid" if too_much or paid.came_back + asked.received > paid.asked.paid else None

    def _book(self, asked: Asked) -> None:
        self._move(asked.source, asked.target, asked.paid, asked.received)
        if asked.hold:
            self.holds[asked.hold].status = "captured"
        if asked.undoes:
            self.transfers[asked.undoes].is_undone = True
        if asked.refunds:
            self.transfers[asked.refunds].given_back += asked.paid
            self.transfers[asked.refunds].came_back += asked.received

    def _move(self, source: str, target: str, paid: int, received: int) -> None:
        self.balances[source] -= paid
        self.balances[target] += received
        if unit_of(source) != unit_of(target):
            self.balances[f"exchange {unit_of(source)}"] += paid
            self.balances[f"exchange {unit_of(target)}"] -= received

    # Checks that several verbs share ------------------------------------------------------------------------------

    def _require_unfrozen(self, *names: str) -> None:
        if self.frozen.intersection(names):
            raise Refusal("AccountFrozen")

    def _require_positive(self, minor: int) -> None:
        if minor <= 0:
            raise Refusal("NotPositive")

    def _require_funds(self, name: str, minor: int) -> None:
        if self.available(name) < minor:
            raise Refusal("InsufficientFunds")


def converted(minor: int, payer: str, payee: str) -> int:
    """The amount that arrives, rounded down."""
    return minor * MINOR_PER_POUND[CURRENCIES[payee]] // MINOR_PER_POUND[CURRENCIES[payer]]


def cost_of(minor: int, payee: str, *, in_: str) -> int:
    """What the person `in_` pays in their own currency, so that `minor` reaches the payee; rounded up."""
    return -(-minor * MINOR_PER_POUND[CURRENCIES[in_]] // MINOR_PER_POUND[CURRENCIES[payee]])


def unit_of(purse: str) -> str:
    return CURRENCIES.get(purse, purse.rsplit(" ", 1)[-1])


def _require_worth_something(minor: int) -> None:
    if minor <= 0:
        raise Refusal("TooSmallToConvert")


def _require_same(*fields: tuple[str, object, object]) -> None:
    for name, known, asked in fields:
        if known != asked:
            raise Refusal("KeyReused", name)
