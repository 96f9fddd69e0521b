"""An invitation lets one person in, and one administrator decides, also at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

from django.db.models.functions import Now

from accounts.models import User
from payments.models import Application, Invitation
from payments.registration import approvals, invitations
from payments.registration import service as registration
from payments.registration.errors import AlreadyDecided, InvitationInvalid
from tests.base import MoneyTestCase
from tests.cast import person

from .crowd import at_once


def somebody(number: int) -> dict[str, Any]:
    return {
        "username": f"person.{'abcdefgh'[number]}",
        "first_name": "Some",
        "last_name": "Body",
        "email": f"{number}@example.org",
        "password": "x",
        "currency": "GBP",
    }


class Entering(MoneyTestCase):
    def registering(self) -> list[Callable[[], Any]]:
        _invitation, secret = invitations.invite(name="one person", maker=person("admin"))
        return [partial(registration.register, **somebody(number), invitation=secret) for number in range(8)]

    def test_eight_with_one_invitation_are_one(self) -> None:
        before = User.objects.count()
        self.assertEqual(at_once(self.registering()), {"done": 1, InvitationInvalid.__name__: 7})
        self.assertEqual(User.objects.count(), before + 1)

    def test_control_if_it_is_looked_at_before_it_is_used_all_get_in(self) -> None:
        all_have_looked = threading.Barrier(8, timeout=20)

        def look_then_use(secret: str, *, user: User | None) -> None:
            found = Invitation.objects.get(digest=invitations._digest(secret))
            if found.used_at is not None:
                raise InvitationInvalid
            all_have_looked.wait()
            Invitation.objects.filter(pk=found.pk).update(used_at=Now(), used_by=user)

        with mock.patch.object(invitations, "use", look_then_use):
            self.assertEqual(at_once(self.registering()), {"done": 8})

    def test_approving_and_declining_at_once_is_decided_by_one(self) -> None:
        user, _pin = registration.apply(**somebody(0))
        application = Application.objects.get(user=user)
        decisions: list[Callable[[], Any]] = [
            partial(decide, application, by=person("admin")) for decide in (approvals.approve, approvals.decline)
        ]
        self.assertEqual(at_once(decisions * 4), {"done": 1, AlreadyDecided.__name__: 7})
        application.refresh_from_db()
        self.assertEqual(User.objects.get(pk=user.pk).is_active, application.is_approved)
