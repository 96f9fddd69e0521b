"""Deciding about people who signed up where SIGN_UP=approval."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models.functions import Now

from accounts.people.models import User
from conversion.errors import PaymentError

from .errors import AlreadyDecided
from .models import Application
from .service import grant_for, open_wallet_of

log = logging.getLogger(__name__)


def approve(application: Application, *, by: User) -> None:
    """Lets the person in: the account becomes active, and the wallet is opened. Raises AlreadyDecided, ServiceDown."""
    user = application.user
    grant = grant_for(user.role, user.currency)  # asks other services, so it comes before the transaction
    with transaction.atomic():
        _decide(application, by=by, is_approved=True)
        user.is_active = True
        user.save()
    try:
        open_wallet_of(user, grant)
    except PaymentError:  # as when registering: the worker tries again
        log.warning("the wallet of user %s is opened later", user.pk, exc_info=True)


def decline(application: Application, *, by: User) -> None:
    """Leaves the person out: the account stays inactive. Raises AlreadyDecided."""
    _decide(application, by=by, is_approved=False)


def _decide(application: Application, *, by: User, is_approved: bool) -> None:
    """Of two administrators at once, the first decides. Raises AlreadyDecided."""
    undecided = Application.objects.filter(pk=application.pk, decided_at=None)
    if not undecided.update(decided_at=Now(), decided_by=by, is_approved=is_approved):
        raise AlreadyDecided
