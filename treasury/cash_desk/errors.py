"""Refusals at the cash desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed


class SecondPersonNeeded(NotAllowed):
    code = "second_person_needed"
    meaning = "Another person than the one who proposed it must confirm it."
    message = gettext_lazy("You took this cash yourself. Another cashier or an administrator must confirm it.")


class ProposalIsClosed(Conflict):
    code = "cash_proposal_closed"
    meaning = "The cash was already confirmed or declined."
    message = gettext_lazy("Somebody has already confirmed or declined this.")


class ProposalExpired(Conflict):
    code = "cash_proposal_expired"
    meaning = "Nobody confirmed the cash in time."
    message = gettext_lazy("Nobody confirmed this in time. Please count the cash again, and take it anew.")


class CashierBarred(Conflict):
    code = "cashier_barred"
    meaning = "The cashier who took the cash is frozen or inactive, or no longer has the role."
    message = gettext_lazy("The cashier may no longer take cash. Please decline this, and take the cash yourself.")
