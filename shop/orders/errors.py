from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed, Refused
from conversion.money import Money, format_money
from payments.errors import ToOneself


class PriceChanged(Conflict):
    """It would cost more than the page showed. `price` is what it costs now, in the buyer's currency."""

    code = "price_changed"
    meaning = "It costs more than the request said. Nothing was booked. The same key may be sent with the new price."

    def __init__(self, price: Money) -> None:
        self.price, self.sums = price, {"price": price}
        super().__init__(
            _("The price has changed: it is %(price)s now. Nothing was booked. Please look again.")
            % {"price": format_money(price)}
        )


class NotSold(Conflict):
    code = "not_sold"
    meaning = "A product is not sold at this sale point, or not any more. Nothing was booked."
    message = gettext_lazy("This is not sold here any more. Nothing was booked.")


class OwnGoods(ToOneself):
    field = "lines"
    message = gettext_lazy("You cannot buy what you sell yourself.")


class TooManyOfOne(Refused):
    code = "too_many_of_one"
    meaning = "An order has 99 of a variant at most, deposits included. Nothing was booked."
    message = gettext_lazy("Please buy 99 of the same thing at most at once, deposits included. Nothing was booked.")


class DebtLimitReached(Refused):
    """The member owes as much as they may. `left` is what they can still spend."""

    code = "debt_limit"
    meaning = "The buyer has too little money, and may owe no more. Nothing was booked."

    def __init__(self, left: Money) -> None:
        self.left = left
        super().__init__(
            _("You can spend %(left)s at most. Please top up first. Nothing was booked.") % {"left": format_money(left)}
        )


class AgeNotConfirmed(Conflict):
    """A product is for people of an age, and nobody said that they have seen the buyer's."""

    code = "age_not_confirmed"
    meaning = "A product is sold to people of a minimum age. Whoever sells it must have seen that. Nothing was booked."

    def __init__(self, age: int) -> None:
        super().__init__(_("Is the buyer %(age)d or older? Please look at an ID first.") % {"age": age})


class SoldByStaffOnly(NotAllowed):
    """A product is for people of an age, and nobody at this sale point looks at an ID. `titles` are such products."""

    code = "sold_by_staff_only"
    meaning = "A product has a minimum age, and nobody at this sale point confirms it. Nothing was booked."

    def __init__(self, titles: str) -> None:
        super().__init__(
            _("Only staff sell this, because of its minimum age: %(titles)s. Nothing was booked.") % {"titles": titles}
        )


class CannotUndoOrder(Conflict):
    code = "order_cannot_be_undone"
    meaning = "The time for an undo is over, or a part of the order was refunded."
    message = gettext_lazy("This purchase can no longer be undone. Ask the seller for a refund.")


class DepositCameBack(Conflict):
    code = "order_deposit_came_back"
    meaning = "A deposit of the order was given back since, so an undo would pay it back twice. A refund is possible."
    message = gettext_lazy(
        "The deposit of this purchase was given back, so it can no longer be undone. Ask the seller for a refund."
    )


class OrderAlreadyUndone(Conflict):
    code = "order_already_undone"
    meaning = "The order was undone before."
    message = gettext_lazy("This purchase was already undone: the money is back.")


class SellerLacksFunds(Conflict):
    code = "seller_lacks_funds"
    meaning = "The seller's wallet has less than would be given back. Nothing was booked."
    message = gettext_lazy("The seller does not have enough money to give this back now. Nothing was booked.")
