"""Who a person is here. Of money this app knows one call: opening a wallet."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conversion.money import CURRENCIES

from . import pins
from .usernames import USERNAME, skeleton


class User(AbstractUser):
    """A member, or somebody with more to do. `currency` is that of their wallet and never changes."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        CASHIER = "cashier", _("Cashier")
        TREASURER = "treasurer", _("Treasurer")
        AUDITOR = "auditor", _("Auditor")
        ADMINISTRATOR = "administrator", _("Administrator")

    username = models.CharField(
        _("username"),
        max_length=30,
        unique=True,
        validators=[USERNAME],
        error_messages={"unique": _("A user with that username already exists.")},
    )
    username_key = models.CharField(max_length=30, unique=True, editable=False)
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    email = models.EmailField(_("email address"))
    currency = models.CharField(_("currency"), max_length=8, choices=[(code, code) for code in CURRENCIES])
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.MEMBER)
    frozen = models.BooleanField(_("frozen"), default=False, help_text=_("Can look, but move no money."))
    pin_hash = models.CharField(max_length=128, editable=False, default="")
    pin_failures = models.PositiveSmallIntegerField(editable=False, default=0)
    pin_locked_until = models.DateTimeField(editable=False, null=True)

    REQUIRED_FIELDS = ["email", "first_name", "last_name", "currency"]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_the_case"),
            models.CheckConstraint(
                name="user_administrator_is_staff_and_superuser",
                condition=Q(role="administrator", is_staff=True, is_superuser=True)
                | (~Q(role="administrator") & Q(is_staff=False, is_superuser=False)),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The role decides, and the name's skeleton follows the name."""
        self.is_staff = self.is_superuser = self.role == self.Role.ADMINISTRATOR
        self.username_key = skeleton(self.username)
        super().save(*args, **kwargs)

    @property
    def has_pin(self) -> bool:
        return bool(self.pin_hash)

    def set_pin(self, pin: str) -> None:
        """Stores it hashed, and forgets earlier wrong tries."""
        self.pin_hash = pins.hashed(pin, salt=secrets.token_hex(16))
        self.pin_failures, self.pin_locked_until = 0, None
        self.save(update_fields=["pin_hash", "pin_failures", "pin_locked_until"])

    def issue_pin(self) -> str:
        """A new one, to be shown once and kept by nobody but its owner."""
        pin = pins.new_pin()
        self.set_pin(pin)
        return pin

    def verify_pin(self, pin: str) -> None:
        """Raises PinMissing, PinWrong (with the tries left) or PinLocked; call it outside of any transaction."""
        pins.verify(self, pin)
