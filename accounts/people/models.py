"""The models of a person: the account (`User`), and what money transactions read of it (`Standing`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.pins import pin as pins
from conversion.money import CURRENCIES

from .usernames import USERNAME, USERNAME_PATTERN, plain_name, skeleton


def currencies() -> list[tuple[str, str]]:
    """The choices of a person's currency. A function, so that an installation's own unit needs no migration."""
    return [(code, code) for code in CURRENCIES]


class People(UserManager["User"]):
    """The manager of users. `createsuperuser` makes an administrator, since the role decides about all rights."""

    use_in_migrations = False

    def create_superuser(self, *args: Any, **fields: Any) -> User:
        return super().create_superuser(*args, **fields | {"role": User.Role.ADMINISTRATOR})


class User(AbstractUser):
    """A person's account: a member, a merchant (many people can pay into this wallet at once), staff, or a bank.

    `currency` is the currency of the person's wallet and never changes.
    """

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        MERCHANT = "merchant", _("Merchant")
        BANK = "bank", _("Bank")
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
    first_name = models.CharField(_("first name"), max_length=80, validators=[plain_name])
    last_name = models.CharField(_("last name"), max_length=80, validators=[plain_name])
    email = models.EmailField(_("email address"), blank=True, default="")  # confirmed, or ""; see addresses.py
    currency = models.CharField(_("currency"), max_length=8, choices=currencies)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.MEMBER)
    role_given_by = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )  # NULL: signed up, or registered at the terminal
    frozen = models.BooleanField(_("frozen"), default=False, help_text=_("Can look, but move no money."))
    pin_hash = models.CharField(max_length=128, editable=False, default="")
    pin_failures = models.PositiveSmallIntegerField(editable=False, default=0)
    pin_locked_until = models.DateTimeField(editable=False, null=True)
    password_reset_at = models.DateTimeField(editable=False, null=True)  # by a link in a letter

    typed_address = ""  # for pages of staff: set by addresses.with_typed

    _stored: Mapping[str, Any] = MappingProxyType({})  # the columns as this object last read or wrote them

    objects: ClassVar[People] = People()

    REQUIRED_FIELDS = ["first_name", "last_name", "currency"]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="user_username_is_plain_letters_and_digits", condition=Q(username__regex=USERNAME_PATTERN)
            ),
            models.UniqueConstraint(
                Lower("email"), name="user_confirmed_email_once_whatever_the_case", condition=~Q(email="")
            ),
            # Its index also serves the look-up by username in any case.
            models.UniqueConstraint(Lower("username"), name="user_username_once_whatever_the_case"),
            models.CheckConstraint(
                name="user_administrator_is_staff_and_superuser",
                condition=Q(role="administrator", is_staff=True, is_superuser=True)
                | (~Q(role="administrator") & Q(is_staff=False, is_superuser=False)),
            ),
        ]

    def clean(self) -> None:
        """Raises ValidationError for a username that looks like another, so that a form shows it beside the field.

        Without this check only the database's unique constraint would refuse it.
        """
        super().clean()
        self._follow()
        if User.objects.filter(username_key=self.username_key).exclude(pk=self.pk).exists():
            raise ValidationError({"username": _("This is too easily mistaken for a username that already exists.")})

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        person = super().from_db(*args, **kwargs)
        person._stored = person._columns()
        return person

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Writes only the columns that were changed since the person was read.

        A form may be saved long after its person was read. If the person was frozen meanwhile, or a wrong PIN was
        counted, writing every column would undo that.
        """
        self._follow()
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = self.changed()
        written = kwargs.get("update_fields")
        super().save(*args, **kwargs)
        now = self._columns()
        self._stored = now if written is None else {**self._stored, **{name: now[name] for name in written}}

    def changed(self) -> list[str]:
        """The names of the columns that differ from what was last read or saved."""
        return [
            name for name, value in self._columns().items() if name not in self._stored or self._stored[name] != value
        ]

    def _columns(self) -> dict[str, Any]:
        """The values of all columns that were read, without the primary key. Deferred columns are missing."""
        return {
            field.attname: vars(self)[field.attname]
            for field in self._meta.concrete_fields
            if field.attname in vars(self) and not field.primary_key
        }

    def _follow(self) -> None:
        """Sets the columns that depend on others: the rights of staff on the role, `username_key` on the username."""
        self.is_staff = self.is_superuser = self.role == self.Role.ADMINISTRATOR
        self.username_key = skeleton(self.username)

    @property
    def has_pin(self) -> bool:
        return bool(self.pin_hash)

    def set_pin(self, pin: str) -> None:
        """Saves the hash of a new PIN and resets the count of wrong tries."""
        self.prepare_pin(pin)
        self.save(update_fields=["pin_hash", "pin_failures", "pin_locked_until"])

    def prepare_pin(self, pin: str) -> None:
        """As `set_pin`, for a user whom the caller saves afterwards."""
        self.pin_hash = pins.hashed(pin, salt=pins.new_salt())
        self.pin_failures, self.pin_locked_until = 0, None

    def issue_pin(self) -> str:
        """Sets a new random PIN and returns it, to be shown to its owner once. Only its hash is stored."""
        pin = pins.new_pin()
        self.set_pin(pin)
        return pin

    def verify_pin(self, pin: str) -> bool:
        """Verifies the PIN and counts a wrong try. Call it outside of any transaction.

        Returns whether it pays small amounts only, as `pins.verify`. Raises PinMissing, PinWrong (with the number of
        tries left), PinLocked.
        """
        return pins.verify(self.pk, pin)


class Standing(models.Model):
    """What money transactions read of a person. Only a trigger on the person's row writes it.

    `role_since` is when the role was given, on the database's clock, and `role_given_by` the id of the person who did.
    """

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="standing")
    frozen = models.BooleanField()
    active = models.BooleanField()
    role = models.TextField()
    role_since = models.DateTimeField()
    role_given_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "accounts_standing"

    def __str__(self) -> str:
        return f"standing of {self.user_id}"
