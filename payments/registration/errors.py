"""Refusals of signing up, and of deciding about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed


class SignUpClosed(NotAllowed):
    code = "sign_up_closed"
    meaning = "This installation takes no new members (SIGN_UP=closed)."
    message = gettext_lazy("Nobody can sign up here at the moment.")


class ByInvitation(NotAllowed):
    code = "by_invitation"
    meaning = "New members need an invitation (SIGN_UP=invitation)."
    message = gettext_lazy(
        "New members come by invitation: an administrator gives you a link with which you can sign up."
    )


class InvitationInvalid(NotAllowed):
    code = "invitation_invalid"
    meaning = "The invitation was used, revoked or has expired, or there is none with this secret."
    message = gettext_lazy(
        "This invitation does not work: it was used, or revoked, or it has expired. Please ask for a new one."
    )


class CardMade(Conflict):
    code = "card_made"
    meaning = "This form was sent before, and the account was made."
    message = gettext_lazy(
        "This account was made already. Its card cannot be shown again; you can print a new one below."
    )


class AlreadyDecided(Conflict):
    code = "already_decided"
    meaning = "Another administrator approved or declined this person before."
    message = gettext_lazy("Another administrator has already decided about this person.")
