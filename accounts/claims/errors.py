"""Refusals of printing a card, and of claiming an account with one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed


class CardRefused(NotAllowed):
    code = "card_refused"
    meaning = "There is no card with this username and code, or it was used or replaced."
    message = gettext_lazy(
        "There is no card with this username and code. Please check each letter. A card works once,"
        " and no longer after a new one was printed."
    )


class AlreadyClaimed(Conflict):
    code = "already_claimed"
    meaning = "The person has a password already. No card is printed for the account any more."
    message = gettext_lazy("This account has a password already, so no card is printed for it any more.")


class CardReplaced(Conflict):
    code = "card_replaced"
    meaning = "Another card was printed since the page was shown."
    message = gettext_lazy(
        "Another card was printed since this page was shown, and it works. No other was printed now."
    )


class AddressTaken(Conflict):
    code = "address_taken"
    meaning = "Another account has this e-mail address."
    field = "email"
    message = gettext_lazy("A user with that e-mail address already exists.")
