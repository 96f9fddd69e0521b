"""Deciding about people who signed up where SIGN_UP=approval."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from accounts.people.models import User
from accounts.people.roles import ADMINISTRATORS
from accounts.people.standing import require_may_move

from .errors import AlreadyDecided
from .models import Application
from .service import grant_for, open_now_or_later


def approve(application: Application, *, by: User) -> None:
    """Lets the person in: the account becomes active, and the wallet is opened.

    Raises AlreadyDecided, AccountFrozen, RoleMissing, ServiceDown.
    """
    user = application.user
    grant = grant_for(user.role, user.currency)  # asks other services, so it comes before the transaction
    with transaction.atomic():
        _decide(application, by=by, is_approved=True)
        user.is_active = True
        user.save()
    open_now_or_later(user, grant)


def decline(application: Application, *, by: User) -> None:
    """Leaves the person out: the account stays inactive. Raises AlreadyDecided, AccountFrozen, RoleMissing."""
    with transaction.atomic():
        _decide(application, by=by, is_approved=False)


def _decide(application: Application, *, by: User, is_approved: bool) -> None:
    """Of two administrators at once, the first decides. Call it in a transaction.

    Raises AlreadyDecided, AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=ADMINISTRATORS)  # where there is an opening grant, a new member is money
    undecided = Application.objects.filter(pk=application.pk, decided_at=None)
    if not undecided.update(decided_at=Now(), decided_by=by, is_approved=is_approved):
        raise AlreadyDecided
